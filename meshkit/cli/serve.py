"""Runs one service of the mesh. Imports next to nothing: see `meshkit.cli.main`."""

import sys

from meshkit import entry


def serve(name: str) -> int:
    """Runs the service of a name until it is told to stop.

    Returns:
        The exit code: 0 after a stop in order, 2 when there is no such service.
    """
    try:
        service = entry.load(name)
    except entry.NoSuchServiceError as error:
        print(error, file=sys.stderr)
        return 2
    return entry.run(service)
