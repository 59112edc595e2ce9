"""The supervisor as a process of its own: what `manusmesh up --detach` starts."""

import sys

from meshkit.local.cradle import start_nursery

if __name__ == "__main__":
    # Before anything that takes time to import: the nursery's imports are most of a mesh's start.
    nursery = start_nursery()
    from meshkit.local.daemon import main

    sys.exit(main(sys.argv[1:], nursery))
