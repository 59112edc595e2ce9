"""Page tokens: where a list goes on, wrapped so that nobody builds upon what is inside."""

import base64
import re

from meshkit.errors import invalid


def encode(cursor: str) -> str:
    """The token of a cursor; empty for an empty one, which is the end of the list."""
    return base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")


def decode(token: str, form: re.Pattern[str]) -> str:
    """The cursor in a token; empty for an empty token, which is the first page.

    Args:
        token: What the caller sent.
        form: What cursors of this list look like.

    Raises:
        MeshError: INVALID_ARGUMENT for anything that `encode` has not made for this list.
    """
    if not token:
        return ""
    try:
        cursor = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError as error:
        raise invalid("page_token", "is not a token of an earlier answer") from error
    if form.fullmatch(cursor) is None:
        raise invalid("page_token", "is not a token of an earlier answer")
    return cursor
