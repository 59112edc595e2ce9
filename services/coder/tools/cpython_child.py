"""Runs a program on this very CPython, in a process that the kernel has left only computing.

For a child process that runs one program and ends: what the program does to the interpreter, it
does to itself. Before it runs, the process becomes nobody (when it was root), may read the standard
library and no other file, may make no connection and no process, and call of the kernel only what
an interpreter at work calls. It refuses to run where the kernel cannot do all of that.
"""

import builtins
import collections
import contextlib
import datetime as dt
import decimal
import fractions
import functools
import io
import itertools
import json
import math
import os
import random
import re
import resource
import signal
import statistics
import string
import sys
import textwrap
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from meshkit.isolation import confinement
from services.coder.tools.host_functions import FUNCTIONS
from services.coder.tools.program import ERROR_MAX, OUTPUT_MAX, PRINTED_MAX, Program, Ran

_LOADED: Final = (
    *(builtins, collections, dt, decimal, fractions, functools, itertools, json, math),
    *(random, re, statistics, string, textwrap, time),
)
"""What programs import most, imported while every file can be read."""
_CALLS: Final = (
    *("read", "write", "readv", "writev", "close", "stat", "fstat", "lstat", "lseek", "pread64"),
    *("newfstatat", "statx", "openat", "getdents64", "readlink", "readlinkat", "access", "fcntl"),
    *("getcwd", "mmap", "mprotect", "munmap", "mremap", "madvise", "brk", "futex", "poll"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "getrandom", "getpid"),
    *("gettid", "getuid", "geteuid", "getgid", "getegid", "uname", "getrusage", "sched_yield"),
    *("sched_getaffinity", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep"),
    *("gettimeofday", "set_robust_list", "rseq", "membarrier", "exit", "exit_group"),
)
_STDLIB: Final = Path(os.__file__).resolve().parent
_RECURSION_MAX: Final = 500
_OPEN_FILES_MAX: Final = 32


class _TakesTooLongError(BaseException):
    """The program's time is over; no Exception, which programs tend to catch."""


class _Printed(io.StringIO):
    """Takes what is printed, up to a limit."""

    def write(self, text: str, /) -> int:
        """Takes a text.

        Raises:
            MemoryError: when it would be too much.
        """
        if self.tell() + len(text) > PRINTED_MAX:
            raise MemoryError(f"more than {PRINTED_MAX} characters were printed")
        return super().write(text)


def run(given: bytes) -> bytes:
    """Runs an encoded `Program` and answers an encoded `Ran`."""
    program = Program.decode(given)
    names = {"__name__": "__main__", "inputs": json.loads(program.inputs_json or "null")}
    _confine(program.timeout_s)
    return _run(program, names | dict(FUNCTIONS) | {"result": None}).encode()


def _run(program: Program, names: dict[str, object]) -> Ran:
    printed = _Printed()
    sys.setrecursionlimit(_RECURSION_MAX)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            exec(compile(program.code, "main.py", "exec"), names)  # noqa: S102 - what it is for
            output = json.dumps(names["result"], allow_nan=False)
    except _TakesTooLongError:
        return Ran("timeout", printed=printed.getvalue(), error="it took too long")
    except MemoryError as error:
        why = str(error) or "it took more memory than it may"
        return Ran("memory", printed=printed.getvalue(), error=why)
    except BaseException as error:  # noqa: BLE001 - whatever a program raises, exits included
        return Ran("error", printed=printed.getvalue(), error=_told(error))
    if len(output) > OUTPUT_MAX:
        why = f"the result has more than {OUTPUT_MAX} characters as JSON"
        return Ran("memory", printed=printed.getvalue(), error=why)
    return Ran("ok", output, printed.getvalue())


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        f"  line {frame.lineno}, in {frame.name}" for frame in frames if frame.filename == "main.py"
    ]
    what = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*own[-10:], what])[-ERROR_MAX:]


def _confine(timeout_s: float) -> None:
    if why := confinement.missing():
        raise confinement.ConfinementError(why)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = math.ceil(used.ru_utime + used.ru_stime + timeout_s) + 1
    confinement.limit(resource.RLIMIT_CPU, cpu_s)
    confinement.limit(resource.RLIMIT_NOFILE, _OPEN_FILES_MAX)
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK):
        confinement.limit(nothing, 0)
    signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, timeout_s)
    confinement.no_new_privileges()
    confinement.restrict_files(read=[_STDLIB])
    confinement.become_nobody()
    confinement.allow_calls(_CALLS)


def _alarm(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _TakesTooLongError
