"""What each platform allows and expects of a post: limits, image sizes, hashtags.

The numbers are the product's platform facts. Character limits are the platforms' own and no post
may exceed them;
hashtag ranges are custom, except Instagram's, whose 30 is a limit of the platform.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.text import parse

_LINK_WEIGHT: Final = 23
_EMOJI_WEIGHT: Final = 2
_DOUBLE_WEIGHT: Final = re.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")


@dataclass(frozen=True, slots=True)
class Platform:
    """Facts about one platform.

    Attributes:
        name: The name in the API, such as "twitter".
        label: The name for people, such as "Twitter/X".
        max_characters: Characters a post may have, counted by `count_characters`.
        image_width: Width of the recommended image in pixels.
        image_height: Height of the recommended image in pixels.
        min_hashtags: Fewest hashtags of a usual post.
        max_hashtags: Most hashtags of a usual post.
        hashtag_limit: Most hashtags the platform accepts; None when it sets no limit.
    """

    name: str
    label: str
    max_characters: int
    image_width: int
    image_height: int
    min_hashtags: int
    max_hashtags: int
    hashtag_limit: int | None = None


PLATFORMS: Final[Mapping[str, Platform]] = MappingProxyType(
    {
        platform.name: platform
        for platform in (
            Platform("linkedin", "LinkedIn", 3000, 1200, 627, 3, 5),
            Platform("twitter", "Twitter/X", 280, 1200, 675, 1, 2),
            Platform("facebook", "Facebook", 63_206, 1200, 630, 0, 1),
            Platform("instagram", "Instagram", 2200, 1080, 1080, 0, 30, hashtag_limit=30),
        )
    }
)


def count_characters(text: str, platform: str) -> int:
    """Count characters as `platform` does.

    Twitter/X weighs them (configuration 3 of the twitter-text library): a link counts 23 whatever
    its length, an emoji 2,
    and so does each character outside the Latin, Greek, Cyrillic, Hebrew, Arabic and other low
    blocks, such as Chinese ones.
    Everywhere else a character is a Unicode code point.

    Raises:
        KeyError: The platform is unknown.
    """
    if PLATFORMS[platform].name != "twitter":
        return len(text)
    parsed = parse(text)
    links = len(parsed.links) * _LINK_WEIGHT - sum(map(_weigh, parsed.links))
    emoji = len(parsed.emoji) * _EMOJI_WEIGHT - sum(map(_weigh, parsed.emoji))
    return _weigh(parsed.text) + links + emoji


def _weigh(text: str) -> int:
    """Weigh characters one by one, as Twitter/X does outside links and emoji."""
    return len(text) + len(_DOUBLE_WEIGHT.findall(text))
