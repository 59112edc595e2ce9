"""The supervisor's side of the nursery: services that are forked rather than started."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from meshkit.local.nursery import Birth
from meshkit.local.process import die_with_parent

_PR_SET_CHILD_SUBREAPER: Final = 36


class Child(Protocol):
    """A child process."""

    @property
    def pid(self) -> int:
        """Its process id."""

    async def wait(self) -> int:
        """Waits for its end; the exit code, or the negated number of the signal that ended it."""


@dataclass(frozen=True, slots=True)
class Forked:
    """A child process that asyncio did not start."""

    pid: int

    async def wait(self) -> int:
        """Waits for its end; the exit code, or the negated number of the signal that ended it."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        pinned = os.pidfd_open(self.pid)
        loop.add_reader(pinned, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(pinned)
            os.close(pinned)
        # It has ended: this does not wait.
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])  # noqa: ASYNC222


def fork_services(
    births: Sequence[Birth], tasks: asyncio.TaskGroup, *, log: Path
) -> dict[str, asyncio.Future[Child | None]]:
    """Has the nursery fork services.

    Args:
        births: The services, in the order in which they are forked.
        tasks: Runs what follows the nursery; it ends with the last birth.
        log: Where it tells what it cannot import.

    Returns:
        By name: the child as soon as it is born, or None when it cannot be.
    """
    loop = asyncio.get_running_loop()
    futures = {birth.name: loop.create_future() for birth in births}
    tasks.create_task(_follow(births, futures, log), name="nursery")
    return futures


async def _follow(
    births: Sequence[Birth], futures: dict[str, asyncio.Future[Child | None]], log: Path
) -> None:
    try:
        with log.open("ab") as errors, _reaper():
            nursery = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-m", "meshkit.local.nursery"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
            if nursery.stdin is None or nursery.stdout is None:
                return
            nursery.stdin.writelines(f"{birth.to_json()}\n".encode() for birth in births)
            nursery.stdin.close()
            async for line in nursery.stdout:
                name, _, pid = line.decode().partition(" ")
                futures[name].set_result(Forked(int(pid)))
            await nursery.wait()
    finally:
        for future in futures.values():
            if not future.done():
                future.set_result(None)


@contextlib.contextmanager
def _reaper() -> Iterator[None]:
    """Makes grandchildren whose parent ends children of this process, while the block lasts."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0)
