"""The keys of a local mesh: a process of its own that leaves them in the state directory.

Whoever issues keys imports half of what a service imports. The supervisor has better things to do
with that time, and the nursery has imported it anyway.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

from meshkit.auth import keys
from meshkit.local.state import StateDir, write_file
from meshkit.redis import connect

STATE_DIR: Final = "MESH_LOCAL_STATE_DIR"
"""Name of the environment variable that says where the state directory is."""
_TENANT: Final = "dev"
"""Name of the tenant whose key a local mesh hands out."""
_RETRY_S: Final = 0.01


async def leave() -> None:
    """Leaves valid keys in the state directory, the old ones if they still are.

    Waits for Redis, which may still be starting or loading; whoever starts this bounds the wait.
    """
    state = StateDir(Path(os.environ[STATE_DIR]))
    async with connect(os.environ["MESH_REDIS__URL"]) as redis:
        while not await redis.ping():  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_S)
        if await keys.find(redis, _read(state.key)) is None:
            write_file(state.key, await keys.issue(redis, tenant=_TENANT, env="dev") + "\n")
        if await keys.find(redis, _read(state.admin_key)) is None:
            write_file(state.admin_key, await keys.issue_admin(redis, env="dev") + "\n")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
