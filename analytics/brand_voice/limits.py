"""What a report on a brand's voice could not measure, and why: sentences for people."""

from collections.abc import Sequence

from analytics.brand_voice.records import BrandPost, BrandVoiceProfile
from analytics.posting_times import MIN_FOR_TIMES, PostingTimes
from analytics.traits import CALL_TO_ACTION_LANGUAGES, Sample
from analytics.voice import UNKNOWN_LANGUAGE

_FEW = 10


def describe_limits(
    posts: Sequence[BrandPost],
    interactions: Sequence[int | None],
    distinct: Sequence[Sample],
    *,
    profile: BrandVoiceProfile,
    language: str,
    times: PostingTimes,
) -> list[str]:
    """Say what could not be measured, and why.

    Args:
        posts: All posts.
        interactions: Their interactions, None where not known.
        distinct: The distinct ones, measured.
        profile: What was found.
        language: Their main language.
        times: When posts did well.
    """
    count, copies = len(distinct), len(posts) - len(distinct)
    limits = []
    if copies:
        limits.append(
            f"{copies} of {len(posts)} posts repeat the text of another; identical texts count "
            "once."
        )
    if count < _FEW:
        noun = "post tells" if count == 1 else "posts tell"
        limits.append(
            f"{count} distinct {noun} little of a voice: the intervals are wide, and from "
            f"{_FEW} posts on they narrow."
        )
    if not profile.lexicon.common_phrases:
        limits.append("No phrase of two words or more recurs over the posts.")
    if not profile.lexicon.avoid_words:
        limits.append(
            "No avoided words are named: that needs English posts, enough for a common word's "
            "absence to be no chance."
        )
    limits += _engagement(posts, interactions, times)
    limits += _languages(distinct, language)
    limits.append(
        "Technicality, calls to action and the brand voice score are not validated against human "
        "ratings."
    )
    return limits


def _engagement(
    posts: Sequence[BrandPost], interactions: Sequence[int | None], times: PostingTimes
) -> list[str]:
    unknown = sum(count is None for count in interactions)
    limits = [
        (
            "Impressions are not known: there is no engagement rate, posts are compared by their "
            "interactions relative to the median of their platform."
        )
    ]
    if unknown:
        limits.append(
            f"The engagement of {unknown} of {len(posts)} posts is not known or leaves out counts "
            "that the others tell; they are not compared."
        )
    if times.sample_size < MIN_FOR_TIMES:
        limits.append(times.basis)
    return limits


def _languages(distinct: Sequence[Sample], language: str) -> list[str]:
    limits = []
    others = sorted({one.measures.language for one in distinct} - {language, UNKNOWN_LANGUAGE})
    if language == UNKNOWN_LANGUAGE:
        limits.append("The language of the posts could not be told.")
    if others:
        several = sum(one.measures.language in others for one in distinct)
        limits.append(
            f"{several} of {len(distinct)} distinct posts are not in the main language: "
            f"{', '.join(others)}."
        )
    missing: dict[int, list[str]] = {}
    for name, absent in (
        ("formality", [one.measures.formality is None for one in distinct]),
        ("tone and enthusiasm", [one.measures.tone is None for one in distinct]),
        ("technicality", [one.measures.technicality is None for one in distinct]),
        ("readability", [one.measures.reading_grade is None for one in distinct]),
        (
            "calls to action",
            [one.measures.language not in CALL_TO_ACTION_LANGUAGES for one in distinct],
        ),
    ):
        missing.setdefault(sum(absent), []).append(name)
    limits += [
        f"Not measured on {count} of {len(distinct)} distinct posts: {', '.join(names)} (too "
        "short, or in a language that the measure was not made for)."
        for count, names in sorted(missing.items(), reverse=True)
        if count
    ]
    if language != "en":
        limits.append(
            "The background of other brands is English: for this language the voice score rests on "
            "punctuation, layout and lengths alone."
        )
        limits.append(
            "The embedding is made of word vectors of English: of this language it tells little."
        )
    return limits
