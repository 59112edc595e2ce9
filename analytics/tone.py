"""Tone and enthusiasm of an English text.

The tone is a multinomial logistic regression on GoEmotions (Demszky and others, ACL 2020), its 28
emotions drawn together to eight tones; the energy in the enthusiasm is a ridge regression on the
arousal ratings of EmoBank (Buechel and Hahn, EACL 2017). See `analytics/data/README.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.linear import Features, load, mean_scores
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


TONE_SHARE: Final = 0.5
"""What a standard deviation of the tone's odds weighs beside one of arousal: more of it tells
enthusiasm from neutrality better, less of it follows the arousal ratings better."""


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone of a text.

    Attributes:
        leading: The likeliest tone.
        scores: The probability of each tone, adding up to 1, as if all were equally common.
        enthusiasm: From arousal and the odds of an enthusiastic against a neutral tone, on no
            particular scale (`enthusiasm` gives it one).
    """

    leading: str
    scores: Mapping[str, float]
    enthusiasm: float


def tone(sentences: Sequence[Features], language: str) -> Tone | None:
    """Tells the tone of a text.

    Args:
        sentences: The sentences of the text.
        language: Its ISO 639-1 code.

    Returns:
        The tone; None for languages other than English and a text without words.
    """
    if language != "en":
        return None
    logits = mean_scores(load("tone_en"), sentences)
    arousal = mean_scores(load("arousal_en"), sentences)
    if logits is None or arousal is None:
        return None
    shares = np.exp((logits - logits.max()).astype(np.float64))
    shares /= shares.sum()
    odds = float(logits[TONES.index("enthusiastic")] - logits[TONES.index("neutral")])
    return Tone(
        leading=TONES[int(logits.argmax())],
        scores=dict(zip(TONES, shares.tolist(), strict=True)),
        enthusiasm=float(arousal[0]) + TONE_SHARE * odds,
    )


def enthusiasm(text: Tone) -> float:
    """Rates how enthusiastic a text is.

    Returns:
        The percentile among English posts of organisations' Facebook pages: 0 calmer than all of
        them, 50 as the middle one, 100 more enthusiastic than all.
    """
    return percentile("enthusiasm", text.enthusiasm)
