"""Pictures made for tests."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont


def card(
    width: int = 1200,
    height: int = 627,
    *,
    text: str = "Fresh coffee every morning",
    at: tuple[int, int] = (150, 250),
    size: int = 60,
    colour: str = "#ffffff",
    ground: str = "#0a66c2",
) -> Image.Image:
    """A plain card with a line of text."""
    image = Image.new("RGB", (width, height), ground)
    if text:
        write(image, text, at, size, colour)
    return image


def write(image: Image.Image, text: str, at: tuple[int, int], size: int, colour: str) -> None:
    """Writes a line of text on a picture."""
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(image).text(at, text, font=font, fill=colour)


def noise(width: int, height: int, *, seed: int = 7) -> Image.Image:
    """A picture that is busy all over."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Its pixels."""
    return np.asarray(image.convert("RGB"))


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """It as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def claiming(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it has this size, whatever it holds."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", data or zlib.compress(bytes(1000))),
            chunk(b"IEND", b""),
        ]
    )
