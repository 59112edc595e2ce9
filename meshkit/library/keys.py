"""The Redis keys of the library, a tenant's all in one slot; docs/redis.md says what they hold."""

import hashlib

from meshkit.library.items import Kind


def index(tenant_id: str, kind: Kind) -> str:
    """The tenant's items of a kind by when their newest version was kept."""
    return f"tenant:{{{tenant_id}}}:library:{kind}"


def item(tenant_id: str, kind: Kind, item_id: str) -> str:
    """One item with all its versions; its id is hashed, for it may be any text of a caller's."""
    digest = hashlib.sha256(item_id.encode()).hexdigest()[:32]
    return f"{index(tenant_id, kind)}:{digest}"


def results(tenant_id: str, job: str, digest: str) -> str:
    """The result of an earlier task with the same request."""
    # Under "results" earlier versions kept results alone, without what is missing of them.
    return f"tenant:{{{tenant_id}}}:kept:{job}:{digest}"
