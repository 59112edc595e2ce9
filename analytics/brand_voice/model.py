"""The model of a brand's voice: a line that tells the brand's posts from others', and its scores.

Two lines are added. One in the space of the dense numbers: the mean of the brand as far as so few
posts tell it (the posterior mean under the background's two covariances), seen through the spread
within brands. One over the n-grams themselves, each by its own variance, for the words and marks
that are this brand's alone. The more posts there are, the more the second counts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.brand_voice.background import (
    VECTOR_SCALE,
    Background,
    Doubles,
    Floats,
    Space,
    dense,
    load,
    project,
    weigh,
)
from analytics.brand_voice.features import BLOCKS, NEUTRAL, SLOTS, SURFACE, post_features
from analytics.embeddings import DIMENSIONS, embed

FULL: Final = "surface_1+ngrams_1+vectors_1"
NEUTRAL_ONLY: Final = "surface_neutral_1"
MIN_FOR_MODEL: Final = 3

_FOLDS: Final = 10
_SLOT_FLOOR: Final = 3.0  # added to a slot's variance, in units of the mean variance
# How far a brand's unseen posts lie from others', in standard deviations of these, before anything
# is known of it, and how many posts that counts for; the median of the background's own brands.
_USUAL_DISTANCE: Final = 1.6
_USUAL_WEIGHT: Final = 5
_LEAST_DISTANCE: Final = 0.3
_TYPICAL_ODDS: Final = math.log(9)
"""The brand's usual post, unseen, scores 90 at most: of a brand that nobody could mistake every
post would score 100, and versions of a text could not be ranked."""


@dataclass(frozen=True, slots=True)
class VoiceModel:
    """A small linear model that tells the brand's posts from others'.

    Attributes:
        features: What its features are: `FULL` or `NEUTRAL_ONLY`.
        weights: One a feature: surface, n-grams, vector.
        intercept: Added to the weighted sum.
        centre: The raw score that counts as 50 of 100: halfway between others' posts and the
            brand's own.
        spread: How much raw score lies between 50 and about 73; above 0.
        sample_size: Distinct posts it was fitted on.
    """

    features: str
    weights: tuple[float, ...]
    intercept: float
    centre: float
    spread: float
    sample_size: int


@dataclass(frozen=True, slots=True)
class FittedVoice:
    """A model with how well it does on posts it has not seen.

    Attributes:
        model: The model, fitted on all posts.
        held_out: For each post its score, 0 to 100, by a model fitted without it.
        above: For each post the chance that it scores above a post of the background, by the same
            model, 0 to 1.
    """

    model: VoiceModel
    held_out: tuple[float, ...]
    above: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Posts in numbers, a row a post.

    Attributes:
        dense: The dense numbers.
        slots: The weighed n-grams.
    """

    dense: Floats
    slots: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> "Encoded":
        """Returns some of the posts."""
        return Encoded(self.dense[rows], self.slots[rows])


@dataclass(frozen=True, slots=True)
class Line:
    """A direction in the space of posts, scaled so that others' posts spread by 1 around 0.

    Attributes:
        dense: Weights of the dense numbers as they are.
        slots: Weights of the n-grams, on top of those through their projections.
        intercept: Added to the weighted sum.
    """

    dense: Doubles
    slots: Doubles
    intercept: float

    def scores(self, posts: Encoded) -> Doubles:
        """Scores posts; others' have mean 0 and standard deviation 1."""
        used = posts.dense[:, : len(self.dense)]
        scored = used @ self.dense + posts.slots @ self.slots + self.intercept
        return np.asarray(scored, dtype=np.float64)


def encode(texts: Sequence[str], background: Background) -> Encoded:
    """Turns texts into numbers.

    Raises:
        analytics.embeddings.VectorsUnavailableError: The static vectors have not been built.
    """
    posts = [post_features(text) for text in texts]
    slots = np.zeros((len(posts), len(BLOCKS) * SLOTS), dtype=np.float32)
    for row, post in enumerate(posts):
        slots[row] = weigh(post, background.statistics.idf)
    projected = project(slots, background.statistics.components)
    return Encoded(dense(posts, projected, embed(texts)), slots)


def fit_voice(texts: Sequence[str], *, english: bool) -> FittedVoice:
    """Fits the model of a brand's voice, the same for every order of the texts.

    Args:
        texts: Distinct posts of the brand, at least `MIN_FOR_MODEL`.
        english: Whether they are in English. The background is: for other languages only what
            tells of no language counts, or the language itself would pass for a voice.

    Raises:
        ValueError: There are too few texts.
        analytics.embeddings.VectorsUnavailableError: The static vectors have not been built.
    """
    if len(texts) < MIN_FOR_MODEL:
        raise ValueError(f"a voice needs {MIN_FOR_MODEL} distinct posts, there are {len(texts)}")
    background = load()
    order = sorted(range(len(texts)), key=lambda index: texts[index])
    posts = encode([texts[index] for index in order], background)
    return _fit(posts, background, order, english=english)


