"""The side of sessions that asks: keeps some open to one agent, and spreads calls over them."""

import asyncio
import contextlib
import contextvars
import random
from collections.abc import Callable
from typing import Any, Final

import grpc

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit import logs
from meshkit.errors import MeshError, Reason, from_rpc_error
from meshkit.sessions.session import Session, SessionCall

_PATH: Final = "/manusmesh.session.v1.SessionService/Open"
_LIFE_S: Final = 30.0
"""How long a session takes new calls: a new replica gets its share of them after that."""
_PAUSE_S: Final = 0.5
"""How long after a failed opening none is tried for calls that have another session."""
_PREPARE_S: Final = 5.0
"""How long sessions are tried to be opened before a call needs one."""
_AGAIN_S: Final = 0.05
"""How long after a failed opening the next one then is."""
_WITHOUT_S: Final = 30.0
"""How long an agent that knows no sessions is not asked for one again."""

_log = logs.get("meshkit.sessions")


class Sessions:
    """Sessions to one agent over one channel, which spreads them over the agent's replicas."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        *,
        agent: str,
        internal_key: str,
        count: int,
        life_s: float = _LIFE_S,
    ) -> None:
        """Opens nothing yet.

        Args:
            channel: Leads to the agent.
            agent: Its name, for logs.
            internal_key: What the agent wants to be shown.
            count: How many sessions to have, as many as there are replicas.
            life_s: How long a session takes new calls.
        """
        self._method: Any = channel.stream_stream(
            _PATH, response_deserializer=pb.OpenResponse.FromString
        )
        self._agent = agent
        self._metadata = (("authorization", f"Bearer {internal_key}"),)
        self._count = count
        self._life_s = life_s
        self._sessions: list[Session] = []
        self._opening: set[asyncio.Task[MeshError | None]] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._failure: MeshError | None = None
        self._open_after = 0.0
        self._without_until = 0.0

    async def start(
        self, path: str, request: bytes, *, timeout_s: float, parse: Callable[[bytes], Any]
    ) -> SessionCall | None:
        """Begins a call; None when the agent knows no sessions.

        Args:
            path: `/package.Service/Method`.
            request: The serialized request.
            timeout_s: How long the whole call may take, waiting for a session included.
            parse: Makes an event of its bytes.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE when the agent can't be reached, what it says when it
                takes no session, DEADLINE_EXCEEDED.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        session = self._pick()
        if session is None:
            try:
                async with asyncio.timeout_at(deadline):
                    session = await self._first()
            except TimeoutError as error:
                message = "The time for the call ran out."
                raise MeshError(Reason.DEADLINE_EXCEEDED, message) from error
        if session is None:
            return None
        return session.start(path, request, deadline=deadline, parse=parse)

    async def prepare(self) -> None:
        """Opens the first session before a call needs it: the call would wait for that.

        Gives up after some seconds, in which an agent that is being started comes up; the next call
        tries again.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PREPARE_S):
                while not self._sessions and loop.time() >= self._without_until:
                    if not self._opening:
                        self._begin()
                    await self._news.wait()
                    if self._failure is not None:
                        await asyncio.sleep(_AGAIN_S)

    async def close(self) -> None:
        """Ends all sessions, and with them their calls."""
        tasks = [*self._opening, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _pick(self) -> Session | None:
        """The session with the fewest calls, those with as many in turn; begins more if need be."""
        now = asyncio.get_running_loop().time()
        fresh = sum(1 for session in self._sessions if now < session.until)
        if fresh + len(self._opening) < self._count and now >= self._open_after:
            self._begin()
        if not self._sessions:
            return None
        chosen = min(self._sessions, key=lambda session: session.load)
        self._sessions.remove(chosen)
        self._sessions.append(chosen)
        return chosen

    async def _first(self) -> Session | None:
        """The first session that is there; None when the agent knows none."""
        while True:
            if asyncio.get_running_loop().time() < self._without_until:
                return None
            if not self._opening:
                self._begin()
            # Not for those that are being opened now: one of a frozen replica may never be, while
            # another call's is.
            await self._news.wait()
            session = self._pick()
            if session is not None:
                return session
            if self._failure is not None and not self._opening:
                raise self._failure

    def _begin(self) -> None:
        # Nothing of the call that happens to be the first, such as its trace, may stay with it.
        opening = asyncio.get_running_loop().create_task(
            self._open(), context=contextvars.Context()
        )
        self._opening.add(opening)
        opening.add_done_callback(self._opened)

    def _opened(self, opening: asyncio.Task[MeshError | None]) -> None:
        """Tells those who wait what has become of an opening."""
        self._opening.discard(opening)
        if opening.cancelled():
            return
        bug = opening.exception()
        if bug is None:
            self._failure = opening.result()
        else:
            _log.error("session_bug", agent=self._agent, exc_info=bug)
            self._failure = MeshError(Reason.INTERNAL, f"No session to the {self._agent} agent.")
        if self._failure is not None:
            self._open_after = asyncio.get_running_loop().time() + _PAUSE_S
        self._news.set()
        self._news = asyncio.Event()

    async def _open(self) -> MeshError | None:
        """Opens one session; answers why it could not."""
        loop = asyncio.get_running_loop()
        stream = self._method(metadata=self._metadata)
        try:
            first = await stream.read()
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                _log.info("no_sessions", agent=self._agent)
                self._without_until = self._open_after = loop.time() + _WITHOUT_S
                return None
            return from_rpc_error(error)
        if first is grpc.aio.EOF:
            message = f"The {self._agent} agent takes no calls; try again shortly."
            return MeshError(Reason.UPSTREAM_UNAVAILABLE, message)
        now = loop.time()
        for session in tuple(self._sessions):
            if now >= session.until:
                session.retire()
        # Not all at once, so that hardly ever a call has to wait.
        life_s = self._life_s * random.uniform(0.8, 1.2)  # noqa: S311 - not for a secret
        session = Session(stream, until=now + life_s, closed_to_calls=self._leave)
        self._sessions.append(session)
        running = loop.create_task(self._run(session))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return None

    async def _run(self, session: Session) -> None:
        try:
            await session.run()
        except grpc.aio.AioRpcError as error:
            _log.warning("session_lost", agent=self._agent, code=error.code().name)

    def _leave(self, session: Session) -> None:
        with contextlib.suppress(ValueError):
            # Retired before it was lost.
            self._sessions.remove(session)
