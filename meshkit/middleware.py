"""What happens around every call, for unary and streaming alike.

A middleware is a coroutine function that gets the call and the rest of the way, `proceed`, which
ends with the servicer and its answer. Outermost first: telemetry, request log, errors, deadline,
time for Redis, authentication, rate limit, audit, validation, idempotency (`standard` builds the
list). Errors sit outside authentication so that refusals are shaped; telemetry outside errors so
that they are counted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import grpc
import protovalidate
from google.protobuf.message import Message

from manusmesh.type.v1 import policy_pb2, run_pb2
from meshkit import logs, telemetry
from meshkit.auth import principal as who
from meshkit.errors import FieldViolation, MeshError, Reason
from meshkit.ratelimit import RateLimiter
from meshkit.redis.budget import Budget
from meshkit.redis.budget import current as current_budget

if TYPE_CHECKING:
    # The type parameters of gRPC are erased here: an interceptor serves every message.
    Context = grpc.aio.ServicerContext[Any, Any]
    Handler = grpc.RpcMethodHandler[Any, Any]
else:
    Context, Handler = grpc.aio.ServicerContext, grpc.RpcMethodHandler

_DEADLINE_MARGIN_S: Final = 0.1
"""What of the caller's time is kept back to explain that it ran out."""
_SLOW_S: Final = 1.0

_SMALL: Final = 256
_VALID_MAX: Final = 4096
_valid: Final[set[tuple[str, bytes]]] = set()
"""Methods and requests of up to 256 bytes that have been found valid."""

_DECIDED: Final = ("x-envoy-ratelimited", "true")
"""Tells Envoy that an error is an answer: UNAVAILABLE from a service is no reason to repeat."""

_log = logs.get("meshkit.calls")


@dataclass(slots=True)
class Call:
    """One call under way.

    Attributes:
        path: `/package.Service/Method`.
        policy: The method's policy.
        context: gRPC's context.
        metadata: The caller's metadata.
        request: The request; None when its bytes are no message of its type.
        streaming: Whether it answers a stream.
        principal: Who is calling, once authentication has told.
        headers: Metadata of the answer by name, HTTP headers on REST: trailing metadata of a unary
            answer and of an error, initial metadata of a stream.
        response: The answer of a unary call, once there is one.
        trace: The call's place in its trace.
    """

    path: str
    policy: policy_pb2.MethodPolicy
    context: Context
    metadata: tuple[tuple[str, str | bytes], ...]
    request: Message | None
    streaming: bool
    principal: who.Principal = who.PUBLIC
    headers: dict[str, str] = field(default_factory=dict)
    response: Message | None = None
    trace: telemetry.TraceContext | None = None

    def header(self, name: str) -> str:
        """A text value of the caller's metadata; empty when there is none."""
        for key, value in self.metadata:
            if key == name and isinstance(value, str):
                return value
        return ""


current_call: ContextVar[Call] = ContextVar("current_call")
"""The call that the running servicer answers."""

Proceed = Callable[[Call], Awaitable[None]]
"""The rest of a call's way: the middlewares further in, the servicer, its answer."""
Middleware = Callable[[Call, Proceed], Awaitable[None]]


def standard(
    authenticator: who.Authenticator,
    *,
    audit: Middleware | None = None,
    refused: Callable[[Call], Awaitable[None]] | None = None,
    limiter: RateLimiter | None = None,
    once: Middleware | None = None,
    observe: Callable[[str, str, float], None] | None = None,
    redis_budget_s: float | None = None,
) -> tuple[Middleware, ...]:
    """The middlewares of a service in their order.

    Args:
        authenticator: Knows the keys that the service accepts.
        audit: Writes down who did what; None for services without audited methods.
        refused: Told of tenants who call a method of operators.
        limiter: Spends the tenants' tokens; None for services that no tenant calls.
        once: Does what has an idempotency key once; None for services without such methods.
        observe: Told of each call: path, outcome (a gRPC status name), seconds.
        redis_budget_s: How long a call waits for Redis, all its commands together; None where
            work has to wait for Redis until it is back.
    """
    return (
        traced,
        *((observed(observe),) if observe is not None else ()),
        request_log,
        errors,
        deadline,
        *((redis_budget(redis_budget_s),) if redis_budget_s is not None else ()),
        authentication(authenticator, limiter, refused),
        # A call over its limit is not made: nothing to write down, so nobody can flood the log.
        *((rate_limit(limiter),) if limiter is not None else ()),
        *((audit,) if audit is not None else ()),
        validation,
        *((once,) if once is not None else ()),
    )


