"""The child process: runs named functions on bytes, one after another, under limits.

`python -m meshkit.isolation.child <memory in bytes> <CPU seconds a request>`. A request is the name
of a function, `module:function`, and its input; an answer is a status and what the function made of
it. Only the parent names functions. The process ends with its standard input, when the parent kills
it, when a request takes more CPU time than it may, and by itself after one that took much memory.
"""

import importlib
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

REQUEST: Final = struct.Struct("!HI")
"""Bytes of the function's name and of its input, which follow in this order."""
ANSWER: Final = struct.Struct("!BI")
"""Status and bytes of what follows: the function's answer, or in words why there is none."""
OK: Final = 0
FAILED: Final = 1
OUT_OF_MEMORY: Final = 2
OK_AND_GONE: Final = 3
"""An answer as `OK`, and the last one: the process ends."""
_WORN_KIB: Final = 80 * 1024
"""A process that has been this large is not used again: memory once taken is hardly given back."""


def main() -> None:
    """Answers requests until there are no more."""
    memory_max, cpu_s = (int(argument) for argument in sys.argv[1:])
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # What libraries print must not get between the answers.
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory_max, memory_max))
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    while head := requests.read(REQUEST.size):
        name_size, size = REQUEST.unpack(head)
        name = requests.read(name_size).decode()
        _allow_cpu(cpu_s)
        status, answer = _answer(name, requests.read(size))
        if status == OK and _peak_kib() > _WORN_KIB:
            status = OK_AND_GONE
        answers.write(ANSWER.pack(status, len(answer)) + answer)
        answers.flush()
        if status != OK:
            return


def _answer(name: str, given: bytes) -> tuple[int, bytes]:
    try:
        return OK, _function(name)(given)
    except MemoryError:
        return OUT_OF_MEMORY, b""
    except RecursionError:
        return FAILED, b"it is nested too deeply"
    except Exception as error:  # noqa: BLE001 - whatever a hostile input provokes is an answer
        return FAILED, f"{type(error).__name__}: {error}"[:500].encode(errors="replace")


def _function(name: str) -> Callable[[bytes], bytes]:
    module, _, function = name.partition(":")
    found: Callable[[bytes], bytes] = getattr(importlib.import_module(module), function)
    return found


def _allow_cpu(seconds: int) -> None:
    """Lets the kernel end the process after so many more seconds of CPU time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Whole seconds are all that the kernel counts here: one more is never less.
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _peak_kib() -> int:
    """The most memory that this program has had; getrusage would count the parent's before exec."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # a function has taken the files from the process
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
