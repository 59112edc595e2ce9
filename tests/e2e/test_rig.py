"""The rig: tasks take the real way, and it does what it is told."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from meshkit.local.process import alive
from meshkit.local.state import StateDir, read_processes
from rig.job import expected
from tests.support.mesh import Mesh, wait_done
from tests.support.rig import rig_request, run_module, running_rig


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    with running_rig(tmp_path_factory.mktemp("rig")) as mesh:
        yield mesh


@pytest.fixture
def client(rig: Mesh) -> Iterator[httpx.Client]:
    with rig.client() as client:
        yield client


def start(client: httpx.Client, skill_name: str) -> str:
    answer = client.post("/api/generate-skill/start", json=rig_request(skill_name))
    assert answer.status_code == 200, answer.text
    task_id: str = answer.json()["task_id"]
    return task_id


def end(client: httpx.Client, skill_name: str) -> tuple[str, dict[str, Any]]:
    task_id = start(client, skill_name)
    return task_id, wait_done(client, task_id)


def test_every_step_comes_through(client: httpx.Client) -> None:
    task_id, status = end(client, "Nothing at all")
    assert status["status"] == "completed"
    result = client.get(f"/api/generate-skill/result/{task_id}").json()
    assert result["skill_name"] == "Nothing at all"
    assert result["patterns_found"] == expected(task_id)


def test_slow_steps(client: httpx.Client) -> None:
    _, status = end(client, "slow-30")
    assert status["status"] == "completed"
    started, ended = (datetime.fromisoformat(status[at]) for at in ("started_at", "completed_at"))
    assert ended - started >= timedelta(milliseconds=4 * 30)


def test_a_failure(client: httpx.Client) -> None:
    _, status = end(client, "fail")
    assert status["status"] == "failed"
    assert status["error"]["code"] == "INTERNAL"
    assert status["error"]["details"]["step"] == "coder"


def test_a_failure_that_passes(client: httpx.Client) -> None:
    _, status = end(client, "flaky")
    assert status["status"] == "completed"


def test_poison_kills_the_orchestrator(rig: Mesh, client: httpx.Client) -> None:
    before = rig.process("orchestrator")["pid"]
    task_id = start(client, "poison-1")
    give_up_at = time.monotonic() + 20
    while rig.process("orchestrator")["pid"] == before:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    status = client.get(f"/api/generate-skill/status/{task_id}").json()
    assert status["status"] in ("queued", "running")
    client.post(f"/api/tasks/{task_id}/cancel")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_DRAIN__NOTICE_S", "0")
    where = ("--state-dir", str(tmp_path / "state"))
    answer = run_module("up", *where, "--replicas", "coder=2", "--step-ms", "1")
    try:
        records = read_processes(StateDir(tmp_path / "state"))
        assert "coder-2" in records
        assert answer["url"] == f"http://127.0.0.1:{records['envoy'].port}"
        assert all(alive(record) for record in records.values())
    finally:
        assert run_module("down", *where) == {"stopped": True}
