"""What all layers share: one real Redis for the session, emptied for each test that uses it.

`MESH_TEST_REDIS_SERVER=/path/to/redis-server` runs all tests on another Redis, or on Valkey.
"""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Final

import hypothesis
import pytest
import structlog
from hypothesis.internal.conjecture import providers

from meshkit.local import programs
from meshkit.redis import Redis, connect
from meshkit.signals import Signals, signals
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support import redis as redis_support
from tests.support import redis_cluster
from tests.support.redis_cluster import RedisCluster

# The same examples in every run, so that a change is judged by what it changes; new ones are looked
# for with HYPOTHESIS_PROFILE=explore. No example has a deadline: a busy machine would decide.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("explore", max_examples=500, print_blob=True, deadline=None)
_profile = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
hypothesis.settings.load_profile(_profile)
if _profile == "repeatable":
    # It mixes the constants of whatever modules of ours are loaded into what it draws.
    providers.HypothesisProvider._local_constants = providers.Constants()

_PATIENT_S: Final = 30.0

if _server := os.environ.get("MESH_TEST_REDIS_SERVER"):
    # For the processes that tests start, too.
    os.environ[programs.REDIS_SERVER] = _server


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


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where silence is not the subject, a machine that stands still is no outage of Redis."""
    if request.node.get_closest_marker("impatient"):
        return
    for name in ("opening._CONNECT_TIMEOUT_S", "opening._CANDIDATE_TIMEOUT_S"):
        monkeypatch.setattr(f"meshkit.redis.{name}", _PATIENT_S)
    monkeypatch.setattr("meshkit.redis.cluster._NODE_TIMEOUT_S", _PATIENT_S)
    for opened in (connect, signals):
        # The function behind the context manager.
        monkeypatch.setitem(opened.__wrapped__.__kwdefaults__, "timeout_s", _PATIENT_S)  # type: ignore[attr-defined]


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


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """The cluster of the session: not to be killed, frozen or moved about."""
    with redis_cluster.run(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def redis_url(request: pytest.FixtureRequest) -> str:
    """Where the test's Redis is, empty: a server, or a cluster too for those so marked."""
    if getattr(request, "param", "server") == "cluster":
        cluster: RedisCluster = request.getfixturevalue("shared_cluster")
        cluster.empty()
        return cluster.url
    server: redis_support.RedisServer = request.getfixturevalue("redis_server")
    return server.url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the marked tests on a cluster too, unless they ask for the one server by name."""
    marked = metafunc.definition.get_closest_marker("also_on_a_cluster") is not None
    names = metafunc.fixturenames
    if marked and "redis_url" in names and "redis_server" not in names:
        metafunc.parametrize("redis_url", ["server", "cluster"], indirect=True)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with connect(redis_url) as opened:
        yield opened


@pytest.fixture
async def hub(redis_url: str) -> AsyncIterator[Signals]:
    async with signals(redis_url) as opened:
        yield opened


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return Queue(redis, max_per_tenant=1000)


@pytest.fixture
def store(redis: Redis, queue: Queue) -> TaskStore:
    return TaskStore(redis, queue)
