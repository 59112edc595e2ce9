"""Starting the nursery. Imports next to nothing: the nursery is what everybody waits for."""

import ctypes
import os
import signal
import subprocess
import sys
from typing import IO, Final

_PR_SET_PDEATHSIG: Final = 1


def start_nursery(errors: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Starts the nursery, which imports what it can and waits for births on its standard input.

    It is killed with this process, and ends by itself when its standard input is closed.

    Args:
        errors: Where it tells what it cannot import; our own standard error when None.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def die_with_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            # It has died in between, and its death will not be told any more.
            os._exit(1)

    return subprocess.Popen(
        [sys.executable, "-u", "-m", "meshkit.local.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 (it only makes system calls)
    )
