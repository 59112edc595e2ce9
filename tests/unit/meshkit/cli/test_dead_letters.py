"""`dead-letters …`: what an operator sees of tasks that kill their workers."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support import cli

TASKS = [f"task_{number:032x}" for number in range(3)]
ERROR = {"code": "INTERNAL", "message": "3 workers died at the step [coder].", "details": {}}
FAILED = {"code": "DEADLINE_EXCEEDED", "message": "late", "details": {}}
TIME = "2026-11-21T06:32:00.123Z"
LETTER = {
    "tenant_id": "tenant_acme",
    "job": "generate-skill",
    "died_at": TIME,
    "error": ERROR,
    "step": "coder",
    "holders": ["orchestrator-1", "orchestrator-2", "orchestrator-1"],
}
STEP = {
    "step": "coder",
    "agent": "coder",
    "status": "running",
    "started_at": TIME,
    "attempts": 2,
    "failed_attempts": [{"attempt": 1, "time": TIME, "error": FAILED}],
}
MESSAGE = {"from_agent": "research", "to_agent": "coder", "payload": "said [", "time": TIME}
DETAIL = {"attempt": 3, "steps": [STEP], "messages": [MESSAGE] * 7}


class Mesh:
    """Answers as a mesh would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.gone: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path == "/api/admin/dead-letters":
            letters = [{"task_id": task_id, **LETTER} for task_id in TASKS]
            return httpx.Response(200, json={"dead_letters": letters, "next_page_token": ""})
        task_id = path.split("/")[4]
        if task_id in self.gone:
            error = {"code": "TASK_NOT_FOUND", "message": "gone", "details": {}}
            return httpx.Response(404, json={"success": False, "error": error})
        task = {"task_id": task_id, "status": "queued", "progress": 40, "created_at": TIME}
        if path.endswith("/requeue"):
            return httpx.Response(200, json=task)
        return httpx.Response(
            200, json={"task_id": task_id, **LETTER, "task": {**task, "detail": DETAIL}}
        )

    def posted(self) -> list[str]:
        return [request.url.path for request in self.requests if request.method == "POST"]


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mesh:
    mesh = Mesh()
    cli.serve(monkeypatch, tmp_path, mesh)
    monkeypatch.setenv("COLUMNS", "200")
    return mesh


def run(*arguments: str) -> tuple[int, str, str]:
    where = ("--url", "https://mesh.example.com", "--admin-key", "ak_x")
    return cli.run("dead-letters", *arguments, *where)


def test_list(mesh: Mesh) -> None:
    code, out, _ = run("list", "--tenant", "acme")
    assert code == 0
    for task_id in TASKS:
        assert f"{task_id} acme   generate-skill coder 11-21 06:32" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    assert mesh.requests[0].headers["authorization"] == "Bearer ak_x"
    assert mesh.requests[0].url.params["tenant_id"] == "tenant_acme"
    assert len(json.loads(run("list", "--json")[1])["dead_letters"]) == 3


def test_show_says_why(mesh: Mesh) -> None:
    code, out, _ = run("show", TASKS[1])
    assert code == 0
    for text in (
        "INTERNAL: 3 workers died at the step [coder].",
        "orchestrator-1, orchestrator-2, orchestrator-1",
        "40 %, taken up 3×",
        "coder (coder)  running  attempt 2",
        "attempt 1: DEADLINE_EXCEEDED: late",
        "2 earlier",
        "research → coder: said [",
    ):
        assert text in out
    assert json.loads(run("show", TASKS[1], "--json")[1])["step"] == "coder"


def test_show_of_no_letter(mesh: Mesh) -> None:
    mesh.gone = {TASKS[0]}
    code, _, err = run("show", TASKS[0])
    assert code == 3
    assert "TASK_NOT_FOUND" in err


def test_requeue_of_one(mesh: Mesh) -> None:
    code, out, _ = run("requeue", TASKS[0])
    assert code == 0
    assert "queued" in out
    assert mesh.posted() == [f"/api/admin/dead-letters/{TASKS[0]}/requeue"]
    assert json.loads(run("requeue", TASKS[0], "--json")[1])["status"] == "queued"


def test_requeue_of_all_passes_over_what_is_gone(mesh: Mesh) -> None:
    mesh.gone = {TASKS[1]}
    code, out, err = run("requeue", "--all", "--tenant", "tenant_acme")
    assert code == 0
    assert out.split() == [TASKS[0], TASKS[2]]
    assert "2 requeued" in err
    assert mesh.requests[0].url.params["tenant_id"] == "tenant_acme"
    assert len(mesh.posted()) == 3
    answer = json.loads(run("requeue", "--all", "--json")[1])
    assert answer == {"requeued": [TASKS[0], TASKS[2]]}


@pytest.mark.parametrize("arguments", [(), (TASKS[0], "--all"), (TASKS[0], "--tenant", "acme")])
def test_requeue_wants_to_know_what(mesh: Mesh, arguments: tuple[str, ...]) -> None:
    assert run("requeue", *arguments)[0] == 2
    assert mesh.requests == []
