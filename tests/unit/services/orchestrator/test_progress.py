from hypothesis import given
from hypothesis import strategies as st

from manusmesh.type.v1 import plan_pb2
from meshkit.tasks.notes import Left
from services.orchestrator.progress import Forecast

STEPS = {"research": 10.0, "coder": 30.0, "reporter": 20.0}
PLAN = plan_pb2.Plan(
    subtasks=[
        plan_pb2.Subtask(id=step, estimated_seconds=seconds, depends_on=list(STEPS)[:at])
        for at, (step, seconds) in enumerate(STEPS.items())
    ]
)


def planned(*, left_ms: float = 0.0, **ratios: float) -> Forecast:
    forecast = Forecast(left_ms=left_ms)
    forecast.follow(PLAN, ratios)
    return forecast


def test_before_the_plan_what_is_usual_is_left_or_nobody_knows() -> None:
    assert Forecast(left_ms=0).left() is None
    assert Forecast(left_ms=7000).left(pause_s=1.5, reason="x") == Left(7000, 1500, "x")
    assert Forecast(left_ms=7000).percent() == 5


def test_the_plan_is_corrected_by_what_such_steps_took() -> None:
    assert planned().left() == Left(60_000)
    assert planned(coder=2.0).left() == Left(90_000)
    assert planned().total_steps == 4


def test_what_is_done_is_not_left() -> None:
    forecast = planned()
    forecast.reach("research", 1.0)
    forecast.reach("coder", 0.5)
    assert forecast.left() == Left(35_000)
    assert forecast.percent() == round(5 + 94 * 25 / 60)


def test_steps_at_work_at_once_all_count() -> None:
    forecast = planned()
    for step in ("research", "coder"):
        forecast.reach(step, 0.5)
    assert forecast.left() == Left(40_000)


def test_an_attempt_that_begins_anew_has_all_of_its_step_before_it() -> None:
    forecast = planned()
    forecast.reach("coder", 0.5)
    forecast.reach("coder", 0.0)
    assert forecast.left() == Left(60_000)


def test_another_round_takes_as_long_as_the_first() -> None:
    forecast = planned(coder=2.0)
    forecast.expect("coder_2")
    assert forecast.left() == Left(150_000)
    assert forecast.total_steps == 5


def test_why_there_may_be_more_is_told_once() -> None:
    forecast = Forecast(left_ms=0)
    assert forecast.why_more() == "slower than usual"
    forecast.follow(PLAN, {})
    assert forecast.why_more() == "the time left is the plan's estimate"
    assert forecast.why_more() == "slower than usual"
    forecast.expect("coder")
    assert forecast.why_more() == "slower than usual"
    forecast.expect("coder_2")
    assert forecast.why_more() == "another step than planned"
    assert planned(left_ms=1.0).why_more() == "the plan foresees more work than usual"


@given(st.lists(st.tuples(st.sampled_from(list(STEPS)), st.floats(-1, 2))))
def test_progress_and_the_work_left_agree(reached: list[tuple[str, float]]) -> None:
    forecast = planned()
    for step, fraction in reached:
        forecast.reach(step, fraction)
    left = forecast.left()
    assert left is not None
    assert 0 <= left.work_ms <= 60_000
    assert abs(forecast.percent() - (5 + 94 * (60_000 - left.work_ms) / 60_000)) <= 0.51


def test_what_steps_took_is_a_share_of_the_estimate() -> None:
    forecast = planned()
    forecast.measure("coder", 15_000)
    forecast.measure("unplanned", 9)
    assert forecast.measured == {"coder": 0.5}


def test_steps_side_by_side_count_by_the_longest():
    plan = plan_pb2.Plan(
        subtasks=[
            plan_pb2.Subtask(id="a", estimated_seconds=2),
            plan_pb2.Subtask(id="b", estimated_seconds=5),
            plan_pb2.Subtask(id="end", estimated_seconds=1, depends_on=["a", "b"]),
        ]
    )
    forecast = Forecast(left_ms=0)
    forecast.follow(plan, {})
    assert forecast.left() == Left(6000)
    forecast.reach("b", 1)
    assert forecast.left() == Left(3000)
    # A step that the plan did not foresee comes besides.
    forecast.expect("end_2")
    assert forecast.left() == Left(4000)


def test_a_step_that_waits_for_a_place_is_left_for_longer() -> None:
    now = 100.0
    plan = plan_pb2.Plan(
        subtasks=[
            plan_pb2.Subtask(id="a", estimated_seconds=5),
            plan_pb2.Subtask(id="b", estimated_seconds=5, waits_seconds=5),
            plan_pb2.Subtask(id="end", estimated_seconds=1, depends_on=["a", "b"]),
        ]
    )
    forecast = Forecast(left_ms=0, clock=lambda: now)
    forecast.follow(plan, {"b": 2.0})
    assert forecast.left() == Left(21_000)
    # Waiting is over by itself, and when the step begins.
    now += 4
    forecast.reach("a", 0.8)
    assert forecast.left() == Left(17_000)
    forecast.reach("b", 0.0)
    assert forecast.left() == Left(11_000)
    assert forecast.percent() == round(5 + 94 * 4 / 16)


def test_a_step_done_outside_the_plan_counts() -> None:
    forecast = planned()
    forecast.add_done("cache")
    assert forecast.total_steps == 5
    assert forecast.left() == Left(60_000)
