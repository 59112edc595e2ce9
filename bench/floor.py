"""The floor: the least that could answer the same calls over the same route.

A bare Envoy (same program, transcoding only: no Lua, no log, no traces, no limits), a Redis of its
own with the mesh's configuration, and the bare gateway, orchestrator and agents of `bench.bare`
and `bench.bare_agent`: as many processes as the mesh has, without its supervisor. What the mesh
takes beyond it is its own.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

from bench import bare, bare_agent
from bench.load import AnswerError, connections, get
from bench.system import System
from meshkit.local import envoy, programs, redis_server
from meshkit.local.options import AGENTS
from meshkit.local.ports import Ports
from meshkit.redis import connect

_START_TIMEOUT_S: Final = 90.0
_RETRY_S: Final = 0.01
_TRANSCODER: Final = "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder"
_MANAGER: Final = (
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
_ROUTER: Final = "envoy.extensions.filters.http.router.v3.Router"
_PROTOCOL: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@contextlib.contextmanager
def processes(folder: Path) -> Iterator[System]:
    """Starts the floor's processes, which may still be starting, and ends them.

    Args:
        folder: For their files.
    """
    with Ports() as ports, contextlib.ExitStack() as stack:
        public, gateway, redis = (ports.reserve(0) for _ in range(3))
        agents = {name: ports.reserve(0) for name in AGENTS}
        password = secrets.token_hex(16)
        config, edge = folder / "redis.conf", folder / "envoy.json"
        config.write_text(redis_server.render(port=redis, password=password, directory=folder))
        edge.write_text(json.dumps(_envoy_config(public, gateway)))
        url = f"redis://:{password}@127.0.0.1:{redis}/0"
        commands = {
            "redis": [str(programs.redis_server()), str(config)],
            "envoy": envoy.command(programs.envoy(), edge),
        }
        for name, port in {"gateway": gateway, "orchestrator": 0, **agents}.items():
            module = bare_agent if name in agents else bare
            commands[name] = [sys.executable, "-m", module.__name__, name, str(port)]
        # The URL holds a password, which has no place among the arguments.
        environment = {**os.environ, bare.REDIS_URL: url, bare.AGENTS: json.dumps(agents)}
        pids = {}
        for name, command in commands.items():
            pids[name] = stack.enter_context(_child(command, environment, folder / f"{name}.log"))
        held = _holder(url, pids["orchestrator"])
        yield System("floor", public, "none", bare.TASK_ID, pids, held)


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
            await asyncio.sleep(_RETRY_S)


def _holder(url: str, orchestrator: int) -> Callable[[], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def held() -> AsyncIterator[None]:
        os.kill(orchestrator, signal.SIGSTOP)
        try:
            yield
        finally:
            async with connect(url) as redis:
                await redis.execute("DEL", bare.QUEUE)
            os.kill(orchestrator, signal.SIGCONT)

    return held


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
        services=[bare.SERVICE],
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
