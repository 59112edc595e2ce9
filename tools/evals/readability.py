"""Readability against teachers' judgement; nothing is fitted on these texts."""

from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from analytics.linear import features_of
from analytics.readability import measure_difficulty, total
from analytics.text import parse
from tools.evals.table import Array, Row, bootstrap
from tools.fit.common import read


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    data = read(folder, "readability")
    ease = np.array([row["ease"] for row in data])
    guesses = np.array([-_hardness(row["text"]) for row in data])
    # The diversity of words, see `analytics/data/README.md`.
    protocol = (
        "fitted on none of them, but one part was left out after a look at them; the whole excerpt"
    )
    return [bootstrap("readability", _spearman, guesses, ease, protocol=protocol)]


def _hardness(text: str) -> float:
    parsed = parse(text)
    difficulty = measure_difficulty(parsed.words, features_of(parsed.sentences, "en"))
    return 0.0 if difficulty is None else total(difficulty)


def _spearman(guesses: Array, ratings: Array) -> float:
    return float(spearmanr(guesses, ratings)[0])
