import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from meshkit import logs


@pytest.fixture(autouse=True)
def configuration() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configuration = structlog.get_config()
    yield
    structlog.configure(**configuration)
    root.handlers[:], level = before
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_one_object_with_the_usual_fields(capsys):
    logs.configure(service="coder-1", level="info")
    logs.get("x").info("task_started", task_id="task_1", text="Grüße\nzwei")
    [line] = lines(capsys)
    assert list(line)[:3] == ["timestamp", "level", "message"]
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {
        "level": "info",
        "message": "task_started",
        "component": "x",
        "service": "coder-1",
        "task_id": "task_1",
        "text": "Grüße\nzwei",
    }


def test_the_level_is_a_threshold(capsys):
    logs.configure(service="s", level="warning")
    logs.get("x").info("no")
    logs.get("x").warning("yes")
    assert [line["message"] for line in lines(capsys)] == ["yes"]


def test_an_exception_is_one_line_with_its_trace(capsys):
    logs.configure(service="s", level="info")
    try:
        {}["gone"]
    except KeyError:
        logs.get("x").exception("job_bug")
    [line] = lines(capsys)
    assert "KeyError: 'gone'" in line["exception"]


def test_libraries_log_in_the_same_form_and_only_warnings(capsys):
    logs.configure(service="s", level="debug")
    logging.getLogger("grpc").info("no")
    logging.getLogger("grpc").warning("slow %s", "host")
    [line] = lines(capsys)
    assert (line["message"], line["level"], line["service"]) == ("slow host", "warning", "s")


def test_what_grpc_cannot_decode_is_not_shown(capsys):
    logs.configure(service="s", level="info")
    grpc_log = logging.getLogger("grpc._cython.cygrpc")
    try:
        b"\xe4".decode()
    except UnicodeDecodeError:
        grpc_log.exception("Invalid encoding on %s", b"Bearer secret\xe4")
    grpc_log.error("something else: %s", "shown")
    text = capsys.readouterr().out
    assert "secret" not in text
    assert "Invalid encoding on metadata that are not shown" in text
    assert "something else: shown" in text
