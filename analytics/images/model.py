"""What is measured in an image, as plain data; the messages of the same names mirror it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColourShare:
    """A colour with how much of an image it covers.

    Attributes:
        colour: sRGB, such as "#0a66c2".
        share: Share of the image, 0 to 1.
    """

    colour: str
    share: float


@dataclass(frozen=True, slots=True)
class TextBox:
    """Something that looks like a line of text, in pixels of the image.

    Attributes:
        left: Left edge, from the left of the image.
        top: Upper edge, from its top.
        width: Width.
        height: From the highest to the lowest stroke.
        confidence: How much it looks like text, 0 to 1; a rule of thumb, not calibrated.
        contrast_ratio: Of the strokes against the ground around them by WCAG 2.2, 1 to 21; nine
            tenths of the ground have more.
        colour: Of the strokes, sRGB.
        ground: Median colour of the ground, sRGB.
    """

    left: int
    top: int
    width: int
    height: int
    confidence: float
    contrast_ratio: float
    colour: str
    ground: str


@dataclass(frozen=True, slots=True)
class ImageMeasures:
    """What was measured in one image.

    Attributes:
        format: "jpeg", "png", "webp" or "gif".
        width: In pixels, upright.
        height: In pixels.
        palette: Its leading colours, the largest share first, at most 8.
        text_known: Whether text could be told from other things.
        text_boxes: What looks like a line of text, the most certain first.
    """

    format: str
    width: int
    height: int
    palette: tuple[ColourShare, ...]
    text_known: bool
    text_boxes: tuple[TextBox, ...]


@dataclass(frozen=True, slots=True)
class PostImage:
    """The image of a post under test.

    Attributes:
        measures: What was measured; None with a failure.
        failure: Why it could not be examined, a clause; empty when it was.
    """

    measures: ImageMeasures | None
    failure: str = ""
