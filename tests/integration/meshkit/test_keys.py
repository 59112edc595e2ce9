import re

import pytest

from meshkit import tenants
from meshkit.auth import keyring, keys, principal
from meshkit.auth.principal import InternalAuthenticator, KeyAuthenticator, LastUse
from meshkit.errors import MeshError, Reason
from meshkit.redis import as_mapping
from tests.support.eventually import eventually


def bearer(key: str) -> list[tuple[str, str | bytes]]:
    return [("authorization", f"Bearer {key}")]


def name_of(key: str) -> str:
    owner = f"tenant_{key.split('_')[3]}" if key.startswith("sk_") else ""
    return keys.key_name(keys.digest_of(key), owner)


async def record_of(redis, key: str, **fields: str | int) -> None:
    for name, value in fields.items():
        await redis.execute("HSET", name_of(key), name, value)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_tenants_key(redis):
    key = await keys.issue(redis, tenant="acme", env="prod")
    assert re.fullmatch(r"sk_openmanus_prod_acme_[0-9a-f]{32}", key)
    record = await keys.find(redis, key)
    assert (record.kind, record.tenant_id) == ("tenant", "tenant_acme")
    assert record.key_id == keys.digest_of(key)[:16]


async def test_an_operators_key(redis):
    key = await keys.issue_admin(redis, env="test")
    record = await keys.find(redis, key)
    assert (record.kind, record.tenant_id) == ("admin", "")


@pytest.mark.parametrize(("env", "days"), [("prod", 90), ("dev", 180), ("test", 180)])
async def test_lifetimes(redis, env, days):
    key = await keys.issue(redis, tenant="acme", env=env)
    fields = as_mapping(await redis.execute("HGETALL", name_of(key)))
    assert int(fields[b"expires_at"]) - int(fields[b"created_at"]) == days * 86_400


async def test_the_key_itself_is_not_stored(redis):
    key = await keys.issue(redis, tenant="acme", env="dev")
    for name in await redis.execute("KEYS", "*"):
        assert key.rpartition("_")[2].encode() not in name + await redis.execute("DUMP", name)


@pytest.mark.parametrize("tenant", ["", "Acme", "a-b", "a" * 33, "a\n", "ä", "a:b"])
async def test_a_wrong_name_gets_no_key(redis, tenant):
    with pytest.raises(ValueError, match="name"):
        await keys.issue(redis, tenant=tenant, env="dev")


async def test_a_wrong_environment_gets_no_key(redis):
    with pytest.raises(ValueError, match="environment"):
        await keys.issue(redis, tenant="acme", env="live")
    with pytest.raises(ValueError, match="environment"):
        await keys.issue_admin(redis, env="live")


async def bad_keys(redis) -> dict[str, list[tuple[str, str | bytes]]]:
    """Metadata that must all be refused alike."""
    made = {name: await keys.issue(redis, tenant=name, env="dev") for name in ("old", "off", "out")}
    await record_of(redis, made["old"], expires_at=1)
    await record_of(redis, made["off"], revoked_at=1)
    await redis.execute("HSET", tenants.settings_key("tenant_out"), "disabled_at", 1)
    unknown = f"sk_openmanus_dev_acme_{'0' * 32}"
    return {
        "none": [],
        "empty": [("authorization", "")],
        "no key": [("authorization", "Bearer ")],
        "basic": [("authorization", "Basic abc")],
        "binary": [("authorization", b"Bearer x")],
        "unknown": bearer(unknown),
        "malformed": bearer("sk_openmanus_dev_acme_xyz"),
        "long": bearer("sk_openmanus_dev_acme_" + "0" * 5000),
        "expired": bearer(made["old"]),
        "revoked": bearer(made["off"]),
        "disabled tenant": bearer(made["out"]),
    }


async def test_all_refusals_are_one_and_the_same(redis):
    answers = {}
    authenticator = KeyAuthenticator(redis)
    for name, metadata in (await bad_keys(redis)).items():
        for _ in range(2):  # found out, then remembered
            with pytest.raises(MeshError) as raised:
                await authenticator.authenticate(metadata)
            answers[name] = (raised.value.reason, raised.value.message, str(raised.value.details))
    assert len(set(answers.values())) == 1, answers
    assert answers["none"][0] == Reason.UNAUTHENTICATED


