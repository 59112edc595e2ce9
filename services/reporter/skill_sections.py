"""What a skill report says about the skill file itself, and how its numbers were made."""

import re
from typing import Final

from manusmesh.type.v1 import knowledge_pb2, skill_pb2
from services.reporter import evidence, text
from services.reporter.document import (
    Block,
    Bullets,
    Code,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
)

_KEYWORD_MAX: Final = 40
_EXCERPT_MAX: Final = 280
_SENTENCE_END: Final = re.compile(r"\n+|[.!?] ")


def back_test(review: skill_pb2.SkillReview) -> Section:
    """Returns how the posts fare under the guards of the skill made from them."""
    test = review.back_test
    title = "Back-test"
    if not test.entries:
        return Section(
            "back-test", title, [Paragraph("The posts were not tried against the guards.")]
        )
    told = (
        f"A skill should accept the posts it was learnt from. It accepts {test.better_accepted} of "
        f"{test.better_total} posts of the better half"
    )
    if test.rest_total:
        told += f" and {test.rest_accepted} of {test.rest_total} of the rest"
    rows = [
        (
            f"Post {entry.index + 1}",
            "better" if entry.better_half else "rest",
            "accepted" if entry.accepted else "refused",
            ", ".join(text.label(guard) for guard in entry.failed_guards) or "none",
        )
        for entry in test.entries
    ]
    columns = [Column("Post"), Column("Half"), Column("Outcome"), Column("Guards it fails")]
    blocks: list[Block] = [
        Figure("back_test"),
        Paragraph(f"{told}. Guards that were skipped don’t count."),
        Table("Each post under the guards", columns, rows),
    ]
    return Section("back-test", title, blocks)


def guards(review: skill_pb2.SkillReview) -> Section:
    """Returns what each guard measured on the better half."""
    if not review.guard_results:
        return Section("guards", "Guards", [Paragraph("The skill has no guards.")])
    rows = [
        (
            text.label(result.guard),
            text.clean(result.status) or ("passed" if result.passed else "failed"),
            text.decimal(result.score, 2) if result.HasField("score") else "not measured",
            text.sentence(result.reason),
        )
        for result in review.guard_results
    ]
    columns = [Column("Guard"), Column("Status"), Column("Measured", numeric=True), Column("Why")]
    table = Table("The guards on the better half", columns, rows)
    return Section("guards", "Guards", [table])


def skill_file(draft: skill_pb2.SkillDraft, review: skill_pb2.SkillReview, rounds: int) -> Section:
    """Returns the skill file with what its review says."""
    state = "valid" if not review.violations else "not valid"
    target = "accepts all of the better half" if review.accepted else "misses its target"
    blocks: list[Block] = [
        Paragraph(
            f"The file is {state} and {target} after {text.counted(rounds, 'draft')}. It accepts "
            f"{text.percent(review.score)} of the better half."
        )
    ]
    if review.violations:
        rows = [
            (
                str(found.line) if found.line else "whole file",
                text.isolated(found.path),
                text.sentence(found.message),
            )
            for found in review.violations
        ]
        columns = [Column("Line"), Column("Where"), Column("What is wrong")]
        blocks.append(Table("Violations of the skill schema", columns, rows))
    if review.feedback:
        blocks += [
            Paragraph("What the review still asks for:"),
            Bullets([text.sentence(line) for line in review.feedback]),
        ]
    if draft.changes:
        blocks += [
            Paragraph("What the last draft changed:"),
            Bullets([text.sentence(change) for change in draft.changes]),
        ]
    blocks.append(Code("yaml", draft.yaml))
    return Section("skill-file", "The skill file", blocks)


def knowledge(report: skill_pb2.PatternReport) -> list[Section]:
    """Returns what the tenant's own documents say on the subject; none where they say nothing."""
    if not report.knowledge:
        return []
    rows = [
        (
            text.isolated(passage.title),
            text.listed([text.quoted(keyword, _KEYWORD_MAX) for keyword in passage.keywords]),
            _excerpt(passage),
        )
        for passage in report.knowledge
    ]
    columns = [Column("Document"), Column("Speaks of"), Column("Says")]
    told = (
        "Passages of your knowledge base that speak of what these posts are about. They are quoted "
        "as they stand; no number of this report comes from them."
    )
    table = Table("Passages on the subject", columns, rows)
    return [Section("knowledge", "What your knowledge base says", [Paragraph(told), table])]


def _excerpt(passage: knowledge_pb2.KnowledgePassage) -> str:
    """Returns the passage from the sentence on that first holds a keyword."""
    low = passage.text.lower()
    places = [low.find(keyword.lower()) for keyword in passage.keywords]
    # A keyword may stand there in another form, or in the title alone.
    first = min((place for place in places if place >= 0), default=0)
    ends = [match.end() for match in _SENTENCE_END.finditer(passage.text, 0, first)]
    start = ends[-1] if ends else 0
    return ("… " if start else "") + text.quoted(passage.text[start:], _EXCERPT_MAX)


def limits(report: skill_pb2.PatternReport) -> Section:
    """Returns what could not be measured, and what no such report can tell."""
    general = [
        (
            "The posts are a small sample that somebody chose; other posts of the same brand may "
            "differ."
        ),
        (
            "What went together with success need not have caused it: time, topic and luck are not "
            "in these numbers."
        ),
        "Passing the guards means fitting the style of the better posts, nothing more.",
    ]
    measured = [text.sentence(limit) for limit in report.limits]
    return Section("limits", "Limits", [Bullets([*measured, *general])])


def methods(report: skill_pb2.PatternReport) -> Section:
    """Returns how the numbers were made, and every measured number."""
    rate = " per impression" if report.engagement_basis == "engagement_rate" else ""
    how = [
        (
            f"Engagement of a post is likes + comments + shares{rate}, divided by the median of "
            "the posts on the same platform; 1× is typical. Identical texts count once."
        ),
        "Shares of posts carry 95 % Wilson score intervals.",
        (
            "The better half and the rest are compared by Cliff’s delta, from −1 to +1, and by an "
            "exact permutation test over all splits into groups of these sizes. A p value below "
            "0.05 is called a hint and no more: many traits are compared, and so few posts cannot "
            "give a p value that would withstand correction for all of them."
        ),
        ("The expected change carries a 95 % interval where there are enough posts for one."),
        (
            f"Confidence below {evidence.MODERATE_CONFIDENCE} is called low, from "
            f"{evidence.HIGH_CONFIDENCE} on high; it speaks of the evidence behind the skill, it "
            "is not a probability of success."
        ),
        "All numbers are counted or computed from the posts; no language model supplied any.",
    ]
    blocks: list[Block] = [Bullets(how)]
    if report.measurements:
        rows = [
            (
                text.label(measurement.name),
                text.measured(measurement.value, measurement.unit),
                f"{text.measured(measurement.low, measurement.unit)} to "
                f"{text.measured(measurement.high, measurement.unit)}"
                if measurement.HasField("low") and measurement.HasField("high")
                else "none",
                str(measurement.sample_size),
                text.label(measurement.method),
            )
            for measurement in report.measurements
        ]
        columns = [
            Column("Measure"),
            Column("Value", numeric=True),
            Column("95 % interval", numeric=True),
            Column("Posts", numeric=True),
            Column("Method"),
        ]
        blocks.append(Table("Everything that was measured", columns, rows))
    return Section("methods", "How the numbers were made", blocks)
