"""Whether a caller may make a call: for the tenant that it names, and for as long as it goes on."""

from collections.abc import Awaitable, Callable

from meshkit.auth.principal import Authenticator
from meshkit.errors import MeshError, Reason
from meshkit.middleware import current_call

Check = Callable[[], Awaitable[object]]
"""Raises UNAUTHENTICATED once the key of the call under way is no longer accepted."""


def check_with(authenticator: Authenticator) -> Check:
    """The check of the calls of a server, as often as anybody likes.

    An authenticator believes what it has looked up for a while, so asking often costs no look-ups.
    """

    async def check() -> None:
        await authenticator.authenticate(current_call.get().metadata)

    return check


def check_tenant(named: str) -> None:
    """Holds the tenant that a request names, if it does, against the key's.

    Raises:
        MeshError: PERMISSION_DENIED when it is another.
    """
    if named and named != current_call.get().principal.tenant_id:
        message = "The request names another tenant than the key's; leave tenant_id out."
        raise MeshError(Reason.PERMISSION_DENIED, message)
