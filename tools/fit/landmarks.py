"""Finds landmarks (see `analytics.landmarks`) among sentences, by k-means."""

from typing import Final

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from analytics.landmarks import Doubles, Floats, Landmarks

_LANDMARKS: Final = 512


def find(numbers: Floats | Doubles, scale: Floats | Doubles) -> Landmarks:
    """Finds the landmarks of sentences.

    Args:
        numbers: Those of the sentences, shape (sentences, numbers).
        scale: What a difference in each counts beside the others, shape (numbers,).
    """
    centre = numbers.mean(axis=0)
    placed = (numbers - centre) * scale
    reach = np.sqrt(2 * (placed**2).sum(axis=1).mean())
    means = MiniBatchKMeans(_LANDMARKS, random_state=0, n_init=1, batch_size=1024, max_iter=20)
    # As they will be kept: the weights of landmarks that lie close together magnify what is lost.
    places = means.fit(placed / reach).cluster_centers_.astype(np.float16).astype(np.float32)
    return Landmarks(
        centre.astype(np.float32),
        (scale / reach).astype(np.float32),
        places,
        (places**2).sum(axis=1),
    )
