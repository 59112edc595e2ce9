"""The supervisor as a process of its own: what `manusmesh up --detach` starts."""

import sys

from meshkit.local.daemon import main

sys.exit(main(sys.argv[1:]))
