"""Commands: what they send, what they write, and their exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from meshkit import __version__
from meshkit.cli.serve import serve
from meshkit.entry import service_names
from tests.support import cli
from tests.support.cli import run

TASK = "task_" + "0" * 32
RESULT = {
    "skill_id": "skill_demo_v1",
    "skill_yaml": "skill_id: skill_demo_v1\n",
    "report_markdown": "# Report\n\nsummary\n\n## First\n\none\n\n## Second\n\ntwo\n",
    "report_html": "<p>report</p>",
    "charts": [
        {"name": "shares", "media_type": "image/svg+xml", "content": "<svg/>"},
        {"name": "../../evil", "media_type": "image/svg+xml", "content": "<svg/>"},
    ],
}
Handler = Callable[[httpx.Request], httpx.Response]


class Mesh:
    """Answers as a mesh would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.end = "completed"
        self.override: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.override or self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 (one a route)
        path = request.url.path
        if path.endswith("/start"):
            return httpx.Response(200, json={"task_id": TASK, "status": "queued"})
        if path.endswith("/events"):
            events = [
                {"offset": 1, "type": "step_completed", "step": "coder", "progress": 50},
                {"offset": 2, "type": self.end, "progress": 100, "message": "end"},
            ]
            return httpx.Response(200, text="".join(f"data: {json.dumps(e)}\n\n" for e in events))
        if "/result/" in path:
            if self.end != "completed":
                error = {"code": "TASK_FAILED", "message": "broken", "details": {}}
                return httpx.Response(404, json={"success": False, "error": error})
            return httpx.Response(200, json=RESULT)
        if path == "/ready":
            up = {"name": "redis", "status": "up", "replicas": 1}
            return httpx.Response(200, json={"status": "ready", "dependencies": [up]})
        task = {"task_id": TASK, "job": "generate-skill", "status": "running", "progress": 40}
        if path == "/api/tasks":
            return httpx.Response(200, json={"tasks": [task], "next_page_token": "t2"})
        return httpx.Response(200, json=task)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mesh:
    mesh = Mesh()
    cli.serve(monkeypatch, tmp_path, mesh)
    return mesh


def posts(tmp_path: Path) -> str:
    path = tmp_path / "posts.csv"
    path.write_text("text,likes,comments,shares\nA long enough post,1,2,3\n", encoding="utf-8")
    return str(path)


def test_task_run_sends_the_posts_and_answers_the_result(mesh: Mesh, tmp_path: Path) -> None:
    arguments = ("--posts", posts(tmp_path), "--platform", "linkedin", "--name", "Demo")
    code, out, err = run("task", "run", "generate-skill", *arguments, "--out", "o")
    assert code == 0
    body = mesh.bodies()[0]
    assert body["target_platforms"] == ["linkedin"]
    assert body["skill_name"] == "Demo"
    assert body["examples"][0]["performance_metrics"]["impressions_unknown"] is True
    # The report up to its second section; the rest is a command away.
    assert "First" in out
    assert "Second" not in out
    assert "manusmesh task result" in err


def test_the_files_of_a_result_stay_in_the_folder(mesh: Mesh, tmp_path: Path) -> None:
    code, _, _ = run("task", "result", TASK, "--out", "o")
    assert code == 0
    files = sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    )
    assert files == [
        "o/charts/chart_2.svg",
        "o/charts/shares.svg",
        "o/report.html",
        "o/report.md",
        "o/result.json",
        "o/skill_demo_v1.yaml",
    ]
    assert json.loads((tmp_path / "o/result.json").read_text(encoding="utf-8")) == RESULT


def test_task_run_as_json(mesh: Mesh, tmp_path: Path) -> None:
    request = json.dumps({"examples": [], "target_platforms": ["x"]})
    code, out, _ = run("task", "run", "generate-skill", "--input", "-", "--json", stdin=request)
    assert code == 0
    answer = json.loads(out)
    assert answer["task_id"] == TASK
    assert answer["result"] == RESULT
    assert mesh.bodies() == [json.loads(request)]


