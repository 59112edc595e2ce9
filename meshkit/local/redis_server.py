"""Redis for a mesh on one machine: its configuration."""

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
