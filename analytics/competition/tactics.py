"""How competitors ask for attention: questions, calls to action, pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from analytics.competition.corpus import Entry, by_competitor
from analytics.competition.records import EngagementTactics, Tactic
from analytics.evidence import Measurement
from analytics.statistics import permutation_p_value, wilson_interval
from analytics.traits import CALL_TO_ACTION_LANGUAGES

_FEW: Final = 5  # posts with known engagement on either side, below which nothing is compared
_LEVEL: Final = 0.05
_RARE, _COMMON = 0.25, 0.6


@dataclass(frozen=True, slots=True)
class Use:
    """How one tactic is used, and how its posts did.

    Attributes:
        name: "question", "call_to_action" or "media".
        verbs: What one post with it does, and what several do.
        average: Mean over the competitors of the share of their posts.
        count: Posts with it.
        total: Posts on which it can be told.
        lift: Geometric mean of the relative engagement of posts with it over that of those without,
            less 1; None where too few are known.
        p_value: Two-sided, of a permutation test on the logarithms; 1 without a lift.
    """

    name: str
    verbs: tuple[str, str]
    average: float
    count: int
    total: int
    lift: float | None
    p_value: float

    @property
    def seen(self) -> str:
        """How many posts do it: "none of 14 posts of competitors asks a question"."""
        does, do = self.verbs
        if self.total == 1:
            return f"the only post of competitors {does if self.count else f'does not {do}'}"
        counted = str(self.count) if self.count else "none"
        verb = does if self.count < 2 else do
        return f"{counted} of {self.total} posts of competitors {verb}"


def measure_tactics(corpus: Sequence[Entry]) -> list[Use]:
    """Measure the three tactics: questions, calls to action, media, in this order."""
    return [
        _use(
            corpus,
            "question",
            ("asks a question", "ask a question"),
            lambda entry: entry.measures.questions > 0,
        ),
        _use(
            corpus,
            "call_to_action",
            ("calls for action", "call for action"),
            lambda entry: (
                bool(entry.measures.calls_to_action)
                if entry.measures.language in CALL_TO_ACTION_LANGUAGES
                else None
            ),
        ),
        _use(
            corpus,
            "media",
            ("has a picture or video", "have a picture or video"),
            lambda entry: entry.post.has_media,
        ),
    ]


def describe_tactics(uses: Sequence[Use]) -> EngagementTactics:
    """Put the three tactics into words."""
    question, call, media = (Tactic(use.average, recommend(use)) for use in uses)
    return EngagementTactics(question, call, media)


def tactic_measurements(uses: Sequence[Use]) -> list[Measurement]:
    """Return the shares over all posts with their intervals."""
    return [
        Measurement(
            f"{use.name}_share",
            use.count / use.total,
            "share",
            use.total,
            "wilson_95",
            *wilson_interval(use.count, use.total),
        )
        for use in uses
        if use.total
    ]


def recommend(use: Use) -> str:
    """Advise on a tactic, with the evidence."""
    if not use.total:
        return "It could not be told of any post."
    seen = use.seen
    if use.lift is not None and use.p_value < _LEVEL:
        verdict = "worth doing" if use.lift > 0 else "no gain for them"
        return (
            f"{seen}; these had {100 * use.lift:+.0f} % engagement against the others (p = "
            f"{use.p_value:.2g}; observed, not tried): {verdict}."
        )
    if use.lift is not None:
        effect = (
            f"their engagement differs by {100 * use.lift:+.0f} %, not more than chance can give "
            f"(p = {use.p_value:.2g})"
        )
    else:
        effect = "whether it helps cannot be told, for too little engagement is known"
    share = use.count / use.total
    if share < _RARE:
        stand = "doing it would stand out"
    elif share > _COMMON:
        stand = "it is what readers are used to"
    else:
        stand = "it is neither rare nor the rule"
    return f"{seen}: {stand}; {effect}."


def _use(
    corpus: Sequence[Entry],
    name: str,
    verbs: tuple[str, str],
    test: Callable[[Entry], bool | None],
) -> Use:
    shares, told = [], []
    for entries in by_competitor(corpus).values():
        answers = [(entry, has) for entry in entries if (has := test(entry)) is not None]
        if answers:
            shares.append(sum(has for _, has in answers) / len(answers))
        told += answers
    logs: dict[bool, list[float]] = {True: [], False: []}
    for entry, has in told:
        if entry.relative is not None:
            logs[bool(has)].append(math.log(max(entry.relative, 0.05)))
    enough = min(map(len, logs.values())) >= _FEW
    lift = math.expm1(fmean(logs[True]) - fmean(logs[False])) if enough else None
    return Use(
        name=name,
        verbs=verbs,
        average=fmean(sorted(shares)) if shares else 0.0,
        count=sum(bool(has) for _, has in told),
        total=len(told),
        lift=lift,
        p_value=permutation_p_value(logs[True], logs[False]) if enough else 1.0,
    )
