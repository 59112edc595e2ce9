"""generate-skill as a REST client uses it, from start to result."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
import yaml

from analytics.skill.validator import validate_skill
from tests.support.mesh import Mesh, example, request, wait_done

Tenant = Callable[[str], Mesh]

STATUS_FIELDS = {
    "task_id": str,
    "job": str,
    "status": str,
    "progress": int,
    "eta": int,
    "eta_seconds": int,
    "current_step": str,
    "completed_steps": list,
    "total_steps": int,
    "created_at": str,
    "started_at": str,
    "updated_at": str,
    "completed_at": str,
    "result_available": bool,
}
RESULT_FIELDS = {
    "skill_id": str,
    "skill_name": str,
    "skill_yaml": str,
    "confidence_score": (int, float),
    "patterns_found": list,
    "validation_results": dict,
    "estimated_performance": dict,
    "recommendations": list,
    "report_markdown": str,
    "charts": list,
    "evidence": dict,
    "engine": str,
    "usage": dict,
}


def start(client: httpx.Client, body: dict[str, Any], **headers: str) -> str:
    answer = client.post("/api/generate-skill/start", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    started = answer.json()
    assert started["status"] == "queued"
    task_id: str = started["task_id"]
    return task_id


def result_of(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    task_id = start(client, body)
    status = wait_done(client, task_id)
    assert status["status"] == "completed", status
    answer = client.get(f"/api/generate-skill/result/{task_id}")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def share(result: dict[str, Any], name: str) -> float:
    for measurement in result["evidence"]["measurements"]:
        if measurement["name"] == name:
            return float(measurement["value"])
    raise AssertionError(name)


@pytest.fixture(scope="module")
def done(mesh: Mesh) -> tuple[dict[str, Any], dict[str, Any]]:
    """Status and result of one task with eight examples."""
    with mesh.client() as client:
        task_id = start(client, request())
        status = wait_done(client, task_id)
        return status, client.get(f"/api/generate-skill/result/{task_id}").json()


def test_status_has_every_field(done: tuple[dict[str, Any], dict[str, Any]]) -> None:
    status, _ = done
    for name, kind in STATUS_FIELDS.items():
        assert isinstance(status[name], kind), name
    assert status["status"] == "completed"
    assert status["progress"] == 100
    assert status["result_available"] is True
    assert "error" not in status
    assert [step["step"] for step in status["completed_steps"]][:3] == [
        "planning",
        "research",
        "coder",
    ]


def test_result_has_every_field(done: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, result = done
    for name, kind in RESULT_FIELDS.items():
        assert isinstance(result[name], kind), name
    assert result["engine"] == "offline"
    assert 0 <= result["confidence_score"] <= 100
    assert result["usage"]["llm_calls"] == 0
    estimate = result["estimated_performance"]
    assert set(estimate) >= {"engagement_rate_increase", "confidence", "basis"}
    for guard in result["validation_results"]["guard_results"]:
        assert isinstance(guard["passed"], bool)
        assert guard["reason"]
        assert not (guard["status"] == "skipped" and guard["passed"])


def test_skill_file_is_valid(done: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, result = done
    assert validate_skill(result["skill_yaml"]) == []
    skill = yaml.safe_load(result["skill_yaml"])
    assert skill["skill_id"] == result["skill_id"]
    assert skill["name"] == "Roastery notes"
    assert skill["provenance"]["examples"] == 8


def test_charts_are_pictures(done: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, result = done
    assert len(result["charts"]) >= 3
    for chart in result["charts"]:
        assert chart["media_type"] == "image/svg+xml"
        assert chart["content"].lstrip().startswith("<svg")
        assert "<script" not in chart["content"]
        assert chart["alt_text"]


def test_more_images_move_the_image_share(tenant: Tenant) -> None:
    with tenant("images").client() as client:
        shares = []
        for images in (1, 6):
            examples = [
                example(n, **({"image_url": f"https://example.com/{n}.png"} if n < images else {}))
                for n in range(8)
            ]
            shares.append(share(result_of(client, request(examples=examples)), "image_share"))
    assert shares == [pytest.approx(1 / 8), pytest.approx(6 / 8)]


def test_doubled_metrics_keep_the_ranking(tenant: Tenant) -> None:
    def scores(factor: int) -> list[tuple[bool, float]]:
        examples = [example(n) for n in range(8)]
        for post in examples:
            metrics = post["performance_metrics"]
            for name in ("likes", "comments", "shares"):
                metrics[name] *= factor
        found = result_of(client, request(examples=examples))["evidence"]["example_scores"]
        return [(score["better_half"], round(score["relative"], 9)) for score in found]

    with tenant("doubled").client() as client:
        assert scores(1) == scores(2)


def test_one_example_gives_low_confidence(tenant: Tenant) -> None:
    with tenant("lonely").client() as client:
        result = result_of(client, request(1))
    assert result["confidence_score"] <= 25
    assert result["estimated_performance"]["engagement_rate_increase"] == 0
    assert result["estimated_performance"]["confidence"] == 0
    assert result["estimated_performance"]["basis"]
    assert result["patterns_found"] == []


def test_identical_posts_make_no_pattern(tenant: Tenant) -> None:
    with tenant("identical").client() as client:
        result = result_of(client, request(examples=[example(1)] * 5))
    assert result["patterns_found"] == []
    assert result["evidence"]["distinct_examples"] == 1
    assert result["confidence_score"] <= 25


def test_markdown_and_headers(mesh: Mesh, done: tuple[dict[str, Any], dict[str, Any]]) -> None:
    status, result = done
    with mesh.client() as client:
        answer = client.get(
            f"/api/generate-skill/result/{status['task_id']}", params={"format": "markdown"}
        )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.text == result["report_markdown"]
    assert answer.headers["taskid"] == status["task_id"]
    assert answer.headers["taskstatus"] == "completed"
    assert answer.headers["taskprogress"] == "100"


def test_long_poll_wakes_early(tenant: Tenant) -> None:
    with tenant("poller").client() as client:
        task_id = start(client, request(2))
        status = wait_done(client, task_id)
        heard = time.time()
        answer = client.get(f"/api/generate-skill/result/{task_id}", params={"wait_seconds": 20})
    assert answer.status_code == 200
    # Long before its twenty seconds are over.
    assert heard - datetime.fromisoformat(status["completed_at"]).timestamp() < 10


def test_events_are_numbered_and_resume(tenant: Tenant) -> None:
    with tenant("watcher").client() as client:
        task_id = start(client, request(3))
        wait_done(client, task_id)
        events = read_events(client, task_id)
        assert [event["offset"] for event in events] == list(range(1, len(events) + 1))
        assert [events[0]["type"], events[-1]["type"]] == ["queued", "completed"]
        half = len(events) // 2
        by_header = read_events(client, task_id, headers={"Last-Event-ID": str(half)})
        by_query = read_events(client, task_id, params={"after": half})
        # 204 is what makes a browser's EventSource stop asking.
        done = client.get(f"/api/tasks/{task_id}/events", params={"after": len(events)})
    assert by_header == by_query == events[half:]
    assert (done.status_code, done.content) == (204, b"")


def read_events(client: httpx.Client, task_id: str, **how: Any) -> list[dict[str, Any]]:
    with client.stream("GET", f"/api/tasks/{task_id}/events", **how) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line.startswith("data:")]
    return [json.loads(line.removeprefix("data:")) for line in lines]


def test_run_is_a_whole_job_in_one_call(tenant: Tenant) -> None:
    with tenant("runner").client() as client:
        headers = {"Idempotency-Key": "workflow-run-1"}
        path = "/api/generate-skill/run"
        for _ in range(10):
            answer = client.post(
                path, params={"wait_seconds": 20}, json=request(3), headers=headers
            )
            if answer.status_code != 409:
                break
            assert answer.json()["error"]["code"] == "RESULT_NOT_READY"
        assert answer.status_code == 200, answer.text
        ran = answer.json()
        again = client.post(path, json=request(3), headers=headers).json()
        other = client.post(path, json=request(4), headers=headers)
        tasks = client.get("/api/tasks").json()["tasks"]
    assert ran["status"] == "completed"
    assert ran["result"]["skill_id"]
    assert again["task_id"] == ran["task_id"]
    assert other.status_code == 409
    assert other.json()["error"]["code"] == "CONFLICT"
    assert [task["task_id"] for task in tasks] == [ran["task_id"]]


def test_another_tenants_task_does_not_exist(
    tenant: Tenant, done: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    foreign = done[0]["task_id"]
    unknown = "task_" + "0" * 32
    with tenant("stranger").client() as client:
        for path in ("/api/generate-skill/status/{}", "/api/tasks/{}", "/api/tasks/{}/events"):
            answers = [client.get(path.format(task_id)) for task_id in (foreign, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].json() == answers[1].json()
            assert answers[0].json()["error"]["code"] == "TASK_NOT_FOUND"
