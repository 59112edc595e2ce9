"""One tenant tries to reach another's tasks, by every call and with every kind of id."""

import asyncio
import math
import random
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
import httpx

from chaos.clients import request
from chaos.contract import Call, calls
from chaos.tenants import Tenant

SECRET: Final = "the-name-that-nobody-else-may-read"  # noqa: S105 (a name to look for in answers)
_AT_ONCE: Final = 16
_AWAY: Final = frozenset({"502", "503", "504", "UNAVAILABLE", "DEADLINE_EXCEEDED"})
"""What a machine that stands still is answered: it tells nothing, and another try is made."""
_PATIENCE: Final = 60
_AGAIN_S: Final = 0.5
_OWN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{16}")
"""What differs from answer to answer by itself: request and trace ids."""
_VARYING: Final = frozenset(
    {
        "date",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-envoy-upstream-service-time",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try was answered, without what differs by itself.

    Attributes:
        code: The HTTP status, or the gRPC code.
        headers: The headers or trailing metadata that matter, sorted.
        body: The body, or the message of the error.
    """

    code: str
    headers: tuple[str, ...]
    body: str


@dataclass(slots=True)
class Intrusion:
    """What came of the tries.

    Attributes:
        tries: Tries made.
        calls: Different calls that they went through.
        leaks: Tries that were answered with something, or told a foreign id from an unknown one.
    """

    tries: int
    calls: int
    leaks: list[str]


async def intrude(
    victim: Tenant,
    attacker: Tenant,
    channel: grpc.aio.Channel,
    *,
    tries: int,
    seed: int,
) -> Intrusion:
    """Tries to reach the victim's task with the attacker's key.

    Each third try names the victim's task, another an id that nobody has, the others something
    like the victim's. The answers to the first two must be the same, call by call.

    Args:
        victim: Whose task is tried.
        attacker: Who tries.
        channel: To the public port.
        tries: How many at least: each call gets as many as the others.
        seed: Of the ids.

    Raises:
        httpx.HTTPStatusError: when the victim cannot start its task.
    """
    answer = await victim.http.post("/api/generate-skill/start", json=request(SECRET))
    answer.raise_for_status()
    task_id = str(answer.json()["task_id"])
    choose = random.Random(seed)  # noqa: S311 (nothing here is a secret)
    about = [call for call in calls() if call.about_task and not call.admin]
    ways = [(call, rest) for call in about for rest in (True, False) if call.verb or not rest]
    at_once = asyncio.Semaphore(_AT_ONCE)
    leaks: list[str] = []
    made = 0

    async def one(call: Call, *, rest: bool, tried: str) -> Answer:
        nonlocal made
        async with at_once:
            made += 1
            values = {"task_id": tried}
            for _ in range(_PATIENCE):
                found = (
                    await _over_rest(attacker, call, values)
                    if rest
                    else await _over_grpc(attacker, channel, call, values)
                )
                if found.code not in _AWAY:
                    break
                await asyncio.sleep(_AGAIN_S)
        if found.code not in ("404", "NOT_FOUND", "400", "INVALID_ARGUMENT"):
            leaks.append(f"{call.name} of {tried!r} answered {found.code}: {found.body[:200]}")
        elif SECRET in found.body or (task_id in found.body and tried != task_id):
            leaks.append(f"{call.name} of {tried!r} told of the victim: {found.body[:200]}")
        return found

    async def compare(call: Call, *, rest: bool) -> None:
        foreign = await one(call, rest=rest, tried=task_id)
        unknown = await one(call, rest=rest, tried=_unknown(choose))
        if foreign != unknown:
            leaks.append(f"{call.name} tells a foreign id from an unknown one: {foreign} {unknown}")
        await one(call, rest=rest, tried=_mutated(task_id, choose))

    rounds = max(1, math.ceil(tries / (3 * len(ways))))
    async with asyncio.TaskGroup() as group:
        for _ in range(rounds):
            for call, rest in ways:
                group.create_task(compare(call, rest=rest))
    leaks += await _harm(victim, task_id)
    return Intrusion(made, len(ways), leaks)


async def _harm(victim: Tenant, task_id: str) -> list[str]:
    """What the tries have changed about the victim's task."""
    found = await victim.http.get(f"/api/tasks/{task_id}")
    if found.status_code != httpx.codes.OK:
        return [f"the victim's own task answers {found.status_code}"]
    status = found.json()["status"]
    return [f"the victim's task is {status}"] if status in ("cancelled", "paused") else []


async def _over_rest(attacker: Tenant, call: Call, values: Mapping[str, Any]) -> Answer:
    verb, path, body = call.rest(values)
    async with attacker.http.stream(verb, path, json=body) as answer:
        if call.streams and answer.status_code == httpx.codes.OK:
            # As below: it may have no end.
            text = (await anext(answer.aiter_bytes())).decode()
        else:
            text = (await answer.aread()).decode()
    told = str(values["task_id"])
    headers = (f"{name}: {value}" for name, value in answer.headers.items() if name not in _VARYING)
    return Answer(
        str(answer.status_code),
        tuple(sorted(_plain(one, told) for one in headers)),
        _plain(text, told),
    )


async def _over_grpc(
    attacker: Tenant, channel: grpc.aio.Channel, call: Call, values: Mapping[str, Any]
) -> Answer:
    asked = call.message(values).SerializeToString()
    # Bytes in, bytes out, which the stubs have no type for.
    bare: Any = channel
    told = str(values["task_id"])
    try:
        if call.streams:
            # No more than the first message of what must not be told at all.
            stream = bare.unary_stream(call.path)(asked, metadata=attacker.metadata)
            try:
                answer = await stream.read()
            finally:
                stream.cancel()
        else:
            answer = await bare.unary_unary(call.path)(asked, metadata=attacker.metadata)
    except grpc.aio.AioRpcError as error:
        trailing = [
            f"{name}: {value!r}"
            for name, value in error.trailing_metadata() or ()
            if name not in _VARYING
        ]
        return Answer(
            error.code().name,
            tuple(sorted(_plain(one, told) for one in trailing)),
            _plain(error.details() or "", told),
        )
    return Answer("OK", (), repr(answer))


def _plain(text: str, told: str) -> str:
    """A text without the id that was asked for and without what differs by itself."""
    return _OWN.sub("…", text.replace(told, "ID"))


def _unknown(choose: random.Random) -> str:
    return f"task_{choose.getrandbits(128):032x}"


def _mutated(task_id: str, choose: random.Random) -> str:
    """An id that resembles another one."""
    place = choose.randrange(len(task_id))
    other = choose.choice(string.hexdigits + "*?[]{}:/.%\n\0 ")
    kinds: Sequence[str] = (
        task_id[:place] + other + task_id[place + 1 :],
        task_id[:place],
        task_id + other,
        task_id.upper(),
        f"{{{task_id}}}",
        f"task:{{{task_id}}}",
        f"{task_id}:events",
        f" {task_id}",
        task_id[:5] + "*",
        f"{task_id}\r\nGET task:{{{task_id}}}",
    )
    made = choose.choice(kinds)
    return made if made and made != task_id else _unknown(choose)
