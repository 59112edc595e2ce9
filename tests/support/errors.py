"""The errors of coroutines."""

from collections.abc import Awaitable

import pytest

from meshkit.errors import MeshError


async def refusal(awaitable: Awaitable[object]) -> MeshError:
    """The `MeshError` that an awaitable ends with."""
    with pytest.raises(MeshError) as raised:
        await awaitable
    return raised.value
