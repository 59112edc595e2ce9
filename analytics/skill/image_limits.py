"""The limits of the guards on images: from platforms and standards, not from the examples.

What a standard or a platform asks for stays, whatever the examples have: the back-test then says
which better examples fail it. Only the rules of layout give way, and not beyond a bound.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from analytics.image_guards import least_margin, most_overlap
from analytics.images.model import ImageMeasures
from analytics.platforms import PLATFORMS
from analytics.skill.model import Guard, Limits

# WCAG 2.2, success criterion 1.4.3 (AA), normal text.
_CONTRAST_AA: Final = 4.5
# SMPTE ST 2046-1: the title-safe area is the middle 90 % of each side.
_SAFE_MARGIN: Final = 0.05
TOLERANCE: Final = 0.05
"""How far an aspect ratio may be from the platform's: cropping takes a twentieth at most."""
LEAST_MARGIN: Final = 0.02
"""To which the safe margin is lowered at most; a choice, as the next one."""
MOST_OVERLAP: Final = 0.25
"""To which the overlap of texts is raised at most."""


def first_image_guards(platforms: Sequence[str]) -> list[Guard]:
    """Return the guards on images: what platforms and standards ask for, nothing measured.

    Palette, text size and logo space are the brand's to set; until then these guards are skipped.
    """
    facts = [PLATFORMS[name] for name in platforms]
    return [
        Guard(
            "image_min_resolution",
            sizes={one.name: (one.image_width, one.image_height) for one in facts},
        ),
        Guard(
            "image_aspect_ratio",
            platforms={one.name: ratio_limits(target_ratio(one.name), TOLERANCE) for one in facts},
        ),
        Guard("image_contrast_ratio", Limits(low=_CONTRAST_AA)),
        Guard("image_safe_margin", Limits(low=_SAFE_MARGIN)),
        Guard("image_brand_palette"),
        Guard("image_min_text_size"),
        Guard("image_text_overlap", Limits(high=0.0)),
        Guard("image_logo_protection"),
    ]


def target_ratio(platform: str) -> float:
    """Return width divided by height of a platform's recommended image, to 4 decimals."""
    facts = PLATFORMS[platform]
    return round(facts.image_width / facts.image_height, 4)


def ratio_limits(target: float, tolerance: float) -> Limits:
    """Return the aspect ratios that are a share too narrow or too wide at most."""
    return Limits(target / (1 + tolerance), target * (1 + tolerance))


def image_guard_data(guard: Guard) -> dict[str, object]:
    """Return a guard on images as the file has it."""
    data: dict[str, object] = {"name": guard.name}
    match guard.name:
        case "image_min_resolution":
            sizes = guard.sizes.items()
            data["platforms"] = {
                name: {"min_resolution": f"{width}x{height}"} for name, (width, height) in sizes
            }
        case "image_aspect_ratio":
            data["platforms"] = {
                name: {"target": target_ratio(name), "tolerance": _tolerance(name, limits)}
                for name, limits in guard.platforms.items()
            }
        case "image_brand_palette":
            data["palette"] = list(guard.words)
        case "image_text_overlap":
            data["max"] = guard.limits.high
        case _ if guard.limits.low is not None:
            data["min"] = guard.limits.low
    return data


def image_comments(guards: Sequence[Guard]) -> dict[str, list[str]]:
    """Return where the limits come from, to stand above each guard."""
    by_name = {guard.name: guard for guard in guards}
    margin = "SMPTE ST 2046-1: the middle 90 % of each side is safe for text."
    if by_name["image_safe_margin"].limits.low != _SAFE_MARGIN:
        margin = f"SMPTE ST 2046-1 asks for {_SAFE_MARGIN:g}: lowered to the better examples."
    return {
        "image_min_resolution": [
            "Guards on images run where the image can be fetched.",
            "The platforms' own sizes: not lowered to smaller images of the examples.",
        ],
        "image_aspect_ratio": [
            "The platforms' own ratios, less a twentieth: not widened to the examples."
        ],
        "image_contrast_ratio": [
            "WCAG 2.2, level AA, normal text; large text needs two thirds. Not lowered to examples."
        ],
        "image_safe_margin": [margin],
        "image_brand_palette": ["Add the brand's colours, such as #0a66c2."],
    }


def widen_image(guard: Guard, image: ImageMeasures) -> tuple[Guard, str]:
    """Widen a rule of layout so that it allows an image; the change is "" when it cannot be.

    What platforms and standards ask for, and what only the brand sets, is left alone; so is a rule
    that would have to be widened beyond its bound.
    """
    match guard.name:
        case "image_safe_margin":
            margin = least_margin(image)
            if margin is None or margin < LEAST_MARGIN:
                return guard, ""
            low = math.floor(1000 * margin) / 1000
            change = f"{guard.name}: minimum lowered to {low:g}"
            return replace(guard, limits=Limits(low=low)), change
        case "image_text_overlap":
            overlap = most_overlap(image)
            if overlap is None or overlap > MOST_OVERLAP:
                return guard, ""
            high = math.ceil(100 * overlap) / 100
            change = f"{guard.name}: maximum raised to {high:g}"
            return replace(guard, limits=Limits(high=high)), change
    return guard, ""


def _tolerance(platform: str, limits: Limits) -> float:
    return round((limits.high or 0.0) / target_ratio(platform) - 1, 4)
