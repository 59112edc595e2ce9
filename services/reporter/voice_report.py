"""What a report on a voice says, section by section."""

from collections.abc import Sequence
from typing import Final

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, sections, text
from services.reporter.document import (
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    KeyFigure,
    Paragraph,
    Section,
    Table,
)
from services.reporter.voice_charts import measurement

_EXCERPT: Final = 160
_PHRASES_SHOWN: Final = 12
_POSTS_SHOWN: Final = 50
_Request = pb.WriteVoiceReportRequest
_DIMENSIONS: Final = ("formality", "enthusiasm", "technicality")


def voice_document(
    request: _Request,
    *,
    score: float,
    parts: Sequence[skill_pb2.ConfidencePart],
    advice: Sequence[str],
) -> Document:
    """Returns the report.

    Args:
        request: What was measured, and what was made of it.
        score: Confidence in the profile, 0 to 100.
        parts: How it was computed.
        advice: As `voice_advice` returns it.
    """
    return Document(
        title="Brand voice",
        subtitle=f"Voice report · {text.clean(request.draft.profile_id)}",
        summary=_summary(request, score),
        figures=_figures(request, score),
        sections=[
            sections.next_steps(advice),
            _voice(request),
            _words(request),
            _samples(request),
            _times(request),
            *_competitors(request),
            sections.confidence(score, parts),
            _posts(request),
            sections.limits(request.report.limits),
        ],
    )


def voice_advice(request: _Request) -> list[str]:
    """Returns advice on a voice, each sentence with its evidence."""
    report, draft = request.report, request.draft
    hints = [each for each in report.differences if evidence.is_hint(each)]
    advice = [
        f"Test on your next posts what the better ones differ in: {text.sentence(one.sentence)} "
        f"({text.p_is(one.p_value)}; a hint, since many traits were compared)"
        for one in hints[:3]
    ]
    times = report.posting_times
    if times.best_days or times.best_times:
        best = text.listed([*map(text.label, times.best_days), *times.best_times])
        advice.append(
            f"Try {best}: posts then did better than your typical one "
            f"({text.counted(times.sample_size, 'post')}, observed and not caused)."
        )
    if draft.low_scoring:
        advice.append(
            "Read the posts that fit the voice worst before you take them for models: "
            f"{text.quoted(draft.low_scoring[0], 80)} is the farthest from the others."
        )
    if report.distinct_posts < 30:
        advice.append(
            f"Add posts: the profile rests on {report.distinct_posts}; from about 30 on it tells "
            "your voice from others' more surely."
        )
    if draft.HasField("differentiation"):
        advice += [text.sentence(each) for each in draft.differentiation.opportunities[:2]]
    return advice


def _summary(request: _Request, score: float) -> str:
    report, profile = request.report, request.report.profile
    said = [f"This voice was learned from {text.counted(report.distinct_posts, 'distinct post')}."]
    if profile.tone.primary:
        others = text.listed([text.lowered(tone) for tone in profile.tone.secondary])
        said.append(
            f"Its leading tone is {text.lowered(profile.tone.primary)}"
            + (f", with {others} beside it." if others else ".")
        )
    else:
        said.append("A tone cannot be told.")
    said += [text.sentence(f"{name}: {value}") for name, value in _habits(request) if value]
    quality = request.draft.quality
    if quality.auc:
        said.append(
            f"A post of it that the model had not seen scored above one of others in "
            f"{text.percent(100 * quality.auc)} of the comparisons."
        )
    else:
        said.append("There are too few posts for a model that could judge others by it.")
    said.append(
        f"Confidence in the profile is {evidence.confidence_word(score)}: "
        f"{text.decimal(score)} of 100."
    )
    return " ".join(said)


def _habits(request: _Request) -> list[tuple[str, str]]:
    style = request.report.profile.style
    return [
        ("Sentences", style.sentence_length),
        ("Structure", style.paragraph_structure),
        ("Emoji", style.emoji_usage),
        ("Hashtags", style.hashtag_strategy),
    ]


def _figures(request: _Request, score: float) -> list[KeyFigure]:
    profile, quality = request.report.profile, request.draft.quality
    formality = measurement(request, "formality")
    span = (
        f"95 % interval {text.decimal(quality.low, 2)} to {text.decimal(quality.high, 2)}"
        if quality.auc
        else "too few posts for a model"
    )
    return [
        KeyFigure(
            "Confidence",
            f"{text.decimal(score)} of 100",
            f"{evidence.confidence_word(score)}; computed from the evidence below",
        ),
        KeyFigure(
            "Leading tone",
            text.label(profile.tone.primary) or "unknown",
            f"trust in it {text.decimal(profile.tone.confidence)} of 100"
            if profile.tone.primary
            else "not measured",
        ),
        KeyFigure(
            "Formality",
            f"{text.decimal(formality.value)} of 100" if formality else "unknown",
            "0 casual, 100 formal" if formality else "not measured in this language",
        ),
        KeyFigure("Told from others", text.decimal(quality.auc, 2) if quality.auc else "n/a", span),
    ]


