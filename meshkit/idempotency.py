"""The `Idempotency-Key`: a POST that is sent again is not done again, and has the same answer.

Starts of tasks have a way of their own (`TaskStore.create`): there the task is what is remembered.
For every other POST the answer is, with a fingerprint of what was asked for. Secrets are not: a
call whose answer has fields marked `debug_redact` is answered once, and a repeat is told the ids of
what it made. Failures are forgotten, so that trying again can help.
"""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from manusmesh.type.v1 import policy_pb2
from meshkit import logs, policy
from meshkit.auth import keys
from meshkit.errors import MeshError, Reason, invalid
from meshkit.middleware import Call, Middleware, Proceed
from meshkit.redis import Redis, Script

KEPT_S: Final = 86_400
"""How long an answer is kept."""
_KEY_MAX: Final = 255
_UNDER_WAY_MS: Final = 60_000
"""How long a call counts as under way at most: longer than one takes. When its process has died a
repeat does it again after that, as nobody knows how far it came."""
_WAIT_S: Final = 2.0
"""How long a repeat waits for the first call to end."""
_POLL_S: Final = 0.05
_SCHEMA: Final = 1
_DELETE_IF: Final = Script.load("meshkit.scripts", "delete_if.lua")

_log = logs.get("meshkit.idempotency")


def key_of(call: Call) -> str:
    """The idempotency key of a call, from its header or its request; empty for none.

    Raises:
        MeshError: INVALID_ARGUMENT for a malformed key, and for two that differ.
    """
    in_request = str(getattr(call.request, "idempotency_key", "") or "")
    header = call.header("idempotency-key")
    if in_request and header and in_request != header:
        raise invalid(
            "idempotency_key", "differs from the header Idempotency-Key; send one of them"
        )
    key = in_request or header
    if len(key) > _KEY_MAX or not (key.isascii() and (key.isprintable() or not key)):
        raise invalid("idempotency_key", f"has at most {_KEY_MAX} printable ASCII characters")
    return key


def reused(details: Mapping[str, str] | None = None) -> MeshError:
    """The error of a key that comes with another request than before."""
    message = "This idempotency key was used with another request; use a new key."
    return MeshError(Reason.CONFLICT, message, details=details)


def once(redis: Redis, services: Iterable[ServiceDescriptor]) -> Middleware:
    """Does what has an idempotency key once, and answers repeats with the first answer.

    It belongs after validation. It is for unary methods with a POST route and no role for a job;
    others, and calls without a key, pass. A call with a key is finished though its caller goes
    away: whoever repeats it then gets its answer.

    Args:
        redis: Where the answers are.
        services: The services that are called.
    """
    methods = {path: method for one in services for path, method in _repeatable(one)}
    running: set[asyncio.Task[None]] = set()

    async def around(call: Call, proceed: Proceed) -> None:
        method = methods.get(call.path)
        key = key_of(call) if method is not None else ""
        if method is None or not key:
            await proceed(call)
            return
        memory = _Memory(redis, call, key)
        known = await memory.begin()
        if known is not None:
            _repeat(call, method, known)
            return
        task = asyncio.create_task(_first(call, proceed, method, memory))
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.shield(task)

    return around


def answer_name(owner: str, path: str, key: str) -> str:
    """Redis key (string) of what a call with an idempotency key has answered.

    Args:
        owner: The tenant id, or "" for the operators.
        path: `/package.Service/Method`.
        key: The idempotency key.
    """
    digest = hashlib.sha256(f"{path}\0{key}".encode()).hexdigest()
    return f"{keys.owner_tag(owner)}:answer:{digest}"


