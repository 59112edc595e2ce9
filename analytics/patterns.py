"""Finds what a set of posts has in common and what its better half does differently: by counting.

Nothing here depends on the order of the posts, and identical texts count once.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from analytics.differences import find_differences
from analytics.engagement import RATE_BASIS, distinct_posts, engagement_basis, score_examples
from analytics.evidence import Measurement, Pattern, PatternReport
from analytics.limits import describe_limits
from analytics.platforms import PLATFORMS
from analytics.post import Post
from analytics.statistics import median, median_interval, wilson_interval
from analytics.traits import (
    COVERAGE,
    MIN_FOR_PATTERN,
    QUANTITIES,
    YES_NO,
    Quantity,
    Sample,
    YesNo,
    samples,
)
from analytics.voice import describe_voice

_WORTH_SAYING: Final = 0.6
_BAND: Final = 0.25
_MAX_TAG: Final = 40
_UNMARKED: Final = "neutral"


def analyze(posts: Sequence[Post]) -> PatternReport:
    """Find the patterns, measurements, differences and the voice of `posts`.

    Args:
        posts: At least one.

    Returns:
        The report. A pattern needs at least 2 distinct posts that share it and a share of at least
        60 % (for images 50 %); differences need at least 4 distinct posts.

    Raises:
        ValueError: There are no posts.
    """
    if not posts:
        raise ValueError("there are no posts to analyse")
    distinct = distinct_posts(posts)
    taken = samples(distinct)
    voice = describe_voice([post.text for post in distinct], [one.measures for one in taken])
    patterns = _patterns(taken)
    return PatternReport(
        patterns=patterns,
        measurements=(*measure_shares(taken), *measure_medians(taken), *_engagement_medians(posts)),
        differences=find_differences(taken),
        scores=score_examples(posts),
        voice=voice,
        distinct_examples=len(distinct),
        engagement_basis=engagement_basis(posts),
        limits=tuple(describe_limits(posts, taken, voice, found=bool(patterns))),
    )


def describe_share(count: int, total: int) -> str:
    """Return a share for people, such as "4 of 5 examples (80 %)"."""
    noun = "example" if total == 1 else "examples"
    return f"{count} of {total} {noun} ({100 * count / total:.0f} %)"


def _patterns(taken: Sequence[Sample]) -> tuple[Pattern, ...]:
    """Return what enough of the posts share, the most common first."""
    present = [_present_pattern(trait, taken) for trait in YES_NO]
    bands = [_band_pattern(trait, taken) for trait in QUANTITIES if trait.verb]
    absent = [
        _absent_pattern(trait, taken)
        for trait, found in zip(YES_NO, present, strict=True)
        if trait.absent_name and not found
    ]
    marked, unmarked = _tone_patterns(taken)
    found = [*present, *bands, marked, _tag_pattern(taken), *absent, unmarked]
    # Stable: among equal shares what posts do comes before what they leave out.
    return tuple(sorted(filter(None, found), key=lambda pattern: -pattern.share))


def _pattern(
    name: str,
    category: str,
    answers: Sequence[bool | None],
    verb: str,
    *,
    least: float = _WORTH_SAYING,
) -> Pattern | None:
    """Return a pattern if enough posts share it, and enough could be measured (not None)."""
    known = [answer for answer in answers if answer is not None]
    count, total = sum(known), len(known)
    if count < MIN_FOR_PATTERN or total < COVERAGE * len(answers) or count < least * total:
        return None
    low, high = wilson_interval(count, total)
    sentence = f"{describe_share(count, total)} {verb}."
    if total < len(answers):
        sentence = f"{sentence[:-1]}; {len(answers) - total} could not be measured."
    return Pattern(name, category, sentence, count, total, count / total, low, high)


def _present_pattern(trait: YesNo, taken: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of having a trait."""
    answers = [trait.test(one) for one in taken]
    return _pattern(trait.name, trait.category, answers, trait.verb, least=trait.least)