async def traced(call: Call, proceed: Proceed) -> None:
    """Puts the call into its caller's trace, or begins one, and tells which."""
    call.trace = trace = telemetry.start(call.metadata)
    telemetry.current.set(trace)
    if call.policy.access != policy_pb2.ACCESS_INTERNAL:
        # Inside the mesh the caller has named it.
        call.headers["x-trace-id"] = trace.trace_id
    await proceed(call)


def observed(observe: Callable[[str, str, float], None]) -> Middleware:
    """Tells `observe` how each call went."""

    async def around(call: Call, proceed: Proceed) -> None:
        started = time.perf_counter()
        outcome = "CANCELLED"
        try:
            await proceed(call)
            outcome = "OK"
        except grpc.aio.AbortError:
            outcome = _code_name(call.context)
            raise
        finally:
            observe(call.path, outcome, time.perf_counter() - started)

    return around


async def request_log(call: Call, proceed: Proceed) -> None:
    """Logs starts of work, and calls that failed or were slow; Envoy logs every access."""
    started = time.perf_counter()
    code = "CANCELLED"
    try:
        await proceed(call)
        code = "OK"
    except grpc.aio.AbortError:
        code = _code_name(call.context)
        raise
    finally:
        seconds = time.perf_counter() - started
        if _is_worth_a_line(call, code, seconds):
            _log.info(
                "call",
                method=call.path,
                code=code,
                duration_ms=round(seconds * 1000, 1),
                trace_id=call.trace.trace_id if call.trace else "",
                **_who_and_what(call),
            )


def _is_worth_a_line(call: Call, code: str, seconds: float) -> bool:
    if call.policy.access == policy_pb2.ACCESS_INTERNAL:
        # The step's record says the same of a call that went well.
        return code != "OK" or seconds > _SLOW_S
    if call.policy.limit_class != policy_pb2.LIMIT_CLASS_STATUS:
        return True
    # Readers may leave, and watchers stay, as they like.
    return code not in ("OK", "CANCELLED") or (seconds > _SLOW_S and not call.streaming)


def _who_and_what(call: Call) -> dict[str, str]:
    """Whose call it is and which task it is about; agents are told by the request's context."""
    context = getattr(call.request, "context", None)
    if isinstance(context, run_pb2.CallContext):
        agent = call.path.partition("manusmesh.")[2].partition(".")[0]
        task_id, tenant_id = context.task_id, context.tenant_id
        return {"task_id": task_id, "tenant_id": tenant_id, "agent": agent, "step": context.step_id}
    return {
        "task_id": call.headers.get("taskid", ""),
        "tenant_id": call.principal.tenant_id,
        "key_id": call.principal.key_id,
    }


