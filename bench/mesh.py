"""The mesh under load, started and stopped as its users do it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from bench import tasks
from bench.load import Request, connections, post
from bench.system import System
from meshkit.auth import keys
from meshkit.local.state import StateDir, read_processes
from meshkit.redis import Redis, connect
from meshkit.tasks import keys as task_keys

START: Final = "/api/generate-skill/start"
_TENANT: Final = "bench"
_TENANT_ID: Final = f"tenant_{_TENANT}"
_PROVIDER_KEYS: Final = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
_LIMIT: Final = keys.Limit(per_hour=1_000_000_000, burst=1_000_000)
"""Beyond every load; the limiter does the same work as with any other limit."""
_IDLE_TIMEOUT_S: Final = 60.0
_POSTS: Final = Path(__file__).parent.parent / "demo" / "posts.jsonl"
_EXAMPLES: Final = 8
_EXAMPLE_FIELDS: Final = ("platform", "content", "image_url", "performance_metrics")


class BenchError(Exception):
    """The bench cannot go on; the message says why."""


@contextlib.contextmanager
def running(state_dir: Path) -> Iterator[StateDir]:
    """A mesh of `manusmesh up --detach`, on the offline engine, until the end of the block.

    Settings (`MESH_…`) of the environment reach it, so that two of them can be compared.

    Raises:
        BenchError: when it does not start.
    """
    state = StateDir(state_dir)
    environment = {k: v for k, v in os.environ.items() if k not in _PROVIDER_KEYS}
    try:
        _manusmesh(environment, "up", "--detach", "--port", "0", "--state-dir", str(state_dir))
        yield state
    finally:
        _manusmesh(environment, "down", "--state-dir", str(state_dir))


def _manusmesh(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "meshkit.cli", *arguments, "--json"]
    done = subprocess.run(  # noqa: S603 (this project's own command)
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"manusmesh {arguments[0]} failed: {done.stderr or done.stdout}")


@contextlib.asynccontextmanager
async def prepared(state: StateDir) -> AsyncIterator[System]:
    """The running mesh with a tenant whom no limit stops and a task that is completed.

    Raises:
        BenchError: when the first task is not completed.
    """
    records = read_processes(state)
    async with connect(_redis_url(state)) as redis:
        key = await keys.issue(redis, tenant=_TENANT, env="test")
        for limit_class in ("async", "sync", "status"):
            await keys.set_limit(redis, tenant_id=_TENANT_ID, limit_class=limit_class, limit=_LIMIT)
        port = records["envoy"].port
        if port is None:
            raise BenchError("processes.json does not say Envoy's port")
        async with connections(port, 1) as pool:
            task_id, status = await tasks.run_one(pool, start_request(key), key=key)
        if status != "completed":
            raise BenchError(f"the first task ended as {status}; the logs are in {state.logs}")
        pids = {name: record.pid for name, record in records.items()}
        yield System("mesh", port, key, task_id, pids, _holder(redis, pids["orchestrator"]))


def start_request(key: str) -> Request:
    """The request that starts a skill from posts of the demo: about 4 kB."""
    posts = [json.loads(line) for line in _POSTS.read_text(encoding="utf-8").splitlines()]
    examples = [
        {name: item[name] for name in _EXAMPLE_FIELDS if name in item} for item in posts[:_EXAMPLES]
    ]
    body = {"examples": examples, "target_platforms": ["linkedin"]}
    return post(START, key, json.dumps(body, ensure_ascii=False).encode())


def _redis_url(state: StateDir) -> str:
    # Not a part of what a mesh tells its users: the bench is a developer's tool.
    config = (state.redis / "redis.conf").read_text(encoding="utf-8")
    settings = dict(re.findall(r"^(port|requirepass) (\S+)$", config, re.MULTILINE))
    return f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0"


def _holder(redis: Redis, orchestrator: int) -> Callable[[], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def held() -> AsyncIterator[None]:
        os.kill(orchestrator, signal.SIGSTOP)
        try:
            yield
        finally:
            await redis.execute("DEL", task_keys.waiting(_TENANT_ID))
            os.kill(orchestrator, signal.SIGCONT)

    return held


async def forget_waiting(state: StateDir) -> None:
    """Takes the tasks that wait off the queue, and waits until those that run have ended.

    Raises:
        TimeoutError: when they do not within a minute.
    """
    async with connect(_redis_url(state)) as redis, asyncio.timeout(_IDLE_TIMEOUT_S):
        await redis.execute("DEL", task_keys.waiting(_TENANT_ID))
        # Another process works on them.
        while await redis.execute("ZCARD", task_keys.leased(_TENANT_ID)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
