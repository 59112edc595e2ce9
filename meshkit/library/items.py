"""The items of a library, and how they are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an item is; the value is part of its Redis key."""

    SKILL = "skill"
    BRAND_VOICE = "brand-voice"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of an item, to be kept.

    Attributes:
        kind: What it is.
        item_id: Its id, unique for the kind and the tenant.
        version: Its number, as `Library.reserve` gave it to the task.
        name: Its name for people.
        parts: What it consists of, serialized messages by name.
    """

    kind: Kind
    item_id: str
    version: int
    name: str
    parts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """A version of an item, as it is kept.

    Attributes:
        item_id: Its id.
        name: Its name for people.
        version: The version's number, from 1.
        created_ms: When the version was kept, Unix milliseconds.
        task_id: The task that made it.
    """

    item_id: str
    name: str
    version: int
    created_ms: int
    task_id: str


def version_name(number: int) -> str:
    """The semantic version that the version of a number has: 1 is "1.0.0", 2 is "1.1.0"."""
    return f"1.{number - 1}.0"
