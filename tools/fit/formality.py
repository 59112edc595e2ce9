"""Fits the formality of English and German sentences by ridge regression.

Run as `python -m tools.fit.formality --data DIR`. Writes `formality_en.npz` and `formality_de.npz`;
with `MESH_ENCODER` only `formality_en_encoder.npz`.
"""

from pathlib import Path

import numpy as np

from analytics import encoder
from tools.fit import ridge
from tools.fit.common import Design, Doubles, data_folder, design, read

# data set: language, half the raters' scale, settings
SETS = {
    "formality_en": ("en", 3.0, ridge.Settings(penalty=7.0, likeness_share=2.2)),
    "formality_de": ("de", 1.0, ridge.Settings(penalty=1.0)),
}


def cross_validate(folder: Path, name: str) -> tuple[Design, Doubles, Doubles]:
    """Returns the matrix, the ratings (-1 to 1) and guesses by models that did not see them."""
    language, half_scale, settings = SETS[name]
    rows = read(folder, name)
    ratings = np.array([row["score"] for row in rows]) / half_scale
    sentences = design([row["text"] for row in rows], language)
    return sentences, ratings, ridge.cross_validate(sentences, ratings, settings)


def main() -> None:
    """Fits both languages; those that hear an encoder, where there is one."""
    folder = data_folder(__doc__ or "")
    for name, (_, _, settings) in SETS.items():
        if encoder.wanted() and encoder.fitted(name) == name:
            continue
        sentences, ratings, guesses = cross_validate(folder, name)
        ridge.fit_and_save(name, sentences, ratings, guesses, settings)


if __name__ == "__main__":
    main()
