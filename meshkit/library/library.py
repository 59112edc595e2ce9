"""The tenants' libraries in Redis."""

import re
from collections.abc import Sequence
from typing import Final

from meshkit import paging
from meshkit.library import keys
from meshkit.library.items import Item, Kind, NewVersion
from meshkit.redis import Redis, Script
from meshkit.tasks import artifacts

_RESERVE: Final = Script.load("meshkit.library", "reserve.lua")
_KEEP: Final = Script.load("meshkit.library", "keep.lua")
_CURSOR: Final = re.compile(r"[0-9]{1,15}:[^\x00-\x1f]{1,200}")
_READ: Final = 100
"""Entries of the index that one read answers at most."""


class Library:
    """What a tenant's tasks have made for keeps.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def reserve(self, tenant_id: str, kind: Kind, item_id: str, task_id: str) -> int:
        """The number of the version that a task will make, from 1; for the same task the same."""
        reply = await self._redis.run(_RESERVE, [keys.item(tenant_id, kind, item_id)], [task_id])
        if not isinstance(reply, int):
            raise TypeError("a version is a number")
        return reply

    async def keep(self, tenant_id: str, made: NewVersion, task_id: str) -> None:
        """Keeps a version, once; it appears in lists from now on."""
        parts = (
            each for name, content in made.parts.items() for each in (name, artifacts.pack(content))
        )
        await self._redis.run(
            _KEEP,
            [
                keys.item(tenant_id, made.kind, made.item_id),
                keys.index(tenant_id, made.kind),
            ],
            [made.item_id, made.version, task_id, made.name, *parts],
        )

    async def versions(self, tenant_id: str, kind: Kind, item_id: str) -> list[Item]:
        """All versions of an item, the newest first; none of one that the tenant lacks."""
        key = keys.item(tenant_id, kind, item_id)
        reserved = await self._redis.execute("HGET", key, "newest")
        if not isinstance(reserved, bytes):
            return []
        numbers = range(int(reserved), 0, -1)
        found = await self._redis.execute("HMGET", key, *(f"meta:{number}" for number in numbers))
        metas = found if isinstance(found, list) else []
        return [
            _item(item_id, number, meta)
            for number, meta in zip(numbers, metas, strict=True)
            if isinstance(meta, bytes)
        ]

    async def part(
        self, tenant_id: str, kind: Kind, item_id: str, version: int, name: str
    ) -> bytes | None:
        """A part of a version, serialized; None when there is none."""
        key = keys.item(tenant_id, kind, item_id)
        stored = await self._redis.execute("HGET", key, f"{name}:{version}")
        return artifacts.unpack(stored) if isinstance(stored, bytes) else None

    async def page(
        self, tenant_id: str, kind: Kind, *, size: int, token: str
    ) -> tuple[list[Item], str]:
        """One page of items, each in its newest version, the newest first.

        Args:
            tenant_id: Whose.
            kind: What.
            size: How many at most, from 1.
            token: Where the page before ended; empty for the first.

        Returns:
            The items, and the token of the next page, empty at the end.

        Raises:
            MeshError: INVALID_ARGUMENT for a token of nobody's.
        """
        at, _, after_id = paging.decode(token, _CURSOR).partition(":")
        after = (int(at), after_id) if at else None
        entries = await self._entries(tenant_id, kind, after, size + 1)
        shown = entries[:size]
        items = await self._newest(tenant_id, kind, shown)
        more = len(entries) > size
        return items, paging.encode(f"{shown[-1][0]}:{shown[-1][1]}") if more else ""

    async def _entries(
        self, tenant_id: str, kind: Kind, after: tuple[int, str] | None, count: int
    ) -> list[tuple[int, str]]:
        """Time and id of the items that follow in the list, `count` at most."""
        entries: list[tuple[int, str]] = []
        offset = 0
        upper = "+inf" if after is None else str(after[0])
        while len(entries) < count:
            reply = await self._redis.execute(
                *("ZREVRANGEBYSCORE", keys.index(tenant_id, kind), upper, "-inf"),
                *("WITHSCORES", "LIMIT", offset, _READ),
            )
            items = reply if isinstance(reply, list) else []
            flat = [item.decode() for item in items if isinstance(item, bytes)]
            found = [(int(float(at)), name) for name, at in zip(flat[::2], flat[1::2], strict=True)]
            # Items of one millisecond come in the order of their ids, as entries compare.
            entries += [entry for entry in found if after is None or entry < after]
            offset += _READ
            if len(found) < _READ:
                break
        return entries[:count]

    async def _newest(
        self, tenant_id: str, kind: Kind, entries: Sequence[tuple[int, str]]
    ) -> list[Item]:
        ids = [item_id for _, item_id in entries]
        names = [keys.item(tenant_id, kind, item_id) for item_id in ids]
        numbers = await self._redis.pipeline(*(("HGET", name, "newest") for name in names))
        known = [
            (item_id, name, int(number))
            for item_id, name, number in zip(ids, names, numbers, strict=True)
            if isinstance(number, bytes)
        ]
        metas = await self._redis.pipeline(
            *(("HGET", name, f"meta:{number}") for _, name, number in known)
        )
        return [
            _item(item_id, number, meta)
            for (item_id, _, number), meta in zip(known, metas, strict=True)
            if isinstance(meta, bytes)
        ]


def _item(item_id: str, number: int, meta: bytes) -> Item:
    created_ms, task_id, name = meta.decode().split(" ", 2)
    return Item(item_id, name, number, int(created_ms), task_id)