@dataclass(frozen=True, slots=True)
class _Method:
    answer: type[Message]
    secret: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a call; a line of JSON, and then the answer.

    Attributes:
        fingerprint: Tells what was asked for.
        call: Names the call while it is under way; empty afterwards.
        headers: What it told beside its answer.
        made: Ids of what it made, instead of an answer that has secrets.
        answer: Its answer, serialized.
    """

    fingerprint: str
    call: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    def to_bytes(self) -> bytes:
        facts = {
            "schema": _SCHEMA,
            "fingerprint": self.fingerprint,
            "call": self.call,
            "headers": self.headers,
            "made": self.made,
        }
        return json.dumps(facts, separators=(",", ":")).encode() + b"\n" + self.answer

    @classmethod
    def from_bytes(cls, stored: bytes) -> "_Known":
        line, _, answer = stored.partition(b"\n")
        facts = json.loads(line)
        headers = [(name, value) for name, value in facts["headers"]]
        return cls(facts["fingerprint"], facts["call"], headers, facts["made"], answer)


class _Memory:
    """What is remembered under the key of one call."""

    def __init__(self, redis: Redis, call: Call, key: str) -> None:
        self._redis = redis
        self._name = answer_name(call.principal.tenant_id, call.path, key)
        self._mine = _Known(_fingerprint(call.request), call=secrets.token_hex(8))

    async def begin(self) -> _Known | None:
        """What the first call has answered; None when this is the first one.

        Raises:
            MeshError: CONFLICT for another request, or while the first call is under way.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _WAIT_S
        mine = self._mine.to_bytes()
        while True:
            if await self._redis.execute("SET", self._name, mine, "NX", "PX", _UNDER_WAY_MS):
                return None
            stored = await self._redis.execute("GET", self._name)
            if isinstance(stored, bytes):
                known = _Known.from_bytes(stored)
                if known.fingerprint != self._mine.fingerprint:
                    raise reused()
                if not known.call:
                    return known
            if loop.time() >= until:
                message = "The first call with this idempotency key is still under way; try again."
                raise MeshError(Reason.CONFLICT, message, retry_after_s=_WAIT_S)
            await asyncio.sleep(_POLL_S)

    async def keep(
        self, headers: list[tuple[str, str]], made: dict[str, str], answer: bytes
    ) -> None:
        """Keeps how the call has been answered."""
        known = _Known(self._mine.fingerprint, "", headers, made, answer)
        try:
            await self._redis.execute("SET", self._name, known.to_bytes(), "EX", KEPT_S)
        except MeshError as error:
            # It is done and its caller must hear so; a repeat is held up until this lapses.
            _log.warning("answer_not_kept", error=error.message)

    async def forget(self) -> None:
        """Lets the call be made again."""
        try:
            await self._redis.run(_DELETE_IF, [self._name], [self._mine.to_bytes()])
        except MeshError as error:
            # The caller hears of the failure itself.
            _log.warning("failure_not_forgotten", error=error.message)


async def _first(call: Call, proceed: Proceed, method: _Method, memory: _Memory) -> None:
    told_before = set(call.headers)
    try:
        await proceed(call)
    except Exception:
        await memory.forget()
        raise
    answer = call.response
    if answer is None:
        msg = "a unary call that does not fail has an answer"
        raise TypeError(msg)
    headers = [each for each in call.headers.items() if each[0] not in told_before]
    if method.secret:
        await memory.keep(headers, _ids(call.request) | _ids(answer), b"")
    else:
        await memory.keep(headers, {}, answer.SerializeToString())


def _repeat(call: Call, method: _Method, known: _Known) -> None:
    """Answers as the first call was answered.

    Raises:
        MeshError: CONFLICT when that answer had a secret.
    """
    call.headers.update(known.headers)
    if method.secret:
        message = (
            "An earlier call with this idempotency key has done this; what it issued was shown "
            "once. Revoke it and use a new key if it is lost."
        )
        raise MeshError(Reason.CONFLICT, message, details=known.made)
    call.response = method.answer.FromString(known.answer)
    call.context.set_trailing_metadata(tuple(call.headers.items()))


def _repeatable(service: ServiceDescriptor) -> Iterable[tuple[str, _Method]]:
    rules = policy.read([service])
    for method in service.methods:
        path = f"/{service.full_name}/{method.name}"
        starts_a_job = rules[path].role != policy_pb2.JOB_ROLE_UNSPECIFIED
        if _is_post(method) and not (method.server_streaming or starts_a_job):
            answer = method.output_type
            yield path, _Method(GetMessageClass(answer), secret=_has_secret(answer))


def _is_post(method: MethodDescriptor) -> bool:
    # The stubs know extensions only on the generated class of the options.
    options: Any = method.GetOptions()
    return bool(options.Extensions[annotations_pb2.http].post)


def _has_secret(message: Descriptor, above: frozenset[str] = frozenset()) -> bool:
    """Whether a field of a message, or of one within it, is a secret."""
    if message.full_name in above:
        return False
    within = above | {message.full_name}
    return any(
        one.GetOptions().debug_redact
        or (one.message_type is not None and _has_secret(one.message_type, within))
        for one in message.fields
    )


def _ids(message: Message | None) -> dict[str, str]:
    """The ids that a message names, also one level down."""
    found: dict[str, str] = {}
    for one, value in message.ListFields() if message is not None else ():
        if isinstance(value, str) and one.name.endswith("_id"):
            found[one.name] = value
        elif isinstance(value, Message):
            found |= _ids(value)
    return found


def _fingerprint(request: Message | None) -> str:
    """Tells requests apart that ask for different things."""
    if request is None:
        msg = "a validated request is a message"
        raise TypeError(msg)
    same = type(request)()
    same.CopyFrom(request)
    if "idempotency_key" in same.DESCRIPTOR.fields_by_name:
        same.ClearField("idempotency_key")
    return hashlib.sha256(same.SerializeToString(deterministic=True)).hexdigest()
