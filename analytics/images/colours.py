"""Colours of an image: how light they are, how far apart, and which ones lead."""

from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.images.model import ColourShare

Pixels = npt.NDArray[np.uint8]
"""Pixels in sRGB, shape (height, width, 3)."""
Floats = npt.NDArray[np.float64]

COLOURS_MAX: Final = 8
_SAMPLE: Final = 20_000
"""Pixels that the palette is made of, at even distances over the image."""
_ROUNDS: Final = 12
_SHARE_MIN: Final = 0.005
_NEAR: Final = 12.0
"""Colours nearer than this (CIE 1976) are one: a step that is seen only side by side."""
# sRGB to XYZ under D65 (IEC 61966-2-1), and the white of D65.
_XYZ: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])


def luminance(colours: npt.ArrayLike) -> Floats:
    """Return relative luminance as WCAG 2.2 defines it, 0 (black) to 1 (white).

    Args:
        colours: sRGB, 0 to 255, shape (…, 3).
    """
    # WCAG's threshold 0.04045 (an earlier text said 0.03928; for 8 bits they are the same).
    return np.asarray(_linear(colours) @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float64)


def contrast_ratio(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return the contrast of colours by WCAG 2.2, 1 (none) to 21; shapes broadcast."""
    one, other = luminance(first), luminance(second)
    light, dark = np.maximum(one, other), np.minimum(one, other)
    return np.asarray((light + 0.05) / (dark + 0.05), dtype=np.float64)


def distance(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return how far apart colours are (CIE 1976): 2.3 is just seen; shapes broadcast."""
    return np.asarray(np.linalg.norm(_lab(first) - _lab(second), axis=-1), dtype=np.float64)


def from_hex(colour: str) -> Floats:
    """Return the three parts, 0 to 255, of a colour such as "#0a66c2"."""
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.float64)


def to_hex(colour: npt.ArrayLike) -> str:
    """Return a colour such as "#0a66c2" from its three parts, 0 to 255."""
    parts = np.clip(np.rint(np.asarray(colour, dtype=np.float64)), 0, 255).astype(int)
    return "#" + "".join(f"{part:02x}" for part in parts)


def palette(pixels: Pixels) -> tuple[ColourShare, ...]:
    """Return the leading colours of an image, at most `COLOURS_MAX`, the largest share first.

    The colours are centres of Lloyd's algorithm in CIE L*a*b*, which begins with the most common
    colours of a coarse grid, so that the same image has the same palette.
    """
    flat = pixels.reshape(-1, 3)
    sample = flat[:: max(1, len(flat) // _SAMPLE)].astype(np.float64)
    lab = _lab(sample)
    centres = _first_centres(sample)
    for _ in range(_ROUNDS):
        nearest = _nearest(lab, centres)
        moved = np.array([lab[nearest == index].mean(axis=0) for index in np.unique(nearest)])
        if moved.shape == centres.shape and np.allclose(moved, centres, atol=0.01):
            break
        centres = moved
    nearest = _nearest(lab, centres)
    found = [
        ColourShare(to_hex(np.median(sample[nearest == index], axis=0)), float(share))
        for index in np.unique(nearest)
        for share in (np.mean(nearest == index),)
        if share >= _SHARE_MIN
    ]
    return tuple(sorted(found, key=lambda one: (-one.share, one.colour)))


def _first_centres(sample: Floats) -> Floats:
    """Return the most common colours of a grid of 32 steps a channel that lie apart, in Lab."""
    cells, counts = np.unique((sample // 32).astype(np.int64), axis=0, return_counts=True)
    chosen: list[Floats] = []
    for cell in cells[np.argsort(-counts, kind="stable")]:
        inside = np.all((sample // 32).astype(np.int64) == cell, axis=1)
        centre = _lab(sample[inside].mean(axis=0))
        if all(np.linalg.norm(centre - other) >= _NEAR for other in chosen):
            chosen.append(centre)
        if len(chosen) == COLOURS_MAX:
            break
    return np.array(chosen)


def _nearest(lab: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    apart = ((lab[:, None, :] - centres[None, :, :]) ** 2).sum(axis=-1)
    return np.asarray(np.argmin(apart, axis=1), dtype=np.intp)


def _linear(colours: npt.ArrayLike) -> Floats:
    parts = np.asarray(colours, dtype=np.float64) / 255.0
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _lab(colours: npt.ArrayLike) -> Floats:
    ratios = _linear(colours) @ _XYZ.T / _WHITE
    bent = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
