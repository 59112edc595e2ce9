"""`python -m rig`."""

import sys

from rig.run import main

sys.exit(main(sys.argv[1:]))
