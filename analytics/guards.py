"""The guards of a skill: what a new post has to pass.

A guard that cannot run is skipped and says why; skipped is never passed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from analytics.guard_results import decided, skipped
from analytics.image_guards import run_image_guard
from analytics.images.model import PostImage
from analytics.measures import TextMeasures, measure
from analytics.platforms import PLATFORMS, count_characters
from analytics.post import Post
from analytics.skill.model import (
    IMAGE_GUARDS,
    BrandVoice,
    Guard,
    GuardResult,
    Limits,
    Skill,
)
from analytics.text import words_of
from analytics.traits import CALL_TO_ACTION_LANGUAGES

_SHINGLE: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post under test.

    Attributes:
        text: Its text.
        platform: Where it goes; None when it must fit every platform of the skill.
        has_image: Whether it has an image.
        image: The image, if it was looked at.
        measures: The measures of its text.
        examples: The texts it must not copy.
    """

    text: str
    platform: str | None
    has_image: bool
    image: PostImage | None
    measures: TextMeasures
    examples: tuple[str, ...]


def run_guards(skill: Skill, post: Post | str, examples: Sequence[str] = ()) -> list[GuardResult]:
    """Run every guard of `skill` on a post.

    Args:
        skill: The skill.
        post: A post, checked by the limits of its platform, or a bare text, which must keep to the
            limits of every platform of the skill. A post of a platform that the skill is not for
            skips the guards that depend on it.
        examples: Texts that the post must not copy, without the post itself.

    Returns:
        One result a guard, in the order of the skill.
    """
    text = post if isinstance(post, str) else post.text
    candidate = Candidate(
        text=text,
        platform=None if isinstance(post, str) else post.platform,
        has_image=False if isinstance(post, str) else post.has_image,
        image=None if isinstance(post, str) else post.image,
        measures=measure(text),
        examples=tuple(examples),
    )
    return [
        _image(guard, candidate)
        if guard.name in IMAGE_GUARDS
        else _RUNNERS[guard.name](skill, guard, candidate)
        for guard in skill.guards
    ]


def voice_score(voice: BrandVoice, measures: TextMeasures) -> float | None:
    """Score how well a text keeps to a voice, 0 to 100; not validated against human ratings.

    The mean of what can be measured of three parts: 100 less the distance in formality, 100 less
    the distance in technical level, and the probability of the voice's tone against that of the
    text's own leading tone. Keywords don't count: they say what a text is about, not how it sounds.

    Returns:
        The score; None when no part can be measured.
    """
    parts = [
        100 - abs(wanted - found)
        for wanted, found in (
            (voice.formality, measures.formality),
            (voice.technical_level, measures.technicality),
        )
        if wanted is not None and found is not None
    ]
    if voice.tone in measures.tone_scores:
        strongest = max(measures.tone_scores.values())
        if strongest > 0:
            parts.append(100 * measures.tone_scores[voice.tone] / strongest)
    return sum(parts) / len(parts) if parts else None


def similarity(text: str, other: str) -> float:
    """Return the share of a text's word triples that also occur in another (Broder 1997).

    Texts of one or two words are compared as a whole.

    Returns:
        0 (nothing in common) to 1 (all of `text` occurs in `other`); 0 for a text without words.
    """
    own = _shingles(text, _SHINGLE)
    size = _SHINGLE
    while not own and size > 1:
        size -= 1
        own = _shingles(text, size)
    return len(own & _shingles(other, size)) / len(own) if own else 0.0


def characters_of(candidate: Candidate, platform: str) -> float:
    """Return how many characters a post has on a platform."""
    return count_characters(candidate.text, platform)


def hashtags_of(candidate: Candidate, platform: str) -> float:
    """Return how many hashtags a post has, the same on every platform."""
    del platform
    return len(candidate.measures.hashtags)


@lru_cache(maxsize=256)
def _shingles(text: str, size: int) -> frozenset[tuple[str, ...]]:
    """Return all runs of `size` words; remembered, because every text meets every other."""
    words = [word.casefold() for word in words_of(text)]
    return frozenset(zip(*(words[start:] for start in range(size)), strict=False))


