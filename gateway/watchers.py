"""How many streams of events each tenant has open at this gateway, and may have."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from meshkit import tenants
from meshkit.auth.principal import Principal
from meshkit.errors import MeshError, Reason

_RETRY_AFTER_S: Final = 10.0
"""What a refused watcher is told: a stream ends with its task, and nobody knows when that is."""


class Watchers:
    """The streams of events open at this process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def admit(self, principal: Principal) -> Iterator[None]:
        """Counts one more stream of a tenant until the end of the block.

        Raises:
            MeshError: QUOTA_EXCEEDED when the tenant has as many open as it may.
        """
        tenant_id = principal.tenant_id
        cap = principal.caps.get("watchers", tenants.WATCHERS)
        if self._open[tenant_id] >= cap:
            message = (
                f"The tenant's cap of {cap} open streams of events is reached; close one, or ask "
                "for the status instead."
            )
            details = {"limit": cap, "open": self._open[tenant_id]}
            raise MeshError(
                Reason.QUOTA_EXCEEDED,
                message,
                details=details,
                retry_after_s=_RETRY_AFTER_S,
                subject=f"tenant:{tenant_id}/watchers",
            )
        self._open[tenant_id] += 1
        try:
            yield
        finally:
            self._open[tenant_id] -= 1
            if not self._open[tenant_id]:
                del self._open[tenant_id]
