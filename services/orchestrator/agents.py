"""The agents as plain calls: a stream of events in, one result out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import grpc
from google.protobuf.message import Message

from jobs.job import Action, Req, Res
from manusmesh.type.v1 import run_pb2
from meshkit import client
from meshkit.errors import MeshError, Reason, from_rpc_error
from meshkit.sessions.client import Sessions


@dataclass(frozen=True, slots=True)
class Listener:
    """Told of what an agent says before its result.

    Attributes:
        progress: How far it has come.
        message: Something said to another agent.
        tool_call: A tool was used.
        usage: What model calls have cost since the last time.
    """

    progress: Callable[[run_pb2.Progress], Awaitable[None]]
    message: Callable[[run_pb2.AgentMessage], Awaitable[None]]
    tool_call: Callable[[run_pb2.ToolCall], Awaitable[None]]
    usage: Callable[[run_pb2.Usage], Awaitable[None]]


class Agents:
    """Channels to the four agents, and sessions over them."""

    def __init__(
        self,
        channels: Mapping[str, grpc.aio.Channel],
        *,
        internal_key: str,
        sessions: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Calls nobody yet.

        Args:
            channels: Agent to what leads to it.
            internal_key: What the agents want to be shown.
            sessions: How many sessions to have to an agent; one that is not named gets its calls
                as RPCs of their own.
        """
        self._channels = channels
        self._internal_key = internal_key
        self._sessions = {
            agent: Sessions(channels[agent], agent=agent, internal_key=internal_key, count=count)
            for agent, count in sessions.items()
        }
        # A method's stub costs more than a call over it. Any: their events differ.
        self._methods: dict[str, Any] = {}
        self._preparing: list[asyncio.Task[None]] = []

    def prepare(self) -> None:
        """Begins to open a session to each agent, so that no task has to wait for it."""
        loop = asyncio.get_running_loop()
        self._preparing += [loop.create_task(each.prepare()) for each in self._sessions.values()]

    async def call(
        self, action: Action[Req, Res], request: bytes, listener: Listener, *, timeout_s: float
    ) -> Res:
        """Runs one action and answers its result.

        Cancelling the caller cancels the call, and with it the agent's work.

        Args:
            action: What to do.
            request: The action's request, serialized.
            listener: Told of what the agent says before its result.
            timeout_s: How long it may take.

        Raises:
            MeshError: what the agent raised; UPSTREAM_UNAVAILABLE when it can't be reached;
                INTERNAL when its stream ends without a result.
        """
        call = await self._begin(action, request, timeout_s)
        result: Res | None = None
        try:
            async for event in call:
                result = await _hear(event, listener, result)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        finally:
            # Whatever ended the reading, the agent must not work on; a call that is over stays so.
            call.cancel()
        if result is None:
            message = f"The {action.agent} agent ended without a result."
            raise MeshError(Reason.INTERNAL, message)
        return result

    async def close(self) -> None:
        """Ends all sessions."""
        for preparing in self._preparing:
            preparing.cancel()
        for sessions in self._sessions.values():
            await sessions.close()

    async def _begin(self, action: Action[Req, Res], request: bytes, timeout_s: float) -> Any:  # noqa: ANN401
        """A call under way: its events to iterate over, and `cancel`. Any: events differ."""
        sessions = self._sessions.get(action.agent)
        if sessions is not None:
            call = await sessions.start(
                action.path, request, timeout_s=timeout_s, parse=action.event.FromString
            )
            if call is not None:
                return call
        method = self._methods.get(action.path)
        if method is None:
            method = self._methods[action.path] = self._channels[action.agent].unary_stream(
                action.path, response_deserializer=action.event.FromString
            )
        return method(request, timeout=timeout_s, metadata=client.metadata(self._internal_key))


async def _hear(event: Message, listener: Listener, result: Res | None) -> Res | None:
    kind = event.WhichOneof("event")
    match kind:
        case "result":
            made: Res = getattr(event, kind)
            return made
        case "progress" | "message" | "tool_call" | "usage":
            await getattr(listener, kind)(getattr(event, kind))
        case _:
            message = "An agent sent an event of an unknown kind."
            raise MeshError(Reason.INTERNAL, message)
    return result
