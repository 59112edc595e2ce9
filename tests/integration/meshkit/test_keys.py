import re

import pytest

from meshkit.auth import keys, principal
from meshkit.auth.principal import InternalAuthenticator, KeyAuthenticator
from meshkit.errors import MeshError, Reason
from meshkit.redis import as_mapping


def bearer(key: str) -> list[tuple[str, str | bytes]]:
    return [("authorization", f"Bearer {key}")]


async def record_of(redis, key: str, **fields: str | int) -> None:
    for name, value in fields.items():
        await redis.execute("HSET", keys.key_name(keys.digest_of(key)), name, value)


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
    name = keys.key_name(keys.digest_of(key))
    fields = as_mapping(await redis.execute("HGETALL", name))
    assert int(fields[b"expires_at"]) - int(fields[b"created_at"]) == days * 86_400


async def test_the_key_itself_is_not_stored(redis):
    key = await keys.issue(redis, tenant="acme", env="dev")
    for name in await redis.execute("KEYS", "*"):
        stored = name + b" ".join(await redis.execute("HGETALL", name))
        assert key.rpartition("_")[2].encode() not in stored


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
    await redis.execute("HSET", keys.tenant_name("tenant_out"), "disabled_at", 1)
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
    await redis.execute("HDEL", keys.key_name(keys.digest_of(key)), "revoked_at")
    clock.now = 1.99
    with pytest.raises(MeshError):
        await authenticator.authenticate(bearer(key))
    clock.now = 2.0
    assert (await authenticator.authenticate(bearer(key))).kind == "tenant"


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
