"""The command line, `manusmesh`."""

import sys


def main() -> None:
    """Runs the command line and exits.

    `serve` is told apart before anything else is imported: a service must not pay, at every start
    and in memory, for terminals and HTTP clients.
    """
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "serve" and not arguments[1].startswith("-"):
        from meshkit.cli.serve import serve  # noqa: PLC0415 (see above)

        sys.exit(serve(arguments[1]))
    from meshkit.cli.app import run  # noqa: PLC0415 (see above)

    sys.exit(run())
