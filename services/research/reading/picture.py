"""Decodes an image and measures it; for a child process, as images may be made to do harm.

Only the decoders of four formats are there to be reached, and none of them before the size that the
image claims is known to be bearable.
"""

import io
import json
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from analytics.images.measures import WORKING_SIDE, measure_image

PIXELS_MAX: Final = 25_000_000
"""More than a page shows, and what the child's memory holds in every format."""
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by how the camera noted it was held."""
_STRIP: Final = 128
"""Rows that a strip has after it has been reduced."""
_TOO_LARGE: Final = f"it has more than {PIXELS_MAX // 1_000_000} million pixels"

Image.MAX_IMAGE_PIXELS = PIXELS_MAX


def examine(given: bytes) -> bytes:
    """Answers the measures of an image as JSON, or `{"failure": why}` with a clause."""
    try:
        return json.dumps(_examine(given)).encode()
    except UnidentifiedImageError:
        return _failure("it is no JPEG, PNG, WebP or GIF image")
    except Image.DecompressionBombError:
        return _failure(_TOO_LARGE)
    except (OSError, SyntaxError, ValueError) as error:
        # What Pillow's decoders raise for data that is damaged or ends too soon.
        return _failure(f"it is damaged ({str(error)[:100]})")


def _examine(given: bytes) -> dict[str, Any]:
    with Image.open(io.BytesIO(given), formats=FORMATS) as image:
        if image.width * image.height > PIXELS_MAX:
            return {"failure": _TOO_LARGE}
        kind = str(image.format).lower()
        width, height = image.size
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
        # A JPEG can be decoded at a half, a quarter or an eighth of its size.
        image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
        small = _smaller(image)
    if turn is not None:
        small = small.transpose(turn)
        if turn in (
            Image.Transpose.TRANSPOSE,
            Image.Transpose.TRANSVERSE,
            Image.Transpose.ROTATE_90,
            Image.Transpose.ROTATE_270,
        ):
            width, height = height, width
    pixels = np.asarray(_on_white(small))
    return asdict(measure_image(pixels, kind=kind, width=width, height=height))


def _plain(image: Image.Image) -> Image.Image:
    """The image in a mode that can be made smaller: grey or colour of 8 bits, with alpha or not."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode.startswith("I"):  # grey of 16 bits
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _smaller(image: Image.Image) -> Image.Image:
    """The image in a plain mode, with its longer side brought down to the working size."""
    longer = max(image.size)
    size = image.size
    image.load()
    reduced = _reduced(image, max(1, longer // WORKING_SIDE))
    if longer <= WORKING_SIDE:
        return reduced
    width, height = (max(1, round(side * WORKING_SIDE / longer)) for side in size)
    return reduced.resize((width, height), Image.Resampling.LANCZOS)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """The image at a whole fraction of its size, by strips: each is copied in full on the way."""
    if factor == 1:
        return _plain(image.copy())
    rows = factor * _STRIP
    strips = [
        _plain(image.crop((0, top, image.width, min(image.height, top + rows)))).reduce(factor)
        for top in range(0, image.height, rows)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _on_white(image: Image.Image) -> Image.Image:
    """The image without transparency, as it looks on a white page."""
    if image.mode not in ("LA", "RGBA"):
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _failure(why: str) -> bytes:
    return json.dumps({"failure": why}).encode()
