"""The sender: takes deliveries that are due, tries them, and records what became of each.

A delivery is taken twice over: its entry among what is due, so that the others leave it alone, and
the delivery itself under a lease and a fencing token, which alone decide who sends and whose
outcome counts. Both leases are short, and the second is renewed while an attempt lasts: what a dead
sender held, or a call took whose answer got lost, is due again soon. An entry that comes up while
its delivery is held goes back until that lease ends.
"""

import asyncio
import functools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from google.protobuf.message import Message

from manusmesh.webhook.v1 import webhook_service_pb2 as pb
from meshkit import logs
from meshkit.errors import MeshError
from meshkit.outbound.addresses import Network
from meshkit.redis import Argument, Redis, Script, as_mapping
from meshkit.signals import Signals
from meshkit.tasks import keys as tasks
from meshkit.tasks.record import Fields, number, text
from meshkit.waiting import wait_any
from meshkit.webhooks import backoff, deliveries, due, keys, message, signing_secrets
from meshkit.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from meshkit.outbound.dialing import CheckedBackend, Resolve
    from meshkit.webhooks.attempt import Outcome

_SCRIPTS: Final = "meshkit.webhooks.scripts"
_BEGIN: Final = Script.load(_SCRIPTS, "begin.lua")
_RECORD: Final = Script.load(_SCRIPTS, "record.lua")
_RENEW: Final = Script.load(_SCRIPTS, "renew.lua")
_AT_ONCE: Final = 32
"""Attempts at once in one process."""
_AT_ONCE_PER_TENANT: Final = 4
"""Of one tenant, so that slow endpoints of its cost the others nothing."""
_AT_ONCE_UNANSWERED: Final = 1
"""Of a tenant whose latest attempt got no answer: the time of such attempts is mostly waiting."""
_LEASE_MS: Final = 3000
_RENEWED_AFTER_S: Final = 1.0
_RENEWED_AGAIN_AFTER_S: Final = 0.2
"""When a renewal has failed; within a lease there is time for several."""
_RENEWAL_S: Final = 0.8
"""What one renewal may take."""
_PATIENCE_MS: Final = 20_000
"""For how long after its beginning the outcome of an attempt is worth writing."""
_POLL_S: Final = 1.0
_AWAY_PAUSE_S: Final = 0.5
_BACK_PAUSE_S: Final = 1.0
"""For how long nothing is claimed once Redis is back: those at work renew their leases first."""
_ATTEMPTS_KEPT: Final = 20
_HEALTHY_S: Final = 5.0