async def errors(call: Call, proceed: Proceed) -> None:
    """Turns what is raised into a status: a `MeshError` as it is, anything else into INTERNAL."""
    try:
        await proceed(call)
    except grpc.aio.AbortError:
        raise
    except MeshError as error:
        await _abort(call, error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug must not show its class
        trace_id = call.trace.trace_id if call.trace else ""
        _log.error("unhandled", method=call.path, trace_id=trace_id, exc_info=error)
        internal = MeshError(
            Reason.INTERNAL,
            "Something went wrong inside the mesh; report the trace id.",
            details={"trace_id": trace_id},
        )
        await _abort(call, internal)


async def deadline(call: Call, proceed: Proceed) -> None:
    """Ends the work a little before the caller stops waiting."""
    remaining = call.context.time_remaining()
    if remaining is None:
        await proceed(call)
        return
    task = asyncio.current_task()
    if task is None:
        msg = "a call is worked on in a task"
        raise RuntimeError(msg)
    # What asyncio.timeout does, at half its price; every poll has a deadline.
    over = False
    cancelled_before = task.cancelling()

    def end() -> None:
        nonlocal over
        over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(max(0.0, remaining - _DEADLINE_MARGIN_S), end)
    try:
        await proceed(call)
    except asyncio.CancelledError as error:
        if not over or task.uncancel() > cancelled_before:
            # The caller has left, whether or not the time is up as well.
            raise
        message = "The time for the call ran out."
        raise MeshError(Reason.DEADLINE_EXCEEDED, message) from error
    finally:
        timer.cancel()


def redis_budget(limit_s: float) -> Middleware:
    """Lets a call wait for Redis for so many seconds, all its commands together.

    Each of its commands may still take as long as the client's timeout says, but a call that makes
    several of them says in time that Redis is too slow to answer it.
    """

    async def around(call: Call, proceed: Proceed) -> None:
        budget = Budget(limit_s)
        current_budget.set(budget)
        try:
            await proceed(call)
        finally:
            budget.lift()

    return around


def authentication(
    authenticator: who.Authenticator,
    limiter: RateLimiter | None = None,
    refused: Callable[[Call], Awaitable[None]] | None = None,
) -> Middleware:
    """Refuses callers who may not call the method.

    A tenant who is refused an operators' method spends a token of its bucket "status": methods that
    are not a tenant's have no class of their own. `refused` is told of it then.
    """
    kinds = {
        policy_pb2.ACCESS_TENANT: "tenant",
        policy_pb2.ACCESS_ADMIN: "admin",
        policy_pb2.ACCESS_INTERNAL: "internal",
    }

    async def around(call: Call, proceed: Proceed) -> None:
        access = call.policy.access
        if access != policy_pb2.ACCESS_PUBLIC:
            call.principal = await authenticator.authenticate(call.metadata)
            if call.principal.kind != kinds.get(access):
                if limiter is not None and call.principal.tenant_id:
                    await _spend(limiter, call, "status")
                if refused is not None and access == policy_pb2.ACCESS_ADMIN:
                    await refused(call)
                message = "This key may not call this method."
                raise MeshError(Reason.PERMISSION_DENIED, message)
        await proceed(call)

    return around


def rate_limit(limiter: RateLimiter) -> Middleware:
    """Spends one token of the tenant's bucket and tells what is left."""
    classes = {
        policy_pb2.LIMIT_CLASS_ASYNC: "async",
        policy_pb2.LIMIT_CLASS_SYNC: "sync",
        policy_pb2.LIMIT_CLASS_STATUS: "status",
    }

    async def around(call: Call, proceed: Proceed) -> None:
        name = classes.get(call.policy.limit_class)
        if name is not None and call.principal.tenant_id:
            await _spend(limiter, call, name)
        await proceed(call)

    return around


async def _spend(limiter: RateLimiter, call: Call, limit_class: str) -> None:
    """Takes a token of the caller's, or raises RATE_LIMITED; the answer tells what is left."""
    caller = call.principal
    allowance = await limiter.take(caller.tenant_id, limit_class, caller.limits.get(limit_class))
    call.headers.update(allowance.headers())
    if not allowance.allowed:
        raise allowance.error(subject=f"tenant:{caller.tenant_id}/{limit_class}")


async def validation(call: Call, proceed: Proceed) -> None:
    """Holds the request against the rules of its proto and lists every violated field."""
    if call.request is None:
        message = "The request is not a valid message of its type."
        raise MeshError(Reason.INVALID_ARGUMENT, message)
    # What the contract does not know is dropped, as on REST: nobody may store rubbish with a task.
    call.request.DiscardUnknownFields()
    # The rules look at nothing but the request, and polls are the same again and again.
    encoded = call.path, call.request.SerializeToString()
    if encoded in _valid:
        await proceed(call)
        return
    violations = protovalidate.collect_violations(call.request)
    if violations:
        listed = [FieldViolation(_field_path(v.proto), v.proto.message) for v in violations]
        # The list may be cut: the fields of the request itself come first.
        listed.sort(key=lambda violation: violation.field.count("."))
        first = f"{listed[0].field}: {listed[0].message}" if listed[0].field else listed[0].message
        more = f" (and {len(listed) - 1} more)" if len(listed) > 1 else ""
        raise MeshError(Reason.INVALID_ARGUMENT, f"{first}{more}", violations=listed)
    if len(encoded[1]) <= _SMALL:
        if len(_valid) >= _VALID_MAX:
            _valid.clear()
        _valid.add(encoded)
    await proceed(call)


def compile_rules(message: type[Message]) -> None:
    """Reads the rules of a message, as its first validation would, in up to 20 ms."""
    protovalidate.collect_violations(message())


async def _abort(call: Call, error: MeshError) -> None:
    trailers = (*error.to_metadata(), _DECIDED, *call.headers.items())
    await call.context.abort(error.code, error.message, trailers)


def _code_name(context: Context) -> str:
    # grpc.aio answers a StatusCode, a number or None, by how the call went; the stubs say a number.
    code: Any = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else _CODE_NAMES[code or 0]


_CODE_NAMES: Final = {code.value[0]: code.name for code in grpc.StatusCode}


def _field_path(violation: Any) -> str:  # noqa: ANN401 - protovalidate's own message type
    """The violated field, as in `examples[0].content`.

    A rule over several fields stands at their message; its id, such as `impressions.required`,
    names the one to look at.
    """
    parts: list[str] = []
    for element in violation.field.elements if violation.field is not None else ():
        subscript = f"[{element.subscript.value}]" if element.subscript is not None else ""
        parts.append(f"{element.field_name}{subscript}")
    named, _, what = violation.rule_id.partition(".")
    if what == "required":
        parts.append(named)
    return ".".join(parts)
