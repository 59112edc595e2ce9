"""The secrets that sign a tenant's webhooks."""

import asyncio
import base64
import time

from meshkit import tenants
from meshkit.webhooks import signing_secrets

ACME = "tenant_acme"


async def test_a_webhook_secret(redis):
    await tenants.create(redis, "acme")
    (secret,) = await signing_secrets.current(redis, ACME)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert await signing_secrets.current(redis, ACME) == [secret]


async def test_a_tenant_without_a_secret_gets_one_even_of_many_readers(redis):
    await tenants.ensure(redis, "acme")
    found = await asyncio.gather(*(signing_secrets.current(redis, ACME) for _ in range(20)))
    assert len({tuple(one) for one in found}) == 1


async def test_the_old_secret_signs_beside_the_new_one(redis):
    await tenants.create(redis, "acme")
    (first,) = await signing_secrets.current(redis, ACME)
    second = await signing_secrets.rotate(redis, ACME, overlap_s=60)
    assert await signing_secrets.current(redis, ACME) == [second, first]
    third = await signing_secrets.rotate(redis, ACME, overlap_s=0)
    assert await signing_secrets.current(redis, ACME) == [third, first]


async def test_an_overlap_ends(redis, monkeypatch):
    await tenants.create(redis, "acme")
    await signing_secrets.current(redis, ACME)
    second = await signing_secrets.rotate(redis, ACME, overlap_s=60)
    later = time.time() + 61
    monkeypatch.setattr(signing_secrets.time, "time", lambda: later)
    assert await signing_secrets.current(redis, ACME) == [second]
    third = await signing_secrets.rotate(redis, ACME, overlap_s=60)
    # What has ended is not kept either.
    assert await redis.execute("ZCARD", signing_secrets.key(ACME)) == 2
    assert await signing_secrets.current(redis, ACME) == [third, second]
