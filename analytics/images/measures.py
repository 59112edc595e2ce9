"""All that is measured in one image."""

from dataclasses import replace
from typing import Final

from analytics.images.colours import Pixels, palette
from analytics.images.model import ImageMeasures, TextBox
from analytics.images.text_regions import text_regions

WORKING_SIDE: Final = 1280
"""The longer side, in pixels, that images are brought down to before their text is looked for."""


def measure_image(pixels: Pixels, *, kind: str, width: int, height: int) -> ImageMeasures:
    """Measure an image.

    Args:
        pixels: The image, or a smaller copy of it in the same proportions.
        kind: Its format, such as "jpeg".
        width: Width of the image itself, in pixels; sizes of the answer are in them.
        height: Its height.
    """
    boxes = text_regions(pixels)
    across, down = width / pixels.shape[1], height / pixels.shape[0]
    return ImageMeasures(
        format=kind,
        width=width,
        height=height,
        palette=palette(pixels),
        text_known=boxes is not None,
        text_boxes=tuple(_scaled(box, across, down) for box in boxes or ()),
    )


def _scaled(box: TextBox, across: float, down: float) -> TextBox:
    return replace(
        box,
        left=round(box.left * across),
        top=round(box.top * down),
        width=max(1, round(box.width * across)),
        height=max(1, round(box.height * down)),
    )
