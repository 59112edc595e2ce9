"""The floor's gateway and orchestrator, all bare.

They speak the mesh's contracts over the mesh's Redis connection and run the rig's job, so that
JSON, messages and requests cost the same; there is nothing around it: no interceptor, no check, no
lease, no checkpoint, no event, no log. A start is one SET and one LPUSH in one write, an end one
HSET, a status poll one HGETALL.
"""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

import grpc
import uvloop

from jobs.job import Action, Req, Res
from manusmesh.content.v1 import content_service_pb2, generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError
from meshkit.redis import Redis, as_mapping, connect
from rig.job import JOB

SERVICE: Final = "manusmesh.content.v1.ContentService"
QUEUE: Final = "floor:queue"
TASK_ID: Final = "task_" + "0" * 32
"""A task that is completed from the start, to be polled."""
REDIS_URL: Final = "FLOOR_REDIS_URL"
"""Name of the environment variable that says where Redis is."""
AGENTS: Final = "FLOOR_AGENTS"
"""Name of the environment variable with the agents' ports, a JSON object."""
_START_TIMEOUT_S: Final = 90.0
_RETRY_S: Final = 0.01
_POP_S: Final = 1
_TENANT_ID: Final = "tenant_bench"
_FIELDS: Final[Mapping[str, str]] = {
    "job": "generate-skill",
    "tenant_id": _TENANT_ID,
    "callback_url": "",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "status": "completed",
    "progress": "100",
    "events": "27",
    "fence": "1",
    "attempt": "1",
    "current_step": "Completed",
    "total_steps": "5",
}
_RECONNECT: Final = (
    # The agents may still be starting.
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 100),
)
_TIMES: Final = ("created_at", "started_at", "updated_at", "completed_at")


async def _until_redis(redis: Redis) -> None:
    """Redis may still be starting."""
    async with asyncio.timeout(_START_TIMEOUT_S):
        while not await redis.ping():  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_S)


async def _write_end(redis: Redis, task_id: str, result: bytes) -> None:
    fields: dict[str, str | bytes] = dict(_FIELDS)
    fields |= dict.fromkeys(_TIMES, str(time.time_ns() // 1_000_000))
    fields["result"] = result
    await redis.execute(
        "HSET", f"floor:{task_id}", *(part for item in fields.items() for part in item)
    )


class Gateway:
    """Reads, or writes, and answers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def status(self, request: content_service_pb2.JobTaskRequest, _: object) -> task_pb2.Task:
        """Reads the record of a task, which it has from its end on."""
        record = as_mapping(await self._redis.execute("HGETALL", f"floor:{request.task_id}"))
        if not record:
            return task_pb2.Task(task_id=request.task_id, status="queued")
        task = task_pb2.Task(
            task_id=request.task_id,
            job=record[b"job"].decode(),
            status=record[b"status"].decode(),
            progress=int(record[b"progress"]),
            current_step=record[b"current_step"].decode(),
            total_steps=int(record[b"total_steps"]),
        )
        for name in _TIMES:
            getattr(task, name).FromMilliseconds(int(record[name.encode()]))
        return task

    async def start(
        self, request: generate_skill_pb2.GenerateSkillRequest, _: object
    ) -> task_pb2.StartedTask:
        """Writes the request and its place in a queue."""
        task_id = f"task_{secrets.token_hex(16)}"
        await self._redis.pipeline(
            ("SET", f"floor:{task_id}:request", request.SerializeToString()),
            ("LPUSH", QUEUE, task_id),
        )
        return task_pb2.StartedTask(task_id=task_id, status="queued")


class BareSteps:
    """The `Steps` of one task: each is a call and nothing else."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], task_id: str) -> None:
        self._channels = channels
        self._task_id = task_id

    async def run(self, step: str, action: Action[Req, Res], request: Req, *, title: str) -> Res:
        """Calls the agent and answers its result."""
        context: run_pb2.CallContext = getattr(request, "context")  # noqa: B009 - a field of every action's request
        context.task_id, context.tenant_id = self._task_id, _TENANT_ID
        context.step_id, context.attempt = step, 1
        call = self._channels[action.agent].unary_stream(
            action.path,
            request_serializer=action.request.SerializeToString,
            response_deserializer=action.event.FromString,
        )(request, wait_for_ready=True)
        answers = [event async for event in call]
        result: Res = getattr(answers[-1], "result")  # noqa: B009 - a field of every action's event
        return result

    async def follow(self, plan: plan_pb2.Plan) -> None:
        """Nobody asks how far a task of the floor is."""

    def missing(self, step: str, name: str, error: MeshError) -> None:
        """The rig's job is never content with parts."""
        raise AssertionError(f"{step} ({name}) is missing") from error

    def usage(self) -> run_pb2.Usage:
        """The rig calls no models."""
        return run_pb2.Usage()


async def gateway(port: int, redis: Redis) -> None:
    """Serves the two calls."""
    await _until_redis(redis)
    await _write_end(redis, TASK_ID, b"")
    bare = Gateway(redis)
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "GetGenerateSkillStatus": grpc.unary_unary_rpc_method_handler(
            bare.status,
            request_deserializer=content_service_pb2.JobTaskRequest.FromString,
            response_serializer=task_pb2.Task.SerializeToString,
        ),
        "StartGenerateSkill": grpc.unary_unary_rpc_method_handler(
            bare.start,
            request_deserializer=generate_skill_pb2.GenerateSkillRequest.FromString,
            response_serializer=task_pb2.StartedTask.SerializeToString,
        ),
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def orchestrator(redis: Redis, queue: Redis, ports: Mapping[str, int]) -> None:
    """Takes tasks off the queue, all that there are, and works on each.

    Args:
        redis: For tasks.
        queue: Another connection, which waits for the next task most of the time.
        ports: Where the agents are.
    """
    await _until_redis(redis)

    async def work(task_id: str) -> None:
        raw = await redis.execute("GET", f"floor:{task_id}:request")
        if isinstance(raw, bytes):
            request = generate_skill_pb2.GenerateSkillRequest.FromString(raw)
            # The rig's job runs steps and keeps nothing.
            steps: Any = BareSteps(channels, task_id)
            result = await JOB.run(request, steps)
            await _write_end(redis, task_id, result.SerializeToString())

    async with AsyncExitStack() as stack:
        channels = {
            name: await stack.enter_async_context(
                grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=_RECONNECT)
            )
            for name, port in ports.items()
        }
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        while True:
            popped = await queue.execute("BRPOP", QUEUE, _POP_S)
            if isinstance(popped, list) and isinstance(popped[1], bytes):
                tasks.create_task(work(popped[1].decode()))


async def main(name: str, port: int) -> None:
    """Runs the gateway or the orchestrator until it is ended."""
    url = os.environ[REDIS_URL]
    async with connect(url) as redis:
        if name == "gateway":
            await gateway(port, redis)
            return
        async with connect(url, timeout_s=10 * _POP_S) as queue:
            await orchestrator(redis, queue, json.loads(os.environ[AGENTS]))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
