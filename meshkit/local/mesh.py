"""A whole mesh on one machine: what it consists of, in which order it starts and stops."""

import asyncio
import contextlib
import itertools
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from meshkit import entry
from meshkit.local import http, process, programs, redis_server
from meshkit.local.births import Child, Nursery, fork_services
from meshkit.local.cradle import start_nursery
from meshkit.local.errors import LocalMeshError
from meshkit.local.nursery import Birth
from meshkit.local.options import AGENTS, SERVICES, MeshOptions
from meshkit.local.ports import Ports
from meshkit.local.process import ProcessSpec
from meshkit.local.state import StateDir, hold, write_file
from meshkit.local.supervisor import Report, Supervisor, end_leftovers

_START_TIMEOUT_S: Final = 60.0
_DEATHS_MAX: Final = 3
_POLL_S: Final = 0.02
_KEYS: Final = "keys"
"""Name of the process that issues the keys."""
_ISSUER: Final = "meshkit.local.credentials:leave"
"""What it runs; this process does not import it."""
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
    polls: Mapping[str, int]
    """By replica of the gateway: where it answers status polls over HTTP."""

    def names(self, *services: str) -> list[str]:
        return [name for service in services for name in self.services[service]]


@contextlib.asynccontextmanager
async def run_mesh(
    options: MeshOptions, *, report: Report, nursery: Nursery | None = None
) -> AsyncIterator[Mesh]:
    """Starts a mesh, hands it out when it is ready, and stops it at the end of the block.

    Processes that end on their own are started again until then.

    Args:
        options: Which mesh.
        report: Hears of every process that had to be started again.
        nursery: Where somebody has started one already.

    Raises:
        LocalMeshError: when it cannot be started, with the reason.
    """
    _check_machine()
    state = StateDir(options.state_dir.absolute())
    state.create()
    with hold(state), Ports() as ports:
        end_leftovers(state)
        layout = _lay_out(options, ports)
        if nursery is None:
            with state.log("supervisor").open("ab") as errors:
                nursery = start_nursery(errors)
        failure: BaseException | None = None
        async with asyncio.TaskGroup() as tasks:
            supervisor = Supervisor(state, tasks, report=report)
            logs = tasks.create_task(supervisor.bound_logs())
            try:
                key = await _start(supervisor, tasks, options, layout, state, nursery=nursery)
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
    *,
    nursery: Nursery,
) -> str:
    password = secrets.token_hex(16)
    url = f"redis://:{password}@127.0.0.1:{layout.redis}/0"
    environment = _environment(options, layout, state, redis_url=url)
    supervisor.start(_redis(layout, state, password))
    # Importing takes the services longer than Redis takes to start, and they can wait for it. In
    # groups side by side: each imports other things than the rest, and the agents the most.
    specs = {
        service: [
            _service(
                options.services.get(service, service),
                name,
                port,
                {**environment, "MESH_POLLS__PORT": str(layout.polls.get(name, 0))},
            )
            for name, port in layout.services[service].items()
        ]
        for service in SERVICES
    }
    issuer = _issuer(state, environment)
    agents = [spec for service in AGENTS for spec in specs[service]]
    groups = ([issuer, *specs["gateway"]], agents, specs["orchestrator"])
    born = fork_services(
        [[_birth(spec, state) for spec in group] for group in groups], tasks, nursery=nursery
    )
    for spec in itertools.chain(*groups):
        if spec is not issuer:
            supervisor.start(spec, first=born[spec.name])
    supervisor.start(_envoy(layout, state))

    async def mesh_ready() -> bool:
        return issuing.done() and (await http.request(layout.public, "/ready"))[0] == 200

    issuing = tasks.create_task(_run_to_end(issuer, born[issuer.name], state))
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            await _until(mesh_ready, supervisor)
    except TimeoutError:
        _, body = await http.request(layout.public, "/ready")
        found = body or "nobody answers"
        msg = f"not ready within {_START_TIMEOUT_S:g} s: {found}; the logs are in {state.logs}"
        raise LocalMeshError(msg) from None
    finally:
        issuing.cancel()
    if issuing.result() != 0:
        raise LocalMeshError(supervisor.describe_failure(issuer.name, "could not be issued"))
    return state.key.read_text(encoding="ascii").strip()


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


async def _run_to_end(
    spec: ProcessSpec, born: asyncio.Future[Child | None], state: StateDir
) -> int:
    """Waits for a process that ends by itself, and answers its exit code."""
    child = await born or await process.spawn(spec, state.log(spec.name))
    return await child.wait()


def _lay_out(options: MeshOptions, ports: Ports) -> _Layout:
    public = ports.reserve(options.port)
    services = {}
    for service in SERVICES:
        count = options.replicas.get(service, 1)
        names = [service, *(f"{service}-{number}" for number in range(2, count + 1))]
        services[service] = {name: ports.reserve(0) for name in names}
    polls = {name: ports.reserve(0) for name in services["gateway"]}
    return _Layout(public, ports.reserve(0), ports.reserve(0), services, polls)


def _environment(
    options: MeshOptions, layout: _Layout, state: StateDir, *, redis_url: str
) -> dict[str, str]:
    # Settings of another mesh in the shell must not reach this one, except what changes no address.
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "MESH_REDIS__URL": redis_url,
        "MESH_INTERNAL_KEY": secrets.token_hex(32),
        "MESH_LISTEN__HOST": "127.0.0.1",
        "MESH_FETCH__ALLOW_PRIVATE": ",".join(options.allow_private),
        "MESH_KNOWLEDGE__DIR": str(state.knowledge),
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


def _issuer(state: StateDir, environment: Mapping[str, str]) -> ProcessSpec:
    return ProcessSpec(
        name=_KEYS,
        argv=(sys.executable, "-m", "meshkit.cli", "serve", _ISSUER),
        env={**environment, "MESH_LOCAL_STATE_DIR": str(state.root)},
        port=0,
    )


def _birth(spec: ProcessSpec, state: StateDir) -> Birth:
    # Sought here, while the nursery imports what all services share.
    service = spec.argv[-1]
    with contextlib.suppress(entry.NoSuchServiceError):  # the nursery will say so
        service = entry.where(service)
    preloads = entry.preloads(spec.argv[-1])
    return Birth(spec.name, service, preloads, dict(spec.env), str(state.log(spec.name)))


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
    from meshkit.local import envoy  # noqa: PLC0415 (imported while the nurseries import theirs)

    text = envoy.render(
        programs.envoy_config(),
        port=layout.public,
        admin_port=layout.envoy_admin,
        gateways=[("127.0.0.1", port) for port in layout.services["gateway"].values()],
        polls=[("127.0.0.1", port) for port in layout.polls.values()],
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
