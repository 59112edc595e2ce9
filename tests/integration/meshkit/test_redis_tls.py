"""Redis behind TLS: a proxy with a certificate of an authority of our own."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from meshkit.config import RedisSettings
from meshkit.redis import Trust, connect, open_redis
from meshkit.signals import open_signals
from tests.support import redis_proxy, redis_sentinel
from tests.support.eventually import eventually
from tests.support.redis import RedisServer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_tls(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@contextlib.asynccontextmanager
async def encrypted(server: RedisServer, tls: ssl.SSLContext) -> AsyncIterator[str]:
    async with redis_proxy.run(server.port, tls=tls) as proxy:
        yield f"rediss://:{server.password}@127.0.0.1:{proxy.port}/0"


async def test_commands_and_signals_over_tls(redis_server, authority, ca_file):
    async with encrypted(redis_server, server_tls(authority)) as url:
        settings = RedisSettings(url=SecretStr(url), ca_file=ca_file, timeout_s=30)
        async with open_redis(settings) as redis, open_signals(settings) as hub:
            assert await redis.pipeline(("SET", "a", 1), ("INCR", "a")) == [b"OK", 2]
            big = b"x" * 3_000_000
            await redis.execute("SET", "big", big)
            assert await redis.execute("GET", "big") == big
            with hub.listen("channel") as event:

                async def heard() -> bool:
                    await redis.execute("PUBLISH", "channel", "x")
                    return event.is_set()

                await eventually(lambda: hub._connection is not None)
                event.clear()
                await eventually(heard)


async def test_an_authority_that_is_not_trusted_is_refused(redis_server, authority, capsys):
    async with (
        encrypted(redis_server, server_tls(authority)) as url,
        connect(url) as redis,
    ):
        assert not await redis.ping()
    assert "certificate verify failed" in capsys.readouterr().out


async def test_a_certificate_for_another_host_is_refused(redis_server, authority, ca_file, capsys):
    async with (
        encrypted(redis_server, server_tls(authority, "redis.example.com")) as url,
        connect(url, trust=Trust(ca_file=ca_file)) as redis,
    ):
        assert not await redis.ping()
    assert "mismatch" in capsys.readouterr().out


async def test_redis_without_tls_is_refused(redis_server, ca_file):
    url = redis_server.url.replace("redis://", "rediss://")
    async with connect(url, trust=Trust(ca_file=ca_file)) as redis:
        assert not await redis.ping()


async def test_a_certificate_of_ours_is_shown(redis_server, authority, ca_file, tmp_path):
    tls = server_tls(authority)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    ours = authority.issue_cert("mesh.example.com")
    certificate, key = tmp_path / "mesh.pem", tmp_path / "mesh.key"
    for blob in ours.cert_chain_pems:
        blob.write_to_path(str(certificate), append=True)
    ours.private_key_pem.write_to_path(str(key))
    trust = Trust(ca_file=ca_file, certificate_file=str(certificate), key_file=str(key))
    async with encrypted(redis_server, tls) as url:
        async with connect(url, trust=trust) as redis:
            assert await redis.ping()
        async with connect(url, trust=Trust(ca_file=ca_file)) as redis:
            assert not await redis.ping()


async def test_sentinels_and_master_over_tls(authority, ca_file, tmp_path):
    """The Sentinel names the port that speaks TLS, as a set that is configured for it does."""
    tls = server_tls(authority)
    with redis_sentinel.run(tmp_path) as running:
        async with (
            redis_proxy.run(running.sentinel_port, tls=tls) as sentinel,
            redis_proxy.run(running.primary.port, tls=tls) as primary,
        ):
            running.announce(primary.port)
            url = running.url().replace("redis+", "rediss+")
            url = url.replace(str(running.sentinel_port), str(sentinel.port))
            trust = Trust(sentinel_password=running.sentinel_password, ca_file=ca_file)
            async with connect(url, trust=trust) as redis:
                assert await redis.execute("SET", "a", 1) == b"OK"
            assert primary.connections == 1
