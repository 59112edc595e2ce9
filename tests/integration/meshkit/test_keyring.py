import asyncio
import time

import pytest

from meshkit.auth import keyring, keys
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis

ACME = "tenant_acme"
DAY = 86_400


@pytest.fixture
def clock(monkeypatch):
    """Moves the time of all who ask for it in this process."""

    class Moved:
        now = float(int(time.time()))

    monkeypatch.setattr(time, "time", lambda: Moved.now)
    return Moved


async def issued(redis: Redis, **options) -> str:
    """The id of a new key of acme."""
    return keys.id_of(await keys.issue(redis, **{"tenant": "acme", "env": "dev"} | options))


async def reason_of(call) -> Reason:
    with pytest.raises(MeshError) as raised:
        await call
    return raised.value.reason


async def test_what_is_known_about_a_key(redis, clock):
    key = await keys.issue(redis, tenant="acme", env="test", lifetime_s=3600, label="für Dify")
    known = await keyring.get(redis, keys.id_of(key))
    assert known == keyring.IssuedKey(
        digest=keys.digest_of(key),
        tenant_id=ACME,
        kind="tenant",
        env="test",
        label="für Dify",
        created_at=int(clock.now),
        expires_at=int(clock.now) + 3600,
        lifetime_s=3600,
        revoked_at=None,
        last_used_at=None,
        rotated_to="",
    )
    assert known.status == "active"


@pytest.mark.parametrize("key_id", ["0" * 16, "", "*", "0" * 15, "0" * 17, "{x}"])
async def test_an_unknown_key(redis, key_id):
    for act in (keyring.get, keyring.revoke):
        assert await reason_of(act(redis, key_id)) == Reason.NOT_FOUND
    assert await reason_of(keyring.rotate(redis, key_id, overlap_s=1)) == Reason.NOT_FOUND


