"""What looks like text in an image: even strokes of one colour, standing in a line.

No letters are read. Parts of the image that are as large as letters are put into lines: neighbours
of like height and colour on one base line. Three or more make a line. So it finds set type, such as
titles on a picture; it misses handwriting, single letters, type smaller than 7 pixels or hardly
lighter than its ground; and a row of even things, such as windows, can pass for text. A picture
that is busy all over has so many small parts that rows arise by chance: then nothing is told.
"""

import bisect
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.images.colours import Pixels, contrast_ratio, from_hex, to_hex
from analytics.images.components import Components, components
from analytics.images.model import TextBox

_STEPS_MAX: Final = (18, 11)
"""Differences up to which neighbours are of one part: the larger withstands compression, the
smaller parts pale strokes from their ground."""
_PALER: Final = 1.3
_UNEVEN_MAX: Final = 20.0
"""Largest standard deviation of a channel within a letter: strokes are of one colour."""
_HEIGHT_MIN: Final = 7
_HEIGHT_SHARE_MAX: Final = 0.35
_ASPECT_MAX: Final = 4.0
_AREA_MIN: Final = 8
_FILL_MAX: Final = 0.97
_LETTERS_MAX: Final = 3000
_PARTS_SHARE_MAX: Final = 0.15
"""Parts as large as letters, and parts of any size as a share of the pixels, beyond which a picture
is busy."""
_COLOUR_MAX: Final = 48.0
"""Largest difference in a channel between letters of one line."""
_HEIGHTS_RATIO_MAX: Final = 2.8
"""An l is so much higher than an x at most."""
_GAP_MAX: Final = 1.1
"""Largest gap in heights of the line, a space between words included."""
_OVERLAP_MIN: Final = 0.4
_LETTERS_MIN: Final = 3
_LENGTH_MIN: Final = 1.5
"""Heights that a line is long at least."""
_CONFIDENCE_MIN: Final = 0.6
_SURE_LETTERS: Final = 8
_APART_MIN: Final = 24.0
"""Least difference in a channel between strokes and ground, of 255."""
_CORE_SHARE_MIN: Final = 0.05
"""Share of the pixels of strokes that their inside has at least, or else they are all edge."""
_GROUND_QUANTILE: Final = 0.1
BOXES_MAX: Final = 50


@dataclass(slots=True)
class _Letter:
    """A part that is as large as a letter."""

    label: int
    left: int
    top: int
    right: int
    bottom: int
    colour: npt.NDArray[np.float64]

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1


@dataclass(slots=True)
class _Line:
    """Letters in a row."""

    letters: list[_Letter]

    @property
    def height(self) -> int:
        return max(letter.height for letter in self.letters)

    @property
    def box(self) -> tuple[int, int, int, int]:
        return (
            min(letter.left for letter in self.letters),
            min(letter.top for letter in self.letters),
            max(letter.right for letter in self.letters),
            max(letter.bottom for letter in self.letters),
        )


def text_regions(pixels: Pixels) -> tuple[TextBox, ...] | None:
    """Return what looks like lines of text, the most certain first; None when it cannot be told.

    Args:
        pixels: The image, in sRGB. Sizes of the answer are in its pixels.
    """
    boxes: list[TextBox] = []
    for step_max in _STEPS_MAX:
        found = _found(pixels, step_max)
        if found is None:
            return None
        boxes += found
    # What compression leaves around strokes is paler than they are.
    boxes.sort(key=lambda one: (-one.contrast_ratio, one.top, one.left))
    kept: list[TextBox] = []
    for box in boxes:
        if not any(_of_one_line(box, other) for other in kept):
            kept.append(box)
    kept.sort(key=lambda one: (-one.confidence, one.top, one.left))
    return tuple(kept[:BOXES_MAX])


def _found(pixels: Pixels, step_max: int) -> list[TextBox] | None:
    """Return the lines that parts of one kind make; None when there are too many parts."""
    parts = components(pixels, step_max)
    letters = _letters(pixels, parts)
    if letters is None:
        return None
    found = [
        (confidence, line)
        for line in _lines(letters)
        if (confidence := _confidence(line)) >= _CONFIDENCE_MIN
    ]
    # What stands within a longer line is the inside of its letters.
    found.sort(key=lambda one: (-len(one[1].letters), one[1].box))
    lines: list[tuple[float, _Line]] = []
    for confidence, line in found:
        if not any(_within(line.box, other.box) for _, other in lines):
            lines.append((confidence, line))
    measured = (_measured(pixels, parts, line, confidence) for confidence, line in lines)
    return [box for box in measured if _stands_out(box)]


def _of_one_line(box: TextBox, other: TextBox) -> bool:
    """Whether a box lies on a more contrasting one, or goes on with its line."""
    down = min(box.top + box.height, other.top + other.height) - max(box.top, other.top)
    across = min(box.left + box.width, other.left + other.width) - max(box.left, other.left)
    return down >= _OVERLAP_MIN * min(box.height, other.height) and (
        across > 0
        or (
            -across <= 2 * max(box.height, other.height)
            and other.contrast_ratio >= _PALER * box.contrast_ratio
        )
    )


