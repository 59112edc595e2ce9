import pytest

from manusmesh.task.v1 import task_pb2
from meshkit.redis import Reply
from meshkit.tasks import record

NOW_MS = 100_000


def shown(position: int = 0, cap: int | None = None, **fields: object) -> task_pb2.Task:
    stored = {name.encode(): str(value).encode() for name, value in fields.items()}
    task = record.to_task("task_x", stored, now_ms=NOW_MS, queue_position=position, running_cap=cap)
    assert task.eta == task.eta_seconds
    return task


def eta(position: int = 0, cap: int | None = None, **fields: object) -> int:
    return shown(position, cap, **fields).eta_seconds


QUEUED = {"status": "queued", "left_ms": 4000, "usual_ms": 4000, "current_step": "Waiting"}
RUNNING = {"status": "running", "left_ms": 20_000, "eta_at": NOW_MS + 15_000, "current_step": "Do"}


@pytest.mark.parametrize(
    ("position", "seconds"), [(1, 4), (8, 4), (9, 8), (16, 8), (17, 12), (129, 68)]
)
def test_a_queued_task_waits_for_the_rounds_before_it(position: int, seconds: int) -> None:
    assert eta(position, **QUEUED) == seconds


def test_those_before_a_large_task_take_what_is_usual() -> None:
    assert eta(17, **{**QUEUED, "left_ms": 60_000}) == 68


def test_a_queued_task_says_how_many_run_at_once_when_that_counts() -> None:
    assert shown(8, **QUEUED).current_step == "Waiting"
    sentence = "Waiting; {} of the tenant's tasks run at once"
    assert shown(9, **QUEUED).current_step == sentence.format(8)
    assert shown(9, 2, **QUEUED).current_step == sentence.format(2)
    assert eta(9, 2, **QUEUED) == 20


def test_a_tenant_that_is_shut_out_is_told_so() -> None:
    assert "0 of the tenant's tasks" in shown(2, 0, **QUEUED).current_step


def test_a_task_that_waits_for_its_next_attempt_waits_for_that_alone() -> None:
    parked = {**QUEUED, "eta_at": NOW_MS + 30_000}
    assert eta(100, **parked) == 30
    assert shown(100, **parked).current_step == "Waiting"
    assert eta(100, **{**parked, "eta_at": NOW_MS + 1000}) == 4


def test_short_tasks_are_not_rounded_up_one_by_one() -> None:
    assert eta(81, status="queued", left_ms=300, usual_ms=300) == 3


def test_a_running_task_counts_down_to_its_expected_end() -> None:
    assert eta(**RUNNING) == 15
    assert eta(**{**RUNNING, "eta_at": NOW_MS + 9000}) == 9


def test_a_step_that_drags_on_holds_the_estimate() -> None:
    assert eta(**{**RUNNING, "eta_at": NOW_MS - 60_000}) == 2
    assert eta(**{**RUNNING, "eta_at": NOW_MS - 60_000, "left_ms": 0}) == 1


def test_the_reason_is_named_while_more_is_left_than_was_shown_before() -> None:
    grown = {**RUNNING, "eta_reason": "slower than usual"}
    assert shown(**grown, eta_low=14_999).current_step == "Do (slower than usual)"
    assert shown(**grown, eta_low=15_000).current_step == "Do"
    assert shown(**{**grown, "status": "completed"}, eta_low=0).current_step == "Do"


def test_a_sentence_that_names_the_reason_is_enough() -> None:
    named = {**RUNNING, "eta_reason": "resumed", "eta_low": 0, "current_step": "Resumed; waiting"}
    assert shown(**named).current_step == "Resumed; waiting"


@pytest.mark.parametrize("status", ["paused", "completed", "failed", "cancelled"])
def test_nothing_is_left_of_a_task_that_does_not_go_on(status: str) -> None:
    assert eta(status=status, left_ms=4000, eta_at=NOW_MS + 4000) == 0


@pytest.mark.parametrize("status", ["queued", "running"])
def test_what_is_not_known_is_not_guessed(status: str) -> None:
    assert eta(status=status) == 0


def reply(**fields: object) -> list[Reply]:
    return [part for name, value in fields.items() for part in (name.encode(), str(value).encode())]


def test_a_record_that_has_not_changed_is_not_parsed_again() -> None:
    views = record.Views()
    first = views.of("task_x", reply(tenant_id="t", status="running", progress=10))
    assert views.of("task_x", reply(tenant_id="t", status="running", progress=10)) is first
    later = views.of("task_x", reply(tenant_id="t", status="running", progress=20))
    assert (later.task(now_ms=0).progress, first.task(now_ms=0).progress) == (20, 10)
    assert views.of("task_y", reply(tenant_id="t", status="failed")).status == "failed"


def test_a_record_that_is_gone_is_not_remembered() -> None:
    views = record.Views()
    views.of("task_x", reply(tenant_id="t", status="running"))
    gone = views.of("task_x", [])
    assert (gone.tenant_id, gone.status) == ("", "")


def test_the_records_read_last_are_kept() -> None:
    views = record.Views(kept=2)
    replies = {name: reply(tenant_id="t", job=name, status="running") for name in "abc"}
    a, b = views.of("a", replies["a"]), views.of("b", replies["b"])
    assert views.of("a", replies["a"]) is a
    views.of("c", replies["c"])
    assert views.of("a", replies["a"]) is a
    assert views.of("b", replies["b"]) is not b


def test_what_a_caller_does_to_its_task_is_its_own() -> None:
    fields = {b"status": b"running", b"left_ms": b"20000", b"eta_at": b"120000"}
    view = record.View("task_x", fields)
    view.task(now_ms=100_000).detail.SetInParent()
    again = view.task(now_ms=104_000)
    assert not again.HasField("detail")
    assert again.eta_seconds == 16