async def test_pages_latest_first(redis, clock):
    ids = []
    for number in range(12):
        # Several in one millisecond, too.
        clock.now += 0.002 if number % 3 == 0 else 0
        ids.append(await issued(redis))
    await keys.issue(redis, tenant="other", env="dev")
    await keys.issue_admin(redis, env="dev")
    seen, after = [], ""
    while True:
        found, after = await keyring.page(redis, ACME, size=5, after=after)
        assert keyring.CURSOR.fullmatch(after) or not after
        seen += found
        if not after:
            break
    assert sorted(one.key_id for one in seen) == sorted(ids)
    order = [ids.index(one.key_id) // 3 for one in seen]
    assert order == sorted(order, reverse=True)


async def test_operators_and_tenants_have_lists_of_their_own(redis):
    admin = keys.id_of(await keys.issue_admin(redis, env="dev", label="ops"))
    mine = await issued(redis)
    assert [one.key_id for one in (await keyring.page(redis, "", size=9))[0]] == [admin]
    assert [one.key_id for one in (await keyring.page(redis, ACME, size=9))[0]] == [mine]
    assert await keyring.page(redis, "tenant_other", size=9) == ([], "")


async def test_ended_keys_are_listed_for_90_days(redis, clock):
    expired, revoked = await issued(redis, lifetime_s=60), await issued(redis)
    await keyring.revoke(redis, revoked)
    clock.now += 61
    listed = {one.key_id: one.status for one in (await keyring.page(redis, ACME, size=9))[0]}
    assert listed == {expired: "expired", revoked: "revoked"}
    for key_id, extra in ((expired, 60), (revoked, 0)):
        name = keys.key_name((await keyring.get(redis, key_id)).digest, ACME)
        assert abs(await redis.execute("TTL", name) - 90 * DAY - extra) <= 60
        await redis.execute("DEL", name)
    # When the records have lapsed nobody knows of the keys.
    assert await keyring.page(redis, ACME, size=9) == ([], "")
    assert await redis.execute("EXISTS", keys.index_name(ACME)) == 0
    assert await reason_of(keyring.get(redis, revoked)) == Reason.NOT_FOUND


async def test_rotating(redis, clock):
    old = await keys.issue(redis, tenant="acme", env="test", lifetime_s=7200, label="x")
    clock.now += 1000
    new = await keyring.rotate(redis, keys.id_of(old), overlap_s=600)
    assert new.startswith("sk_openmanus_test_acme_")
    fresh = await keyring.get(redis, keys.id_of(new))
    assert (fresh.label, fresh.lifetime_s) == ("x", 7200)
    assert fresh.expires_at == int(clock.now) + 7200
    rotated = await keyring.get(redis, keys.id_of(old))
    assert (rotated.status, rotated.rotated_to) == ("active", fresh.key_id)
    assert rotated.expires_at == int(clock.now) + 600
    clock.now += 599
    assert await keys.find(redis, old) is not None
    clock.now += 1
    assert await keys.find(redis, old) is None
    assert await keys.find(redis, new) is not None


async def test_an_overlap_never_makes_a_key_live_longer(redis, clock):
    key_id = await issued(redis, lifetime_s=100)
    await keyring.rotate(redis, key_id, overlap_s=10_000)
    assert (await keyring.get(redis, key_id)).expires_at == int(clock.now) + 100


async def test_what_cannot_be_rotated(redis, clock):
    expired, revoked, rotated = [await issued(redis, lifetime_s=n) for n in (60, 900, 900)]
    await keyring.revoke(redis, revoked)
    await keyring.rotate(redis, rotated, overlap_s=900)
    clock.now += 60
    before = await redis.execute("DBSIZE")
    for key_id in (expired, revoked, rotated):
        assert await reason_of(keyring.rotate(redis, key_id, overlap_s=1)) == Reason.CONFLICT
    # Nothing is left of the keys that were not issued.
    assert await redis.execute("DBSIZE") == before
    assert len((await keyring.page(redis, ACME, size=9))[0]) == 4


async def test_of_two_rotations_at_once_one_holds(redis):
    key_id = await issued(redis)
    tries = (keyring.rotate(redis, key_id, overlap_s=60) for _ in range(10))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    made = [one for one in outcomes if isinstance(one, str)]
    assert len(made) == 1
    assert (await keyring.get(redis, key_id)).rotated_to == keys.id_of(made[0])
    assert len((await keyring.page(redis, ACME, size=99))[0]) == 2


async def test_revoking(redis, clock):
    key = await keys.issue(redis, tenant="acme", env="dev")
    revoked = await keyring.revoke(redis, keys.id_of(key))
    assert (revoked.status, revoked.revoked_at) == ("revoked", int(clock.now))
    assert await keys.find(redis, key) is None
    clock.now += 10
    assert await keyring.revoke(redis, keys.id_of(key)) == revoked


async def test_a_tenants_last_key_can_be_revoked(redis):
    assert (await keyring.revoke(redis, await issued(redis))).status == "revoked"


async def test_an_operator_stays(redis, clock):
    short = keys.id_of(await keys.issue_admin(redis, env="dev", lifetime_s=60))
    first, second = [keys.id_of(await keys.issue_admin(redis, env="dev")) for _ in range(2)]
    await keyring.revoke(redis, first)
    clock.now += 60
    # The short one has ended, so the second is the last.
    assert await reason_of(keyring.revoke(redis, second)) == Reason.CONFLICT
    assert (await keyring.get(redis, second)).status == "active"
    assert (await keyring.revoke(redis, short)).status == "revoked"
    third = keys.id_of(await keyring.rotate(redis, second, overlap_s=0))
    assert (await keyring.revoke(redis, second)).status == "revoked"
    assert await reason_of(keyring.revoke(redis, third)) == Reason.CONFLICT


async def test_of_all_operators_at_once_one_stays(redis):
    ids = [keys.id_of(await keys.issue_admin(redis, env="dev")) for _ in range(8)]
    outcomes = await asyncio.gather(
        *(keyring.revoke(redis, key_id) for key_id in ids), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, MeshError)]
    assert [one.reason for one in refused] == [Reason.CONFLICT]
