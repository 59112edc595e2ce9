"""Gives birth to the services at the start of a mesh: imports once, then forks each of them.

Six processes that each import the same libraries keep two cores busy for seconds. This one imports
and loads what a service needs, forks it, and goes on to the next; what it has is shared, in memory
too. Once it has what all services share, it forks itself for each further group of services, so
that another core imports what only those need. Nothing of gRPC, no event loop and no thread of ours
exists when it forks.

The services become children of the supervisor, which has made itself their reaper, and this process
ends. A service that dies later is started again by `manusmesh serve`, which imports what the files
contain by then.
"""

import contextlib
import ctypes
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final

from meshkit.entry import load, preload, run, tune_grpc, without_rich

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_ADOPTION_S: Final = 10.0
_SHARED: Final = "meshkit.server"
"""A module that imports most of what every service imports."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A service to start.

    Attributes:
        name: Of the process, such as "research-2".
        service: What `meshkit.entry.load` knows it by, best a `module:function`, which need not be
            sought.
        preloads: What `meshkit.entry.preload` shall do before it is forked.
        env: Its whole environment.
        log: The file that it writes to.
    """

    name: str
    service: str
    preloads: list[str]
    env: dict[str, str]
    log: str


def to_json(groups: Sequence[Sequence[Birth]]) -> str:
    """Groups of births as the nursery's standard input."""
    return json.dumps([[asdict(birth) for birth in births] for births in groups])


def main() -> int:
    """Reads groups of births from standard input, and writes a line `name process-id` for each.

    Imports what all services share before anybody has said which there are to be.

    A service that cannot be imported is passed over: whoever starts it the other way will see why.

    Returns:
        The exit code, of the nursery or of the service that this process has become.
    """
    supervisor = os.getppid()
    without_rich()
    tune_grpc()
    # What is imported stays: looking for garbage in it again and again is lost time.
    gc.disable()
    import_module(_SHARED).prepare_all()
    text = sys.stdin.read()
    if not text:
        return 0
    first, *others = [[Birth(**birth) for birth in births] for births in json.loads(text)]
    beside = []
    for births in others:
        gc.freeze()
        if (pid := os.fork()) == 0:
            _die_with_parent()
            return _bear(births, supervisor)
        beside.append(pid)
    code = _bear(first, supervisor)
    for pid in beside:
        # None in a service, which is no parent of theirs.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    return code


def _bear(births: Sequence[Birth], supervisor: int) -> int:
    """Forks services one after another; answers the exit code, in each of them too."""
    for birth in births:
        try:
            serve = load(birth.service)
            preload(birth.preloads)
        except Exception as error:  # noqa: BLE001 (an import may fail in any way)
            print(f"{birth.name}: {error!r}", file=sys.stderr)
            continue
        # What exists now is never freed: collecting it would only copy shared memory.
        gc.freeze()
        pid = _fork()
        if pid == 0:
            _settle(birth, supervisor)
            gc.enable()
            return run(serve)
        # In one piece: another group's nursery writes to the same pipe.
        os.write(sys.stdout.fileno(), f"{birth.name} {pid}\n".encode())
    return 0


def _fork() -> int:
    """Forks a grandchild whose parent is gone, and answers its id; 0 in the grandchild."""
    reading, writing = os.pipe()
    if (between := os.fork()) == 0:
        os.close(reading)
        if pid := os.fork():
            os.write(writing, str(pid).encode())
            os._exit(0)
        os.close(writing)
        return 0
    os.close(writing)
    with os.fdopen(reading) as pipe:
        pid = int(pipe.read())
    os.waitpid(between, 0)
    return pid


def _settle(birth: Birth, supervisor: int) -> None:
    """Makes this process what a freshly started one would be."""
    os.setsid()
    log = os.open(birth.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.environ.clear()
    os.environ.update(birth.env)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_NAME, birth.name.encode()[:15])
    give_up_at = time.monotonic() + _ADOPTION_S
    while os.getppid() != supervisor:
        if time.monotonic() > give_up_at:
            os._exit(1)
        time.sleep(0.001)
    _die_with_parent()
    if os.getppid() != supervisor:
        # It has died in between, and its death will not be told any more.
        os._exit(1)


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
