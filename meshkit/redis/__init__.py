"""Redis over one pipelined connection a process and server.

The same calls work on one server, on the master that Sentinels name and on a cluster, Redis 6.2 or
newer and Valkey. Measured beside the maintained clients this costs a tenth of their CPU time per
command (docs/adr/0005-own-pipelined-redis-connection.md, 0009-own-routing-on-a-cluster.md).
"""

import contextlib
from collections.abc import AsyncIterator

from meshkit.config import RedisSettings
from meshkit.redis.client import Redis, Script, Server
from meshkit.redis.cluster import Cluster
from meshkit.redis.connection import Argument
from meshkit.redis.opening import access_to, opener
from meshkit.redis.replies import RedisAwayError, RedisReplyError, Reply, as_mapping
from meshkit.redis.target import Kind, Trust, parse_url

__all__ = [
    "Argument",
    "Redis",
    "RedisAwayError",
    "RedisReplyError",
    "Reply",
    "Script",
    "Trust",
    "as_mapping",
    "connect",
    "open_redis",
    "trust_of",
]

_NO_TRUST = Trust()


@contextlib.asynccontextmanager
async def connect(
    url: str, *, timeout_s: float = 1.5, trust: Trust = _NO_TRUST
) -> AsyncIterator[Redis]:
    """A `Redis`, closed at the end of the block. Opens lazily: Redis may still be starting.

    Args:
        url: As `RedisSettings.url` says.
        timeout_s: Seconds after which an unanswered command fails and its connection is dropped.
        trust: What the URL cannot say.

    Raises:
        ValueError: for a URL of another form.
        OSError: when a certificate cannot be read.
    """
    target = parse_url(url)
    redis: Redis
    if target.kind is Kind.CLUSTER:
        redis = Cluster(target.hosts, access_to(target, trust, timeout_s=timeout_s))
    else:
        redis = Server(opener(target, trust, timeout_s=timeout_s), timeout_s=timeout_s)
    try:
        yield redis
    finally:
        await redis.close()


def open_redis(settings: RedisSettings) -> contextlib.AbstractAsyncContextManager[Redis]:
    """A `Redis` as the settings say; raises as `connect`."""
    url = settings.url.get_secret_value()
    return connect(url, timeout_s=settings.timeout_s, trust=trust_of(settings))


def trust_of(settings: RedisSettings) -> Trust:
    """What the settings say beside the URL."""
    return Trust(
        sentinel_password=settings.sentinel_password.get_secret_value(),
        ca_file=settings.ca_file,
        certificate_file=settings.certificate_file,
        key_file=settings.key_file,
    )
