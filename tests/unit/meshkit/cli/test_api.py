"""The client of the REST API: errors, and events over connections that break."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from meshkit.cli import api as api_module
from meshkit.cli.api import Api
from meshkit.cli.errors import ApiError
from meshkit.cli.exits import Exit

TASK = "task_" + "0" * 32


def client(handler: Callable[[httpx.Request], httpx.Response]) -> Api:
    return Api("http://127.0.0.1:1", "sk_x", transport=httpx.MockTransport(handler))


def frame(offset: int, kind: str) -> str:
    data = json.dumps({"offset": offset, "type": kind})
    return f"id: {offset}\nevent: {kind}\ndata: {data}\n\n"


def refusal(status: int, code: str) -> httpx.Response:
    error = {"code": code, "message": "why", "details": {"fields": []}}
    return httpx.Response(status, json={"success": False, "error": error})


def test_start_sends_key_body_and_idempotency_key() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"task_id": TASK, "status": "queued"})

    with client(handler) as api:
        assert api.start("generate-skill", {"a": 1}, idempotency_key="k") == TASK
    assert seen[0].url.path == "/api/generate-skill/start"
    assert seen[0].headers["authorization"] == "Bearer sk_x"
    assert seen[0].headers["idempotency-key"] == "k"
    assert json.loads(seen[0].content) == {"a": 1}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "INVALID_ARGUMENT", Exit.USAGE),
        (401, "UNAUTHENTICATED", Exit.DENIED),
        (404, "TASK_NOT_FOUND", Exit.NOT_FOUND),
        (404, "RESULT_NOT_READY", Exit.CONFLICT),
        (404, "TASK_FAILED", Exit.TASK_FAILED),
        (429, "RATE_LIMITED", Exit.LIMITED),
        (503, "UPSTREAM_UNAVAILABLE", Exit.UNAVAILABLE),
        (500, "INTERNAL", Exit.INTERNAL),
        (500, "SOMETHING_NEW", Exit.INTERNAL),
    ],
)
def test_errors_keep_their_code_and_have_an_exit_code(
    status: int, code: str, expected: Exit
) -> None:
    with client(lambda _: refusal(status, code)) as api, pytest.raises(ApiError) as caught:
        api.task(TASK)
    assert (caught.value.code, caught.value.message) == (code, "why")
    assert caught.value.exit_code is expected


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(200, text="<html>"), "INTERNAL"),
        (httpx.Response(200, json=[]), "INTERNAL"),
        (httpx.Response(502, text="bad gateway"), "UPSTREAM_UNAVAILABLE"),
        (httpx.Response(418, text="teapot"), "INTERNAL"),
    ],
)
def test_answers_of_somebody_else(answer: httpx.Response, code: str) -> None:
    with client(lambda _: answer) as api, pytest.raises(ApiError) as caught:
        api.readiness()
    assert caught.value.code == code


def test_nobody_answers() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(handler) as api, pytest.raises(ApiError) as caught:
        api.tasks(status="running", job=None)
    assert caught.value.exit_code is Exit.UNAVAILABLE
    assert "http://127.0.0.1:1" in caught.value.message


def test_an_id_cannot_lead_to_another_route() -> None:
    paths: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json={})

    with client(handler) as api:
        api.task("a/../b?c#d")
    assert paths == [b"/api/tasks/a%2F..%2Fb%3Fc%23d"]


class Broken(httpx.SyncByteStream):
    """A body that breaks off after some bytes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __iter__(self) -> Iterator[bytes]:
        yield self._text.encode()
        raise httpx.ReadError("reset")


def test_events_resume_after_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module.time, "sleep", lambda _: None)
    answers = [
        httpx.Response(200, stream=Broken(frame(1, "queued") + frame(2, "started") + "data: {")),
        refusal(503, "UPSTREAM_UNAVAILABLE"),
        # Ends in good order without a terminal event, as a gateway that restarts does.
        httpx.Response(
            200, text=frame(2, "heartbeat") + frame(2, "started") + frame(3, "progress")
        ),
        httpx.Response(200, text=frame(4, "completed")),
    ]
    resumed_after: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        resumed_after.append(request.headers.get("last-event-id"))
        return answers.pop(0)

    with client(handler) as api:
        events = [(event["offset"], event["type"]) for event in api.events(TASK)]
    assert events == [(1, "queued"), (2, "started"), (3, "progress"), (4, "completed")]
    assert resumed_after == [None, "2", "2", "3"]


def test_events_of_a_retried_task_go_on_over_its_first_end() -> None:
    story = frame(1, "failed") + frame(2, "queued") + frame(3, "completed")
    calls: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        # What breaks after the end makes no difference.
        return httpx.Response(200, stream=Broken(story))

    with client(handler) as api:
        kinds = [event["type"] for event in api.events(TASK)]
    assert kinds == ["failed", "queued", "completed"]
    assert len(calls) == 1


@pytest.mark.parametrize(("code", "again"), [("UPSTREAM_UNAVAILABLE", 1), ("UNAUTHENTICATED", 0)])
def test_a_stream_that_says_why_it_ends(
    monkeypatch: pytest.MonkeyPatch, code: str, again: int
) -> None:
    monkeypatch.setattr(api_module.time, "sleep", lambda _: None)
    body = json.dumps({"success": False, "error": {"code": code, "message": "m", "details": {}}})
    answers = [
        httpx.Response(200, text=frame(1, "queued") + f"event: error\ndata: {body}\n\n"),
        httpx.Response(200, text=frame(2, "completed")),
    ]
    seen = []
    with client(lambda _: answers.pop(0)) as api:
        events = api.events(TASK)
        seen.append(next(events)["offset"])
        if again:
            seen += [event["offset"] for event in events]
        else:
            with pytest.raises(ApiError, match=code):
                next(events)
    assert seen == [1, 2][: 1 + again]
    assert len(answers) == 1 - again


def test_events_of_no_task_are_not_tried_again() -> None:
    calls: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return refusal(404, "TASK_NOT_FOUND")

    with client(handler) as api, pytest.raises(ApiError, match="TASK_NOT_FOUND"):
        list(api.events(TASK))
    assert len(calls) == 1


def test_a_watcher_gives_up_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(api_module.time, "sleep", sleep)
    monkeypatch.setattr(api_module.time, "monotonic", lambda: now[0])
    with (
        client(lambda _: refusal(503, "UPSTREAM_UNAVAILABLE")) as api,
        pytest.raises(ApiError, match="UPSTREAM_UNAVAILABLE"),
    ):
        list(api.events(TASK))
    assert 60 < now[0] < 70
