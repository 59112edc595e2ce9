"""Every public call, over REST and over gRPC, and what it is answered."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import grpc
import httpx
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from chaos.clients import request
from chaos.contract import Call
from chaos.mesh import Mesh
from chaos.tenants import Tenant

ANSWER_S: Final = 2.0
"""Within which every call is answered, whatever state Redis is in."""
AT_ONCE: Final = 24
"""Calls under way at the same time: more would wait for each other on a small machine."""
FLOOR_MAX_S: Final = 1.0
_SICK_MAX: Final = 3
AWAY: Final = "UPSTREAM_UNAVAILABLE"
OK: Final = "OK"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered.

    Attributes:
        to: The call and how it was made.
        code: The code of the error, "OK", or what came instead of either.
        took_s: How long it took.
        flaw: What the refusal lacks; empty when it has all that a refusal has, and for "OK".
        floor_s: How long the slowest call took meanwhile that has nothing to do with Redis.
    """

    to: str
    code: str
    took_s: float
    flaw: str = ""
    floor_s: float = 0.0


def values(tenant: Tenant, task_id: str) -> dict[str, Any]:
    """What the requests of all calls are made of."""
    return {
        **request("plain"),
        "task_id": task_id,
        "tenant_id": tenant.tenant_id,
        "key_id": "0" * 16,
        "skill_id": "skill_fault_v1",
        "profile_id": "profile_fault_v1",
        "name": "fault",
        "limits": {"running": 5},
        "id": "doc_fault",
        "content": "A text for the knowledge base.",
        "query": "text",
    }


def wrong(answer: Answer, *codes: str) -> str:
    """What is wrong with an answer that has to be one of some codes, complete and in time."""
    if answer.code not in codes:
        return f"{answer.to}: {answer.code}"
    if answer.flaw:
        return f"{answer.to}: {answer.flaw}"
    if answer.took_s < ANSWER_S + min(answer.floor_s, FLOOR_MAX_S):
        return ""
    return f"{answer.to}: took {answer.took_s:.2f} s, /health {answer.floor_s:.2f} s"


async def over_rest(client: httpx.AsyncClient, call: Call, known: dict[str, Any]) -> Answer:
    """Makes a call over REST; of a stream it reads no more than the beginning."""
    verb, path, body = call.rest(known)
    to = f"REST {call.name}"
    asked = time.monotonic()
    async with client.stream(verb, path, json=body) as answer:
        if answer.status_code == httpx.codes.OK:
            if call.streams:
                await anext(answer.aiter_bytes())
            else:
                await answer.aread()
            return Answer(to, OK, time.monotonic() - asked)
        await answer.aread()
        took_s = time.monotonic() - asked
        try:
            told = answer.json()
            code, success = told["error"]["code"], told["success"]
        except (ValueError, KeyError, TypeError):
            return Answer(to, f"{answer.status_code} {answer.text}", took_s)
        flaw = ""
        if success is not False:
            flaw = f"success is {success}"
        elif code == AWAY and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            flaw = f"is {answer.status_code}"
        elif code == AWAY and int(answer.headers.get("retry-after", 0)) < 1:
            flaw = f"Retry-After is {answer.headers.get('retry-after')}"
        return Answer(to, code, took_s, flaw)


async def over_grpc(
    channel: grpc.aio.Channel, key: str, call: Call, known: dict[str, Any]
) -> Answer:
    """Makes a call over gRPC; of a stream it reads no more than the beginning."""
    # Bytes in, bytes out, which the stubs have no type for.
    bare: Any = channel
    asked = call.message(known).SerializeToString()
    metadata = (("authorization", f"Bearer {key}"),)
    to = f"gRPC {call.name}"
    began = time.monotonic()
    try:
        if call.streams:
            stream = bare.unary_stream(call.path)(asked, metadata=metadata)
            await stream.read()
            stream.cancel()
        else:
            await bare.unary_unary(call.path)(asked, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        took_s = time.monotonic() - began
        # It has all that a Call has which is looked at.
        ended: Any = error
        status = rpc_status.from_call(ended)
        details = {detail.TypeName(): detail for detail in (status.details if status else ())}
        info = error_details_pb2.ErrorInfo()
        if "google.rpc.ErrorInfo" not in details:
            return Answer(to, f"{error.code().name} {error.details()}", took_s)
        details["google.rpc.ErrorInfo"].Unpack(info)
        flaw = ""
        if info.reason == AWAY and error.code() is not grpc.StatusCode.UNAVAILABLE:
            flaw = f"is {error.code().name}"
        elif info.reason == AWAY and "google.rpc.RetryInfo" not in details:
            flaw = "no RetryInfo"
        return Answer(to, info.reason, took_s, flaw)
    return Answer(to, OK, time.monotonic() - began)


class Caller:
    """Makes calls of a tenant and of the operator, each over REST and over gRPC."""

    def __init__(
        self, mesh: Mesh, owner: Tenant, operator: httpx.AsyncClient, channel: grpc.aio.Channel
    ) -> None:
        self._owner, self._operator, self._channel = owner, operator, channel
        self._admin_key = mesh.state.admin_key.read_text(encoding="ascii").strip()

    async def make(self, wanted: Iterable[Call], task_id: str) -> list[Answer]:
        """Makes calls about a task, `AT_ONCE` at a time."""
        known = values(self._owner, task_id)
        slots = asyncio.Semaphore(AT_ONCE)

        async def rest(call: Call) -> Answer:
            async with slots:
                http = self._operator if call.admin else self._owner.http
                return await over_rest(http, call, known)

        async def grpc_(call: Call) -> Answer:
            async with slots:
                key = self._admin_key if call.admin else self._owner.key
                return await over_grpc(self._channel, key, call, known)

        making = []
        for call in wanted:
            if call.verb:
                making.append(rest(call))
            making.append(grpc_(call))
        made = asyncio.gather(*making)
        floor_s, in_a_row = 0.0, 0
        while not made.done():
            asked = time.monotonic()
            alive = (await self._owner.http.get("/health")).status_code == httpx.codes.OK
            # Once may be a gateway that stands still for a moment.
            in_a_row = 0 if alive else in_a_row + 1
            assert in_a_row < _SICK_MAX
            floor_s = max(floor_s, time.monotonic() - asked)
            await asyncio.wait([made], timeout=0.1)
        return [replace(answer, floor_s=floor_s) for answer in await made]
