import pytest

from manusmesh.system.v1 import system_service_pb2 as pb
from meshkit import __version__, presence
from meshkit.errors import Reason
from tests.support.grpc_server import Failure, failure

SERVICES = ("orchestrator", "planning", "research", "coder", "reporter")


@pytest.fixture(autouse=True)
def _long_remembered(monkeypatch) -> None:
    """Who said that he is there, is, however long the test takes."""
    monkeypatch.setattr("meshkit.presence._LIFETIME_MS", 600_000)


def states(failed: Failure) -> dict[str, str]:
    """State of each dependency, as the error tells."""
    return {entry["name"]: entry["status"] for entry in failed.error.details["dependencies"]}


async def test_health_needs_neither_key_nor_redis(system, redis):
    await redis.close()
    health = await system.GetHealth(pb.GetHealthRequest())
    assert (health.status, health.version) == ("ok", __version__)


async def test_ready_when_all_are_there(system, redis):
    for service in SERVICES:
        await presence.announce(redis, service, "1")
    await presence.announce(redis, "coder", "2")
    ready = await system.GetReadiness(pb.GetReadinessRequest())
    assert ready.status == "ready"
    assert {d.name: (d.status, d.replicas) for d in ready.dependencies} == {
        "redis": ("up", 1),
        "orchestrator": ("up", 1),
        "planning": ("up", 1),
        "research": ("up", 1),
        "coder": ("up", 2),
        "reporter": ("up", 1),
    }


async def test_who_is_missing(system, redis):
    for service in SERVICES[:-1]:
        await presence.announce(redis, service, "1")
    await presence.withdraw(redis, "planning", "1")
    # One that has not been heard of for too long counts as gone.
    await redis.execute("ZADD", "presence", 1, "research/1")
    failed = await failure(system.GetReadiness(pb.GetReadinessRequest()))
    assert failed.error.reason == Reason.UPSTREAM_UNAVAILABLE
    assert states(failed) == {
        "redis": "up",
        "orchestrator": "up",
        "planning": "down",
        "research": "down",
        "coder": "up",
        "reporter": "down",
    }


async def test_without_redis_nobody_is_ready(system, redis):
    await redis.close()
    failed = await failure(system.GetReadiness(pb.GetReadinessRequest()))
    assert set(states(failed).values()) == {"down"}
    assert failed.trailers["error-status"] == "503"


@pytest.mark.parametrize(
    ("broken", "mended", "state"),
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "full"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "a replica"),
        (
            "CONFIG SET min-replicas-to-write 1",
            "CONFIG SET min-replicas-to-write 0",
            "without the replicas it wants",
        ),
    ],
)
async def test_a_redis_that_takes_no_writes_is_down_and_says_why(
    *, system, redis, redis_server, broken, mended, state
):
    for service in SERVICES:
        await presence.announce(redis, service, "1")
    assert redis_server.ask(broken) == b"+OK"
    try:
        failed = await failure(system.GetReadiness(pb.GetReadinessRequest()))
    finally:
        assert redis_server.ask(mended) == b"+OK"
    assert failed.error.details["dependencies"][0] == {
        "name": "redis",
        "status": "down",
        "replicas": 0,
        "reason": state,
    }
    assert failed.text == f"Not ready: Redis is {state}."
    assert (await system.GetReadiness(pb.GetReadinessRequest())).status == "ready"
