"""Measures how a brand sounds, from its posts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.better_posts import OwnPost, pairs_told
from analytics.brand_voice.engaged import known_interactions, relative_engagement
from analytics.brand_voice.lexicon import MAX_WORDS, never_used
from analytics.brand_voice.limits import describe_limits
from analytics.brand_voice.phrases import recurring_phrases
from analytics.brand_voice.records import (
    BrandPost,
    BrandVoiceProfile,
    Lexicon,
    PostVoice,
    VoiceDimensions,
    VoiceReport,
    VoiceTone,
)
from analytics.brand_voice.style import describe_style
from analytics.differences import find_differences
from analytics.engagement import distinct_posts, text_key
from analytics.evidence import Measurement
from analytics.patterns import measure_medians, measure_shares
from analytics.post import Post
from analytics.posting_times import Bucket, PostingTimes, TimedPost, posting_times
from analytics.statistics import median, wilson_interval
from analytics.traits import Sample, samples
from analytics.vocabulary import keywords
from analytics.voice import leading_tone, main_language

_NOTABLE: Final = 0.15  # share of the posts from which a tone is a secondary one
_FEWEST_NOTABLE: Final = 2
_UNKNOWN: Final = ("image_share",)  # what posts come without


@dataclass(frozen=True, slots=True)
class _Taken:
    """The posts with what is known of each.

    Attributes:
        posts: All posts.
        interactions: One a post, None where not known.
        distinct: Their distinct texts, measured, sorted by text.
    """

    posts: Sequence[BrandPost]
    interactions: list[int | None]
    distinct: list[Sample]


def analyze_voice(posts: Sequence[BrandPost]) -> VoiceReport:
    """Measure the voice of posts.

    Args:
        posts: 1 to 500 posts of one brand, in any language and order. Identical texts count once.

    Returns:
        The report; `score` of its posts is None, as scores are the model's.

    Raises:
        ValueError: There are no posts.
    """
    if not posts:
        raise ValueError("there are no posts to analyse")
    taken = _Taken(posts, known_interactions(posts), _measured(posts))
    measures = [one.measures for one in taken.distinct]
    texts = [one.post.text for one in taken.distinct]
    language = main_language(measures)
    phrases = recurring_phrases(texts, language)
    tones = _tones(taken.distinct)
    times = _times(taken)
    profile = BrandVoiceProfile(
        tone=_tone(taken.distinct, tones),
        lexicon=Lexicon(
            common_phrases=tuple(phrase.text for phrase in phrases),
            keywords=tuple(keywords(texts, limit=MAX_WORDS)),
            avoid_words=never_used(texts, language),
        ),
        style=describe_style(taken.distinct),
        voice_dimensions=_dimensions(taken.distinct),
    )
    return VoiceReport(
        profile=profile,
        language=language,
        distinct_posts=len(texts),
        measurements=(*_measurements(taken), *_told(taken, language)),
        tones=tones,
        phrases=tuple(_share(phrase.text, phrase.posts, len(texts)) for phrase in phrases),
        posts=_per_post(taken),
        differences=find_differences(_comparable(taken)),
        posting_times=times,
        limits=tuple(
            describe_limits(
                posts,
                taken.interactions,
                taken.distinct,
                profile=profile,
                language=language,
                times=times,
            )
        ),
    )


def _measured(posts: Sequence[BrandPost]) -> list[Sample]:
    """Measures the distinct texts, in an order of their own; engagement plays no part here."""
    plain = [Post(post.platform, post.text, False, 0, 0, 0, None) for post in posts]  # noqa: FBT003
    return samples(sorted(distinct_posts(plain), key=lambda post: post.text))


def _comparable(taken: _Taken) -> list[Sample]:
    """Returns the distinct posts whose engagement is known, with it."""
    known = [
        Post(post.platform, post.text, False, count, 0, 0, None)  # noqa: FBT003 - nobody tells
        for post, count in zip(taken.posts, taken.interactions, strict=True)
        if count is not None
    ]
    measured = {text_key(one.post.text): one for one in taken.distinct}
    return [
        Sample(post, own.measures, own.first_line_words, own.closing, own.hashtags_last)
        for post in distinct_posts(known)
        for own in (measured[text_key(post.text)],)
    ]


def _tones(distinct: Sequence[Sample]) -> tuple[Bucket, ...]:
    """Counts how often each tone leads, the most frequent first."""
    counts = Counter(one.measures.tone for one in distinct if one.measures.tone)
    total = counts.total()
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(_share(tone, count, total) for tone, count in ranked)


def _tone(distinct: Sequence[Sample], tones: Sequence[Bucket]) -> VoiceTone:
    """Tells the leading tone; its confidence is the lower end of the interval of its share."""
    primary = leading_tone([one.measures for one in distinct])
    own = next((tone for tone in tones if tone.label == primary), None)
    return VoiceTone(
        primary=primary,
        secondary=tuple(
            tone.label
            for tone in tones
            if tone.label != primary and tone.value >= _NOTABLE and tone.count >= _FEWEST_NOTABLE
        ),
        confidence=round(100 * own.low, 1) if own and own.low is not None else 0.0,
    )


def _dimensions(distinct: Sequence[Sample]) -> VoiceDimensions:
    """Takes the medians of the posts' scores."""
    found = {
        name: [value for one in distinct if (value := getattr(one.measures, name)) is not None]
        for name in ("formality", "enthusiasm", "technicality")
    }
    known = [f"{name} on {len(values)}" for name, values in found.items() if values]
    absent = [name for name, values in found.items() if not values]
    told = f"Medians of {len(distinct)} distinct posts: {', '.join(known)}." if known else ""
    if absent:
        told += f" Not measured, and 0 therefore: {', '.join(absent)}; no post is long enough and "
        told += "in a language that the measure was made for."
    formality, enthusiasm, technicality = (
        round(median(values), 1) if values else 0.0 for values in found.values()
    )
    return VoiceDimensions(formality, enthusiasm, technicality, told.strip())


