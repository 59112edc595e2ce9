"""Starting and stopping a rig: `manusmesh up --detach` and `down`, with other services."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from meshkit.local.errors import LocalMeshError
from meshkit.local.launch import start_detached
from meshkit.local.options import AGENTS, MeshOptions, parse_networks, parse_replicas

_SERVICES: Final[Mapping[str, str]] = {
    "orchestrator": "rig.orchestrator:serve",
    **{name: f"rig.services:{name}" for name in AGENTS},
}
"""By service: what takes its place; the gateway stays the real one."""


def options(
    state_dir: Path,
    *,
    port: int = 0,
    replicas: Mapping[str, int] | None = None,
    allow_private: Sequence[str] = (),
    step_ms: int = 0,
    environment: Mapping[str, str] | None = None,
) -> MeshOptions:
    """The options of a mesh that is a rig.

    Args:
        state_dir: Where it keeps everything.
        port: Public port on loopback; 0 takes a free one.
        replicas: As of any mesh.
        allow_private: As of any mesh.
        step_ms: Milliseconds that each step takes.
        environment: Settings of the services, over those inherited.
    """
    return MeshOptions(
        state_dir=state_dir,
        port=port,
        replicas=dict(replicas or {}),
        allow_private=tuple(allow_private),
        environment={"MESH_RIG__STEP_MS": str(step_ms), **(environment or {})},
        services=_SERVICES,
    )


def main(arguments: Sequence[str]) -> int:
    """The command `python -m rig`.

    Returns:
        The exit code: 0, or 1 when the rig could not be started or stopped.
    """
    parser = argparse.ArgumentParser(
        prog="python -m rig", description="A mesh whose agents do next to nothing."
    )
    commands = parser.add_subparsers(required=True, dest="command")
    up = commands.add_parser("up", help="start one, and return when it is ready")
    up.add_argument("--port", type=int, default=0, help="public port; 0, the default, a free one")
    up.add_argument("--replicas", default="", metavar="NAME=N,…", help="processes of a service")
    up.add_argument("--allow-private", action="append", default=[], metavar="CIDR")
    up.add_argument("--step-ms", type=int, default=0, help="milliseconds that a step takes")
    for command in (up, commands.add_parser("down", help="stop it")):
        command.add_argument("--state-dir", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        answer = _up(given) if given.command == "up" else _down(given)
    except LocalMeshError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(answer))
    return 0


def _down(given: argparse.Namespace) -> dict[str, bool]:
    from meshkit.local.stop import stop_mesh  # noqa: PLC0415 (a start need not wait for its imports)

    return {"stopped": stop_mesh(given.state_dir)}


def _up(given: argparse.Namespace) -> dict[str, str]:
    started = start_detached(
        options(
            given.state_dir,
            port=given.port,
            replicas=parse_replicas(given.replicas),
            allow_private=parse_networks(given.allow_private),
            step_ms=given.step_ms,
        )
    )
    return {"url": started.url, "key": started.key(), "state_dir": str(started.state.root)}
