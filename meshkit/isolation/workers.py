"""A few child processes, started when there is work and ended when there is none for a while."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Final, Literal

from meshkit.isolation.child import ANSWER, OK, OK_AND_GONE, OUT_OF_MEMORY, REQUEST

Why = Literal["timeout", "memory", "crashed", "failed"]

MEMORY_MAX: Final = 160 * 1024 * 1024
"""Bytes of address space of a child, unless it is told otherwise."""
_ANSWER_MAX: Final = 16 * 1024 * 1024
_IDLE_S: Final = 30.0
_DYING_S: Final = 2.0
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TZ")
"""What a child gets of the environment: no key and no password."""
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class IsolatedError(Exception):
    """A function in a child process has given no answer; the message is a clause for people.

    Attributes:
        why: "timeout" or "memory" when it took more than it may, "crashed" when the process died,
            "failed" when it raised.
    """

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


class Workers:
    """Runs functions on bytes in child processes that are killed when they take too much."""

    def __init__(
        self,
        *,
        size: int = 2,
        memory_max: int = MEMORY_MAX,
        cpu_s: int = 8,
        idle_s: float = _IDLE_S,
        reuse: bool = True,
    ) -> None:
        """Starts nothing yet.

        Args:
            size: How many children there are at most; further calls wait.
            memory_max: Bytes of address space of each, of which what reads the web takes 60 MiB.
            cpu_s: Seconds of computing that one request may take.
            idle_s: Seconds after which a child without work is ended.
            reuse: Whether a child answers more than one request. Not where it runs what strangers
                have written: that could stay in it.
        """
        self._free = asyncio.Semaphore(size)
        self._memory_max = memory_max
        self._cpu_s = cpu_s
        self._idle_s = idle_s
        self._reuse = reuse
        self._idle: list[_Child] = []

    async def run(self, function: str, given: bytes, *, timeout_s: float) -> bytes:
        """Runs a function in a child; what it is given may be hostile.

        Args:
            function: `module:function`, bytes in and bytes out; importable by the child.
            given: Its input, less than 4 GiB.
            timeout_s: Seconds from when a child takes it on, on a machine that may be busy.

        Raises:
            IsolatedError: when there is no answer.
        """
        async with self._free:
            child = self._idle.pop() if self._idle else _Child()
            child.rest()
            done = False
            try:
                async with asyncio.timeout(timeout_s):
                    await child.start(self._memory_max, self._cpu_s)
                    status, answer = await child.ask(function, given)
                done = status == OK and self._reuse
            except TimeoutError as error:
                message = f"it took longer than {timeout_s:g} s"
                raise IsolatedError("timeout", message) from error
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                if await child.end_of() == -signal.SIGXCPU:
                    message = f"it took more than {self._cpu_s} s to compute"
                    raise IsolatedError("timeout", message) from error
                raise IsolatedError("crashed", "the process that read it died") from error
            finally:
                # One that has failed or says so ends, and one that is cancelled is at work.
                if done:
                    self._idle.append(child)
                    child.idle(self._idle_s, self._retire)
                else:
                    await child.kill()
        if status == OUT_OF_MEMORY:
            raise IsolatedError("memory", "it took more memory than it may")
        if status not in (OK, OK_AND_GONE):
            raise IsolatedError("failed", answer.decode(errors="replace"))
        return answer

    async def close(self) -> None:
        """Ends the children that have no work; to be called when none has any."""
        children, self._idle = self._idle, []
        for child in children:
            child.rest()
            await child.kill()

    def _retire(self, child: "_Child") -> None:
        with contextlib.suppress(ValueError):
            self._idle.remove(child)
            child.end()


class _Child:
    """One child process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, memory_max: int, cpu_s: int) -> None:
        """Starts it unless it runs."""
        if self._process is not None and self._process.returncode is None:
            return
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "meshkit.isolation.child", str(memory_max), str(cpu_s)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment | _ONE_THREAD,
            start_new_session=True,
        )

    async def ask(self, function: str, given: bytes) -> tuple[int, bytes]:
        """Sends a request and answers status and answer."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise BrokenPipeError
        name = function.encode()
        self._process.stdin.write(REQUEST.pack(len(name), len(given)) + name + given)
        await self._process.stdin.drain()
        head = await self._process.stdout.readexactly(ANSWER.size)
        status, size = ANSWER.unpack(head)
        if size > _ANSWER_MAX:
            raise BrokenPipeError
        return status, await self._process.stdout.readexactly(size)

    async def end_of(self) -> int:
        """The exit code of one that has closed its output, negative for a signal.

        Not by way of `kill`, which may find out about the end before the loop does, and then the
        loop does not know the code.
        """
        if self._process is None:
            return 0
        try:
            async with asyncio.timeout(_DYING_S):
                return await self._process.wait()
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """Kills it with what it has started, and waits until it is gone; answers its exit code."""
        if self._process is None:
            return 0
        if self._process.returncode is not None:
            return self._process.returncode
        with contextlib.suppress(ProcessLookupError):
            # It leads a session, and so a group, of its own.
            os.killpg(self._process.pid, signal.SIGKILL)
        return await self._process.wait()

    def end(self) -> None:
        """Lets it end by itself, as nobody asks it any more."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def idle(self, seconds: float, retire: "Callable[[_Child], None]") -> None:
        """Has `retire` called after so long without a request."""
        self._timer = asyncio.get_running_loop().call_later(seconds, retire, self)

    def rest(self) -> None:
        """Forgets what `idle` asked for."""
        if self._timer is not None:
            self._timer.cancel()


@contextlib.asynccontextmanager
async def open_workers(*, size: int = 2, memory_max: int = MEMORY_MAX) -> AsyncIterator[Workers]:
    """Workers whose children end with the block; arguments as of `Workers`."""
    workers = Workers(size=size, memory_max=memory_max)
    try:
        yield workers
    finally:
        await workers.close()