def _measurements(taken: _Taken) -> tuple[Measurement, ...]:
    """Returns the numbers behind the profile, and the typical interactions of each platform."""
    found = (*measure_shares(taken.distinct), *measure_medians(taken.distinct))
    return tuple(one for one in found if one.name not in _UNKNOWN)


def _told(taken: _Taken, language: str) -> tuple[Measurement, ...]:
    """Measures how far texts and times tell which posts do better, where the posts bear it."""
    events = {
        (text_key(post.text), post.platform, post.created_at): (post.text, count)
        for post, count in zip(taken.posts, taken.interactions, strict=True)
        if count is not None
    }
    told = pairs_told(
        [
            OwnPost(text, moment, count, platform)
            for (_, platform, moment), (text, count) in events.items()
        ],
        language,
    )
    if told is None:
        return ()
    return (
        Measurement(
            name="better_of_two_share",
            value=told.share,
            unit="share",
            sample_size=len(events),
            method=(
                f"of {told.pairs} pairs of posts, one with twice the engagement of the other, the "
                "better one was picked by a model that had seen neither; 0.5 is chance; bootstrap "
                "over posts"
            ),
            low=told.low,
            high=told.high,
        ),
    )


def _per_post(taken: _Taken) -> tuple[PostVoice, ...]:
    """Returns the values of each post."""
    measured = {text_key(one.post.text): one.measures for one in taken.distinct}
    relative = relative_engagement(taken.posts, taken.interactions)
    first: dict[str, int] = {}
    found = []
    for index, post in enumerate(taken.posts):
        key = text_key(post.text)
        measures = measured[key]
        found.append(
            PostVoice(
                index=index,
                score=None,
                tone=measures.tone or "",
                formality=_rounded(measures.formality),
                enthusiasm=_rounded(measures.enthusiasm),
                technicality=_rounded(measures.technicality),
                relative_engagement=relative[index],
                duplicate_of=first.get(key),
            )
        )
        first.setdefault(key, index)
    return tuple(found)


def _times(taken: _Taken) -> PostingTimes:
    """Estimates when posts did well; a text published twice at one moment counts once."""
    events = {
        (text_key(post.text), post.platform, post.created_at): count
        for post, count in zip(taken.posts, taken.interactions, strict=True)
        if count is not None
    }
    return posting_times(
        [TimedPost(moment, count, platform) for (_, platform, moment), count in events.items()]
    )


def _share(label: str, count: int, total: int) -> Bucket:
    low, high = wilson_interval(count, total)
    return Bucket(label, count, count / total, low, high)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
