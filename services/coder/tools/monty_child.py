"""Runs a program on Monty, an interpreter of a subset of Python in Rust, without files or network.

For a child process. Monty itself runs each program in a process of its own, a new one every time;
where the kernel has Landlock and seccomp, both processes have been left nothing but what they need.
"""

import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pydantic_monty as monty
from pydantic_monty._binary import find_monty_binary

from meshkit.isolation import confinement
from services.coder.tools.host_functions import FUNCTIONS
from services.coder.tools.program import (
    ERROR_MAX,
    OUTPUT_MAX,
    PRINTED_MAX,
    SLEEP_MAX_S,
    Program,
    Ran,
)

_MEMORY_MAX: Final = 48 * 1024 * 1024
_RECURSION_MAX: Final = 200
_CALLS_MAX: Final = 500
_GRACE_S: Final = 1.0
_TELL: Final = "import json\njson.dumps(result, allow_nan=False)"
_NEEDLESS: Final = (
    *("socket", "connect", "bind", "listen", "sendto", "accept4", "ptrace", "kcmp"),
    *("process_vm_readv", "process_vm_writev", "pidfd_getfd", "pidfd_send_signal", "bpf"),
    *("mount", "umount2", "move_mount", "open_tree", "fsopen", "chroot", "pivot_root"),
    *("unshare", "setns", "perf_event_open", "userfaultfd", "memfd_create", "memfd_secret"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at"),
    *("keyctl", "add_key", "request_key", "init_module", "finit_module", "kexec_load"),
    *("personality", "acct", "quotactl", "reboot"),
)


def run(given: bytes) -> bytes:
    """Runs an encoded `Program` and answers an encoded `Ran`."""
    _confine()
    return _run(Program.decode(given)).encode()


def _run(program: Program) -> Ran:
    printed = monty.CollectString(max_bytes=PRINTED_MAX)
    with monty.Monty(
        binary_path=_binary(),
        min_processes=0,
        max_processes=1,
        max_checkouts_per_worker=1,
        request_timeout=program.timeout_s + SLEEP_MAX_S + _GRACE_S,
    ) as pool:
        try:
            output = _feed(pool, program, printed)
        except monty.MontyCrashedError as error:
            why = "it took too long" if error.timed_out else "its process died"
            return Ran("timeout" if error.timed_out else "crashed", error=why)
        except monty.MontyError as error:
            return _failed(error, printed.output)
    if not isinstance(output, str):
        return Ran("error", printed=printed.output, error="the result is no JSON")
    if len(output) > OUTPUT_MAX:
        why = f"the result has more than {OUTPUT_MAX} characters as JSON"
        return Ran("memory", printed=printed.output, error=why)
    return Ran("ok", output, printed.output)


def _feed(pool: monty.Monty, program: Program, printed: monty.CollectString) -> object:
    with pool.checkout(
        limits={
            "max_feed_duration_secs": program.timeout_s,
            "max_turn_duration_secs": program.timeout_s,
            "max_memory": _MEMORY_MAX,
            "max_recursion_depth": _RECURSION_MAX,
            "max_suspensions": _CALLS_MAX,
            # Sleep is outside the limit of the duration.
            "max_total_sleep_secs": SLEEP_MAX_S,
        },
        os_policy={"sleep_system_max": SLEEP_MAX_S, "process_time": "zero"},
    ) as session:
        inputs = {"inputs": json.loads(program.inputs_json or "null"), "result": None}
        functions: dict[str, Callable[..., Any]] = dict(FUNCTIONS)
        # The value of the last line would come here as an object, however much it refers to.
        session.feed_run(
            program.code + "\nNone",
            inputs=inputs,
            external_lookup=functions,
            print_callback=printed,
        )
        return session.feed_run(_TELL, print_callback=printed)


def _failed(error: monty.MontyError, printed: str) -> Ran:
    display = getattr(error, "display", None)
    text = (display("traceback") if callable(display) else str(error)).strip()
    # Of a long traceback the end says what happened.
    last = text.rsplit("\n", 1)[-1]
    cause = error.exception()
    if isinstance(cause, MemoryError):
        return Ran("memory", printed=printed, error=last[-ERROR_MAX:])
    if isinstance(cause, TimeoutError):
        return Ran("timeout", printed=printed, error=last[-ERROR_MAX:])
    return Ran("error", printed=printed, error=text[-ERROR_MAX:])


@functools.cache
def _binary() -> str:
    return find_monty_binary()


@functools.cache
def _confine() -> None:
    """Takes from this process, and so from the interpreter's, what neither needs; once."""
    binary = Path(_binary()).resolve()
    if confinement.missing():
        # The interpreter is the sandbox: it has no files, sockets or processes to give.
        with contextlib.suppress(confinement.ConfinementError):
            confinement.no_new_privileges()
        return
    confinement.no_new_privileges()
    confinement.restrict_files(
        read=[*(Path(entry or os.curdir) for entry in sys.path), Path("/dev/urandom")],
        execute=[binary, *(Path(root) for root in ("/lib", "/lib64", "/usr/lib", "/usr/lib64"))],
    )
    confinement.refuse_calls(_NEEDLESS)
