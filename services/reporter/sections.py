"""What a skill report says, section by section, and what other reports say, too."""

from collections.abc import Sequence

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, text
from services.reporter.document import (
    Block,
    Bullets,
    Column,
    Figure,
    KeyFigure,
    Paragraph,
    Section,
    Table,
)

_Request = reporter_service_pb2.WriteSkillReportRequest


def subtitle(request: _Request) -> str:
    """Returns the line under the title: what it is, for which platforms, under which id."""
    platforms = text.listed([text.platform(name) for name in request.target_platforms])
    audience = f" for {platforms}" if platforms else ""
    return f"Skill report{audience} · {text.clean(request.draft.skill_id)}"


def summary(
    request: _Request, estimate: skill_pb2.PerformanceEstimate, confidence_score: float
) -> str:
    """Returns the report in one paragraph that needs no knowledge of statistics."""
    found = request.patterns
    said = [f"This skill was made from {_sample(request)}."]
    if found.patterns:
        most = text.listed(
            [
                f"{text.lowered(pattern.name)} ({pattern.count} of {pattern.total})"
                for pattern in found.patterns[:3]
            ]
        )
        said.append(f"What they share most: {most}.")
    said.append(_better_half(found))
    test = request.review.back_test
    if test.better_total:
        rest = (
            f" and {test.rest_accepted} of {test.rest_total} of the others"
            if test.rest_total
            else ""
        )
        said.append(
            f"Tried on the posts themselves, its checks accept {test.better_accepted} of "
            f"{test.better_total} of the better posts{rest}."
        )
    if not request.review.accepted:
        said.append("The skill does not meet its own target yet, so read it before you use it.")
    if estimate.confidence > 0:
        said.append(
            "Posts with the traits of the better ones can be expected at "
            f"{text.change(estimate.engagement_rate_increase)} engagement against the "
            f"median{_span(estimate, ', plausibly between ', ' and ')}"
            f"{'; that cannot be told from no change' if evidence.covers_zero(estimate) else ''}."
        )
    else:
        said.append("How much more engagement it brings cannot be told from so little.")
    said.append(
        f"Confidence in the skill is {evidence.confidence_word(confidence_score)}: "
        f"{text.decimal(confidence_score)} of 100."
    )
    return " ".join(said)


def key_figures(
    request: _Request, estimate: skill_pb2.PerformanceEstimate, confidence_score: float
) -> list[KeyFigure]:
    """Returns the numbers for the top of the report."""
    test = request.review.back_test
    known = estimate.confidence > 0
    span = _span(estimate, "95 % interval ", " to ") or "no interval can be given"
    if evidence.covers_zero(estimate):
        span += "; cannot be told from no change"
    return [
        KeyFigure(
            "Confidence",
            f"{text.decimal(confidence_score)} of 100",
            f"{evidence.confidence_word(confidence_score)}; computed from the evidence below",
        ),
        KeyFigure(
            "Expected engagement",
            text.change(estimate.engagement_rate_increase) if known else "unknown",
            span if known else "cannot be told from these posts",
        ),
        KeyFigure(
            "Better posts accepted" if test.rest_total else "Posts accepted",
            f"{test.better_accepted} of {test.better_total}",
            "by the skill’s own guards"
            + (
                f"; of the rest {test.rest_accepted} of {test.rest_total}"
                if test.rest_total
                else ""
            ),
        ),
        KeyFigure(
            "Posts",
            str(request.patterns.distinct_examples),
            f"different ones, of {len(request.examples)} given",
        ),
    ]


def next_steps(recommendations: Sequence[str]) -> Section:
    """Returns the advice."""
    if not recommendations:
        return Section(
            "next-steps",
            "What to do next",
            [Paragraph("The evidence asks for no particular step; use the skill as it is.")],
        )
    return Section("next-steps", "What to do next", [Bullets(recommendations, numbered=True)])


