"""Processes that die or hang while tasks run: nothing acknowledged is lost, nothing done twice."""

import asyncio
import contextlib
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any, Final

import httpx
import pytest
from google.api import annotations_pb2

from manusmesh.content.v1 import content_service_pb2
from manusmesh.task.v1 import task_service_pb2
from meshkit.auth import keys
from meshkit.local.process import alive
from meshkit.local.state import StateDir, read_processes
from meshkit.redis import connect
from meshkit.tasks import keys as task_keys
from tests.support.eventually import eventually
from tests.support.mesh import Mesh, manusmesh, redis_password, request, wait_done

TERMINAL: Final = {"completed", "failed", "cancelled"}
BACK_S: Final = 20.0
"""A process that was killed is started again, imports what it needs and tells that it is there."""
AWAY_ANSWER_S: Final = 3.0
BACK_WITH_REDIS_S: Final = 5.0
SETTINGS: Final = {
    "MESH_DRAIN__NOTICE_S": "0",
    # A takeover then takes two seconds instead of ten.
    "MESH_WORKER__LEASE_S": "2",
    "MESH_WORKER__RENEW_S": "0.5",
}


@pytest.fixture(scope="module")
def own_mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """A mesh whose processes these tests may kill and freeze."""
    state_dir = tmp_path_factory.mktemp("mesh")
    where = ("--state-dir", str(state_dir))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        started = json.loads(manusmesh("up", "--detach", "--port", "0", *where, "--json"))
        mesh = Mesh(started["url"], (state_dir / "key").read_text().strip(), state_dir)
        try:
            with mesh.client() as client:
                # Opens the connections to the agents: a frozen one would take up no new connection.
                completed(client, start(client))
            yield mesh
        finally:
            manusmesh("down", *where)


@pytest.fixture
async def tenant(own_mesh: Mesh, request: pytest.FixtureRequest) -> Mesh:
    """The whole mesh for a tenant of the test's own, whose buckets are full."""
    name = re.sub("[^a-z0-9]", "", request.node.name)[-32:]

    async def ready() -> bool:
        return await answers(own_mesh, "/ready") == httpx.codes.OK

    # The test before may have left a process that is still starting.
    await eventually(ready, seconds=BACK_S)
    async with connect(redis_url(own_mesh)) as redis:
        key = await keys.issue(redis, tenant=name, env="test")
    return Mesh(own_mesh.url, key, own_mesh.state_dir)


def redis_url(mesh: Mesh) -> str:
    """Where the mesh's own Redis is, with its password."""
    port = mesh.process("redis")["port"]
    return f"redis://:{redis_password(mesh.state_dir)}@127.0.0.1:{port}/0"


async def renewed(mesh: Mesh, task_id: str) -> None:
    """Waits until the holder of a task has renewed its lease."""
    async with connect(redis_url(mesh)) as redis:
        lease = ("HGET", task_keys.task(task_id), "lease_until")
        before = await redis.execute(*lease)

        async def later() -> bool:
            return await redis.execute(*lease) != before

        await eventually(later)


def kill(mesh: Mesh, name: str) -> int:
    """Ends a process as a crash does; its id."""
    pid = mesh.process(name)["pid"]
    os.kill(pid, signal.SIGKILL)
    return pid


