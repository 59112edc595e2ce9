"""What ties a child process to its parent. Imports next to nothing, for those who start first."""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program, so that the kernel signals it when its parent dies.

    Args:
        number: The signal. The kernel forgets it when the program changes its user or group.
    """
    parent = os.getpid()
    # Looked up before the fork: the child may do little more than a system call.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            # The parent has died in between, and its death will not be told any more.
            os._exit(1)

    return in_child
