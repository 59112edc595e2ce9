"""What is put under load: a port, a key, a task to poll, and the processes behind it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """A system under load.

    Attributes:
        name: "mesh" or "floor".
        port: Its public HTTP port on loopback.
        key: The API key that its calls carry.
        task_id: A task to poll.
        pids: Its processes by name; "envoy", "gateway" and "redis" are among them.
        work_held: While this context is open, tasks that are started are not worked on; they are
            forgotten at its end.
    """

    name: str
    port: int
    key: str
    task_id: str
    pids: Mapping[str, int]
    work_held: Callable[[], AbstractAsyncContextManager[None]]
