import pytest

from meshkit.tasks import record


def eta(position: int = 0, **fields: object) -> int:
    stored = {name.encode(): str(value).encode() for name, value in fields.items()}
    task = record.to_task("task_x", stored, now_ms=100_000, queue_position=position)
    assert task.eta == task.eta_seconds
    return task.eta_seconds


@pytest.mark.parametrize(
    ("position", "seconds"), [(1, 4), (8, 4), (9, 8), (16, 8), (17, 12), (129, 68)]
)
def test_a_queued_task_waits_for_the_rounds_before_it(position: int, seconds: int) -> None:
    assert eta(position, status="queued", expected_ms=4000) == seconds


def test_short_tasks_are_not_rounded_up_one_by_one() -> None:
    assert eta(81, status="queued", expected_ms=300) == 3


def test_a_running_task_counts_down_by_progress_and_time() -> None:
    running = {"status": "running", "expected_ms": 20_000, "updated_at": 100_000}
    assert eta(**running, progress=0) == 20
    assert eta(**running, progress=50) == 10
    assert eta(**{**running, "updated_at": 96_000}, progress=50) == 6


def test_a_step_that_drags_on_holds_the_estimate() -> None:
    fields = {"status": "running", "expected_ms": 20_000, "updated_at": 0, "progress": 50}
    assert eta(**fields) == 1


@pytest.mark.parametrize("status", ["paused", "completed", "failed", "cancelled"])
def test_nothing_is_left_of_a_task_that_does_not_go_on(status: str) -> None:
    assert eta(status=status, expected_ms=4000) == 0


def test_what_is_not_known_is_not_guessed() -> None:
    assert eta(status="queued") == 0
