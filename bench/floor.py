"""The floor: the least that could answer the same calls over the same route.

A bare Envoy (same program, transcoding only: no Lua, no log, no traces, no limits), a bare
`grpc.aio` server under uvloop (no interceptors, no checks) and a Redis of its own with the mesh's
configuration. A status poll is one HGETALL of a hash of 15 fields, a start one SET and one ZADD
that leave in one write; both use the mesh's pipelined connection and speak the mesh's messages, so
that JSON and transcoding cost the same. What the mesh takes beyond it is its own.
"""

import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import grpc
import uvloop

from bench.load import AnswerError, connections, get
from bench.system import System
from manusmesh.content.v1 import content_service_pb2, generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from meshkit.local import envoy, programs, redis_server
from meshkit.local.ports import Ports
from meshkit.redis import Redis, as_mapping, connect

_START_TIMEOUT_S: Final = 20.0
_TASK_ID: Final = "task_" + "0" * 32
_RECORD: Final = "floor:task"
_FIELDS: Final[Mapping[str, str]] = {
    "job": "generate-skill",
    "tenant_id": "tenant_bench",
    "callback_url": "",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "status": "completed",
    "progress": "100",
    "events": "27",
    "fence": "1",
    "attempt": "1",
    "created_at": "1767225600000",
    "started_at": "1767225600010",
    "updated_at": "1767225601010",
    "completed_at": "1767225601010",
    "current_step": "Completed",
    "total_steps": "5",
}
_TIMES: Final = ("created_at", "started_at", "updated_at", "completed_at")
_SERVICE: Final = "manusmesh.content.v1.ContentService"
_TRANSCODER: Final = "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder"
_MANAGER: Final = (
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
_ROUTER: Final = "envoy.extensions.filters.http.router.v3.Router"
_PROTOCOL: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@contextlib.contextmanager
def processes(folder: Path) -> Iterator[System]:
    """Starts the floor's three processes, which may still be starting, and ends them.

    Args:
        folder: For their files.
    """
    with Ports() as ports, contextlib.ExitStack() as stack:
        public, service, redis = (ports.reserve(0) for _ in range(3))
        password = secrets.token_hex(16)
        config, edge = folder / "redis.conf", folder / "envoy.json"
        config.write_text(redis_server.render(port=redis, password=password, directory=folder))
        edge.write_text(json.dumps(_envoy_config(public, service)))
        url = f"redis://:{password}@127.0.0.1:{redis}/0"
        commands = {
            "redis": [str(programs.redis_server()), str(config)],
            "gateway": [sys.executable, "-m", "bench.floor", str(service)],
            "envoy": envoy.command(programs.envoy(), edge),
        }
        pids = {}
        for name, command in commands.items():
            # The URL holds a password, which has no place among the arguments.
            environment = {**os.environ, "FLOOR_REDIS_URL": url}
            pids[name] = stack.enter_context(_child(command, environment, folder / f"{name}.log"))
        yield System("floor", public, "none", _TASK_ID, pids, contextlib.asynccontextmanager(_free))


async def until_ready(system: System) -> None:
    """Returns when the floor answers.

    Raises:
        TimeoutError: when it does not within 20 s.
    """
    poll = get(f"/api/generate-skill/status/{system.task_id}", system.key)
    async with asyncio.timeout(_START_TIMEOUT_S):
        while True:
            with contextlib.suppress(OSError, AnswerError):
                async with connections(system.port, 1) as pool:
                    if (await pool.send(poll)).status == 200:
                        return
            await asyncio.sleep(0.05)


async def _free() -> AsyncIterator[None]:
    # Nobody works on what is started here.
    yield


@contextlib.contextmanager
def _child(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 (programs of this environment)
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait()


def _envoy_config(public: int, service: int) -> dict[str, Any]:
    def address(port: int) -> dict[str, Any]:
        return {"socket_address": {"address": "127.0.0.1", "port_value": port}}

    def typed(name: str, **fields: object) -> dict[str, Any]:
        return {"@type": f"type.googleapis.com/{name}", **fields}

    transcoder = typed(
        _TRANSCODER,
        proto_descriptor=str(programs.descriptors()),
        services=[_SERVICE],
        print_options={"preserve_proto_field_names": True, "always_print_primitive_fields": True},
    )
    manager = typed(
        _MANAGER,
        stat_prefix="floor",
        http_filters=[
            {"name": "transcoder", "typed_config": transcoder},
            {"name": "envoy.filters.http.router", "typed_config": typed(_ROUTER)},
        ],
        route_config={
            "virtual_hosts": [
                {
                    "name": "floor",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}],
                }
            ]
        },
    )
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    endpoint = {"endpoint": {"address": address(service)}}
    cluster = {
        "name": "service",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "service",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                _PROTOCOL, explicit_http_config={"http2_protocol_options": {}}
            )
        },
    }
    listener = {"name": "public", "address": address(public), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


class Service:
    """Reads, or writes, and answers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def status(self, request: content_service_pb2.JobTaskRequest, _: object) -> task_pb2.Task:
        """Reads the one record there is."""
        record = as_mapping(await self._redis.execute("HGETALL", _RECORD))
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
            ("SET", f"floor:{task_id}", request.SerializeToString()),
            ("ZADD", "floor:queue", time.time(), task_id),
        )
        return task_pb2.StartedTask(task_id=task_id, status="queued")


async def serve(port: int, redis_url: str) -> None:
    """Serves until the process is ended."""
    async with connect(redis_url) as redis:
        async with asyncio.timeout(_START_TIMEOUT_S):
            # Redis may still be starting.
            while not await redis.ping():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await redis.execute("HSET", _RECORD, *(part for item in _FIELDS.items() for part in item))
        service = Service(redis)
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "GetGenerateSkillStatus": grpc.unary_unary_rpc_method_handler(
                service.status,
                request_deserializer=content_service_pb2.JobTaskRequest.FromString,
                response_serializer=task_pb2.Task.SerializeToString,
            ),
            "StartGenerateSkill": grpc.unary_unary_rpc_method_handler(
                service.start,
                request_deserializer=generate_skill_pb2.GenerateSkillRequest.FromString,
                response_serializer=task_pb2.StartedTask.SerializeToString,
            ),
        }
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), os.environ["FLOOR_REDIS_URL"]))
