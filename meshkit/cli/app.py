"""The commands of `manusmesh`."""

import os
import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from meshkit import __version__
from meshkit.cli import (
    dead_letter_commands,
    key_commands,
    knowledge_commands,
    local_commands,
    task_commands,
    tenant_commands,
    webhook_commands,
)
from meshkit.cli.exits import Exit

_EPILOG = (
    "Exit codes: 0 done; 1 the task failed or was cancelled; 2 the command or its input is wrong; "
    "3 no such task, document, tenant or key; 4 key refused; 5 nobody answers, or not now; 6 limit "
    "reached; 7 not possible in this state; 8 a bug of the mesh; 9 the local mesh could not be "
    "started or stopped."
)

app = typer.Typer(
    name="manusmesh",
    help="Runs and uses a mesh of agents for social-media content.",
    epilog=_EPILOG,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
local_commands.register(app)
app.add_typer(task_commands.tasks, name="task")
app.add_typer(knowledge_commands.knowledge, name="knowledge")
app.add_typer(tenant_commands.tenants, name="tenants")
app.add_typer(key_commands.keys, name="keys")
app.add_typer(key_commands.audit, name="audit")
app.add_typer(webhook_commands.webhooks, name="webhooks")
app.add_typer(dead_letter_commands.dead_letters, name="dead-letters")
for entry in entry_points(group="manusmesh.commands"):
    # What the packages know that the command line must not import.
    app.command(entry.name)(entry.load())


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (typer's signature for a callback)
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Tell the version."),
    ] = False,
) -> None:
    """Runs and uses a mesh of agents for social-media content."""


def run() -> int:
    """Runs the command line and answers its exit code."""
    try:
        app()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else Exit.INTERNAL
    except BrokenPipeError:
        # Whoever read our output has enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    return Exit.OK
