"""The limits of a skill's guards: from its better examples, widened where they refuse one.

The first draft allows what lies within Tukey's fences of the better half (1.5 quartile distances
beyond the quartiles) and what is usual on the platform. A review then names the better examples
it refuses, and exactly those limits are widened, as far as the platform allows. What is asked of
images by a platform or a standard is not widened.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from analytics.backtest import MAX_SIMILARITY, other_texts
from analytics.guards import similarity, voice_score
from analytics.measures import TextMeasures, measure, measure_all
from analytics.platforms import PLATFORMS, count_characters
from analytics.post import Post
from analytics.skill.image_limits import widen_image
from analytics.skill.model import IMAGE_GUARDS, BrandVoice, Guard, Limits, Skill, SkillReview
from analytics.statistics import quantile
from analytics.traits import CALL_TO_ACTION_LANGUAGES

FIRST_SIMILARITY: Final = 0.5
_FENCE: Final = 1.5
_VOICE_MARGIN: Final = 10.0
_GRADE_MARGIN: Final = 2.0
_LENGTH_MARGIN: Final = 0.25
_CALL_SHARE: Final = 2 / 3


@dataclass(frozen=True, slots=True)
class BetterPost:
    """One of the better half, measured."""

    post: Post
    measures: TextMeasures


def measure_better(posts: Sequence[Post]) -> list[BetterPost]:
    """Measure the posts of the better half."""
    return [BetterPost(*one) for one in zip(posts, measure_all(p.text for p in posts), strict=True)]


def first_guards(
    better: Sequence[BetterPost], voice: BrandVoice, platforms: Sequence[str]
) -> list[Guard]:
    """Derive the guards of a first draft.

    Args:
        better: The better half, at least one.
        voice: The voice of the skill.
        platforms: The platforms the skill is for.

    Returns:
        The text guards with their limits.
    """
    return [
        Guard("brand_voice_score", Limits(low=_first_voice_score(better, voice))),
        Guard("readability", Limits(high=_first_grade(better))),
        Guard("length", platforms={name: _first_length(better, name) for name in platforms}),
        Guard("hashtag_count", platforms={name: _usual_hashtags(name) for name in platforms}),
        Guard("call_to_action", _first_calls(better)),
        Guard("banned_words"),
        Guard("originality", Limits(high=FIRST_SIMILARITY)),
    ]


def widen(
    skill: Skill, posts: Sequence[Post], review: SkillReview
) -> tuple[list[Guard], list[str]]:
    """Widen the limits that refuse a better example, and no other.

    Args:
        skill: The draft under review.
        posts: The examples, in the order of the review.
        review: Its review, with one back-test entry an example.

    Returns:
        The guards, and a sentence a change; no change where the platform's own limit forbids it.
    """
    guards = {guard.name: guard for guard in skill.guards}
    changes: list[str] = []
    for entry in review.back_test.entries:
        if not entry.better_half:
            continue
        for name in entry.failed_guards:
            widened, change = _widen(guards[name], skill, posts[entry.index], posts)
            if change:
                guards[name] = widened
                changes.append(f"{change}, as example {entry.index + 1} of the better half has.")
    return list(guards.values()), changes


def _widen(  # noqa: PLR0911  # one return a guard reads best
    guard: Guard, skill: Skill, post: Post, posts: Sequence[Post]
) -> tuple[Guard, str]:
    """Widen one guard for one post; the change is "" when there is nothing to widen."""
    measures = measure(post.text)
    label = PLATFORMS[post.platform].label
    if guard.name in IMAGE_GUARDS:
        measured = post.image.measures if post.image else None
        return widen_image(guard, measured) if measured else (guard, "")
    match guard.name:
        case "brand_voice_score":
            score = voice_score(skill.brand_voice, measures)
            return _stretch(guard, score, guard.name, digits=1)
        case "readability":
            return _stretch(guard, measures.reading_grade, guard.name, digits=1)
        case "call_to_action":
            return _stretch(guard, len(measures.calls_to_action), guard.name, digits=0)
        case "originality":
            closest = max(
                (similarity(post.text, other) for other in other_texts(post, posts)), default=0.0
            )
            return _stretch(guard, min(closest, MAX_SIMILARITY), guard.name, digits=2)
        case "length":
            count = count_characters(post.text, post.platform)
            return _stretch_platform(
                guard, post.platform, count, PLATFORMS[post.platform].max_characters, label
            )
        case "hashtag_count":
            most = PLATFORMS[post.platform].hashtag_limit
            return _stretch_platform(guard, post.platform, len(measures.hashtags), most, label)
    return guard, ""


def _stretch(guard: Guard, value: float | None, what: str, *, digits: int) -> tuple[Guard, str]:
    """Move the limits of a guard out to `value`."""
    if value is None:
        return guard, ""
    limits, change = _move(guard.limits, value, what, digits)
    return replace(guard, limits=limits), change


def _stretch_platform(
    guard: Guard, platform: str, value: int, most: int | None, label: str
) -> tuple[Guard, str]:
    """Move the limits of a guard on one platform out to `value`, but not beyond `most`."""
    if platform not in guard.platforms or (most is not None and value > most):
        return guard, ""
    limits, change = _move(guard.platforms[platform], value, f"{guard.name} on {label}", 0)
    return replace(guard, platforms={**guard.platforms, platform: limits}), change


def _move(limits: Limits, value: float, what: str, digits: int) -> tuple[Limits, str]:
    """Move the end that `value` lies beyond, rounded outwards to `digits` decimals."""
    scale = 10**digits
    if limits.low is not None and value < limits.low:
        end = math.floor(value * scale) / scale
        return replace(limits, low=end), f"{what}: minimum lowered from {limits.low:g} to {end:g}"
    if limits.high is not None and value > limits.high:
        end = math.ceil(value * scale) / scale
        return replace(limits, high=end), f"{what}: maximum raised from {limits.high:g} to {end:g}"
    return limits, ""


def _fences(values: Sequence[float], margin: float) -> tuple[float, float]:
    """Return Tukey's fences, but at least `margin` beyond the quartiles."""
    lower, upper = quantile(values, 0.25), quantile(values, 0.75)
    reach = max(margin, _FENCE * (upper - lower))
    return lower - reach, upper + reach