def test_without_waiting_only_the_id(mesh: Mesh, tmp_path: Path) -> None:
    arguments = (
        "task",
        "run",
        "generate-skill",
        "--posts",
        posts(tmp_path),
        "--platform",
        "twitter",
    )
    assert run(*arguments, "--no-wait")[:2] == (0, f"{TASK}\n")
    assert len(mesh.requests) == 1


def test_a_failed_task_exits_with_1(mesh: Mesh, tmp_path: Path) -> None:
    mesh.end = "failed"
    arguments = ("--posts", posts(tmp_path), "--platform", "twitter")
    code, _, err = run("task", "run", "generate-skill", *arguments)
    assert code == 1
    assert "TASK_FAILED broken" in err
    assert run("task", "watch", TASK)[0] == 1


def test_watch_as_json_is_one_event_a_line(mesh: Mesh) -> None:
    code, out, _ = run("task", "watch", TASK, "--json")
    assert code == 0
    assert [json.loads(line)["type"] for line in out.splitlines()] == [
        "step_completed",
        "completed",
    ]


@pytest.mark.parametrize("action", ["cancel", "pause", "resume", "retry"])
def test_control(mesh: Mesh, action: str) -> None:
    code, out, _ = run("task", action, TASK, "--json")
    assert code == 0
    assert json.loads(out)["task_id"] == TASK
    assert mesh.requests[0].method == "POST"
    assert mesh.requests[0].url.path == f"/api/tasks/{TASK}/{action}"


def test_list_passes_filters_on(mesh: Mesh) -> None:
    code, out, err = run("task", "list", "--status", "running", "--limit", "5")
    assert code == 0
    assert TASK in out
    assert "--page-token t2" in err
    assert dict(mesh.requests[0].url.params) == {"status": "running", "page_size": "5"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T09:30", "2026-01-31T09:30:00.000Z"),
        ("2026-01-31T09:30:15.5+01:00", "2026-01-31T08:30:15.500Z"),
    ],
)
@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_list_takes_times(mesh: Mesh, name: str, given: str, sent: str) -> None:
    code, _, _ = run("task", "list", f"--{name.replace('_', '-')}", given)
    assert code == 0
    assert dict(mesh.requests[0].url.params) == {name: sent, "page_size": "20"}


@pytest.mark.parametrize("given", ["yesterday", "2026-13-01", "0001-01-01T00:00+05:00"])
def test_list_refuses_what_is_no_time(mesh: Mesh, given: str) -> None:
    code, _, err = run("task", "list", "--created-after", given)
    assert code != 0
    assert "is no time" in err
    assert mesh.requests == []


def test_show_and_health(mesh: Mesh) -> None:
    assert TASK in run("task", "show", TASK)[1]
    assert json.loads(run("health", "--json")[1])["status"] == "ready"
    assert "redis" in run("health")[1]


def test_a_partial_task_says_what_is_missing(mesh: Mesh) -> None:
    error = {"code": "UPSTREAM_UNAVAILABLE", "message": "no [answer]", "details": {}}
    missing = [{"step": "research_2", "name": "Rival [2]", "error": error}]
    task = {"task_id": TASK, "job": "j", "status": "completed", "progress": 100}
    mesh.override = httpx.Response(200, json={**task, "partial": True, "missing": missing})
    _, out, _ = run("task", "show", TASK)
    assert "partial" in out
    assert "Rival [2]  UPSTREAM_UNAVAILABLE: no [answer]" in out
    assert "task retry" in out
    mesh.override = httpx.Response(200, json={**task, "partial": False, "missing": []})
    assert "partial" not in run("task", "show", TASK)[1]


def test_health_of_a_mesh_that_is_not_ready_says_what_is_missing(mesh: Mesh) -> None:
    down = [{"name": "redis", "status": "down", "replicas": 0}]
    error = {"code": "UPSTREAM_UNAVAILABLE", "message": "m", "details": {"dependencies": down}}
    mesh.override = httpx.Response(503, json={"success": False, "error": error})
    code, out, _ = run("health", "--json")
    assert code == 5
    assert json.loads(out)["dependencies"] == down


