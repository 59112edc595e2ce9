"""The supervisor's side of the nursery: services that are forked rather than started."""

import asyncio
import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from meshkit.local.nursery import Birth, to_json

Nursery = subprocess.Popen[bytes]

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
    groups: Sequence[Sequence[Birth]], tasks: asyncio.TaskGroup, *, nursery: Nursery
) -> dict[str, asyncio.Future[Child | None]]:
    """Has the nursery fork services.

    Args:
        groups: The services, in the order in which they are forked; groups side by side.
        tasks: Runs what follows the nursery; it ends with the last birth.
        nursery: As `start_nursery` has started it.

    Returns:
        By name: the child as soon as it is born, or None when it cannot be.
    """
    loop = asyncio.get_running_loop()
    futures = {birth.name: loop.create_future() for births in groups for birth in births}
    tasks.create_task(_follow(groups, futures, nursery), name="nursery")
    return futures


async def _follow(
    groups: Sequence[Sequence[Birth]],
    futures: dict[str, asyncio.Future[Child | None]],
    nursery: Nursery,
) -> None:
    if nursery.stdin is None or nursery.stdout is None:
        raise ValueError("the nursery takes births and tells of them over pipes")
    told, births = asyncio.StreamReader(), asyncio.BaseProtocol()
    loop = asyncio.get_running_loop()
    try:
        with _reaper():
            # More than a pipe holds, and the nursery may still be importing.
            into, _ = await loop.connect_write_pipe(lambda: births, nursery.stdin)
            into.write(to_json(groups).encode())
            into.close()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), nursery.stdout)
            async for line in told:
                name, _, pid = line.decode().partition(" ")
                futures[name].set_result(Forked(int(pid)))
            await Forked(nursery.pid).wait()
            # It has ended, and nobody else need wait for it.
            nursery.returncode = 0
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
