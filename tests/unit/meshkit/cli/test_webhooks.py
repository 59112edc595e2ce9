"""`webhooks …`: what it sends, what it writes, and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from meshkit.cli.app import app
from tests.support import cli

TASK = "task_" + "0" * 32
DELIVERY = {
    "webhook_id": "msg_0_7",
    "task_id": TASK,
    "url": "https://hooks.example.com/x",
    "status": "failed",
    "created_at": "2026-01-02T03:04:05Z",
    "attempts": [
        {"time": "2026-01-02T03:04:06Z", "status_code": 0, "error": "[no] host", "duration_ms": 3},
        {"time": "2026-01-02T03:04:11Z", "status_code": 500, "error": "", "duration_ms": 9},
    ],
    "attempt_count": 5,
}
Run = Callable[..., Result]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[httpx.Request]:
    """What the commands ask a mesh that has one failed webhook."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.path == "/api/webhooks":
            page = {"deliveries": [DELIVERY], "next_page_token": "t2"}
            return httpx.Response(200, json=page)
        if TASK not in request.url.path:
            error = {"code": "NOT_FOUND", "message": "There is no such webhook.", "details": {}}
            return httpx.Response(404, json={"success": False, "error": error})
        return httpx.Response(200, json=DELIVERY)

    cli.serve(monkeypatch, tmp_path, answer)
    monkeypatch.setenv("COLUMNS", "200")
    return asked


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["webhooks", *arguments])


def test_list(requests) -> None:
    result = run("list", "--status", "failed", "--limit", "5", "--page-token", "t1")
    assert result.exit_code == 0
    assert dict(requests[0].url.params) == {
        "status": "failed",
        "page_size": "5",
        "page_token": "t1",
    }
    assert TASK in result.stdout
    assert "500" in result.stdout
    assert "--page-token t2" in result.stderr


def test_show_tells_every_attempt(requests) -> None:
    result = run("show", TASK)
    assert result.exit_code == 0
    assert requests[0].url.path == f"/api/webhooks/{TASK}"
    for text in ("msg_0_7", "https://hooks.example.com/x", "failed", "[no] host", "3 earlier"):
        assert text in result.stdout


def test_replay(requests) -> None:
    result = run("replay", TASK, "--json")
    assert result.exit_code == 0
    assert (requests[0].method, requests[0].url.path) == ("POST", f"/api/webhooks/{TASK}/replay")
    assert json.loads(result.stdout) == DELIVERY


def test_a_webhook_that_does_not_exist(requests) -> None:
    assert run("show", "task_x").exit_code == 3
