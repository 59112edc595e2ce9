"""The voice that a set of posts shares."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from analytics.evidence import Voice
from analytics.measures import TextMeasures
from analytics.statistics import median
from analytics.vocabulary import keywords

MAX_KEYWORDS: Final = 15
_MAX_WORD: Final = 60
UNKNOWN_LANGUAGE: Final = "und"


def describe_voice(texts: Sequence[str], measures: Sequence[TextMeasures]) -> Voice:
    """Describe the voice of posts: the typical post's formality, tone and words.

    Args:
        texts: The distinct texts.
        measures: Their measures, in the same order.

    Returns:
        Medians of the scores, the tone whose mean score is highest, and the telling words; the
        same for every order of the texts.
    """
    formality = [found.formality for found in measures if found.formality is not None]
    technicality = [found.technicality for found in measures if found.technicality is not None]
    return Voice(
        tone=leading_tone(measures),
        formality=round(median(formality), 1) if formality else 0.0,
        formality_known=bool(formality),
        technical_level=round(median(technicality), 1) if technicality else 0.0,
        keywords=tuple(
            word for word in keywords(sorted(texts), limit=MAX_KEYWORDS) if len(word) <= _MAX_WORD
        ),
        language=main_language(measures),
    )


def leading_tone(measures: Sequence[TextMeasures]) -> str:
    """Return the tone with the highest mean score, "" when no tone could be measured."""
    totals: dict[str, float] = defaultdict(float)
    for found in measures:
        for tone, score in found.tone_scores.items():
            totals[tone] += score
    # Rounded, because a sum of floats depends on the order of its parts.
    return min(totals, key=lambda tone: (-round(totals[tone], 9), tone), default="")


def main_language(measures: Sequence[TextMeasures]) -> str:
    """Return the most common language of the posts; "und" when no language could be told."""
    counts = Counter(found.language for found in measures if found.language != UNKNOWN_LANGUAGE)
    return min(counts, key=lambda code: (-counts[code], code), default=UNKNOWN_LANGUAGE)