def _letters(pixels: Pixels, parts: Components) -> list[_Letter] | None:
    widths = parts.rights - parts.lefts + 1
    heights = parts.bottoms - parts.tops + 1
    image_height, image_width = pixels.shape[:2]
    inside = (
        (parts.lefts > 0)
        & (parts.tops > 0)
        & (parts.rights < image_width - 1)
        & (parts.bottoms < image_height - 1)
    )
    sized = (
        (heights >= _HEIGHT_MIN)
        & (heights <= max(_HEIGHT_MIN, _HEIGHT_SHARE_MAX * image_height))
        & (widths <= _ASPECT_MAX * heights)
        & (parts.areas >= np.maximum(_AREA_MIN, heights))
        & (parts.areas <= np.where(widths * 3 > heights, _FILL_MAX, 1.0) * widths * heights)
    )
    flat = parts.labels.ravel()

    means = np.empty((len(parts.areas), 3))
    even = np.ones(len(parts.areas), dtype=bool)
    for channel in range(3):
        values = pixels[..., channel].ravel().astype(np.float64)
        mean = np.bincount(flat, weights=values) / parts.areas
        square = np.bincount(flat, weights=values**2) / parts.areas
        means[:, channel] = mean
        even &= square - mean**2 <= _UNEVEN_MAX**2
    chosen = np.flatnonzero(inside & sized & even)
    if len(chosen) > _LETTERS_MAX or len(parts.areas) > _PARTS_SHARE_MAX * parts.labels.size:
        return None
    return [
        _Letter(
            label=int(label),
            left=int(parts.lefts[label]),
            top=int(parts.tops[label]),
            right=int(parts.rights[label]),
            bottom=int(parts.bottoms[label]),
            colour=means[label],
        )
        for label in chosen
    ]


def _lines(letters: list[_Letter]) -> list[_Line]:
    """Put letters into lines, from left to right."""
    open_lines: list[_Line] = []
    done: list[_Line] = []
    for letter in sorted(letters, key=lambda one: (one.left, one.top)):
        best: tuple[float, _Line] | None = None
        still: list[_Line] = []
        for line in open_lines:
            gap = letter.left - line.letters[-1].right
            if gap > _GAP_MAX * max(line.height, letter.height):
                done.append(line)
                continue
            still.append(line)
            if _continues(line, letter, gap) and (best is None or gap < best[0]):
                best = (gap, line)
        open_lines = still
        if best is None:
            open_lines.append(_Line([letter]))
        else:
            best[1].letters.append(letter)
    return [line for line in done + open_lines if _is_line(line)]


def _is_line(line: _Line) -> bool:
    left, _, right, _ = line.box
    long = right - left + 1 >= _LENGTH_MIN * line.height
    return long and len(line.letters) >= _LETTERS_MIN


def _continues(line: _Line, letter: _Letter, gap: int) -> bool:
    last = line.letters[-1]
    low, high = sorted((line.height, letter.height))
    shared = min(last.bottom, letter.bottom) - max(last.top, letter.top) + 1
    return (
        gap > -0.5 * low
        and gap <= _GAP_MAX * high
        and high <= _HEIGHTS_RATIO_MAX * min(last.height, letter.height)
        and shared >= _OVERLAP_MIN * min(last.height, letter.height)
        and float(np.abs(last.colour - letter.colour).max()) <= _COLOUR_MAX
    )


def _confidence(line: _Line) -> float:
    """Return how much a line looks like text: by count, base line and colour of its letters."""
    count = min(1.0, len(line.letters) / _SURE_LETTERS)
    bottoms = sorted(letter.bottom for letter in line.letters)
    base = bottoms[len(bottoms) // 2]
    reach = max(1.5, 0.12 * line.height)
    low = bisect.bisect_left(bottoms, base - reach)
    on_base = (bisect.bisect_right(bottoms, base + reach) - low) / len(bottoms)
    colours = np.array([letter.colour for letter in line.letters])
    even = 1.0 - min(1.0, float(np.abs(colours - np.median(colours, axis=0)).mean()) / 32.0)
    return 0.3 * count + 0.4 * on_base + 0.3 * even


def _within(inner: tuple[int, int, int, int], outer: tuple[int, int, int, int]) -> bool:
    return (
        inner[0] >= outer[0] - 1
        and inner[1] >= outer[1] - 1
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
    )


def _stands_out(box: TextBox) -> bool:
    """Whether strokes differ from their ground: compression makes parts that hardly do."""
    apart = np.abs(from_hex(box.colour) - from_hex(box.ground)).max()
    return bool(apart >= _APART_MIN)


def _measured(pixels: Pixels, parts: Components, line: _Line, confidence: float) -> TextBox:
    left, top, right, bottom = line.box
    reach = max(2, round(0.25 * line.height))
    rows = slice(max(0, top - reach), bottom + reach + 1)
    columns = slice(max(0, left - reach), right + reach + 1)
    labels = parts.labels[rows, columns]
    strokes = np.isin(labels, [letter.label for letter in line.letters])
    core = strokes & ~_grown(~strokes)
    around = pixels[rows, columns].astype(np.float64)
    # Two pixels around a stroke are its smoothed edge.
    ground = around[~_grown(_grown(strokes))]
    if not len(ground):
        ground = around[~strokes]
    if core.sum() >= _CORE_SHARE_MIN * strokes.sum():
        colour = np.median(around[core], axis=0)
    else:
        colour = _of_thin(around[_grown(strokes)], np.median(ground, axis=0))
    ratio = float(np.quantile(contrast_ratio(ground, colour), _GROUND_QUANTILE))
    return TextBox(
        left=left,
        top=top,
        width=right - left + 1,
        height=bottom - top + 1,
        confidence=round(confidence, 3),
        contrast_ratio=round(ratio, 2),
        colour=to_hex(colour),
        ground=to_hex(np.median(ground, axis=0)),
    )


def _of_thin(
    strokes: npt.NDArray[np.float64], ground: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the colour of strokes that are all edge: of the pixels that differ most."""
    ratios = contrast_ratio(strokes, ground)
    most = strokes[ratios >= np.quantile(ratios, 1 - _CORE_SHARE_MIN)]
    return np.asarray(np.median(most, axis=0), dtype=np.float64)


def _grown(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return a mask with the four neighbours of each of its pixels."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown
