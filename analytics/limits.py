"""What a report on posts could not measure, and why: sentences for people."""

from collections.abc import Sequence

from analytics.differences import MIN_FOR_DIFFERENCES
from analytics.engagement import distinct_posts
from analytics.evidence import Voice
from analytics.platforms import PLATFORMS
from analytics.post import Post
from analytics.traits import CALL_TO_ACTION_LANGUAGES, MIN_FOR_PATTERN, Sample
from analytics.voice import UNKNOWN_LANGUAGE


def describe_limits(
    posts: Sequence[Post], taken: Sequence[Sample], voice: Voice, *, found: bool
) -> list[str]:
    """Say what could not be measured, and why.

    Args:
        posts: The examples.
        taken: The distinct ones, measured.
        voice: Their voice.
        found: Whether any pattern was found.
    """
    count, copies = len(taken), len(posts) - len(taken)
    limits = []
    if copies:
        limits.append(
            f"{copies} of {len(posts)} examples repeat the text of another; identical texts count "
            "once."
        )
    if count < MIN_FOR_PATTERN:
        limits.append(
            "There is one distinct example: a pattern is what at least two share, so there is none."
        )
    elif not found:
        limits.append(f"The {count} distinct examples share nothing worth calling a pattern.")
    if count < MIN_FOR_DIFFERENCES:
        limits.append(
            f"The better half was not compared with the rest: that needs at least "
            f"{MIN_FOR_DIFFERENCES} distinct examples, there are {count}."
        )
    elif all(one.post.better_half for one in taken):
        limits.append(
            "All examples did equally well for their platform: there is no better half to compare."
        )
    return limits + _engagement_limits(posts) + _language_limits(taken, voice)


def _engagement_limits(posts: Sequence[Post]) -> list[str]:
    """Say how far the examples' engagement can be compared."""
    limits = []
    unknown = sum(post.impressions is None for post in posts)
    if unknown:
        limits.append(
            f"Impressions of {unknown} of {len(posts)} examples are unknown: there is no "
            "engagement rate, posts are compared by their interactions relative to the median."
        )
    odd = sum(post.impressions is not None and not post.rate_known for post in posts)
    if odd:
        limits.append(
            f"{odd} of {len(posts)} examples have more interactions than impressions, so the two "
            "were not counted alike: there is no engagement rate, posts are compared by their "
            "interactions relative to the median."
        )
    if not any(post.interactions for post in posts):
        limits.append("No example has any likes, comments or shares.")
    own = {
        name: len(distinct_posts([post for post in posts if post.platform == name]))
        for name in PLATFORMS
        if any(post.platform == name for post in posts)
    }
    if len(own) > 1:
        alone = [PLATFORMS[name].label for name, count in own.items() if count == 1]
        limits += [
            f"{label} has one distinct example: it can only be compared with itself and counts as "
            "typical."
            for label in alone
        ]
    return limits


def _language_limits(taken: Sequence[Sample], voice: Voice) -> list[str]:
    """Say which measures do not exist for the examples' language."""
    limits = []
    languages = sorted({one.measures.language for one in taken} - {UNKNOWN_LANGUAGE})
    if len(languages) > 1:
        limits.append(f"The examples are in several languages: {', '.join(languages)}.")
    if voice.language == UNKNOWN_LANGUAGE:
        limits.append("The language of the examples could not be told.")
    unknown: dict[int, list[str]] = {}
    for name, missing in (
        ("formality", [one.measures.formality is None for one in taken]),
        ("tone", [not one.measures.tone for one in taken]),
        ("readability", [one.measures.reading_grade is None for one in taken]),
        ("technical level", [one.measures.technicality is None for one in taken]),
        (
            "calls to action",
            [one.measures.language not in CALL_TO_ACTION_LANGUAGES for one in taken],
        ),
    ):
        unknown.setdefault(sum(missing), []).append(name)
    limits += [
        f"Not measured on {count} of {len(taken)} distinct examples: {', '.join(names)} (too "
        "short, or in a language that the measure was not made for)."
        for count, names in sorted(unknown.items(), reverse=True)
        if count
    ]
    limits.append(
        "Technical level, calls to action and the brand voice score are rules of thumb, not "
        "validated against human ratings."
    )
    return limits
