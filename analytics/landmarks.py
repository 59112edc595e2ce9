"""How near a sentence is to landmarks: typical sentences of the kinds there are.

A linear model gives a comma the same weight everywhere. With the nearness to some hundred landmarks
beside its features (radial basis functions: Broomhead and Lowe, 1988) it can rate what a comma does
in a chat and in a report. Landmarks are means of many sentences' numbers, not sentences; all models
share them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The landmarks of a model, and what nearness to them says.

    Attributes:
        centre: The mean of the sentences' numbers (those of `analytics.context`, then surface
            counts), shape (numbers,).
        scale: What a difference from it counts, same shape.
        places: Where the landmarks lie when so shifted and scaled, shape (landmarks, numbers).
        squares: The squared lengths of the rows of `places`, shape (landmarks,).
    """

    centre: Floats
    scale: Floats
    places: Doubles
    squares: Doubles


def stored_landmarks(data: Mapping[str, Floats]) -> Landmarks:
    """Takes landmarks out of the arrays of a file."""
    # By columns, which is how `nearness` reads them: a third faster for the few rows of a post.
    places = np.asfortranarray(data["places"].astype(np.float64))
    return Landmarks(
        centre=data["place_centre"],
        scale=data["place_scale"],
        places=places,
        squares=(places**2).sum(axis=1),
    )


def nearness(known: Landmarks, numbers: Floats | Doubles) -> Doubles:
    """Returns how near sentences are to the landmarks.

    Args:
        known: The landmarks.
        numbers: Shape (..., numbers).

    Returns:
        Shape (..., landmarks): 1 at the landmark, falling to 0 with the squared distance.
    """
    here = (numbers - known.centre).astype(np.float64) * known.scale
    own = (here**2).sum(axis=-1, keepdims=True)
    return np.asarray(np.exp(2 * here @ known.places.T - known.squares - own))
