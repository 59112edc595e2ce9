"""What may be expected of a version of a text: a comparison, made with what was observed.

A model of posts of many organisations' pages says how two posts of one page would compare. Most of
that is what they are about: where the topic stays and the wording changes, as from version to
version, only a share of it holds. That share was measured on randomised tests of headlines, which
the model has never seen: the one place where versions of a text were tried on people. They are
another kind of text, of one site, and count clicks; so what is said is a comparison, no promise.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.appeal import appeal_features
from analytics.linear import load, scores
from analytics.refinement.model import RefinementPrediction
from analytics.statistics import Z95

HOLDS: Final = 0.2
"""Share of an expected difference that held for versions of a headline: 0.14 to 0.26."""
RIGHT: Final = 0.57
"""Share of two versions that the model tells apart of which the one it favours did better."""

OTHER_LANGUAGE: Final = (
    "Versions are compared for English alone: the model of posts was learned on English pages."
)
UNCHANGED: Final = "There is nothing to compare: the text is the original."
_MODEL: Final = "a model of posts of 29 organisations' Facebook pages"


def compare(original: str, version: str, language: str) -> RefinementPrediction:
    """Compares a version with the original.

    Args:
        original: The text as it was.
        version: The text as it may be.
        language: ISO 639-1 code of both.

    Returns:
        The change of engagement to expect and how far to trust it; 0 with confidence 0 and the
        reason where the model does not tell the two apart.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    if language != "en":
        return RefinementPrediction(0.0, 0.0, OTHER_LANGUAGE)
    if original == version:
        return RefinementPrediction(0.0, 0.0, UNCHANGED)
    before, after = expectations([original, version])
    lead, reach = difference(before, after)
    ends = f"{_percent(lead - reach):+.0f} % to {_percent(lead + reach):+.0f} %"
    if abs(lead) <= reach:
        return RefinementPrediction(
            0.0,
            0.0,
            f"No change can be told: by {_MODEL}, posts that differ so would differ by {ends} (95 "
            "%, pages redrawn), which includes none.",
        )
    return RefinementPrediction(
        round(_percent(HOLDS * lead), 1),
        round(100 * (2 * RIGHT - 1), 1),
        f"A comparison, no promise: by {_MODEL}, posts that differ so would differ by {ends} (95 "
        f"%, pages redrawn). {100 * HOLDS:.0f} % of that is kept, for so much held where versions "
        "of a text were tried on people: randomised tests of headlines of one site, by clicks, in "
        f"which the version favoured did better in {100 * RIGHT:.0f} of 100 pairs. Your readers, "
        "and this platform, were not measured.",
    )


def expectations(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Returns what the model of posts expects of English texts.

    Returns:
        Logarithms of engagement on no particular level, shape (texts, models): by the model, and
        by models of pages drawn anew.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    return scores(load("posts_en"), appeal_features(texts)).astype(np.float64)


def difference(
    before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Returns the difference of two texts' expectations, and its 95 % reach to either side."""
    lead, *redrawn = (after - before).tolist()
    return lead, Z95 * float(np.std(redrawn))


def _percent(difference_of_logs: float) -> float:
    """Turns a difference of logarithms into a change in percent."""
    return 100 * math.expm1(difference_of_logs) + 0.0  # no minus before a zero