_log = logs.get("webhooks.sender")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A delivery that is held for one attempt.

    Attributes:
        task_id: Its task.
        fields: The delivery.
        fence: Our fencing token.
        now_ms: Redis's time when the attempt began, Unix milliseconds.
        began: Our monotonic clock's at the same moment, seconds.
    """

    task_id: str
    fields: Fields
    fence: int
    now_ms: int
    began: float

    def taken_ms(self) -> int:
        """Milliseconds since it began."""
        return round((time.monotonic() - self.began) * 1000)


@dataclass(frozen=True, slots=True)
class _NotNow:
    """A delivery that is not to be sent now.

    Attributes:
        until_ms: When it may be looked at again, Unix milliseconds; None when never.
    """

    until_ms: int | None


class Sender:
    """Sends the webhooks that are due; any number of senders share the work.

    Args:
        redis: Where they are.
        signals: Tells of new ones.
        result_types: The message class of each job's result, by the job's name.
        allow_private: Networks that may be called although they are not public.
        resolver: Looks hosts up; the system's resolver when None.
    """

    def __init__(
        self,
        redis: Redis,
        signals: Signals,
        result_types: Mapping[str, type[Message]],
        *,
        allow_private: Sequence[Network] = (),
        resolver: "Resolve | None" = None,
    ) -> None:
        self._redis = redis
        self._signals = signals
        self._result_types = result_types
        self._allow_private = allow_private
        self._resolver = resolver
        self._outbox = Outbox(redis)
        self._active: Counter[str] = Counter()
        self._unanswered: set[str] = set()
        self._held: set[str] = set()
        self._away = False
        self._closing = AsyncExitStack()
        self._backend: CheckedBackend | None = None
        self._looked_at = time.monotonic()

    async def healthy(self) -> bool:
        """Whether what is due is being looked at."""
        return time.monotonic() - self._looked_at < _HEALTHY_S

    async def run(self, draining: asyncio.Event) -> None:
        """Sends until `draining`, then ends the attempts at work, each within 10 s."""
        with self._signals.listen(keys.READY) as ready:
            async with self._closing, asyncio.TaskGroup() as group:
                while not draining.is_set():
                    self._looked_at = time.monotonic()
                    # Before looking: what becomes due from now on wakes the wait below.
                    ready.clear()
                    claimed = await self._claim()
                    for entry in claimed:
                        self._active[entry.tenant_id] += 1
                        task = group.create_task(self._deliver(entry))
                        task.add_done_callback(
                            functools.partial(self._free, entry.tenant_id, ready)
                        )
                    if not claimed:
                        await wait_any(draining, ready, seconds=_POLL_S)

    def _free(self, tenant_id: str, ready: asyncio.Event, _: object) -> None:
        self._active[tenant_id] -= 1
        ready.set()

    async def _claim(self) -> list[due.Claimed]:
        room = _AT_ONCE - self._active.total()
        if room <= 0:
            return []
        # The others are not worth their places in it.
        self._active += Counter()
        busy = [tenant for tenant, count in self._active.items() if count >= self._cap(tenant)]
        try:
            if self._away:
                await self._redis.execute("PING")
                self._away = False
                await asyncio.sleep(_BACK_PAUSE_S)
            return await due.claim(self._redis, lease_ms=_LEASE_MS, count=room, busy=busy)
        except MeshError as error:
            _log.warning("claim_failed", reason=error.reason)
            self._away = True
            await asyncio.sleep(_AWAY_PAUSE_S)
            return []

    def _cap(self, tenant_id: str) -> int:
        return _AT_ONCE_UNANSWERED if tenant_id in self._unanswered else _AT_ONCE_PER_TENANT

    async def _deliver(self, claimed: due.Claimed) -> None:
        """Does one claimed entry; whatever happens to it must not reach the others."""
        if claimed.name in self._held:
            # It came up again during a long attempt, and will once more when that has ended.
            return
        log = _log.bind(tenant_id=claimed.tenant_id, entry=claimed.name)
        self._held.add(claimed.name)
        try:
            held = await self._hold(claimed)
            if isinstance(held, _NotNow):
                next_ms = held.until_ms
            else:
                async with self._kept(held):
                    next_ms = await self._send(claimed.tenant_id, held)
            await due.settle(self._redis, claimed, next_ms)
        except MeshError as error:
            # The leases run out, and somebody takes it up again.
            log.warning("webhook_let_go", reason=error.reason)
        except Exception:
            # One delivery's bug must not stop the sender.
            log.exception("webhook_bug")
        finally:
            self._held.discard(claimed.name)

    async def _send(self, tenant_id: str, held: _Begun) -> int | None:
        """Makes one attempt and records it; answers when the next is due, None when none is."""
        outcome = await self._attempt(held)
        if outcome.status_code:
            self._unanswered.discard(tenant_id)
        else:
            self._unanswered.add(tenant_id)
        return await self._record(held, outcome)

    async def _hold(self, claimed: due.Claimed) -> _Begun | _NotNow:
        """Takes the delivery of a claimed entry for one attempt."""
        task_id, offset = keys.parse_entry(claimed.name)
        webhook_id = keys.webhook_id(task_id, offset)
        held = await self._begin(task_id, webhook_id)
        if held is None:
            # Whoever handed it in died before writing the delivery; or its task has gone on.
            await self._outbox.schedule(claimed.tenant_id, task_id)
            held = await self._begin(task_id, webhook_id)
        return held or _NotNow(None)

    async def _begin(self, task_id: str, webhook_id: str) -> _Begun | _NotNow | None:
        """Takes a delivery; None when there is none of this id."""
        began = time.monotonic()
        reply = await self._redis.run(_BEGIN, [keys.delivery(task_id)], [webhook_id, _LEASE_MS])
        match reply:
            case [b"missing"]:
                return None
            case [b"wait", int(until_ms)]:
                return _NotNow(until_ms)
            case [b"send", int(now_ms), int(fence), *items]:
                return _Begun(task_id, as_mapping(items), fence, now_ms, began)
        return _NotNow(None)

    @asynccontextmanager
    async def _kept(self, held: _Begun) -> AsyncIterator[None]:
        """Renews the lease of a delivery meanwhile."""
        renewing = asyncio.create_task(self._renew(held))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, held: _Begun) -> None:
        """Renews the lease of a delivery until another sender has taken it or it is recorded."""
        arguments: Sequence[Argument] = [text(held.fields, "id"), held.fence, _LEASE_MS]
        pause_s = _RENEWED_AFTER_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                async with asyncio.timeout(_RENEWAL_S):
                    reply = await self._redis.run(_RENEW, [keys.delivery(held.task_id)], arguments)
            except (MeshError, TimeoutError) as error:
                # If Redis stays away for longer than the lease, the attempt may be made again.
                _log.info("webhook_lease_not_renewed", task_id=held.task_id, error=repr(error))
                pause_s = _RENEWED_AGAIN_AFTER_S
            else:
                if reply != 1:
                    return
                pause_s = _RENEWED_AFTER_S

    async def _attempt(self, held: _Begun) -> "Outcome":
        """Sends a delivery once."""
        # The HTTP client takes 70 ms to import, and most processes never send a webhook.
        from meshkit.webhooks.attempt import Outcome, post  # noqa: PLC0415

        result_type = self._result_types.get(text(held.fields, "job"))
        if result_type is None:
            # While the mesh is being updated a newer gateway may know more jobs than this process.
            return Outcome(error="The task's job is not known here.")
        result = await self._redis.execute("HGET", tasks.part(held.task_id, "artifacts"), "result")
        try:
            body = message.body(
                held.task_id,
                held.fields,
                result=result if isinstance(result, bytes) else None,
                result_type=result_type,
            )
        except message.NoResultError:
            return Outcome(error="The task's result is not kept any more.")
        except ValueError:
            _log.exception("webhook_unreadable", task_id=held.task_id)
            return Outcome(error="The task's result could not be read.")
        webhook_id = text(held.fields, "id")
        secrets = await signing_secrets.current(self._redis, text(held.fields, "tenant_id"))
        headers = message.headers(webhook_id, body, now=datetime.now(UTC), secrets=secrets)
        return await post(self._dialer(), text(held.fields, "url"), headers=headers, body=body)

    async def _record(self, held: _Begun, outcome: "Outcome") -> int | None:
        """Writes what became of an attempt and answers when it is tried next, or None."""
        next_ms: int | None = None
        if not (outcome.accepted or outcome.gone):
            next_ms = backoff.next_attempt_ms(
                now_ms=held.now_ms + held.taken_ms(),
                since_ms=number(held.fields, "retry_from"),
                tries=number(held.fields, "tries") + 1,
                jitter=random.uniform(-1, 1),  # noqa: S311 - no secret
                retry_after_s=outcome.retry_after_s,
            )
        status = "delivered" if outcome.accepted else "failed" if next_ms is None else "pending"
        attempt = pb.WebhookAttempt(
            status_code=outcome.status_code, error=outcome.error, duration_ms=held.taken_ms()
        )
        attempt.time.FromMilliseconds(held.now_ms)
        kept = [*deliveries.attempts(held.fields), attempt][-_ATTEMPTS_KEPT:]
        written = await self._write(
            held,
            status,
            pb.WebhookDelivery(attempts=kept).SerializeToString(),
            "" if next_ms is None else next_ms,
        )
        _log.info(
            "webhook_attempt",
            webhook_id=text(held.fields, "id"),
            task_id=held.task_id,
            tenant_id=text(held.fields, "tenant_id"),
            outcome=status if written else "superseded",
            status_code=outcome.status_code,
            error=outcome.error,
            duration_ms=held.taken_ms(),
            since_end_ms=held.now_ms - number(held.fields, "created_at"),
        )
        return next_ms

    async def _write(self, held: _Begun, status: str, attempts: bytes, next_ms: int | str) -> bool:
        """Writes an outcome, again and again while Redis is away, for 20 s.

        Returns:
            False when it does not count: another sender has taken the delivery since. Also when
            Redis went away after it had written the outcome and before it could say so.
        """
        arguments: Sequence[Argument] = [
            text(held.fields, "id"),
            held.fence,
            status,
            attempts,
            next_ms,
        ]
        while True:
            try:
                written = await self._redis.run(_RECORD, [keys.delivery(held.task_id)], arguments)
            except MeshError:
                if held.taken_ms() > _PATIENCE_MS:
                    raise
                await asyncio.sleep(_AWAY_PAUSE_S)
            else:
                return written == 1

    def _dialer(self) -> "CheckedBackend":
        """What opens connections; made when it is first needed."""
        if self._backend is None:
            from meshkit.outbound import dialing  # noqa: PLC0415 - as above

            if self._resolver is None:
                system = dialing.SystemResolver()
                self._closing.push_async_callback(system.close)
                self._resolver = system
            self._backend = dialing.CheckedBackend(self._allow_private, self._resolver)
        return self._backend
