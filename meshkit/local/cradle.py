"""Starting the nursery. Imports next to nothing: the nursery is what everybody waits for."""

import signal
import subprocess
import sys
from typing import IO

from meshkit.local.lifeline import die_with_parent


def start_nursery(errors: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Starts the nursery, which imports what it can and waits for births on its standard input.

    It is killed with this process, and ends by itself when its standard input is closed.

    Args:
        errors: Where it tells what it cannot import; our own standard error when None.
    """
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "meshkit.local.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 (it only makes system calls)
    )
