"""Tone and enthusiasm of an English text.

The tone is a multinomial logistic regression on GoEmotions (Demszky and others, ACL 2020), its 28
emotions drawn together to eight tones; the energy in the enthusiasm is a ridge regression on the
ratings of EmoBank (Buechel and Hahn, EACL 2017). See `analytics/data/README.md`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.encoder import fitted
from analytics.linear import Features, Floats, load, mean_scores
from analytics.scales import percentile

TONES: Final = (
    "critical",
    "enthusiastic",
    "humorous",
    "inquisitive",
    "inspirational",
    "neutral",
    "somber",
    "warm",
)
"""In the order of the model's outputs."""

_ENTHUSIASTIC, _NEUTRAL = TONES.index("enthusiastic"), TONES.index("neutral")

TONE_SHARE: Final = 0.5
"""What a standard deviation of the tone's odds weighs beside one of arousal: more of it tells
enthusiasm from neutrality better, less of it follows the arousal ratings better."""


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone of a text.

    Attributes:
        leading: The likeliest tone.
        scores: The probability of each tone, adding up to 1, as if their shares were half-way
            between equal and those among comments of private people.
        enthusiasm: From arousal and the odds of an enthusiastic against a neutral tone, on no
            particular scale (`enthusiasm` gives it one).
    """

    leading: str
    scores: Mapping[str, float]
    enthusiasm: float


def tone(texts: Sequence[Sequence[Features]], language: str) -> list[Tone | None]:
    """Tells the tone of texts.

    Args:
        texts: The sentences of each text.
        language: Their ISO 639-1 code.

    Returns:
        The tone of each text; None for languages other than English and a text without words.
    """
    if language != "en":
        return [None] * len(texts)
    return [
        None if logits is None or energy is None else _tone(logits.tolist(), energy)
        for logits, energy in zip(mean_scores(load("tone_en"), texts), _arousal(texts), strict=True)
    ]


def _tone(logits: Sequence[float], energy: float) -> Tone:
    highest = max(logits)
    odds = [math.exp(logit - highest) for logit in logits]
    total = math.fsum(odds)
    return Tone(
        leading=TONES[logits.index(highest)],
        scores={name: each / total for name, each in zip(TONES, odds, strict=True)},
        enthusiasm=energy + TONE_SHARE * (logits[_ENTHUSIASTIC] - logits[_NEUTRAL]),
    )


def sides(valence: Floats) -> Floats:
    """Splits how pleasant texts are, from the middle, into how pleasant and how unpleasant.

    Args:
        valence: Shape (texts,).

    Returns:
        Shape (texts, 2), nothing below 0.
    """
    return np.maximum(0, np.stack([valence, -valence], axis=1))


def _arousal(texts: Sequence[Sequence[Features]]) -> list[float | None]:
    """Rates the arousal, 1 to 5: strong feelings of either sign rouse, and each by its own rate."""
    model = load("arousal_en")
    return [
        None if found is None else float(found[0] + sides(found[1:])[0] @ model.sides)
        for found in mean_scores(model, texts)
    ]


def enthusiasm(text: Tone) -> float:
    """Rates how enthusiastic a text is.

    Returns:
        The percentile among English posts of organisations' Facebook pages: 0 calmer than all of
        them, 50 as the middle one, 100 more enthusiastic than all.
    """
    return percentile(fitted("enthusiasm"), text.enthusiasm)
