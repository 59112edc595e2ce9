"""A whole mesh on one machine: what it consists of, in which order it starts and stops."""

import asyncio
import contextlib
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshkit.local import http, programs, redis_server
from meshkit.local.births import fork_services
from meshkit.local.errors import LocalMeshError
from meshkit.local.nursery import Birth
from meshkit.local.options import AGENTS, SERVICES, MeshOptions
from meshkit.local.ports import Ports
from meshkit.local.process import ProcessSpec
from meshkit.local.state import StateDir, hold, write_file
from meshkit.local.supervisor import Report, Supervisor, end_leftovers

TENANT: Final = "dev"
"""Name of the tenant whose key a local mesh hands out."""

_START_TIMEOUT_S: Final = 60.0
_DEATHS_MAX: Final = 3
_POLL_S: Final = 0.05
_DRAIN_S: Final = 3.0
_SERVICE_GRACE_S: Final = 15.0
_ACTIVE: Final = re.compile(r"^http\.public\.downstream_rq_active: (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mesh:
    """A running mesh.

    Attributes:
        url: Where its public port is.
        key: A key of the development tenant.
        state: Where its files are.
    """

    url: str
    key: str
    state: StateDir


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which process serves which port."""

    public: int
    envoy_admin: int
    redis: int
    services: Mapping[str, Mapping[str, int]]
    """By service: the ports of its replicas by name, such as "research-2"."""

    def names(self, *services: str) -> list[str]:
        return [name for service in services for name in self.services[service]]


@contextlib.asynccontextmanager
async def run_mesh(options: MeshOptions, *, report: Report) -> AsyncIterator[Mesh]:
    """Starts a mesh, hands it out when it is ready, and stops it at the end of the block.

    Processes that end on their own are started again until then.

    Args:
        options: Which mesh.
        report: Hears of every process that had to be started again.

    Raises:
        LocalMeshError: when it cannot be started, with the reason.
    """
    _check_machine()
    state = StateDir(options.state_dir.absolute())
    state.create()
    with hold(state), Ports() as ports:
        end_leftovers(state)
        layout = _lay_out(options, ports)
        failure: BaseException | None = None
        async with asyncio.TaskGroup() as tasks:
            supervisor = Supervisor(state, tasks, report=report)
            logs = tasks.create_task(supervisor.bound_logs())
            try:
                key = await _start(supervisor, tasks, options, layout, state)
                yield Mesh(f"http://127.0.0.1:{layout.public}", key, state)
            except BaseException as error:  # noqa: BLE001 (raised below, outside the group's wrapping)
                failure = error
            finally:
                logs.cancel()
                # A task of its own: in this one, which may have been cancelled, timeouts misfire.
                await tasks.create_task(_stop(supervisor, layout))
        state.processes.unlink(missing_ok=True)
        if failure is not None:
            raise failure


async def _start(
    supervisor: Supervisor,
    tasks: asyncio.TaskGroup,
    options: MeshOptions,
    layout: _Layout,
    state: StateDir,
) -> str:
    password = secrets.token_hex(16)
    url = f"redis://:{password}@127.0.0.1:{layout.redis}/0"
    environment = _environment(options, layout, redis_url=url)
    supervisor.start(_redis(layout, state, password))
    # Importing takes the services longer than Redis takes to start, and they can wait for it. This
    # process imports what it needs for the rest in the meantime, on another core.
    specs = [
        (served, _service(served, name, port, environment))
        for service in SERVICES
        for served in (options.services.get(service, service),)
        for name, port in layout.services[service].items()
    ]
    births = [
        Birth(spec.name, served, dict(spec.env), str(state.log(spec.name)))
        for served, spec in specs
    ]
    born = fork_services(births, tasks, log=state.log("supervisor"))
    for _, spec in specs:
        supervisor.start(spec, first=born[spec.name])

    async def redis_up() -> bool:
        return await redis_server.answers(layout.redis, password)

    async def mesh_ready() -> bool:
        return (await http.request(layout.public, "/ready"))[0] == 200

    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            await _until(redis_up, supervisor)
            supervisor.start(_envoy(layout, state))
            key = await _keys(url, state)
            await _until(mesh_ready, supervisor)
    except TimeoutError:
        _, body = await http.request(layout.public, "/ready")
        found = body or "nobody answers"
        msg = f"not ready within {_START_TIMEOUT_S:g} s: {found}; the logs are in {state.logs}"
        raise LocalMeshError(msg) from None
    return key


async def _stop(supervisor: Supervisor, layout: _Layout) -> None:
    # From the outside in, so that nobody loses whom they still need.
    await _drain(layout)
    await supervisor.stop(["envoy"])
    await supervisor.stop(layout.names("gateway", "orchestrator"))
    await supervisor.stop(layout.names(*AGENTS))
    await supervisor.stop(["redis"])


async def _drain(layout: _Layout) -> None:
    """Lets the calls under way finish, for a few seconds."""
    admin = layout.envoy_admin
    await http.request(admin, "/drain_listeners?graceful&skip_exit", method="POST")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            while True:
                _, body = await http.request(admin, "/stats?filter=downstream_rq_active")
                if (active := _ACTIVE.search(body)) is None or active[1] == "0":
                    return
                await asyncio.sleep(_POLL_S)


async def _until(condition: Callable[[], Awaitable[bool]], supervisor: Supervisor) -> None:
    while not await condition():
        supervisor.check(deaths_max=_DEATHS_MAX)
        await asyncio.sleep(_POLL_S)


async def _keys(url: str, state: StateDir) -> str:
    """Leaves valid keys in the state directory, the old ones if they still are."""
    from meshkit.auth import keys  # noqa: PLC0415 (see _start)
    from meshkit.redis import connect  # noqa: PLC0415

    async with connect(url) as redis:
        key = _read_key(state.key)
        if await keys.find(redis, key) is None:
            key = await keys.issue(redis, tenant=TENANT, env="dev")
            write_file(state.key, key + "\n")
        if await keys.find(redis, _read_key(state.admin_key)) is None:
            write_file(state.admin_key, await keys.issue_admin(redis, env="dev") + "\n")
    return key


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _lay_out(options: MeshOptions, ports: Ports) -> _Layout:
    public = ports.reserve(options.port)
    services = {}
    for service in SERVICES:
        count = options.replicas.get(service, 1)
        names = [service, *(f"{service}-{number}" for number in range(2, count + 1))]
        services[service] = {name: ports.reserve(0) for name in names}
    return _Layout(public, ports.reserve(0), ports.reserve(0), services)


def _environment(options: MeshOptions, layout: _Layout, *, redis_url: str) -> dict[str, str]:
    # Settings of another mesh in the shell must not reach this one, except what changes no address.
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "MESH_REDIS__URL": redis_url,
        "MESH_INTERNAL_KEY": secrets.token_hex(32),
        "MESH_LISTEN__HOST": "127.0.0.1",
        "MESH_FETCH__ALLOW_PRIVATE": ",".join(options.allow_private),
    }
    for agent in AGENTS:
        addresses = (f"127.0.0.1:{port}" for port in layout.services[agent].values())
        environment[f"MESH_AGENTS__{agent.upper()}"] = ",".join(addresses)
    return environment | dict(options.environment)


def _service(served: str, name: str, port: int, environment: Mapping[str, str]) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=(sys.executable, "-m", "meshkit.cli", "serve", served),
        env={**environment, "MESH_LISTEN__PORT": str(port), "MESH_SERVICE_INSTANCE": name},
        port=port,
        grace_s=_SERVICE_GRACE_S,
    )


def _redis(layout: _Layout, state: StateDir, password: str) -> ProcessSpec:
    config = state.redis / "redis.conf"
    text = redis_server.render(port=layout.redis, password=password, directory=state.redis)
    write_file(config, text)
    return ProcessSpec(
        name="redis",
        argv=(str(programs.redis_server()), str(config)),
        env=_bare_environment(),
        port=layout.redis,
    )


def _envoy(layout: _Layout, state: StateDir) -> ProcessSpec:
    from meshkit.local import envoy  # noqa: PLC0415 (see _start)

    text = envoy.render(
        programs.envoy_config(),
        port=layout.public,
        admin_port=layout.envoy_admin,
        gateways=[("127.0.0.1", port) for port in layout.services["gateway"].values()],
        descriptor=programs.descriptors(),
    )
    write_file(state.envoy, text)
    return ProcessSpec(
        name="envoy",
        argv=envoy.command(programs.envoy(), state.envoy),
        env=_bare_environment(),
        port=layout.public,
        grace_s=5.0,
    )


def _bare_environment() -> dict[str, str]:
    # Neither needs a setting, and neither shall hold the keys of model providers.
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}


def _check_machine() -> None:
    if not sys.platform.startswith("linux"):
        msg = "the local mesh needs Linux (on another system, run it in a container)"
        raise LocalMeshError(msg)
