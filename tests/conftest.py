"""What all layers share: one real Redis for the session, emptied for each test that uses it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from meshkit.redis import Redis, connect
from meshkit.signals import Signals, signals
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support import redis as redis_support


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Log lines as plain text: drawing each exception in colours would take a second."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_support.RedisServer]:
    """The server of the session: not to be killed or frozen."""
    with redis_support.run(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(shared_redis: redis_support.RedisServer) -> redis_support.RedisServer:
    """The server of the session, empty."""
    assert shared_redis.ask("FLUSHALL") == b"+OK"
    return shared_redis


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_support.RedisServer]:
    """A server of the test's own, to be killed and frozen."""
    with redis_support.run(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def redis(redis_server: redis_support.RedisServer) -> AsyncIterator[Redis]:
    async with connect(redis_server.url) as opened:
        yield opened


@pytest.fixture
async def hub(redis_server: redis_support.RedisServer) -> AsyncIterator[Signals]:
    async with signals(redis_server.url) as opened:
        yield opened


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return Queue(redis, max_per_tenant=1000)


@pytest.fixture
def store(redis: Redis, queue: Queue) -> TaskStore:
    return TaskStore(redis, queue)
