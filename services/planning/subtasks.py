"""Subtasks of the built-in plans: what each takes, as long as nobody has measured it.

The seconds are first guesses for the offline engine on one core; the measured durations of real
tasks correct them, step by step.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from meshkit import plans
from services.planning.reading import Address, timetable

PER_1000_CHARACTERS_S: Final = 0.02
"""Measuring text."""
_REQUESTS: Final = {"website": 2}
"""Requests that an address takes besides the host's rules: of a site page and feed, else one."""

PER_IMAGE_S: Final = 2.5
"""Fetching and measuring one image: mostly of one host, one request in two seconds."""


def add(
    plan: plan_pb2.Plan,
    name: str,
    *,
    agent: str,
    kind: str,
    needs: Sequence[str],
    makes: str,
    after: Sequence[str],
    seconds: float,
    success: str,
    title: str,
    waits: float = 0.0,
) -> None:
    """Adds a subtask to a plan.

    Args:
        plan: The plan.
        name: Id of the subtask.
        agent: Who does it.
        kind: What type of work it is.
        needs: What it needs besides the request: outputs of other subtasks.
        makes: What it makes.
        after: The subtasks that make what it needs.
        seconds: How long it is expected to take.
        success: How to tell that it succeeded.
        title: What it is, for people.
        waits: Seconds for which it is expected to wait for a place.
    """
    plan.subtasks.add(
        id=name,
        type=kind,
        agent=agent,
        inputs=[plans.REQUEST, *needs],
        outputs=[makes],
        depends_on=after,
        estimated_seconds=seconds,
        success_criterion=success,
        title=title,
        waits_seconds=waits,
        # The offline engine calls no model.
        resources=plan_pb2.ResourceEstimate(),
    )


def read_competitors(
    plan: plan_pb2.Plan, brief: pb.AnalyzeBrandVoiceBrief | pb.CompetitiveAnalysisBrief
) -> tuple[list[str], list[str]]:
    """Adds a subtask for each competitor, none of which needs what another makes.

    Args:
        plan: The plan.
        brief: Tells the competitors.

    Returns:
        Ids of the subtasks, and what they make.
    """
    ids, made = [], []
    counts = list(brief.competitor_addresses)
    times = timetable(_addresses(brief), brief.competitors_at_once or max(1, len(counts)))
    for number, (count, time) in enumerate(zip(counts, times, strict=True), start=1):
        ids.append(f"research_{number}")
        made.append(f"competitor_{number}")
        add(
            plan,
            ids[-1],
            agent="research",
            kind="research_competitor",
            needs=[],
            makes=made[-1],
            after=[],
            seconds=time.takes_s,
            waits=time.waits_s,
            success="Every post names the fetch it was read from; what failed says why.",
            title=f"Read competitor {number} at {count} {'address' if count == 1 else 'addresses'}",
        )
    return ids, made


def _addresses(
    brief: pb.AnalyzeBrandVoiceBrief | pb.CompetitiveAnalysisBrief,
) -> list[list[Address]]:
    """Each competitor's addresses; of those that are not told, each a site with its own host."""
    told = [Address(each.host, _REQUESTS.get(each.source, 1)) for each in brief.addresses]
    if len(told) != sum(brief.competitor_addresses):
        sites = range(sum(brief.competitor_addresses))
        told = [Address(host, _REQUESTS["website"]) for host in sites]
    following = iter(told)
    return [list(islice(following, count)) for count in brief.competitor_addresses]
