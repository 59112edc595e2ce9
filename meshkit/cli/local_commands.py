"""`up`, `down`, `serve` and `health`."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from meshkit import entry
from meshkit.cli import serve as service
from meshkit.cli.commands import (
    DEFAULT_STATE_DIR,
    AsJson,
    Key,
    StateDirOption,
    Url,
    connect,
    reporting,
)
from meshkit.cli.errors import ApiError
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output, readiness_table
from meshkit.local.options import SERVICES, MeshOptions, parse_networks, parse_replicas
from meshkit.local.stop import stop_mesh


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (up, down, serve, health):
        app.command()(command)


@reporting
def up(
    *,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when the mesh is ready; it runs on.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Public port; 0 takes a free one.")
    ] = 8080,
    state_dir: StateDirOption = None,
    replicas: Annotated[
        str,
        typer.Option(
            metavar="NAME=N,…",
            help=f"Processes of a service, such as research=3; of {', '.join(SERVICES)}.",
        ),
    ] = "",
    allow_private: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CIDR",
            help="Let fetches and webhooks reach this private network. For development and tests.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Start a whole mesh on this machine: Redis, Envoy and all services."""
    # Only here: no other command needs the supervisor.
    from meshkit.local import daemon, launch  # noqa: PLC0415
    from meshkit.local.mesh import Mesh  # noqa: PLC0415

    output = Output(as_json=as_json)
    options = MeshOptions(
        state_dir=state_dir or DEFAULT_STATE_DIR,
        port=port,
        replicas=parse_replicas(replicas),
        allow_private=parse_networks(allow_private or []),
    )
    began = time.monotonic()
    if detach:
        with output.err.status("starting the mesh"):
            started = launch.start_detached(options)
        _show_mesh(output, started.url, started.state.root, began, detached=True)
        return None

    waiting = output.err.status("starting the mesh")
    waiting.start()

    def on_ready(mesh: Mesh) -> None:
        waiting.stop()
        _show_mesh(output, mesh.url, mesh.state.root, began, detached=False)

    def report(line: str) -> None:
        output.err.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {line}", markup=True)

    try:
        asyncio.run(daemon.supervise(options, on_ready=on_ready, report=report))
    finally:
        waiting.stop()
    return None


@reporting
def down(*, state_dir: StateDirOption = None, as_json: AsJson = False) -> Exit | None:
    """Stop the mesh of a state directory; says so when there is none."""
    output = Output(as_json=as_json)
    folder = state_dir or DEFAULT_STATE_DIR
    with output.err.status("stopping the mesh"):
        stopped = stop_mesh(folder)
    if not output.answer({"stopped": stopped, "state_dir": str(folder.absolute())}):
        output.out.print("stopped" if stopped else f"no mesh runs in {folder}")
    return None


@reporting
def serve(
    *,
    name: Annotated[str, typer.Argument(help="The service.", autocompletion=entry.service_names)],
) -> Exit | None:
    """Run one service in this process, configured by environment variables."""
    return Exit(service.serve(name))


@reporting
def health(
    *, url: Url = "", key: Key = "", state_dir: StateDirOption = None, as_json: AsJson = False
) -> Exit | None:
    """Tell whether a mesh can work, and what it lacks."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        try:
            answer, code = api.readiness(), Exit.OK
        except ApiError as error:
            if not error.details.get("dependencies"):
                raise
            answer = {"status": "unavailable", "dependencies": error.details["dependencies"]}
            code = error.exit_code
    if not output.answer(answer):
        output.out.print(readiness_table(answer.get("dependencies") or []))
    return code


def _show_mesh(output: Output, url: str, state_dir: Path, began: float, *, detached: bool) -> None:
    key_file, log_dir = state_dir / "key", state_dir / "logs"
    key = key_file.read_text(encoding="ascii").strip()
    if output.answer({"url": url, "key": key, "state_dir": str(state_dir)}):
        return
    suffix = "" if state_dir == DEFAULT_STATE_DIR.absolute() else f" --state-dir {state_dir}"
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold cyan")
    table.add_column(overflow="fold")
    table.add_row("REST", f"{url}/api")
    table.add_row("gRPC", f"{url.removeprefix('http://')} (plaintext, with reflection)")
    table.add_row("Key", f"{key} [dim]in {key_file}[/]")
    table.add_row("Logs", str(log_dir))
    table.add_row("Try", f'curl -H "Authorization: Bearer $(cat {key_file})" {url}/api/tasks')
    table.add_row("Stop", f"manusmesh down{suffix}" if detached else "Ctrl-C")
    output.out.print(f"[bold green]The mesh is up[/] [dim]({time.monotonic() - began:.1f} s)[/]")
    output.out.print(table)
