"""How well English texts go down: linear models for comparing texts of one brand or one test.

A text becomes the numbers of `analytics.linear`, taken as one sentence, and the surface of
`analytics.brand_voice.features`. Only differences of scores mean something: they are expected
differences of the logarithm of what was counted, engagement or clicks.

`tools/fit/appeal.py` fits the models; `docs/quality.md` says how good they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.brand_voice.features import post_features
from analytics.linear import Features, features_of


def appeal_features(texts: Sequence[str], language: str = "en") -> list[Features]:
    """Turns texts into numbers, English ones with their static vectors.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    return [
        replace(one, surface=np.concatenate([one.surface, post_features(text).surface]))
        for one, text in zip(features_of(texts, language), texts, strict=True)
    ]
