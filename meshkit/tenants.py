"""Tenants: the registry, and what each may do.

Everything of a tenant has the hash tag `{tenant id}`; the list of all is a key of its own.
"""

import re
import time
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, as_mapping
from meshkit.tasks.queue import set_caps

NAME: Final = re.compile(r"[a-z0-9]{1,32}")
TENANT_ID: Final = re.compile(r"tenant_[a-z0-9]{1,32}")
BUCKETS: Final = ("async", "sync", "status")
"""The classes of calls that have a token bucket."""
CAPS: Final = ("running", "queued", "watchers")
"""What is capped, over all replicas: tasks that run, tasks that wait or run, streams of events."""
WATCHERS: Final = 100
"""Streams of events that a tenant without a cap of its own may have open at once."""
BUDGET: Final = "monthly_budget_usd"
BUDGET_FIELD: Final = "budget_micros"
"""Field of the settings that holds the monthly budget in millionths of a USD."""
REGISTRY: Final = "tenants"
"""The names of all tenants, a sorted set in the order of the alphabet."""

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket's size.

    Attributes:
        per_hour: Tokens that come back in an hour.
        burst: Tokens it holds at most.
    """

    per_hour: int
    burst: int


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What of a tenant's limits differs from the defaults.

    Attributes:
        buckets: Token buckets by class, of `BUCKETS`.
        caps: Caps by name, of `CAPS`.
        budget_micros: Monthly budget in millionths of a USD; 0 for none.
    """

    buckets: Mapping[str, Limit] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)
    budget_micros: int = 0


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant.

    Attributes:
        tenant_id: "tenant_" and its name.
        created_at: Unix seconds.
        disabled_at: Unix seconds; None while it is not disabled.
        own: Its own limits.
    """

    tenant_id: str
    created_at: int
    disabled_at: int | None
    own: OwnLimits

    @property
    def name(self) -> str:
        """Its name."""
        return self.tenant_id.removeprefix("tenant_")


def id_of(name: str) -> str:
    """The id of the tenant of a name.

    Raises:
        ValueError: for a malformed name.
    """
    if NAME.fullmatch(name) is None:
        msg = "a tenant's name has 1 to 32 characters of a-z and 0-9"
        raise ValueError(msg)
    return f"tenant_{name}"


def settings_key(tenant_id: str) -> str:
    """Redis key (hash) of a tenant: created_at, disabled_at, limit_<class>, cap_<name>, budget.

    Raises:
        ValueError: when `tenant_id` is not one: no key is built from anything else.
    """
    if TENANT_ID.fullmatch(tenant_id) is None:
        msg = "not a tenant id"
        raise ValueError(msg)
    return f"tenant:{{{tenant_id}}}"


def own_limits(settings: Mapping[bytes, bytes]) -> OwnLimits:
    """The limits that the settings of a tenant hold."""
    buckets, caps = {}, {}
    for name, value in settings.items():
        kind, _, what = name.decode().partition("_")
        if kind == "limit":
            per_hour, _, burst = value.partition(b"/")
            buckets[what] = Limit(int(per_hour), int(burst))
        elif kind == "cap":
            caps[what] = int(value)
    return OwnLimits(buckets, caps, int(settings.get(BUDGET_FIELD.encode(), 0)))


async def create(redis: Redis, name: str, own: OwnLimits | None = None) -> Tenant:
    """Creates a tenant.

    Raises:
        MeshError: CONFLICT when it exists.
        ValueError: for a malformed name.
    """
    tenant_id = id_of(name)
    if not await _register(redis, name):
        raise MeshError(Reason.CONFLICT, "There is a tenant of this name already.")
    return await change(redis, tenant_id, own or OwnLimits())


async def ensure(redis: Redis, name: str) -> str:
    """The id of the tenant of a name, which is created when there is none.

    Raises:
        ValueError: for a malformed name.
    """
    await _register(redis, name)
    return id_of(name)


async def get(redis: Redis, tenant_id: str) -> Tenant:
    """One tenant.

    Raises:
        MeshError: NOT_FOUND.
        ValueError: for a malformed id.
    """
    settings = as_mapping(await redis.execute("HGETALL", settings_key(tenant_id)))
    if b"created_at" not in settings:
        raise MeshError(Reason.NOT_FOUND, "There is no such tenant.")
    return _tenant(tenant_id, settings)


async def page(redis: Redis, *, size: int, after: str = "") -> tuple[list[Tenant], str]:
    """Tenants in the order of their names.

    Args:
        redis: Where they are.
        size: How many at most.
        after: Name after which to go on; empty to begin.

    Returns:
        The tenants, and the name after which the next page begins; empty at the end.
    """
    names = await _names(redis, size + 1, after)
    shown = names[:size]
    ids = [id_of(name) for name in shown]
    replies = await redis.pipeline(*(("HGETALL", settings_key(tenant_id)) for tenant_id in ids))
    found = [
        _tenant(tenant_id, settings)
        for tenant_id, settings in zip(ids, map(as_mapping, replies), strict=True)
        # A name whose tenant was never made: its maker died between the two steps.
        if b"created_at" in settings
    ]
    return found, shown[-1] if len(names) > size else ""


async def tenant_ids(redis: Redis) -> AsyncIterator[str]:
    """The ids of all tenants, in the order of their names."""
    after = ""
    while names := await _names(redis, _PAGE, after):
        for name in names:
            yield id_of(name)
        after = names[-1]


async def change(
    redis: Redis, tenant_id: str, own: OwnLimits, *, reset: Collection[str] = ()
) -> Tenant:
    """Gives a tenant limits of its own; what `own` does not name stays.

    Args:
        redis: Where it is.
        tenant_id: The tenant.
        own: The limits to set.
        reset: Limits that are the defaults again, after the others are set: names of `BUCKETS`,
            `CAPS` or `BUDGET`.

    Returns:
        The tenant as it is then.

    Raises:
        MeshError: NOT_FOUND.
    """
    await get(redis, tenant_id)
    key = settings_key(tenant_id)
    fields: dict[str, str | int] = {
        f"limit_{name}": _bucket_text(limit) for name, limit in own.buckets.items()
    }
    fields |= {f"cap_{name}": cap for name, cap in own.caps.items()}
    fields |= {BUDGET_FIELD: own.budget_micros} if own.budget_micros else {}
    if fields:
        await redis.execute("HSET", key, *(part for item in fields.items() for part in item))
    if reset:
        await redis.execute("HDEL", key, *(_field_of(name) for name in reset))
    return await _publish_caps(redis, tenant_id)


async def set_limit(redis: Redis, *, tenant_id: str, limit_class: str, limit: Limit) -> None:
    """Sets one token bucket of a tenant, which need not be registered yet.

    Raises:
        ValueError: for a limit that lets nothing through; a tenant is shut out by disabling it.
    """
    field_name, text = f"limit_{limit_class}", _bucket_text(limit)
    await redis.execute("HSET", settings_key(tenant_id), field_name, text)


async def disable(redis: Redis, tenant_id: str) -> Tenant:
    """Shuts a tenant out: its keys are refused and its waiting tasks are not begun.

    Raises:
        MeshError: NOT_FOUND.
    """
    await get(redis, tenant_id)
    await redis.execute("HSETNX", settings_key(tenant_id), "disabled_at", int(time.time()))
    return await _publish_caps(redis, tenant_id)


async def enable(redis: Redis, tenant_id: str) -> Tenant:
    """Lets a disabled tenant in again.

    Raises:
        MeshError: NOT_FOUND.
    """
    await get(redis, tenant_id)
    await redis.execute("HDEL", settings_key(tenant_id), "disabled_at")
    return await _publish_caps(redis, tenant_id)


async def _register(redis: Redis, name: str) -> bool:
    """Puts a tenant into the registry; False when it was there."""
    key = settings_key(id_of(name))
    # The name first: a tenant that no list has would be lost, a name without a tenant is skipped.
    await redis.execute("ZADD", REGISTRY, 0, name)
    return await redis.execute("HSETNX", key, "created_at", int(time.time())) == 1


async def _names(redis: Redis, count: int, after: str) -> list[str]:
    lower = f"({after}" if after else "-"
    reply = await redis.execute("ZRANGEBYLEX", REGISTRY, lower, "+", "LIMIT", 0, count)
    items = reply if isinstance(reply, list) else []
    return [item.decode() for item in items if isinstance(item, bytes)]


async def _publish_caps(redis: Redis, tenant_id: str) -> Tenant:
    """Tells the queue what holds for a tenant now, and answers the tenant.

    Queue and tenant lie in different slots of a cluster, so this is a step of its own. It is
    repeated until nothing has changed meanwhile: of two changes at once, the later one stays.
    """
    tenant = await get(redis, tenant_id)
    while True:
        caps = tenant.own.caps
        running = caps.get("running") if tenant.disabled_at is None else 0
        await set_caps(redis, tenant_id, running=running, queued=caps.get("queued"))
        told, tenant = tenant, await get(redis, tenant_id)
        if tenant == told:
            return tenant


def _tenant(tenant_id: str, settings: Mapping[bytes, bytes]) -> Tenant:
    disabled_at = settings.get(b"disabled_at")
    return Tenant(
        tenant_id=tenant_id,
        created_at=int(settings[b"created_at"]),
        disabled_at=int(disabled_at) if disabled_at is not None else None,
        own=own_limits(settings),
    )


def _bucket_text(limit: Limit) -> str:
    if limit.per_hour < 1 or limit.burst < 1:
        msg = "a limit lets at least 1 call an hour through, and a burst of at least 1"
        raise ValueError(msg)
    return f"{limit.per_hour}/{limit.burst}"


def _field_of(name: str) -> str:
    """The field of the settings that holds a limit, by the limit's public name."""
    if name in BUCKETS:
        return f"limit_{name}"
    return BUDGET_FIELD if name == BUDGET else f"cap_{name}"