@contextlib.contextmanager
def frozen(mesh: Mesh, name: str) -> Iterator[None]:
    """A process that hangs for the length of the block, unless it is killed."""
    record = read_processes(StateDir(mesh.state_dir))[name]
    os.kill(record.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if alive(record):
            os.kill(record.pid, signal.SIGCONT)


async def restarted(mesh: Mesh, name: str, old: int) -> None:
    """Waits until another process has taken the place of a dead one."""
    await eventually(lambda: mesh.process(name)["pid"] != old, seconds=BACK_S)


async def answers(mesh: Mesh, path: str) -> int:
    """The HTTP status of a path."""
    async with httpx.AsyncClient(base_url=mesh.url, trust_env=False) as client:
        return (await client.get(path, headers={"Authorization": f"Bearer {mesh.key}"})).status_code


def start(client: httpx.Client, **changes: Any) -> str:
    answer = client.post("/api/generate-skill/start", json=request(4, **changes))
    assert answer.status_code == httpx.codes.OK, answer.text
    task_id: str = answer.json()["task_id"]
    return task_id


def events_of(client: httpx.Client, task_id: str) -> Generator[dict[str, Any], None, None]:
    """The events of a task as they happen."""
    with client.stream("GET", f"/api/tasks/{task_id}/events") as answer:
        assert answer.status_code == httpx.codes.OK
        for line in answer.iter_lines():
            if line.startswith("data:"):
                event: dict[str, Any] = json.loads(line.removeprefix("data:"))
                if event["type"] != "heartbeat":
                    yield event


def until_step(client: httpx.Client, task_id: str, step: str) -> None:
    """Waits until a step of a task has begun."""
    with contextlib.closing(events_of(client, task_id)) as events:
        assert any(event["type"] == "step_started" and event["step"] == step for event in events)


def completed(client: httpx.Client, task_id: str) -> list[dict[str, Any]]:
    """The events of a task that must complete, each thing in them having happened once."""
    status = wait_done(client, task_id)
    assert (status["status"], status["progress"]) == ("completed", 100), status
    answer = client.get(f"/api/generate-skill/result/{task_id}")
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["skill_yaml"]
    events = list(events_of(client, task_id))
    assert [event["offset"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events if event["type"] in TERMINAL] == ["completed"]
    done = Counter(event["step"] for event in events if event["type"] == "step_completed")
    assert set(done) >= {"planning", "research", "coder", "review", "reporter"}
    assert set(done.values()) == {1}
    assert [step["step"] for step in status["completed_steps"]] == list(done)
    return events


def begun(events: list[dict[str, Any]], step: str) -> int:
    """How often a step was begun."""
    return sum(1 for one in events if one["type"] == "step_started" and one["step"] == step)


async def test_tasks_of_a_killed_orchestrator_go_on_from_their_last_step(tenant: Mesh) -> None:
    with tenant.client() as client:
        with frozen(tenant, "coder"):
            task_ids = [start(client, skill_name=f"Skill {number}") for number in range(6)]
            for task_id in task_ids:
                until_step(client, task_id, "coder")
            await restarted(tenant, "orchestrator", kill(tenant, "orchestrator"))
        for task_id in task_ids:
            events = completed(client, task_id)
            # What was done before the kill is not done again.
            assert [begun(events, step) for step in ("planning", "research")] == [1, 1]
            assert begun(events, "coder") >= 2
            detail = client.get(f"/api/tasks/{task_id}").json()["detail"]
            taken_up = sum(1 for event in events if event["type"] == "started")
            assert detail["attempt"] == taken_up >= 2
            names = [step["step"] for step in detail["steps"]]
            assert sorted(names) == sorted(set(names))
            assert {step["status"] for step in detail["steps"]} == {"completed"}


async def test_a_killed_agent_fails_no_task(tenant: Mesh) -> None:
    with tenant.client() as client:
        with frozen(tenant, "coder"):
            task_id = start(client)
            until_step(client, task_id, "coder")
            await restarted(tenant, "coder", kill(tenant, "coder"))
        events = completed(client, task_id)
    assert "step_failed" not in {event["type"] for event in events}


def rest_calls(task_id: str) -> list[tuple[str, str]]:
    """Every REST call of a tenant, from the protos: HTTP method and path."""
    services = [
        content_service_pb2.DESCRIPTOR.services_by_name["ContentService"],
        task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
    ]
    calls = []
    for service in services:
        for method in service.methods:
            # The stubs know extensions only on the generated class of the options.
            options: Any = method.GetOptions()
            rule = options.Extensions[annotations_pb2.http]
            for binding in (rule, *rule.additional_bindings):
                verb = binding.WhichOneof("pattern")
                if verb is not None:
                    path = getattr(binding, verb).replace("{task_id}", task_id)
                    calls.append((verb.upper(), path))
    return calls


async def refused(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Holds that a call is told soon that Redis is away."""
    body = request(2) if path.startswith("/api/generate-skill/") else {}
    how: dict[str, Any] = {"json": body} if method == "POST" else {}
    asked = time.monotonic()
    answer = await client.request(method, path, **how)
    assert time.monotonic() - asked < AWAY_ANSWER_S, path
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, (path, answer.text)
    told = answer.json()
    assert (told["success"], told["error"]["code"]) == (False, "UPSTREAM_UNAVAILABLE"), path
    assert int(answer.headers["Retry-After"]) >= 1


async def test_without_redis_every_call_is_refused_soon_and_all_goes_on_by_itself(
    tenant: Mesh,
) -> None:
    client = httpx.AsyncClient(
        base_url=tenant.url,
        headers={"Authorization": f"Bearer {tenant.key}"},
        timeout=20,
        trust_env=False,
    )

    async def works() -> bool:
        return (await client.get("/api/tasks")).status_code == httpx.codes.OK

    with tenant.client() as blocking:
        async with client:
            with frozen(tenant, "coder"):
                task_id = start(blocking)
                until_step(blocking, task_id, "coder")
                calls = rest_calls(task_id)
                await renewed(tenant, task_id)
                with frozen(tenant, "redis"):
                    # The first round finds the connection open, the second one closed.
                    for _ in range(2):
                        await asyncio.gather(*(refused(client, *call) for call in calls))
                    assert (await client.get("/health")).status_code == httpx.codes.OK
                    # Redis is away for longer than the lease: the holder must let the task go.
                    log = StateDir(tenant.state_dir).log("orchestrator")
                    lost = (
                        f'"lease_lost", "component": "orchestrator.worker", "task_id": "{task_id}"'
                    )
                    await eventually(lambda: lost in log.read_text(encoding="utf-8"))
                await eventually(works, seconds=BACK_WITH_REDIS_S)
        completed(blocking, task_id)
        completed(blocking, start(blocking))


async def test_a_killed_redis_forgets_no_acknowledged_task(tenant: Mesh) -> None:
    with tenant.client() as client:
        with frozen(tenant, "coder"):
            running = start(client)
            until_step(client, running, "coder")
            acknowledged = start(client)
            old = kill(tenant, "redis")
            await restarted(tenant, "redis", old)

            async def works() -> bool:
                return await answers(tenant, "/api/tasks") == httpx.codes.OK

            await eventually(works, seconds=BACK_S)
            listed = client.get("/api/tasks").json()["tasks"]
            assert {task["task_id"] for task in listed} == {running, acknowledged}
        for task_id in (running, acknowledged):
            completed(client, task_id)
