"""Whether a post as a whole asks something, or asks for something to be done.

English: logistic regression on tweets labelled by what they do (Saha and others, IJCNN 2019), on
`analytics.act_features`. Where the rules of `analytics.actions` pick sentences, it weighs the
whole: "Who wouldn't like it?!" asks nothing. A short text that by the rules does nothing else
("Sign up now.") counts whatever its probability. Other languages: the rules alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.act_features import WHOLLY, features_of_texts
from analytics.actions import asks, calls_to_action
from analytics.linear import Features, Model, load, scores

THRESHOLDS: Final = (0.25, 0.14)
"""The probability from which a text counts as a question; as a call to action. `tools.fit.acts`
chooses them."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What a text does as a whole.

    Attributes:
        question: The probability (0 to 1) that people would call it a question, if it were a
            tweet; None outside English and without words.
        call_to_action: Likewise for a request or suggestion.
        is_question: Whether it counts as one.
        is_call_to_action: Whether it counts as one.
    """

    question: float | None
    call_to_action: float | None
    is_question: bool
    is_call_to_action: bool


def acts(
    texts: Sequence[str], sentences: Sequence[Sequence[str]], languages: Sequence[str]
) -> list[Acts]:
    """Tells what texts do.

    Args:
        texts: The texts.
        sentences: The sentences of each.
        languages: The ISO 639-1 code of each, "und" when unknown.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    found = [
        Acts(None, None, any(asks(one, code) for one in said), bool(calls_to_action(said, code)))
        for said, code in zip(sentences, languages, strict=True)
    ]
    own = [n for n, code in enumerate(languages) if code == "en" and sentences[n]]
    seen = features_of_texts([texts[n] for n in own], [sentences[n] for n in own])
    for n, one, likely in zip(own, seen, chances(load("acts_en"), seen), strict=True):
        question, call = likely
        found[n] = Acts(question, call, *judge(likely, one, THRESHOLDS))
    return found


def chances(model: Model, seen: Sequence[Features]) -> list[list[float]]:
    """The probability (0 to 1) of each act, for each text."""
    return [
        [1 / (1 + math.exp(-max(-700.0, score))) for score in found]
        for found in scores(model, seen).tolist()
    ]


def judge(likely: Sequence[float], seen: Features, thresholds: Sequence[float]) -> list[bool]:
    """Whether a text counts as doing each act."""
    return [
        chance >= threshold or bool(seen.surface[wholly])
        for chance, threshold, wholly in zip(likely, thresholds, WHOLLY, strict=True)
    ]