def _absent_pattern(trait: YesNo, taken: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of not having a trait."""
    answers = [None if (has := trait.test(one)) is None else not has for one in taken]
    return _pattern(
        trait.absent_name, trait.category, answers, trait.absent_verb, least=trait.least
    )


def _band_pattern(trait: Quantity, taken: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of lying near the median: within a quarter of it, or 1."""
    every = [trait.value(one) for one in taken]
    values = [
        value for value in every if value is not None and (value > 0 or not trait.present_only)
    ]
    if len(values) < MIN_FOR_PATTERN:
        return None
    middle = median(values)
    reach = max(1.0, _BAND * abs(middle))
    near = [value for value in values if abs(value - middle) <= reach]
    if not near:
        return None
    low, high = f"{min(near):.0f}", f"{max(near):.0f}"
    verb = trait.verb.format(low if low == high else f"{low} to {high}")
    if low == high == "1":
        verb = verb.removesuffix("s")
    if len(near) < len(values):
        verb += f"; the median is {middle:.3g}"
    answers = [None if value is None else value in near for value in every]
    return _pattern(f"{trait.name}_band", trait.category, answers, verb)


def _tone_patterns(taken: Sequence[Sample]) -> tuple[Pattern | None, Pattern | None]:
    """Return the patterns of the most common marked tone and of having none."""
    tones = [one.measures.tone for one in taken]
    counts = Counter(tone for tone in tones if tone and tone != _UNMARKED)
    plain = _pattern(
        f"tone_{_UNMARKED}",
        "tone",
        [None if not tone else tone == _UNMARKED for tone in tones],
        "have no marked tone",
    )
    if not counts:
        return None, plain
    leading = min(counts, key=lambda name: (-counts[name], name))
    answers = [None if not tone else tone == leading for tone in tones]
    return _pattern(f"tone_{leading}", "tone", answers, f"sound {leading}"), plain


def _tag_pattern(taken: Sequence[Sample]) -> Pattern | None:
    """Return the most common hashtag as a pattern."""
    tags = [{tag.casefold() for tag in one.measures.hashtags} for one in taken]
    counts = Counter(tag for own in tags for tag in own if len(tag) <= _MAX_TAG)
    if not counts:
        return None
    tag = min(counts, key=lambda name: (-counts[name], name))
    return _pattern("repeated_hashtag", "hashtags", [tag in own for own in tags], f"carry {tag}")


def measure_shares(taken: Sequence[Sample]) -> list[Measurement]:
    """Return the share of every yes-or-no trait with its Wilson interval."""
    measured = []
    for trait in YES_NO:
        answers = [answer for one in taken if (answer := trait.test(one)) is not None]
        if answers:
            share, (low, high) = (
                sum(answers) / len(answers),
                wilson_interval(sum(answers), len(answers)),
            )
            name = f"{trait.name.removeprefix('has_')}_share"
            measured.append(Measurement(name, share, "share", len(answers), "wilson_95", low, high))
    return measured


def measure_medians(taken: Sequence[Sample]) -> list[Measurement]:
    """Return the median of every quantity."""
    return [
        _median_of(f"{trait.name}_median", values, trait.unit)
        for trait in QUANTITIES
        if (values := [value for one in taken if (value := trait.value(one)) is not None])
    ]


def _engagement_medians(posts: Sequence[Post]) -> list[Measurement]:
    """Return each platform's typical engagement, identical examples counted once."""
    rated = engagement_basis(posts) == RATE_BASIS
    measured = []
    for name in PLATFORMS:
        own = [post for post in posts if post.platform == name]
        values = [
            sum(_engagement(own[index], rated=rated) for index in group.indexes)
            / len(group.indexes)
            for group in distinct_posts(own)
        ]
        if values:
            what, unit = ("engagement_rate", "rate") if rated else ("interactions", "count")
            measured.append(_median_of(f"{what}_median_{name}", values, unit))
    return measured


def _engagement(post: Post, *, rated: bool) -> float:
    """Return interactions per impression, or the interactions."""
    return post.interactions / post.impressions if rated and post.impressions else post.interactions


def _median_of(name: str, values: Sequence[float], unit: str) -> Measurement:
    """Return a median with its order-statistic interval, where there are enough values."""
    low, high = median_interval(values) or (None, None)
    method = "median" if low is None else "median_order_statistics_95"
    return Measurement(name, median(values), unit, len(values), method, low, high)