def confidence(score: float, parts: Sequence[skill_pb2.ConfidencePart]) -> Section:
    """Returns the confidence with its computation."""
    if not parts:
        told = f"Confidence is {text.decimal(score)} of 100; how it was computed was not recorded."
        return Section("confidence", "Confidence", [Paragraph(told)])
    total = 100 * sum(part.value * part.weight for part in parts)
    told = (
        f"Confidence is {text.decimal(score)} of 100 ({evidence.confidence_word(score)}). Each "
        "part has a value from 0 to 1 and a weight; value × weight × 100 are its points, together "
        f"{text.decimal(total)}."
    )
    if abs(total - score) > 0.5:
        told += " The score differs from that sum, so it was limited or rounded after adding up."
    rows = [
        (
            text.label(part.name),
            text.fixed(part.value, 2),
            text.fixed(part.weight, 2),
            text.fixed(100 * part.value * part.weight, 1),
            text.sentence(part.reason),
        )
        for part in parts
    ]
    columns = [
        Column("Part"),
        Column("Value", numeric=True),
        Column("Weight", numeric=True),
        Column("Points", numeric=True),
        Column("Why"),
    ]
    table = Table("How the confidence is computed", columns, rows)
    return Section("confidence", "Confidence", [Figure("confidence_parts"), Paragraph(told), table])


def estimate(promised: skill_pb2.PerformanceEstimate) -> Section:
    """Returns the estimate with basis and interval, or why there is none."""
    basis = text.sentence(promised.basis) or "No estimate can be given."
    blocks: list[Block] = []
    if promised.confidence <= 0:
        blocks.append(Paragraph(basis))
    else:
        span = _span(promised, ", with a 95 % interval of ", " to ")
        span = span or "; no interval can be given"
        blocks += [
            Figure("performance_estimate"),
            Paragraph(
                "Expected change of engagement against the median of the examples: "
                f"{text.change(promised.engagement_rate_increase)}{span}. Trust in it: "
                f"{text.decimal(promised.confidence)} of 100."
            ),
            Paragraph(basis),
            Paragraph(
                "This looks back at posts already published. It is no forecast for a single post "
                "and no promise: only a test on new posts can show that following the skill causes "
                "the difference."
            ),
        ]
    return Section("estimate", "Expected performance", blocks)


def _sample(request: _Request) -> str:
    distinct, given = request.patterns.distinct_examples, len(request.examples)
    platforms = dict.fromkeys(text.platform(example.platform) for example in request.examples)
    where = f" from {text.listed(list(platforms))}"
    if distinct == given:
        return text.counted(given, "post") + where
    return f"{text.counted(given, 'post')}{where} with {text.counted(distinct, 'different text')}"


def _better_half(report: skill_pb2.PatternReport) -> str:
    found = evidence.differences(report)
    if not found:
        return "What sets the better posts apart cannot be told from these."
    hints = [difference for difference in found if evidence.is_hint(difference)]
    if not hints:
        return "Nothing that the better posts do differently is more than chance can explain."
    traits = text.listed([f"“{text.lowered(hint.trait)}”" for hint in hints[:3]])
    return f"The better ones differ most in {traits}: a hint worth testing, not yet a proof."


def _span(promised: skill_pb2.PerformanceEstimate, before: str, between: str) -> str:
    """Returns the interval of an estimate in words, empty when there is none."""
    if not evidence.has_interval(promised):
        return ""
    return f"{before}{text.change(promised.low)}{between}{text.change(promised.high)}"


def limits(found: Sequence[str]) -> Section:
    """Returns what could not be measured."""
    title = "What could not be measured"
    if not found:
        return Section("limits", title, [Paragraph("Everything the report needs was measured.")])
    return Section("limits", title, [Bullets([text.sentence(each) for each in found])])


def failures(failed: Sequence[object]) -> list[Block]:
    """Returns who could not be read and why; nothing when everybody was."""
    if not failed:
        return []
    # Any competitor that failed has these two fields.
    rows = [
        (text.isolated(str(getattr(each, "name", ""))), text.sentence(getattr(each, "reason", "")))
        for each in failed
    ]
    return [Table("Could not be read", [Column("Competitor"), Column("Why")], rows)]