def _voice(skill: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the brand voice score with its least."""
    score = voice_score(skill.brand_voice, candidate.measures)
    if score is None:
        return skipped(guard, "the voice cannot be measured in this text or its language")
    if guard.limits.low is None:
        return skipped(guard, "the skill sets no least score")
    return decided(guard, guard.limits, score, f"brand voice score {score:.1f} of 100")


def _readability(_: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the reading grade with its highest."""
    grade = candidate.measures.reading_grade
    if grade is None:
        return skipped(guard, "readability cannot be measured in this text or its language")
    if guard.limits.high is None:
        return skipped(guard, "the skill sets no highest grade")
    return decided(guard, guard.limits, grade, f"US school grade {grade:.1f}")


def _length(skill: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the length with the range of the platform."""
    return _by_platform(skill, guard, candidate, characters_of, "characters")


def _hashtags(skill: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the number of hashtags with the range of the platform."""
    return _by_platform(skill, guard, candidate, hashtags_of, "hashtags")


def _by_platform(
    skill: Skill,
    guard: Guard,
    candidate: Candidate,
    value_of: Callable[[Candidate, str], float],
    noun: str,
) -> GuardResult:
    """Compare a count with the range of the post's platform, or of every platform of the skill."""
    names = [candidate.platform] if candidate.platform else list(skill.platforms)
    if missing := [name for name in names if name not in guard.platforms]:
        labels = " and ".join(PLATFORMS[name].label for name in missing)
        return skipped(guard, f"the skill is not for {labels}")
    results = [
        decided(
            guard,
            guard.platforms[name],
            value,
            f"{value:.0f} {noun} on {PLATFORMS[name].label}",
        )
        for name in names
        for value in (value_of(candidate, name),)
    ]
    return next((result for result in results if not result.passed), results[0])


def _calls(_: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the number of calls to action with its range."""
    if candidate.measures.language not in CALL_TO_ACTION_LANGUAGES:
        return skipped(guard, "calls to action cannot be recognised in this text or its language")
    count = len(candidate.measures.calls_to_action)
    return decided(guard, guard.limits, count, _count(count, "call to action", "calls to action"))


def _banned(_: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Look for banned words, whole and in any letter case."""
    if not guard.words:
        return skipped(guard, "the skill bans no words")
    text = candidate.text.casefold()
    found = [
        word
        for word in guard.words
        if re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text)
    ]
    listed = ", ".join(f"“{word}”" for word in found[:5])
    what = f"{_count(len(found), 'banned word', 'banned words')}{': ' if found else ''}{listed}"
    return decided(guard, Limits(high=0), len(found), what)


def _originality(_: Skill, guard: Guard, candidate: Candidate) -> GuardResult:
    """Compare the likeness to the closest example with its most."""
    if not candidate.examples:
        return skipped(guard, "there is no other example to compare with")
    if not words_of(candidate.text):
        return skipped(guard, "the text has no words")
    closest = max(similarity(candidate.text, example) for example in candidate.examples)
    what = f"{100 * closest:.0f} % of its word triples occur in the closest example"
    return decided(guard, guard.limits, closest, what)


def _image(guard: Guard, candidate: Candidate) -> GuardResult:
    """Run a guard on the image, or say why there is nothing to run it on."""
    if not candidate.has_image:
        return skipped(guard, "the post has no image")
    if candidate.image is None or candidate.platform is None:
        return skipped(guard, "the image has not been examined, only its address is known")
    if candidate.image.measures is None:
        return skipped(guard, candidate.image.failure)
    return run_image_guard(guard, candidate.image.measures, candidate.platform)


def _count(count: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many}"


_RUNNERS: Final[Mapping[str, Callable[[Skill, Guard, Candidate], GuardResult]]] = MappingProxyType(
    {
        "brand_voice_score": _voice,
        "readability": _readability,
        "length": _length,
        "hashtag_count": _hashtags,
        "call_to_action": _calls,
        "banned_words": _banned,
        "originality": _originality,
    }
)