async def test_rubbish_never_reaches_redis(redis):
    await redis.close()
    with pytest.raises(MeshError) as raised:
        await KeyAuthenticator(redis).authenticate(bearer("sk_openmanus_dev_*_{x}"))
    assert raised.value.reason == Reason.UNAUTHENTICATED


async def test_without_redis_nobody_comes_in(redis):
    key = await keys.issue(redis, tenant="acme", env="dev")
    await redis.close()
    with pytest.raises(MeshError) as raised:
        await KeyAuthenticator(redis).authenticate(bearer(key))
    assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_who_is_calling(redis, scheme):
    key = await keys.issue(redis, tenant="acme", env="dev")
    caller = await KeyAuthenticator(redis).authenticate([("authorization", f"{scheme} {key} ")])
    assert (caller.kind, caller.tenant_id) == ("tenant", "tenant_acme")


async def test_a_revoked_key_is_refused_within_2_seconds(redis):
    clock = Clock()
    authenticator = KeyAuthenticator(redis, clock=clock)
    key = await keys.issue(redis, tenant="acme", env="dev")
    await authenticator.authenticate(bearer(key))
    await record_of(redis, key, revoked_at=1)
    clock.now = 1.99
    assert (await authenticator.authenticate(bearer(key))).kind == "tenant"
    clock.now = 2.0
    with pytest.raises(MeshError):
        await authenticator.authenticate(bearer(key))


async def test_a_refusal_is_remembered_as_long(redis):
    clock = Clock()
    authenticator = KeyAuthenticator(redis, clock=clock)
    key = await keys.issue(redis, tenant="acme", env="dev")
    await record_of(redis, key, revoked_at=1)
    with pytest.raises(MeshError):
        await authenticator.authenticate(bearer(key))
    await redis.execute("HDEL", name_of(key), "revoked_at")
    clock.now = 1.99
    with pytest.raises(MeshError):
        await authenticator.authenticate(bearer(key))
    clock.now = 2.0
    assert (await authenticator.authenticate(bearer(key))).kind == "tenant"


async def test_a_revoked_key_is_refused_on_every_replica(redis):
    clocks = Clock(), Clock()
    replicas = [KeyAuthenticator(redis, clock=clock) for clock in clocks]
    key = await keys.issue(redis, tenant="acme", env="dev")
    for replica in replicas:
        await replica.authenticate(bearer(key))
    await keyring.revoke(redis, keys.id_of(key))
    for clock, replica in zip(clocks, replicas, strict=True):
        clock.now = 5.0
        with pytest.raises(MeshError) as raised:
            await replica.authenticate(bearer(key))
        assert raised.value.reason == Reason.UNAUTHENTICATED


async def test_a_disabled_tenants_keys_are_refused_until_it_is_enabled(redis):
    clock = Clock()
    authenticator = KeyAuthenticator(redis, clock=clock)
    key = await keys.issue(redis, tenant="acme", env="dev")
    await tenants.disable(redis, "tenant_acme")
    with pytest.raises(MeshError):
        await authenticator.authenticate(bearer(key))
    await tenants.enable(redis, "tenant_acme")
    clock.now = 2.0
    assert (await authenticator.authenticate(bearer(key))).tenant_id == "tenant_acme"


