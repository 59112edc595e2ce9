"""The guards on images: what the picture of a new post has to pass.

What is measured are sizes, colours and what looks like text. A guard that needs text is skipped
where there is none, or where it cannot be told.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

from analytics.guard_results import decided, settled, skipped
from analytics.images.colours import distance, from_hex
from analytics.images.model import ImageMeasures, TextBox
from analytics.platforms import PLATFORMS
from analytics.skill.model import Guard, GuardResult, Limits

LARGE_TEXT: Final = 24
"""Pixels from which text is large: WCAG's 18 points, of 4/3 CSS pixels each."""
LARGE_SHARE: Final = 3 / 4.5
"""Contrast that large text needs, of what other text needs: 3 to 4.5 at level AA."""
SURE: Final = 0.85
"""Confidence from which something is text to a guard."""
_SPACING: Final = 0.1
"""Overlap of two lines, as a share of the smaller, that is narrow spacing and covers nothing."""
_BRAND_DISTANCE: Final = 12.0
"""How far a colour may be from a brand's (CIE 1976) to count as it."""
_BRAND_SHARE: Final = 0.05
"""Least share of the image in the brand's colours."""


def run_image_guard(guard: Guard, image: ImageMeasures, platform: str) -> GuardResult:
    """Run one guard on the image of a post.

    Args:
        guard: One of `IMAGE_GUARDS`.
        image: The image.
        platform: Where the post goes.
    """
    return _RUNNERS[guard.name](guard, image, platform)


def aspect_ratio(image: ImageMeasures) -> float:
    """Return width divided by height."""
    return image.width / image.height


def sure_boxes(image: ImageMeasures) -> list[TextBox]:
    """Return what is surely enough text."""
    return [box for box in image.text_boxes if box.confidence >= SURE]


def least_contrast(image: ImageMeasures) -> tuple[float, TextBox] | None:
    """Return the contrast of the worst text, put up to that of small text, and the text.

    Large text needs two thirds of the contrast, so its own counts half again as much.
    """
    found = [
        (box.contrast_ratio / (LARGE_SHARE if box.height >= LARGE_TEXT else 1.0), box)
        for box in sure_boxes(image)
    ]
    return min(found, key=lambda one: one[0], default=None)


def least_margin(image: ImageMeasures) -> float | None:
    """Return the smallest distance of text to an edge, as a share of the side.

    Returns:
        0 to 0.5; None without text.
    """
    shares = [
        share
        for box in sure_boxes(image)
        for share in (
            box.left / image.width,
            box.top / image.height,
            (image.width - box.left - box.width) / image.width,
            (image.height - box.top - box.height) / image.height,
        )
    ]
    return max(0.0, min(shares)) if shares else None


def most_overlap(image: ImageMeasures) -> float | None:
    """Return the largest overlap of two texts, as a share of the smaller; None without text."""
    boxes = sure_boxes(image)
    if not boxes:
        return None
    shares = (_overlap(one, other) for one, other in combinations(boxes, 2))
    return max((share for share in shares if share > _SPACING), default=0.0)


def _overlap(one: TextBox, other: TextBox) -> float:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(0, across) * max(0, down) / smaller


def _resolution(guard: Guard, image: ImageMeasures, platform: str) -> GuardResult:
    """Compare both sides with the least; the score is the smaller share of it."""
    if platform not in guard.sizes:
        return _elsewhere(guard, platform)
    width, height = guard.sizes[platform]
    share = min(image.width / width, image.height / height)
    what = (
        f"{image.width}×{image.height} pixels for {PLATFORMS[platform].label}; "
        f"at least {width}×{height} allowed"
    )
    return settled(guard, share, what, passed=share >= 1)


def _ratio(guard: Guard, image: ImageMeasures, platform: str) -> GuardResult:
    """Compare width to height with what the platform shows without cropping."""
    if platform not in guard.platforms:
        return _elsewhere(guard, platform)
    ratio = round(aspect_ratio(image), 4)
    what = f"an aspect ratio of {ratio:.2f} for {PLATFORMS[platform].label}"
    return decided(guard, guard.platforms[platform], ratio, what)


def _contrast(guard: Guard, image: ImageMeasures, _: str) -> GuardResult:
    """Compare the contrast of each text with what its size asks for."""
    worst = least_contrast(image)
    if worst is None:
        return _no_text(guard, image)
    if guard.limits.low is None:
        return skipped(guard, "the skill sets no least contrast")
    value, box = worst
    large = box.height >= LARGE_TEXT
    needed = guard.limits.low * (LARGE_SHARE if large else 1.0)
    what = (
        f"text of {box.height} pixels in {box.colour} on {box.ground} has a contrast of "
        f"{box.contrast_ratio:.2f}:1; at least {needed:.3g}:1 allowed"
        f"{' for large text' if large else ''}"
    )
    return settled(guard, box.contrast_ratio, what, passed=value >= guard.limits.low)


def _margin(guard: Guard, image: ImageMeasures, _: str) -> GuardResult:
    """Compare the distance of text to the edges with the least."""
    margin = least_margin(image)
    if margin is None:
        return _no_text(guard, image)
    what = f"text comes as near to an edge as {100 * margin:.1f} % of the side"
    return decided(guard, guard.limits, margin, what)


def _palette(guard: Guard, image: ImageMeasures, _: str) -> GuardResult:
    """Measure how much of the image is in the brand's colours."""
    if not guard.words:
        return skipped(guard, "the skill names no brand colours")
    brand = [from_hex(colour) for colour in guard.words]
    share = sum(
        one.share
        for one in image.palette
        if min(float(distance(from_hex(one.colour), own)) for own in brand) <= _BRAND_DISTANCE
    )
    what = f"{100 * share:.0f} % of the image is in the brand's colours"
    return decided(guard, Limits(low=_BRAND_SHARE), share, what)


def _text_size(guard: Guard, image: ImageMeasures, _: str) -> GuardResult:
    """Compare the height of the smallest text with the least."""
    if guard.limits.low is None:
        return skipped(guard, "the skill sets no least text size")
    heights = [box.height for box in sure_boxes(image)]
    if not heights:
        return _no_text(guard, image)
    what = f"the smallest text is {min(heights)} pixels high"
    return decided(guard, guard.limits, min(heights), what)


def _text_overlap(guard: Guard, image: ImageMeasures, _: str) -> GuardResult:
    """Compare the largest overlap of two texts with the most."""
    overlap = most_overlap(image)
    if overlap is None:
        return _no_text(guard, image)
    what = f"{100 * overlap:.0f} % of one text lies under another"
    return decided(guard, guard.limits, overlap, what)


def _logo(guard: Guard, _: ImageMeasures, __: str) -> GuardResult:
    """Skip: a logo is not looked for."""
    return skipped(guard, "where the logo is is not known")


def _no_text(guard: Guard, image: ImageMeasures) -> GuardResult:
    if not image.text_known:
        return skipped(guard, "the picture is too busy to tell text from other things")
    return skipped(guard, "no text was found in the image")


def _elsewhere(guard: Guard, platform: str) -> GuardResult:
    return skipped(guard, f"the skill is not for {PLATFORMS[platform].label}")


_RUNNERS: Final[Mapping[str, Callable[[Guard, ImageMeasures, str], GuardResult]]] = (
    MappingProxyType(
        {
            "image_min_resolution": _resolution,
            "image_aspect_ratio": _ratio,
            "image_contrast_ratio": _contrast,
            "image_safe_margin": _margin,
            "image_brand_palette": _palette,
            "image_min_text_size": _text_size,
            "image_text_overlap": _text_overlap,
            "image_logo_protection": _logo,
        }
    )
)
