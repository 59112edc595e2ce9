"""Plans as checked graphs: known agents and types, no input unmade, no cycle, no orphan."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from manusmesh.type.v1 import plan_pb2

REQUEST: Final = "request"
"""Name of the input that every plan is given: the task's request."""


def problems(plan: plan_pb2.Plan, known: Mapping[str, frozenset[str]]) -> list[str]:
    """What is wrong with a plan, sentences; empty for a good one.

    Args:
        plan: The plan.
        known: The types of work that each agent does, by agent.
    """
    found: list[str] = []
    ids = [subtask.id for subtask in plan.subtasks]
    if not ids:
        return ["the plan has no subtask"]
    found.extend(
        f"the id {name} is used twice" for name in sorted({i for i in ids if ids.count(i) > 1})
    )
    makers: dict[str, str] = {}
    for subtask in plan.subtasks:
        if subtask.type not in known.get(subtask.agent, frozenset()):
            found.append(f"{subtask.id}: no agent {subtask.agent!r} does {subtask.type!r}")
        for output in subtask.outputs:
            if output in makers:
                found.append(f"{output} is made by {makers[output]} and {subtask.id}")
            makers[output] = subtask.id
    for subtask in plan.subtasks:
        found.extend(_input_problems(subtask, makers, set(ids)))
    if not found and order(plan) is None:
        found.append("the subtasks depend on one another in a circle")
    if not found:
        used = {name for subtask in plan.subtasks for name in subtask.inputs}
        ends = [s.id for s in plan.subtasks if not used.intersection(s.outputs)]
        if len(ends) > 1:
            found.append(f"nobody uses what these make: {', '.join(ends[:-1])}")
    return found


def order(plan: plan_pb2.Plan) -> list[str] | None:
    """Ids in an order in which the subtasks can run; None when there is a circle."""
    graph = {subtask.id: set(subtask.depends_on) for subtask in plan.subtasks}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return None


def longest_path_seconds(plan: plan_pb2.Plan) -> float:
    """Sum of the estimates along the longest path, waits included, in seconds."""
    by_id = {subtask.id: subtask for subtask in plan.subtasks}
    ends: dict[str, float] = {}
    for name in order(plan) or []:
        before = max((ends[other] for other in by_id[name].depends_on), default=0.0)
        ends[name] = before + by_id[name].waits_seconds + by_id[name].estimated_seconds
    return max(ends.values(), default=0.0)


def _input_problems(
    subtask: plan_pb2.Subtask, makers: Mapping[str, str], ids: set[str]
) -> list[str]:
    found = [
        f"{subtask.id} depends on {other}, which does not exist"
        for other in subtask.depends_on
        if other not in ids
    ]
    for name in subtask.inputs:
        if name == REQUEST:
            continue
        maker = makers.get(name)
        if maker is None:
            found.append(f"{subtask.id} needs {name}, which nobody makes")
        elif maker not in subtask.depends_on:
            found.append(f"{subtask.id} needs {name} but does not depend on {maker}")
    return found