def _first_voice_score(better: Sequence[BetterPost], voice: BrandVoice) -> float | None:
    """Return the least brand voice score; None when none can be measured."""
    scores = [score for one in better if (score := voice_score(voice, one.measures)) is not None]
    return float(max(0, math.floor(_fences(scores, _VOICE_MARGIN)[0]))) if scores else None


def _first_grade(better: Sequence[BetterPost]) -> float | None:
    """Return the highest reading grade; None when none can be measured."""
    grades = [
        one.measures.reading_grade for one in better if one.measures.reading_grade is not None
    ]
    return float(math.ceil(_fences(grades, _GRADE_MARGIN)[1])) if grades else None


def _first_length(better: Sequence[BetterPost], platform: str) -> Limits:
    """Return the range of lengths: of the better posts there, or else of all, cut to the limit."""
    most = PLATFORMS[platform].max_characters
    own = [one for one in better if one.post.platform == platform] or better
    counts = [count_characters(one.post.text, platform) for one in own]
    low, high = _fences(counts, _LENGTH_MARGIN * quantile(counts, 0.5))
    high = min(most, 10 * math.ceil(high / 10))
    low = max(1, 10 * math.floor(low / 10))
    # Examples too long for this platform say nothing about how short a post may be there.
    return Limits(float(low if low <= high and min(counts) <= most else 1), float(high))


def _usual_hashtags(platform: str) -> Limits:
    """Return the usual number of hashtags."""
    facts = PLATFORMS[platform]
    return Limits(float(facts.min_hashtags), float(facts.max_hashtags))


def _first_calls(better: Sequence[BetterPost]) -> Limits:
    """Return how many calls to action: at least one where two thirds of the better half have it."""
    counts = [
        len(one.measures.calls_to_action)
        for one in better
        if one.measures.language in CALL_TO_ACTION_LANGUAGES
    ]
    if not counts:
        return Limits(0.0, 1.0)
    with_call = sum(count > 0 for count in counts) / len(counts)
    return Limits(1.0 if with_call >= _CALL_SHARE else 0.0, float(max(1, *counts)))
