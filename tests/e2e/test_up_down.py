"""`manusmesh up` and `down`: as a user runs them, with the real Redis, Envoy and services."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from meshkit.local.process import alive
from meshkit.local.state import ProcessRecord, StateDir, read_processes

SERVICES = {"gateway", "orchestrator", "planning", "research", "coder", "reporter"}


def manusmesh(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "meshkit.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        # Nobody notices that these meshes drain.
        env={**os.environ, "MESH_DRAIN__NOTICE_S": "0"},
    )


def up(state_dir: Path, *arguments: str) -> dict[str, Any]:
    where = ("--state-dir", str(state_dir))
    done = manusmesh("up", "--detach", "--port", "0", *where, "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def get(url: str, path: str, key: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.get(url + path, headers=headers, timeout=60, trust_env=False)


def until(condition: Callable[[], bool], timeout_s: float = 90) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def survivors(records: dict[str, ProcessRecord]) -> list[str]:
    return [name for name, record in records.items() if alive(record)]


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    yield folder
    manusmesh("down", "--state-dir", str(folder))


def test_up_and_down(state_dir: Path) -> None:
    mesh = up(state_dir, "--replicas", "research=2")
    state = StateDir(state_dir)
    records = read_processes(state)
    assert set(records) == {*SERVICES, "research-2", "redis", "envoy", "supervisor"}
    assert sorted(survivors(records)) == sorted(records)
    assert mesh["url"] == f"http://127.0.0.1:{records['envoy'].port}"
    assert mesh["key"] == state.key.read_text(encoding="ascii").strip()
    assert state.key.stat().st_mode & 0o077 == 0
    assert state.admin_key.stat().st_mode & 0o077 == 0
    assert all(state.log(name).is_file() for name in records)

    def both_have_announced_themselves() -> bool:
        ready = get(mesh["url"], "/ready")
        assert ready.status_code == 200
        replicas = {d["name"]: d["replicas"] for d in ready.json()["dependencies"]}
        return bool(replicas["research"] == 2)

    until(both_have_announced_themselves)
    assert get(mesh["url"], "/api/tasks", mesh["key"]).status_code == 200

    # One mesh at a time in a state directory.
    second = manusmesh("up", "--detach", "--port", "0", "--state-dir", str(state_dir))
    assert second.returncode == 9
    assert "already runs" in second.stderr
    assert sorted(survivors(records)) == sorted(records)

    # What dies comes back, at the same port, and is the only one that changes.
    os.kill(records["planning"].pid, signal.SIGKILL)
    until(lambda: read_processes(state)["planning"].pid != records["planning"].pid)
    now = read_processes(state)
    assert now["planning"].port == records["planning"].port
    assert {n: r for n, r in now.items() if n != "planning"} == {
        n: r for n, r in records.items() if n != "planning"
    }

    stopped = manusmesh("down", "--state-dir", str(state_dir), "--json")
    assert json.loads(stopped.stdout)["stopped"] is True
    assert survivors(now | records) == []
    assert not state.processes.exists()
    again = manusmesh("down", "--state-dir", str(state_dir), "--json")
    assert (again.returncode, json.loads(again.stdout)["stopped"]) == (0, False)

    # The key is still good after a restart: Redis has kept it.
    restarted = up(state_dir)
    assert restarted["key"] == mesh["key"]
    assert get(restarted["url"], "/api/tasks", mesh["key"]).status_code == 200

    # A supervisor that is killed takes everything with it.
    records = read_processes(state)
    os.kill(records["supervisor"].pid, signal.SIGKILL)
    until(lambda: survivors(records) == [])
    assert manusmesh("down", "--state-dir", str(state_dir)).returncode == 0


def test_two_meshes_side_by_side(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    try:
        one, two = (up(folder) for folder in folders)
        ports = [
            {record.port for record in read_processes(StateDir(folder)).values()} - {None}
            for folder in folders
        ]
        assert ports[0].isdisjoint(ports[1])
        assert get(one["url"], "/api/tasks", one["key"]).status_code == 200
        assert get(two["url"], "/api/tasks", one["key"]).status_code == 401
        assert manusmesh("down", "--state-dir", str(folders[0])).returncode == 0
        assert get(two["url"], "/ready").status_code == 200
    finally:
        for folder in folders:
            manusmesh("down", "--state-dir", str(folder))


def test_a_mesh_that_cannot_start_says_why_and_leaves_nothing(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every service refuses a log level that does not exist.
    monkeypatch.setenv("MESH_LOG__LEVEL", "loudest")
    done = manusmesh("up", "--detach", "--port", "0", "--state-dir", str(state_dir), "--json")
    assert done.returncode == 9
    message = json.loads(done.stdout)["error"]["message"]
    assert "ends right after its start" in message
    assert "log.level" in message
    # What a variable holds may be a key.
    assert "loudest" not in message
    assert not StateDir(state_dir).processes.exists()


def test_ctrl_c_in_the_foreground_stops_everything(state_dir: Path) -> None:
    arguments = ("up", "--port", "0", "--state-dir", str(state_dir))
    command = [sys.executable, "-m", "meshkit.cli", *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has switched the signal off.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as mesh:
        try:
            assert mesh.stdout is not None
            assert "The mesh is up" in mesh.stdout.readline()
            records = read_processes(StateDir(state_dir))
            mesh.send_signal(signal.SIGINT)
            assert mesh.wait(timeout=30) == 0
        finally:
            mesh.kill()
    assert survivors(records) == []
