"""`dead-letters …`: tasks that killed those who worked on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from meshkit.cli import admin_input
from meshkit.cli.commands import (
    AdminKey,
    AsJson,
    Count,
    StateDirOption,
    Url,
    connect_admin,
    reporting,
)
from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output, error_text, objects, status, task_table

if TYPE_CHECKING:
    from meshkit.cli.admin_api import AdminApi

dead_letters = typer.Typer(
    no_args_is_help=True, help="Find tasks that kill their workers, see why, and requeue them."
)

TenantOption = Annotated[
    str, typer.Option("--tenant", metavar="TENANT", help="Only those of this tenant.")
]
_MESSAGES_SHOWN: Final = 5


@dead_letters.command(name="list")
@reporting
def list_letters(
    *,
    tenant: TenantOption = "",
    limit: Count = None,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List the dead letters, the latest first."""
    output = Output(as_json=as_json)
    with connect_admin(url, admin_key, state_dir) as api:
        found = _found(api, tenant, limit)
    if not output.answer(found):
        output.out.print(_table(objects(found.get("dead_letters"))))
    return None


@dead_letters.command()
@reporting
def show(
    *,
    task_id: Annotated[
        str, typer.Argument(metavar="TASK", help="The task's id.", show_default=False)
    ],
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Show a dead letter: why it was given up, and what had happened to its task."""
    output = Output(as_json=as_json)
    with connect_admin(url, admin_key, state_dir) as api:
        letter = api.dead_letter(task_id)
    if not output.answer(letter):
        output.out.print(_details(letter))
    return None


@dead_letters.command()
@reporting
def requeue(
    *,
    task_id: Annotated[
        str, typer.Argument(metavar="[TASK]", help="The task's id.", show_default=False)
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Requeue every dead letter.")] = False,
    tenant: TenantOption = "",
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Queue the task of a dead letter again; it goes on from its last finished step."""
    output = Output(as_json=as_json)
    if bool(task_id) == every:
        return output.refuse("say which task, or --all", Exit.USAGE)
    if tenant and task_id:
        return output.refuse("--tenant goes with --all", Exit.USAGE)
    with connect_admin(url, admin_key, state_dir) as api:
        if task_id:
            task = api.requeue_dead_letter(task_id)
            if not output.answer(task):
                output.out.print(task_table(task))
            return None
        requeued = _requeue_all(api, tenant)
    if not output.answer({"requeued": requeued}):
        for one in requeued:
            output.out.print(escape(one))
        output.err.print(f"[dim]{len(requeued)} requeued[/]")
    return None


def _requeue_all(api: "AdminApi", tenant: str) -> list[str]:
    """Requeues what is listed now, and answers the tasks."""
    requeued = []
    for letter in objects(_found(api, tenant, None).get("dead_letters")):
        task_id = str(letter.get("task_id", ""))
        try:
            api.requeue_dead_letter(task_id)
        except ApiError as error:
            # Somebody else was faster, or its owner; that is as good.
            if error.code != "TASK_NOT_FOUND":
                raise
        else:
            requeued.append(task_id)
    return requeued


def _found(api: "AdminApi", tenant: str, limit: int | None) -> Json:
    filters = {"tenant_id": admin_input.tenant_id(tenant)} if tenant else {}
    return api.dead_letters(limit, **filters)


def _table(letters: Sequence[Json]) -> Table:
    """The dead letters of a list, one a row; it fits into 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in ("TASK", "TENANT", "JOB", "STEP", "DIED"):
        table.add_column(column, overflow="fold", no_wrap=column in ("TASK", "JOB", "DIED"))
    for letter in letters:
        table.add_row(
            escape(str(letter.get("task_id", ""))),
            escape(str(letter.get("tenant_id", "")).removeprefix("tenant_")),
            escape(str(letter.get("job", ""))),
            escape(str(letter.get("step", ""))) or "[dim]none[/]",
            # Letters are kept for 7 days, so the year goes without saying.
            _time(letter.get("died_at"))[5:16],
        )
    return table


def _details(letter: Json) -> Table:
    """One dead letter: why, then the story of its task."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name in ("task_id", "tenant_id", "job"):
        table.add_row(name, escape(str(letter.get(name, ""))))
    table.add_row("died", _time(letter.get("died_at")))
    table.add_row("why", f"[red]{escape(error_text(letter.get('error')))}[/]")
    table.add_row("at step", escape(str(letter.get("step", ""))) or "[dim]before the first[/]")
    table.add_row("holders", _holders(letter))
    task = letter.get("task") or {}
    detail = task.get("detail") or {}
    table.add_row("accepted", _time(task.get("created_at")))
    table.add_row("progress", f"{task.get('progress', 0)} %, taken up {detail.get('attempt', 0)}×")
    for step in objects(detail.get("steps")):
        _add_step(table, step)
    messages = objects(detail.get("messages"))
    if len(messages) > _MESSAGES_SHOWN:
        table.add_row("message", f"[dim]{len(messages) - _MESSAGES_SHOWN} earlier[/]")
    for message in messages[-_MESSAGES_SHOWN:]:
        speakers = f"{message.get('from_agent', '')} → {message.get('to_agent', '')}"
        said = str(message.get("payload", ""))[:200]
        table.add_row("message", f"{_time(message.get('time'))}  {escape(f'{speakers}: {said}')}")
    return table


def _add_step(table: Table, step: Json) -> None:
    name, agent = (escape(str(step.get(field, ""))) for field in ("step", "agent"))
    began = _time(step.get("started_at"))
    attempts = f"[dim]attempt {step.get('attempts', 0)}[/]"
    table.add_row(
        "step", f"{began}  {name} ({agent})  {status(str(step.get('status', '')))}  {attempts}"
    )
    for failed in objects(step.get("failed_attempts")):
        why = escape(error_text(failed.get("error")))
        number = failed.get("attempt", 0)
        table.add_row("", f"{_time(failed.get('time'))}  [dim]attempt {number}:[/] [red]{why}[/]")


def _holders(letter: Json) -> str:
    return escape(", ".join(str(holder) for holder in letter.get("holders") or ()))


def _time(value: object) -> str:
    return escape(str(value or "")[:19].replace("T", " "))
