import asyncio
import time

import pytest

from meshkit import tenants
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys as task_keys
from meshkit.tasks.queue import set_caps
from meshkit.tenants import Limit, OwnLimits
from meshkit.webhooks import signing_secrets

ACME = "tenant_acme"


async def caps(redis, tenant_id: str = ACME) -> bytes | None:
    return await redis.execute("HGET", task_keys.QUEUE_CAPS, tenant_id)


async def reason_of(call) -> Reason:
    with pytest.raises(MeshError) as raised:
        await call
    return raised.value.reason


async def test_a_new_tenant(redis):
    created = await tenants.create(redis, "acme")
    assert (created.tenant_id, created.name, created.disabled_at) == (ACME, "acme", None)
    assert abs(created.created_at - time.time()) < 60
    assert created.own == OwnLimits()
    assert await tenants.get(redis, ACME) == created


async def test_a_tenant_exists_once(redis):
    tries = [tenants.create(redis, "acme") for _ in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, MeshError)]
    assert len(refused) == 19
    assert {one.reason for one in refused} == {Reason.CONFLICT}


@pytest.mark.parametrize("name", ["", "Acme", "a-b", "a" * 33, "a\n", "{x}"])
async def test_a_malformed_name(redis, name):
    with pytest.raises(ValueError, match="name"):
        await tenants.create(redis, name)
    with pytest.raises(ValueError, match="tenant id"):
        await tenants.get(redis, f"tenant_{name}")


async def test_who_is_unknown(redis):
    # Settings alone make no tenant.
    await tenants.set_limit(redis, tenant_id=ACME, limit_class="sync", limit=Limit(1, 1))
    for call in (
        tenants.get(redis, ACME),
        tenants.change(redis, ACME, OwnLimits()),
        tenants.disable(redis, ACME),
        tenants.enable(redis, ACME),
        signing_secrets.rotate(redis, ACME, overlap_s=1),
    ):
        assert await reason_of(call) == Reason.NOT_FOUND


async def test_pages_in_the_order_of_the_names(redis):
    names = sorted(f"t{number}" for number in range(23))
    for name in reversed(names):
        await tenants.create(redis, name)
    seen, after = [], ""
    while True:
        found, after = await tenants.page(redis, size=5, after=after)
        seen.append([one.name for one in found])
        if not after:
            break
    assert [name for names_of_page in seen for name in names_of_page] == names
    assert [len(page) for page in seen] == [5, 5, 5, 5, 3]
    assert [one async for one in tenants.tenant_ids(redis)] == [f"tenant_{n}" for n in names]


async def test_a_last_page_that_is_full_is_the_last(redis):
    for name in ("a", "b"):
        await tenants.create(redis, name)
    assert (await tenants.page(redis, size=2))[1] == ""


async def test_a_name_whose_tenant_was_never_made_is_passed_over(redis):
    await redis.execute("ZADD", tenants.REGISTRY, 0, "half")
    await tenants.create(redis, "whole")
    assert [one.name for one in (await tenants.page(redis, size=5))[0]] == ["whole"]
    assert (await tenants.create(redis, "half")).name == "half"


async def test_own_limits(redis):
    own = OwnLimits({"async": Limit(7, 3)}, {"running": 2, "queued": 9, "watchers": 1}, 5)
    await tenants.create(redis, "acme", own)
    assert (await tenants.get(redis, ACME)).own == own
    changed = await tenants.change(
        redis, ACME, OwnLimits({"sync": Limit(1, 1)}, {"running": 3}), reset=["async", "queued"]
    )
    assert changed.own == OwnLimits(
        {"sync": Limit(1, 1)}, {"running": 3, "watchers": 1}, budget_micros=5
    )
    everything = [*tenants.BUCKETS, *tenants.CAPS, tenants.BUDGET]
    assert (await tenants.change(redis, ACME, own, reset=everything)).own == OwnLimits()


async def test_the_queue_learns_of_the_caps(redis):
    await tenants.create(redis, "acme")
    assert await caps(redis) is None
    await tenants.change(redis, ACME, OwnLimits(caps={"running": 4}))
    assert await caps(redis) == b"4:"
    await tenants.change(redis, ACME, OwnLimits(caps={"queued": 500}))
    assert await caps(redis) == b"4:500"
    await tenants.change(redis, ACME, OwnLimits(), reset=["running", "queued"])
    assert await caps(redis) is None


async def test_who_is_disabled_runs_nothing_until_enabled(redis):
    await tenants.create(redis, "acme", OwnLimits(caps={"running": 4, "queued": 5}))
    first = await tenants.disable(redis, ACME)
    assert first.disabled_at is not None
    assert await caps(redis) == b"0:5"
    await redis.execute("HSET", tenants.settings_key(ACME), "disabled_at", 7)
    assert (await tenants.disable(redis, ACME)).disabled_at == 7
    # Its caps may be changed meanwhile; it stays shut out.
    await tenants.change(redis, ACME, OwnLimits(caps={"running": 6}))
    assert await caps(redis) == b"0:5"
    for _ in range(2):
        assert (await tenants.enable(redis, ACME)).disabled_at is None
    assert await caps(redis) == b"6:5"


async def test_of_two_changes_at_once_the_queue_learns_both(redis, monkeypatch):
    await tenants.create(redis, "acme")
    told = []

    async def overtaken(redis, tenant_id, *, running, queued):
        told.append((running, queued))
        if len(told) == 1:
            # Another replica changes the tenant and tells the queue while this one is on its way.
            await tenants.change(redis, tenant_id, OwnLimits(caps={"queued": 9}))
        await set_caps(redis, tenant_id, running=running, queued=queued)

    monkeypatch.setattr(tenants, "set_caps", overtaken)
    await tenants.change(redis, ACME, OwnLimits(caps={"running": 4}))
    assert told == [(4, None), (4, 9), (4, 9)]
    assert await caps(redis) == b"4:9"
