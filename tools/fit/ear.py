"""Fits what `analytics.encoder` hears: the directions in which sentences differ, and landmarks.

Run as `MESH_ENCODER=FILE python -m tools.fit.ear --data DIR`; takes two minutes. It sees no text of
the sets of formality and arousal. Writes `encoder_en.npz`; run `formality`, `arousal` and `scales`
afterwards, with `MESH_ENCODER` too.
"""

from typing import Final

import numpy as np

from analytics.context import load as load_context
from analytics.encoder import LANDMARKS_NAME, LAYERS, Floats, hear
from tools.fit import landmarks
from tools.fit.arrays import write_npz
from tools.fit.common import COEFFICIENTS, Doubles, data_folder
from tools.fit.drawn import cut, draw

_DIRECTIONS: Final = 256


def main() -> None:
    """Hears the sentences, finds directions and landmarks, and writes them."""
    folder = data_folder(__doc__ or "")
    network = load_context()
    marks = network.start, network.end
    heard = hear([tokens.tolist() for tokens in cut(draw(folder))], marks)
    # As they will be kept, for the landmarks are placed along them.
    axes = directions(heard).astype(np.float16).astype(np.float32)
    numbers = heard.astype(np.float64) @ axes
    found = landmarks.find(numbers, np.ones(_DIRECTIONS))
    write_npz(
        COEFFICIENTS / LANDMARKS_NAME,
        axes=axes.astype(np.float16),
        marks=np.array(marks),
        place_centre=found.centre,
        place_scale=found.scale,
        places=found.places.astype(np.float16),
    )


def directions(heard: Floats) -> Doubles:
    """Returns the principal components of all layers at one spread, shape (numbers, directions)."""
    centred = (heard - heard.mean(axis=0)).astype(np.float64)
    layers = np.split(centred, len(LAYERS), axis=1)
    spread = np.repeat(
        [np.sqrt((layer**2).sum(axis=1).mean()) for layer in layers], layers[0].shape[1]
    )
    flat = centred / spread
    axes = np.linalg.eigh(flat.T @ flat)[1][:, : -_DIRECTIONS - 1 : -1]
    return np.asarray(axes / spread[:, None])


if __name__ == "__main__":
    main()
