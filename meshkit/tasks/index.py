"""Indexes of tasks by time, read from the newest back, and the page tokens that say where."""

import itertools
import re
from typing import Final

from meshkit import paging
from meshkit.redis import Redis
from meshkit.tasks import keys

PAGE: Final = 100
"""Entries that one read answers at most."""

Entry = tuple[int, str]
"""A task in an index: a time in Unix milliseconds, and the task's id."""

_CURSOR: Final = re.compile(rf"[0-9]{{1,15}}:{keys.TASK_ID.pattern}")


def token(entry: Entry | None) -> str:
    """The page token that goes on after an entry; empty for None, the end of the list."""
    return "" if entry is None else paging.encode(f"{entry[0]}:{entry[1]}")


def cursor(page_token: str) -> Entry | None:
    """The entry after which a page token goes on; None for an empty one.

    Raises:
        MeshError: INVALID_ARGUMENT for a token of nobody's.
    """
    at, _, task_id = paging.decode(page_token, _CURSOR).partition(":")
    return (int(at), task_id) if at else None


async def read(
    redis: Redis, key: str, after: Entry | None, *, lower: str = "-inf", upper: str = "+inf"
) -> list[Entry]:
    """The next entries of an index, the newest first.

    Args:
        redis: Where it is.
        key: The index, a sorted set.
        after: The last entry read before; None to begin.
        lower: The least time, in the form of ZRANGEBYSCORE.
        upper: The greatest time of a read that begins, in the same form.
    """
    upper = upper if after is None else str(after[0])
    for offset in itertools.count(0, PAGE):
        reply = await redis.execute(
            *("ZREVRANGEBYSCORE", key, upper, lower, "WITHSCORES", "LIMIT", offset, PAGE)
        )
        items = reply if isinstance(reply, list) else []
        flat = [item.decode() for item in items if isinstance(item, bytes)]
        found = [(int(float(at)), name) for name, at in zip(flat[::2], flat[1::2], strict=True)]
        # Tasks of one millisecond come in the order of their ids, as entries compare.
        entries = [entry for entry in found if after is None or entry < after]
        if entries or len(found) < PAGE:
            return entries
    raise AssertionError("the count never ends")  # pragma: no cover