def test_every_violated_field_is_shown(mesh: Mesh) -> None:
    fields = [{"field": "examples", "message": "too few"}, {"field": "skill_name", "message": "m"}]
    error = {"code": "INVALID_ARGUMENT", "message": "bad", "details": {"fields": fields}}
    mesh.override = httpx.Response(400, json={"success": False, "error": error})
    code, _, err = run("task", "run", "generate-skill", "--input", "-", stdin="{}")
    assert code == 2
    assert "examples: too few" in err
    assert "skill_name: m" in err


def test_a_violated_field_is_shown_once(mesh: Mesh) -> None:
    fields = [{"field": "examples", "message": "too few"}, {"field": "skill_name", "message": "m"}]
    for count, message in ((1, "examples: too few"), (2, "examples: too few (and 1 more)")):
        details = {"fields": fields[:count]}
        error = {"code": "INVALID_ARGUMENT", "message": message, "details": details}
        mesh.override = httpx.Response(400, json={"success": False, "error": error})
        _, _, err = run("task", "show", TASK)
        assert err.count("too few") == 1
        assert err.count("skill_name: m") == count - 1


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "localhost:8080", "mesh.example.com", "ftp://a", "http://", "http:a"]
)
def test_an_address_has_a_scheme_and_a_host(mesh: Mesh, url: str) -> None:
    code, _, err = run("health", "--url", url)
    assert code == 2
    assert "http://HOST:PORT" in err
    assert mesh.requests == []


def test_errors_as_json_have_the_shape_of_the_api(mesh: Mesh) -> None:
    error = {"code": "RATE_LIMITED", "message": "slow", "details": {"retry_after": 7}}
    mesh.override = httpx.Response(429, json={"success": False, "error": error})
    code, out, _ = run("task", "show", TASK, "--json")
    assert code == 6
    assert json.loads(out) == {"success": False, "error": error}
    assert "try again in 7 s" in run("task", "show", TASK)[2]


def test_wrong_use_exits_with_2(mesh: Mesh, tmp_path: Path) -> None:
    assert run("task", "run", "generate-skill")[0] == 2
    assert run("task", "run", "generate-skill", "--input", "-", stdin="[]")[0] == 2
    assert run("task", "run", "generate-skill", "--input", "-", stdin="{")[0] == 2
    assert run("task", "run", "generate-skill", "--posts", posts(tmp_path))[0] == 2
    assert run("task", "run", "generate-skill", "--posts", "missing.csv")[0] == 2
    assert run("nonsense")[0] == 2
    assert mesh.requests == []


def test_the_key_of_the_state_directory_goes_to_its_mesh_only(mesh: Mesh, tmp_path: Path) -> None:
    state = tmp_path / ".mesh"
    state.mkdir()
    (state / "key").write_text("sk_local\n", encoding="ascii")
    envoy = {"envoy": {"pid": 1, "port": 4321, "started": 1}}
    (state / "processes.json").write_text(json.dumps(envoy), encoding="utf-8")
    run("task", "show", TASK)
    run("task", "show", TASK, "--url", "https://mesh.example.com")
    run("task", "show", TASK, "--url", "https://mesh.example.com", "--key", "sk_other")
    assert [(r.url.host, r.headers.get("authorization")) for r in mesh.requests] == [
        ("127.0.0.1", "Bearer sk_local"),
        ("mesh.example.com", None),
        ("mesh.example.com", "Bearer sk_other"),
    ]
    assert mesh.requests[0].url.port == 4321


def test_a_state_directory_without_a_mesh(mesh: Mesh, tmp_path: Path) -> None:
    code, _, err = run("health", "--state-dir", str(tmp_path))
    assert code == 5
    assert f"No mesh runs in {tmp_path}" in err


def test_serve_knows_the_services() -> None:
    names = ["coder", "gateway", "orchestrator", "planning", "reporter", "research"]
    assert service_names() == names
    assert serve("nobody") == 2


def test_up_refuses_what_cannot_be() -> None:
    for option, value, what in (
        ("--replicas", "nobody=2", "there is no service"),
        ("--replicas", "research=0", "from 1 to 32"),
        ("--allow-private", "localhost", "localhost"),
    ):
        code, _, err = run("up", option, value)
        assert code == 2
        assert what in err
    assert run("up", "--port", "70000")[0] == 2


def test_the_version() -> None:
    assert run("--version")[:2] == (0, f"{__version__}\n")
