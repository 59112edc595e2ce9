import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.type.v1 import plan_pb2
from meshkit import plans

KNOWN = {"research": frozenset({"find"}), "coder": frozenset({"write", "review"})}


def subtask(name, *, inputs=("request",), outputs=None, after=(), seconds=1.0, **other):
    return plan_pb2.Subtask(
        id=name,
        agent=other.get("agent", "research"),
        type=other.get("type", "find"),
        inputs=inputs,
        outputs=[f"{name}_output"] if outputs is None else outputs,
        depends_on=after,
        estimated_seconds=seconds,
    )


def problems(*subtasks):
    return plans.problems(plan_pb2.Plan(subtasks=subtasks), KNOWN)


def test_a_good_plan_has_no_problems():
    assert not problems(
        subtask("a"),
        subtask("b"),
        subtask("c", inputs=["a_output", "b_output", "request"], after=["a", "b"]),
    )


@pytest.mark.parametrize(
    ("subtasks", "problem"),
    [
        ([], "no subtask"),
        ([subtask("a"), subtask("a", outputs=["x"])], "a is used twice"),
        ([subtask("a", agent="painter")], "no agent 'painter' does 'find'"),
        ([subtask("a", type="write")], "no agent 'research' does 'write'"),
        ([subtask("a"), subtask("b", outputs=["a_output"])], "is made by a and b"),
        ([subtask("a", inputs=["news"])], "needs news, which nobody makes"),
        ([subtask("a", after=["ghost"])], "depends on ghost, which does not exist"),
        (
            [subtask("a"), subtask("b", inputs=["a_output"])],
            "needs a_output but does not depend on a",
        ),
        ([subtask("a", after=["a"])], "in a circle"),
        (
            [
                subtask("a", inputs=["b_output"], after=["b"]),
                subtask("b", inputs=["a_output"], after=["a"]),
            ],
            "in a circle",
        ),
        ([subtask("a"), subtask("b")], "nobody uses what these make: a"),
    ],
)
def test_each_problem_is_told(subtasks, problem):
    assert any(problem in found for found in problems(*subtasks))


@given(st.data())
def test_the_order_respects_every_dependency(data):
    count = data.draw(st.integers(1, 8))
    subtasks = [
        subtask(
            f"s{n}",
            after=[
                f"s{m}" for m in data.draw(st.sets(st.integers(0, n - 1)) if n else st.just([]))
            ],
        )
        for n in range(count)
    ]
    shuffled = data.draw(st.permutations(subtasks))
    order = plans.order(plan_pb2.Plan(subtasks=shuffled))
    assert sorted(order) == sorted(s.id for s in subtasks)
    for task in subtasks:
        assert all(order.index(other) < order.index(task.id) for other in task.depends_on)


def test_there_is_no_order_in_a_circle():
    assert plans.order(plan_pb2.Plan(subtasks=[subtask("a", after=["a"])])) is None


def test_the_longest_path_is_that_of_the_slowest_branch():
    plan = plan_pb2.Plan(
        subtasks=[
            subtask("a", seconds=1),
            subtask("b", seconds=5, after=["a"]),
            subtask("c", seconds=2, after=["a"]),
            subtask("d", seconds=1, after=["b", "c"]),
        ]
    )
    assert plans.longest_path_seconds(plan) == 7
    plan.subtasks[2].waits_seconds = 4
    assert plans.longest_path_seconds(plan) == 8
    assert plans.longest_path_seconds(plan_pb2.Plan()) == 0