def _fit(
    posts: Encoded, background: Background, order: Sequence[int], *, english: bool
) -> FittedVoice:
    count = len(order)
    raw, above = np.zeros(count), np.zeros(count)
    folds = np.arange(count) % min(_FOLDS, count)
    for fold in range(folds.max() + 1):
        left_out = np.flatnonzero(folds == fold)
        line = fit_line(posts.take(np.flatnonzero(folds != fold)), background, english=english)
        raw[left_out] = line.scores(posts.take(left_out))
    above = np.array([_normal(score) for score in raw])
    line = fit_line(posts, background, english=english)
    distance = (raw.sum() + _USUAL_WEIGHT * _USUAL_DISTANCE) / (count + _USUAL_WEIGHT)
    distance = max(float(distance), _LEAST_DISTANCE)
    own = float((raw - raw.mean()) @ (raw - raw.mean()) + _USUAL_WEIGHT) / (count + _USUAL_WEIGHT)
    # Two normal distributions, `distance` apart and of the same pooled variance v: the log odds of
    # a post being the brand's are distance * (score - distance / 2) / v.
    model = VoiceModel(
        features=FULL if english else NEUTRAL_ONLY,
        weights=tuple(_weights(line, background, english=english).tolist()),
        intercept=line.intercept,
        centre=distance / 2,
        spread=max((1 + own) / 2 / distance, (raw.mean() - distance / 2) / _TYPICAL_ODDS),
        sample_size=count,
    )
    back = np.argsort(np.asarray(order))
    return FittedVoice(
        model=model,
        held_out=tuple(_to_scale(model, raw)[back].tolist()),
        above=tuple(above[back].tolist()),
    )


def score_texts(model: VoiceModel, texts: Sequence[str]) -> tuple[float, ...]:
    """Scores how well texts fit a voice.

    Returns:
        0 to 100 each; 50 lies halfway between others' posts and the brand's own.

    Raises:
        ValueError: The model has features that are not known here.
        analytics.embeddings.VectorsUnavailableError: The static vectors have not been built.
    """
    weights = np.asarray(model.weights, dtype=np.float64)
    ngrams = len(BLOCKS) * SLOTS
    posts = [post_features(text) for text in texts]
    if not posts:
        return ()
    if model.features == NEUTRAL_ONLY and len(weights) == NEUTRAL:
        raw = np.stack([post.surface[:NEUTRAL] for post in posts]) @ weights
    elif model.features == FULL and len(weights) == SURFACE + ngrams + DIMENSIONS:
        idf = load().statistics.idf
        surface = np.stack([post.surface for post in posts])
        raw = surface @ weights[:SURFACE] + embed(texts) @ weights[SURFACE + ngrams :]
        inner = weights[SURFACE : SURFACE + ngrams]
        raw = raw + np.array([float(weigh(post, idf) @ inner) for post in posts])
    else:
        raise ValueError(f"no model of these features can be used: {model.features!r}")
    return tuple(_to_scale(model, raw + model.intercept).tolist())


def fit_line(posts: Encoded, background: Background, *, english: bool) -> Line:
    """Fits the direction from others' posts towards the brand's."""
    count = len(posts.dense)
    space = background.full if english else background.neutral
    size = len(space.mean)
    shifted = (posts.dense[:, :size].mean(axis=0) - space.mean) / space.scale
    known = space.between / (space.between + 1 / count)
    towards = space.axes @ (known * (space.axes.T @ shifted))
    towards /= math.sqrt(float(towards @ space.total @ towards))
    statistics = background.statistics
    slots = np.zeros(posts.slots.shape[1])
    if english:
        variance = statistics.slot_variance.astype(np.float64)
        slots = posts.slots.mean(axis=0) - statistics.slot_mean
        slots = slots / (variance + _SLOT_FLOOR * variance.mean())
        share = min(0.8, 0.3 + count / 200)
        slots *= share / math.sqrt(_variance(np.zeros(size), slots, background, space))
    spread = math.sqrt(_variance(towards, slots, background, space))
    weights = towards / space.scale / spread
    slots /= spread
    return Line(weights, slots, -float(space.mean @ weights + statistics.slot_mean @ slots))


def _variance(towards: Doubles, slots: Doubles, background: Background, space: Space) -> float:
    """Returns the variance of others' scores along weights of scaled numbers and of slots."""
    if not slots.any():
        return float(towards @ space.total @ towards)
    components = background.statistics.components
    kept = components.shape[2]
    both = towards.copy()
    for block in range(len(BLOCKS)):
        part = slice(SURFACE + block * kept, SURFACE + (block + 1) * kept)
        own = slots[block * SLOTS : (block + 1) * SLOTS] @ components[block]
        both[part] += own * space.scale[part]
    return float(both @ space.total @ both + slots**2 @ background.rest)


def _weights(line: Line, background: Background, *, english: bool) -> Doubles:
    """Writes the line as one weight a feature: surface, n-grams, vector."""
    if not english:
        return line.dense
    components = background.statistics.components
    kept = components.shape[2]
    slots = line.slots.copy()
    for block in range(len(BLOCKS)):
        part = line.dense[SURFACE + block * kept : SURFACE + (block + 1) * kept]
        slots[block * SLOTS : (block + 1) * SLOTS] += components[block] @ part
    vector = VECTOR_SCALE * line.dense[-DIMENSIONS:]
    return np.concatenate([line.dense[:SURFACE], slots, vector])


def _to_scale(model: VoiceModel, raw: Doubles) -> Doubles:
    """Puts raw scores on the scale of 0 to 100."""
    odds = np.clip((raw - model.centre) / model.spread, -50, 50)
    return np.asarray(100 / (1 + np.exp(-odds)), dtype=np.float64)


def _normal(value: float) -> float:
    """Returns the share of a standard normal distribution below a value."""
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))
