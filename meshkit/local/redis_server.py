"""Redis for a mesh on one machine: its configuration, and whether it serves."""

import asyncio
from pathlib import Path
from typing import Final

_LOOPBACK: Final = "127.0.0.1"


def render(*, port: int, password: str, directory: Path) -> str:
    """The configuration: loopback only, nothing acknowledged before it is on disk.

    Args:
        port: TCP port.
        password: What clients have to show; letters and digits.
        directory: Where the append-only file goes.
    """
    quoted = str(directory.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            f"bind {_LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{quoted}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync always",
            # The append-only file holds everything; snapshots beside it would only cost.
            'save ""',
            # What is stored must never be evicted: tasks are not a cache.
            "maxmemory-policy noeviction",
            "tcp-backlog 128",
            "",
        ]
    )


async def answers(port: int, password: str) -> bool:
    """Whether Redis on a loopback port has loaded its data and serves whoever has the password."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection(_LOOPBACK, port)
            try:
                writer.write(f"AUTH {password}\r\nPING\r\n".encode())
                return [await reader.readline() for _ in range(2)] == [b"+OK\r\n", b"+PONG\r\n"]
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