class Wall(Clock):
    """A clock on the wall, at a full minute."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_800_000_000.0


async def test_the_last_use_is_noted_to_the_minute(redis):
    wall = Wall()
    authenticator = KeyAuthenticator(redis, last_use=LastUse(redis, clock=wall))
    key = await keys.issue(redis, tenant="acme", env="dev")
    assert (await keyring.get(redis, keys.id_of(key))).last_used_at is None

    async def used_at(second: int) -> bool:
        return (await keyring.get(redis, keys.id_of(key))).last_used_at == second

    wall.now += 59
    await authenticator.authenticate(bearer(key))
    await eventually(lambda: used_at(1_800_000_000))
    wall.now += 1
    await authenticator.authenticate(bearer(key))
    await eventually(lambda: used_at(1_800_000_060))


async def test_the_last_use_costs_one_write_a_minute_and_never_the_call(redis, monkeypatch):
    written = []
    last_use = LastUse(redis, clock=Wall())
    authenticator = KeyAuthenticator(redis, last_use=last_use)
    key = await keys.issue(redis, tenant="acme", env="dev")
    await authenticator.authenticate(bearer(key))
    await last_use._writing

    async def run(script, names, arguments):
        written.extend(names)
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")

    monkeypatch.setattr(redis, "run", run)
    for _ in range(100):
        await authenticator.authenticate(bearer(key))
    assert last_use._waiting == written == []
    last_use._clock.now += 60
    assert (await authenticator.authenticate(bearer(key))).kind == "tenant"
    await last_use._writing
    assert written == [name_of(key)]


async def test_a_refused_key_is_not_used(redis):
    last_use = LastUse(redis)
    key = await keys.issue(redis, tenant="acme", env="dev")
    await keyring.revoke(redis, keys.id_of(key))
    with pytest.raises(MeshError):
        await KeyAuthenticator(redis, last_use=last_use).authenticate(bearer(key))
    assert last_use._writing is None


async def test_what_is_remembered_is_bounded(redis, monkeypatch):
    monkeypatch.setattr(principal, "_CACHE_MAX", 10)
    authenticator = KeyAuthenticator(redis)
    for number in range(50):
        with pytest.raises(MeshError):
            await authenticator.authenticate(bearer(f"sk_openmanus_dev_acme_{number:032x}"))
    assert len(authenticator._cache) == 10


async def test_own_limits_come_with_the_key(redis):
    key = await keys.issue(redis, tenant="acme", env="dev")
    limit = keys.Limit(per_hour=7, burst=3)
    await keys.set_limit(redis, tenant_id="tenant_acme", limit_class="async", limit=limit)
    caller = await KeyAuthenticator(redis).authenticate(bearer(key))
    assert caller.limits == {"async": limit}


async def test_own_caps_come_with_the_key(redis):
    key = await keys.issue(redis, tenant="acme", env="dev")
    await tenants.change(redis, "tenant_acme", tenants.OwnLimits(caps={"watchers": 3}))
    caller = await KeyAuthenticator(redis).authenticate(bearer(key))
    assert caller.caps == {"watchers": 3}


async def test_a_lookup_is_one_round_trip(redis, monkeypatch):
    key = await keys.issue(redis, tenant="acme", env="dev")
    trips = []
    pipeline = redis.pipeline

    async def counted(*commands):
        trips.append([command[0] for command in commands])
        return await pipeline(*commands)

    monkeypatch.setattr(redis, "pipeline", counted)
    monkeypatch.setattr(redis, "execute", None)
    assert await keys.find(redis, key) is not None
    assert trips == [["HGETALL", "HGETALL"]]


async def test_an_issued_key_registers_its_tenant(redis):
    await keys.issue(redis, tenant="acme", env="dev")
    first = await tenants.get(redis, "tenant_acme")
    await keys.issue(redis, tenant="acme", env="dev")
    assert await tenants.get(redis, "tenant_acme") == first
    assert [one async for one in tenants.tenant_ids(redis)] == ["tenant_acme"]


@pytest.mark.parametrize("limit", [keys.Limit(0, 1), keys.Limit(1, 0), keys.Limit(-1, -1)])
async def test_a_limit_lets_something_through(redis, limit):
    with pytest.raises(ValueError, match="limit"):
        await keys.set_limit(redis, tenant_id="tenant_a", limit_class="sync", limit=limit)


async def test_the_internal_key():
    authenticator = InternalAuthenticator("0123456789abcdef")
    assert (await authenticator.authenticate(bearer("0123456789abcdef"))).kind == "internal"
    for metadata in ([], bearer("0123456789abcdeF"), bearer("0123456789abcdef0")):
        with pytest.raises(MeshError) as raised:
            await authenticator.authenticate(metadata)
        assert raised.value.reason == Reason.UNAUTHENTICATED
