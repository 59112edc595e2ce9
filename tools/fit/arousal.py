"""Fits the arousal of English sentences by ridge regression, with the valence beside it.

Strong feelings of either sign rouse, which no linear model can say: a first regression guesses how
pleasant a sentence is, a second sees besides all features how far that is from the middle, on
either side. Run as `python -m tools.fit.arousal --data DIR`. Writes `arousal_en.npz`. Run `scales`
afterwards.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict

from analytics.tone import sides
from tools.fit.common import FOLDS, Design, Doubles, Integers, data_folder, design, read, save
from tools.fit.ridge import evenly, likeness_of, widen

_PENALTY = 7.0
_LIKENESS_SHARE = 2.2
"""See `tools.fit.ridge.Settings`."""
_SIDE_SHARE = 0.5
"""What a standard deviation of either side of valence weighs beside the n-grams' unit length."""


@dataclass(frozen=True, slots=True)
class Arousal:
    """A model fitted on some sentences.

    Attributes:
        coefficients: Of arousal without the sides of valence, and of valence from its middle, shape
            (2, columns).
        likeness: Of the likeness to landmarks, shape (landmarks, 2).
        intercept: Of both, shape (2,).
        sides: What a point of valence above and below the middle adds to arousal, shape (2,).
    """

    coefficients: Doubles
    likeness: Doubles
    intercept: Doubles
    sides: Doubles

    def rate(self, sentences: Design, chosen: Integers) -> Doubles:
        """Rates the arousal of the chosen sentences."""
        both = sentences.matrix[chosen] @ self.coefficients.T + self.intercept
        both = both + likeness_of(sentences, chosen) @ self.likeness
        return np.asarray(both[:, 0] + sides(both[:, 1]) @ self.sides)


def fit(sentences: Design, arousal: Doubles, valence: Doubles, seen: Integers) -> Arousal:
    """Fits on the sentences numbered in `seen` alone."""
    even = evenly(_LIKENESS_SHARE)
    matrix = widen(sentences, seen, even)
    middle = valence[seen].mean()
    pleasant = _ridge().fit(matrix, valence[seen] - middle)
    # Guesses by models that did not see them: those by `pleasant` would be truer than they will be.
    folds = KFold(FOLDS, shuffle=True, random_state=1)
    guessed = sides(cross_val_predict(_ridge(), matrix, valence[seen] - middle, cv=folds))
    share = _SIDE_SHARE / guessed.std(axis=0)
    wide = scipy.sparse.hstack([matrix, scipy.sparse.csr_matrix(guessed * share)]).tocsr()
    rousing = _ridge().fit(wide, arousal[seen])
    both = np.stack([rousing.coef_[: matrix.shape[1]], pleasant.coef_])
    columns = sentences.matrix.shape[1]
    return Arousal(
        both[:, :columns],
        even @ both[:, columns:].T,
        np.array([rousing.intercept_, pleasant.intercept_]),
        rousing.coef_[matrix.shape[1] :] * share,
    )


def _ridge() -> Ridge:
    return Ridge(alpha=_PENALTY, solver="sparse_cg", tol=1e-3)


def cross_validate(folder: Path) -> tuple[Design, Doubles, Doubles, Doubles]:
    """Returns the matrix, arousal, valence (1 to 5), and guesses of arousal by others' models."""
    rows = read(folder, "arousal")
    arousal, valence = (np.array([row[key] for row in rows]) for key in ("arousal", "valence"))
    sentences = design([row["text"] for row in rows], "en")
    guesses = np.zeros(len(rows))
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        guesses[unseen] = fit(sentences, arousal, valence, seen).rate(sentences, unseen)
    return sentences, arousal, valence, guesses


def main() -> None:
    """Fits on all sentences and writes the coefficients."""
    sentences, arousal, valence, guesses = cross_validate(data_folder(__doc__ or ""))
    model = fit(sentences, arousal, valence, np.arange(len(arousal)))
    # Ridge draws guesses to the mean: stretch them until they spread as the ratings do.
    stretch = np.array([arousal.std() / guesses.std(), 1.0])
    intercept = model.intercept * stretch
    intercept[0] += arousal.mean() * (1 - stretch[0])
    save(
        "arousal_en",
        sentences,
        model.coefficients * stretch[:, None],
        intercept,
        likeness_weights=(model.likeness * stretch).astype(np.float32),
        sides=(model.sides * stretch[0]).astype(np.float32),
    )


if __name__ == "__main__":
    main()
