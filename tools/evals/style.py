"""Formality, arousal, enthusiasm and tone, cross-validated on the data they are fitted on."""

from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score, roc_auc_score

from analytics.tone import TONES
from tools.evals.table import Array, Row, bootstrap
from tools.fit import arousal, formality, tone

_PAIRS = 200_000  # drawn for each figure of pairs
_FORMALITY_GAP = 1 / 3  # a point of the raters' scale from -3 to 3
_AROUSAL_GAP = 0.8  # of the scale from 1 to 5
_FOLDS = "five-fold cross-validation; every text is scored by a model that has not seen it"


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    return [*formality_rows(folder, tuple(formality.SETS)), *arousal_rows(folder), *_tone(folder)]


def formality_rows(folder: Path, names: tuple[str, ...]) -> list[Row]:
    """Measures formality on the named sets of `tools.fit.formality`."""
    found = []
    for key in names:
        _, ratings, guesses = formality.cross_validate(folder, key)
        found.append(bootstrap(key, _spearman, guesses, ratings, protocol=_FOLDS))
        if key == "formality_en":
            found.append(
                bootstrap(
                    "formality_en_pairs",
                    lambda guessed, rated: _pairs(guessed, rated, _FORMALITY_GAP),
                    guesses,
                    ratings,
                    protocol=f"{_FOLDS}; pairs rated a point or more apart, of six",
                )
            )
    return found


def arousal_rows(folder: Path) -> list[Row]:
    """Measures arousal."""
    _, ratings, _, guesses = arousal.cross_validate(folder)
    return [
        bootstrap("arousal", _pearson, guesses, ratings, protocol=_FOLDS),
        bootstrap(
            "arousal_pairs",
            lambda guessed, rated: _pairs(guessed, rated, _AROUSAL_GAP),
            guesses,
            ratings,
            protocol=f"{_FOLDS}; pairs rated {_AROUSAL_GAP} or more apart, of four",
        ),
    ]


def _tone(folder: Path) -> list[Row]:
    _, tones, logits = tone.cross_validate_tone(folder)
    enthusiastic, neutral = TONES.index("enthusiastic"), TONES.index("neutral")
    either = np.isin(tones, [enthusiastic, neutral])
    odds = logits[either, enthusiastic] - logits[either, neutral]
    return [
        bootstrap(
            "enthusiasm",
            lambda is_so, guessed: float(roc_auc_score(is_so, guessed)),
            (tones[either] == enthusiastic).astype(np.int64),
            odds,
            protocol=f"{_FOLDS}; odds of the tone model, comments of these two tones",
        ),
        bootstrap("tone_f1", _macro_f1, tones, logits, protocol=_FOLDS),
        bootstrap("tone_top2", _top_two, tones, logits, protocol=_FOLDS),
    ]


def _spearman(guesses: Array, ratings: Array) -> float:
    return float(spearmanr(guesses, ratings)[0])


def _pearson(guesses: Array, ratings: Array) -> float:
    return float(pearsonr(guesses, ratings)[0])


def _pairs(guesses: Array, ratings: Array, gap: float) -> float:
    """Share of pairs rated at least `gap` apart that are guessed in the same order."""
    draw = np.random.default_rng(len(guesses))
    left, right = draw.integers(0, len(guesses), (2, _PAIRS))
    clear = ratings[left] - ratings[right] >= gap
    return float((guesses[left[clear]] > guesses[right[clear]]).mean())


def _macro_f1(tones: Array, logits: Array) -> float:
    return float(f1_score(tones, logits.argmax(axis=1), average="macro"))


def _top_two(tones: Array, logits: Array) -> float:
    first_two = np.argsort(-logits, axis=1)[:, :2]
    return float((first_two == tones[:, None]).any(axis=1).mean())
