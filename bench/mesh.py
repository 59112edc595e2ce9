"""The mesh under load, started and stopped as its users do it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from bench import tasks
from bench.load import Request, connections, post
from bench.system import System
from meshkit import tenants
from meshkit.auth import keys
from meshkit.local.state import StateDir, read_processes
from meshkit.redis import Redis, Reply, connect
from meshkit.tasks import keys as task_keys
from meshkit.tasks.queue import set_caps

START: Final = "/api/generate-skill/start"
_TENANT: Final = "bench"
_TENANT_ID: Final = f"tenant_{_TENANT}"
_PROVIDER_KEYS: Final = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
_LIMIT: Final = tenants.Limit(per_hour=1_000_000_000, burst=1_000_000)
"""Beyond every load; the limiter does the same work as with any other limit."""
_RIG_RUNNING: Final = 64
"""Tasks that run at once on a rig, of one tenant as of all: as many as its loads have. The floor
has no bound; a mesh as users have it keeps its own, eight of a tenant and sixteen of all."""
_SETTINGS: Final = {
    # Nobody notices that these meshes drain.
    "MESH_DRAIN__NOTICE_S": "0",
}
_BATCH: Final = 100
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
    where = ("--state-dir", str(state_dir), "--json")
    try:
        _run("meshkit.cli", "up", "--detach", "--port", "0", *where)
        yield StateDir(state_dir)
    finally:
        _run("meshkit.cli", "down", *where)


@contextlib.contextmanager
def running_rig(state_dir: Path) -> Iterator[StateDir]:
    """A mesh whose agents do nothing (see `rig`), until the end of the block.

    Raises:
        BenchError: when it does not start.
    """
    try:
        rig("up", "--state-dir", str(state_dir))
        yield StateDir(state_dir)
    finally:
        rig("down", "--state-dir", str(state_dir))


def rig(*arguments: str) -> str:
    """Runs `python -m rig` and answers what it prints.

    Raises:
        BenchError: when it fails.
    """
    return _run("rig", *arguments, MESH_WORKER__SLOTS=str(_RIG_RUNNING))


def _run(module: str, *arguments: str, **settings: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in _PROVIDER_KEYS}
    environment = {**_SETTINGS, **settings, **inherited}
    done = subprocess.run(  # noqa: S603 (this project's own command)
        [sys.executable, "-m", module, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchError(f"{module} {arguments[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


@contextlib.asynccontextmanager
async def prepared(
    state: StateDir, request: Callable[[str], Request], *, on_rig: bool = False
) -> AsyncIterator[System]:
    """The running mesh with a tenant whom no limit stops and a task that is completed.

    Args:
        state: Of the mesh.
        request: Makes the request for the task from the tenant's key.
        on_rig: Whether it is a rig, on which the tenant may run more at once than usual.

    Raises:
        BenchError: when the first task is not completed.
    """
    records = read_processes(state)
    async with connect(_redis_url(state)) as redis:
        key = await keys.issue(redis, tenant=_TENANT, env="test")
        for limit_class in ("async", "sync", "status"):
            await tenants.set_limit(
                redis, tenant_id=_TENANT_ID, limit_class=limit_class, limit=_LIMIT
            )
        if on_rig:
            await set_caps(redis, _TENANT_ID, running=_RIG_RUNNING, queued=None)
        port = records["envoy"].port
        if port is None:
            raise BenchError("processes.json does not say Envoy's port")
        async with connections(port, 1) as pool:
            task_id, status = await tasks.run_one(pool, request(key), key=key)
        if status != "completed":
            raise BenchError(f"the first task ended as {status}; the logs are in {state.logs}")
        pids = {name: record.pid for name, record in records.items()}
        yield System("mesh", port, key, task_id, pids, _holder(redis, pids["orchestrator"]))


def noop_request(key: str) -> Request:
    """The request that starts four steps of nothing on a rig or on the floor: about 200 bytes."""
    example = {
        "platform": "linkedin",
        "content": "Ten characters or more.",
        "performance_metrics": {"likes": 1, "comments": 0, "shares": 0, "impressions": 100},
    }
    body = {"skill_name": "Nothing", "target_platforms": ["linkedin"], "examples": [example]}
    return post(START, key, json.dumps(body).encode())


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
            waiting = await redis.execute("ZRANGE", task_keys.waiting(_TENANT_ID), 0, -1)
            await _forget(redis, _ids(waiting))
            await redis.execute("DEL", task_keys.leased(_TENANT_ID), task_keys.queue("places"))
            os.kill(orchestrator, signal.SIGCONT)

    return held


async def forget_waiting(state: StateDir) -> None:
    """Takes the tasks that wait off the queue, and waits until those that run have ended.

    Raises:
        TimeoutError: when they do not within a minute.
    """
    waiting, leased = task_keys.waiting(_TENANT_ID), task_keys.leased(_TENANT_ID)
    async with connect(_redis_url(state)) as redis, asyncio.timeout(_IDLE_TIMEOUT_S):
        # Another process works on those that are leased, and takes them off when they have ended.
        await _forget(redis, _ids(await redis.execute("ZDIFF", 2, waiting, leased)))
        while await redis.execute("ZCARD", waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await redis.execute("DEL", leased, task_keys.queue("places"))


async def _forget(redis: Redis, task_ids: Sequence[str]) -> None:
    """Takes tasks off the queue, and their records with them: a sweep shall find none of them."""
    for start in range(0, len(task_ids), _BATCH):
        batch = task_ids[start : start + _BATCH]
        await redis.pipeline(
            ("ZREM", task_keys.waiting(_TENANT_ID), *batch),
            ("ZREM", task_keys.tenant_tasks(_TENANT_ID), *batch),
            *(("UNLINK", *task_keys.all_of(task_id)) for task_id in batch),
        )


def _ids(reply: Reply) -> list[str]:
    members = reply if isinstance(reply, list) else []
    return [member.decode() for member in members if isinstance(member, bytes)]
