"""Formality of a text, 0 (casual) to 100 (formal), for English and German.

Ridge regression on ratings by people: Pavlick and Tetreault (TACL 2016) for English; Eder,
Krieg-Holz and Wiegand (EACL Findings 2023) for German; see `analytics/data/README.md`.
"""

from collections.abc import Sequence

from analytics.linear import Features, load, mean_scores

_MODELS = {"en": "formality_en", "de": "formality_de"}


def formality(texts: Sequence[Sequence[Features]], language: str) -> list[float | None]:
    """Rates how formal texts are.

    Args:
        texts: The sentences of each text.
        language: Their ISO 639-1 code.

    Returns:
        For each text the raters' own scale, drawn to 0 to 100: 0 is "very informal", 50 neither,
        100 "very formal"; sentences spread over it as widely as the ratings did. None for languages
        other than English and German and for a text without words.
    """
    if language not in _MODELS:
        return [None] * len(texts)
    return [
        None if rating is None else min(100.0, max(0.0, 50 + 50 * float(rating[0])))
        for rating in mean_scores(load(_MODELS[language]), texts)
    ]