def _voice(request: _Request) -> Section:
    rows = []
    for name in _DIMENSIONS:
        one = measurement(request, name)
        if one is None:
            rows.append((text.label(name), "not measured", "n/a", "n/a"))
            continue
        known = one.HasField("low") and one.HasField("high")
        span = f"{text.decimal(one.low)} to {text.decimal(one.high)}" if known else "n/a"
        rows.append((text.label(name), text.decimal(one.value), span, str(one.sample_size)))
    columns = [
        Column("Dimension"),
        Column("Median, 0 to 100", numeric=True),
        Column("95 % interval", numeric=True),
        Column("Posts", numeric=True),
    ]
    habits = [(name, value or "cannot be told") for name, value in _habits(request)]
    return Section(
        "voice",
        "How it sounds",
        [
            Figure("voice_dimensions"),
            Paragraph(
                "Formality is on the scale on which people rated sentences. Enthusiasm and "
                "technicality are percentiles among posts of organisations; technicality has not "
                "been validated against people."
            ),
            Table("The three dimensions", columns, rows),
            Figure("tones"),
            Paragraph(_tone(request)),
            Table("Habits of writing", [Column("Habit"), Column("Found")], habits),
        ],
    )


def _tone(request: _Request) -> str:
    tone = request.report.profile.tone
    if not tone.primary:
        return "The tone could not be told; the last section says why."
    return (
        "The tone was learned from comments of private people, so that posts of organisations are "
        f"often neutral. Trust in the leading one: {text.decimal(tone.confidence)} of 100."
    )


def _words(request: _Request) -> Section:
    lexicon = request.report.profile.lexicon
    blocks: list[Block] = []
    phrases = request.report.phrases[:_PHRASES_SHOWN]
    if phrases:
        rows = [
            (text.isolated(one.label), str(one.count), text.share(one.value)) for one in phrases
        ]
        columns = [
            Column("Phrase"),
            Column("Posts", numeric=True),
            Column("Share", numeric=True),
        ]
        blocks.append(Table("Phrases that recur", columns, rows))
    else:
        blocks.append(Paragraph("No phrase recurs over posts."))
    for name, words in (
        ("Words that mark the posts", lexicon.keywords),
        ("Common elsewhere, never used here", lexicon.avoid_words),
    ):
        if words:
            told = ", ".join(text.isolated(word) for word in words)
            blocks.append(Paragraph(f"{name}: {told}."))
    return Section("words", "Its words", blocks)


def _samples(request: _Request) -> Section:
    draft = request.draft
    blocks: list[Block] = [Figure("voice_scores")]
    for name, posts in (("Fit best", draft.high_scoring), ("Fit worst", draft.low_scoring)):
        if posts:
            blocks.append(Paragraph(f"{name}:"))
            blocks.append(Bullets([text.quoted(post, _EXCERPT) for post in posts]))
    blocks.append(Paragraph(text.sentence(draft.quality.basis) or "No model could be made."))
    return Section("samples", "Posts that show it", blocks)


def _times(request: _Request) -> Section:
    times = request.report.posting_times
    basis = text.sentence(times.basis) or "Nothing can be told of the times of posting."
    return Section("times", "When posts did well", [Figure("posting_times"), Paragraph(basis)])


def _competitors(request: _Request) -> list[Section]:
    if not request.competitors and not request.failed_competitors:
        return []
    blocks: list[Block] = []
    told = request.draft.differentiation
    for name, sentences in (
        ("Only in your posts", told.unique_to_customer),
        ("Worth trying", told.opportunities),
    ):
        if sentences:
            blocks.append(Paragraph(f"{name}:"))
            blocks.append(Bullets([text.sentence(each) for each in sentences]))
    if not blocks:
        nothing = "Nothing could be compared: no competitor could be read."
        apart = "Nothing sets your posts clearly apart from the competitors'."
        blocks.append(Paragraph(apart if request.competitors else nothing))
    blocks += sections.failures(request.failed_competitors)
    return [Section("competitors", "Against competitors", blocks)]


def _posts(request: _Request) -> Section:
    rows = []
    for one in request.draft.posts[:_POSTS_SHOWN]:
        post = request.posts[one.index]
        rows.append(
            (
                f"{one.index + 1} · {text.platform(post.platform)}".replace(" ", "\u00a0"),
                text.quoted(post.content, 90),
                text.decimal(one.score) if one.HasField("score") else "n/a",
                text.label(one.tone) or "n/a",
                text.decimal(one.formality) if one.HasField("formality") else "n/a",
                text.times(one.relative_engagement)
                if one.HasField("relative_engagement")
                else "n/a",
            )
        )
    columns = [
        Column("Post"),
        Column("Text"),
        Column("Voice score", numeric=True),
        Column("Tone"),
        Column("Formality", numeric=True),
        Column("Engagement of median", numeric=True),
    ]
    blocks: list[Block] = [Table("The posts", columns, rows)]
    left = len(request.draft.posts) - len(rows)
    if left > 0:
        blocks.append(Paragraph(f"And {text.counted(left, 'more post')} in the evidence."))
    return Section("posts", "The posts", blocks)
