"""Makes of a brand's posts what other texts are held against: model, embedding, samples."""

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.brand_voice.background import load
from analytics.brand_voice.differentiation import differentiate
from analytics.brand_voice.model import MIN_FOR_MODEL, FittedVoice, fit_voice
from analytics.brand_voice.records import (
    BrandPost,
    PostVoice,
    VoiceProfileDraft,
    VoiceQuality,
    VoiceReport,
)
from analytics.embeddings import embed
from analytics.engagement import text_key
from analytics.statistics import bootstrap, seed_from, wilson_interval

MAX_SAMPLES: Final = 5


def draft_profile(
    posts: Sequence[BrandPost], report: VoiceReport, competitors: Sequence[Sequence[str]] = ()
) -> VoiceProfileDraft:
    """Draft the profile of a voice; the same for every order of the posts.

    Args:
        posts: The posts.
        report: What `analytics.brand_voice.report.analyze_voice` found in them.
        competitors: The texts of each competitor's posts.

    Returns:
        The draft, its `profile_id` empty. Without a model for fewer than 3 distinct posts.

    Raises:
        analytics.embeddings.VectorsUnavailableError: The static vectors have not been built.
    """
    texts = _distinct(posts)
    fitted = (
        fit_voice(texts, english=report.language == "en") if len(texts) >= MIN_FOR_MODEL else None
    )
    scores = dict(zip(map(text_key, texts), fitted.held_out, strict=True)) if fitted else {}
    ranked = sorted(texts, key=lambda text: (-round(scores.get(text_key(text), 0.0), 6), text))
    count = min(MAX_SAMPLES, len(ranked) // 2) if fitted else 0
    return VoiceProfileDraft(
        profile_id="",
        model=fitted.model if fitted else None,
        quality=_quality(fitted, len(texts), english=report.language == "en"),
        posts=tuple(_with_score(post, scores, posts) for post in report.posts),
        embedding=_mean_embedding(texts),
        high_scoring=tuple(ranked[:count]),
        low_scoring=tuple(reversed(ranked[len(ranked) - count :])),
        differentiation=differentiate(texts, competitors) if any(competitors) else None,
    )


def _distinct(posts: Sequence[BrandPost]) -> list[str]:
    """Returns the distinct texts, sorted; of copies the one that sorts first."""
    kept: dict[str, str] = {}
    for post in posts:
        key = text_key(post.text)
        kept[key] = min(kept.get(key, post.text), post.text)
    return sorted(kept.values())


def _with_score(post: PostVoice, scores: dict[str, float], posts: Sequence[BrandPost]) -> PostVoice:
    score = scores.get(text_key(posts[post.index].text))
    return dataclasses.replace(post, score=None if score is None else round(score, 1))


def _quality(fitted: FittedVoice | None, count: int, *, english: bool) -> VoiceQuality:
    """Says how well unseen posts are told from the background."""
    background = load()
    size = background.statistics.posts
    if fitted is None:
        noun = "post" if count == 1 else "posts"
        return VoiceQuality(
            0.0, 0.0, 0.0, count, size,
            f"No model: it takes {MIN_FOR_MODEL} distinct posts, here: {count} {noun}.",
        )  # fmt: skip
    above = np.array(fitted.above)
    draws = bootstrap(count, lambda rows: above[rows].mean(axis=1), seed=seed_from(above.tolist()))
    auc = float(above.mean())
    # The bootstrap knows no doubt where every post was told apart; Wilson's interval does.
    doubt = wilson_interval(count * auc, count)
    low, high = (
        pick(float(np.quantile(draws, at)), end)
        for pick, at, end in ((min, 0.025, doubt[0]), (max, 0.975, doubt[1]))
    )
    scope = "" if english else " by punctuation, layout and lengths alone, for it is English"
    return VoiceQuality(
        auc=round(max(0.5, auc), 3),
        low=round(max(0.5, float(low)), 3),
        high=round(max(0.5, float(high)), 3),
        sample_size=count,
        background_size=size,
        basis=(
            f"Each of {count} distinct posts was scored by a model fitted without it and held "
            f"against the spread of {size:,} posts of {background.brands} other organisations"
            f"{scope}; interval: the wider of bootstrap and Wilson's over the posts."
        ),
    )


def _mean_embedding(texts: Sequence[str]) -> tuple[float, ...]:
    """Returns the mean of the texts' embeddings at unit length; empty when there is none."""
    mean = embed(texts).astype(np.float64).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return tuple((mean / length).tolist()) if length > 0 else ()
