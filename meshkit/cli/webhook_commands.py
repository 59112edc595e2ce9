"""`webhooks …`: the deliveries of a tenant's webhooks."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from meshkit.cli.commands import AsJson, Key, StateDirOption, Url, connect, reporting
from meshkit.cli.errors import Json
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output

webhooks = typer.Typer(no_args_is_help=True, help="Follow webhooks and send them again.")

TaskId = Annotated[str, typer.Argument(metavar="TASK", help="The task's id.", show_default=False)]

_STYLES = {"pending": "cyan", "delivered": "green", "failed": "red"}


@webhooks.command(name="list")
@reporting
def list_webhooks(
    *,
    status: Annotated[
        str,
        typer.Option(
            help="Only webhooks in this status: pending, delivered or failed.",
            autocompletion=lambda: list(_STYLES),
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    page_token: Annotated[str, typer.Option(help="Where to go on, from the page before.")] = "",
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List webhooks, the latest first."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        page = api.webhooks(status=status or None, page_size=limit, page_token=page_token or None)
    if not output.answer(page):
        output.out.print(_table(page.get("deliveries") or []))
        if page.get("next_page_token"):
            output.err.print(f"[dim]more with --page-token {escape(page['next_page_token'])}[/]")
    return None


@webhooks.command()
@reporting
def show(
    *,
    task_id: TaskId,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Show the webhook of a task and its attempts."""
    with connect(url, key, state_dir) as api:
        return _answer(Output(as_json=as_json), api.webhook(task_id))


@webhooks.command()
@reporting
def replay(
    *,
    task_id: TaskId,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Send the webhook of a task again, with the same id, whether it had failed or not."""
    with connect(url, key, state_dir) as api:
        return _answer(Output(as_json=as_json), api.replay_webhook(task_id))


def _answer(output: Output, delivery: Json) -> Exit:
    if not output.answer(delivery):
        output.out.print(_details(delivery))
    return Exit.OK


def _table(deliveries: Sequence[Json]) -> Table:
    """The webhooks of a list, one a row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("TASK", no_wrap=True)
    table.add_column("STATUS")
    table.add_column("ATTEMPTS", justify="right")
    table.add_column("LAST")
    table.add_column("NEXT")
    for delivery in deliveries:
        attempts = delivery.get("attempts") or []
        table.add_row(
            escape(str(delivery.get("task_id", ""))),
            _status(delivery),
            str(delivery.get("attempt_count", 0)),
            _outcome(attempts[-1]) if attempts else "",
            _time(delivery.get("next_attempt_at")),
        )
    return table


def _details(delivery: Json) -> Table:
    """One webhook with its attempts."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name in ("task_id", "webhook_id", "url"):
        table.add_row(name, escape(str(delivery.get(name, ""))))
    table.add_row("status", _status(delivery))
    for name in ("created_at", "next_attempt_at", "completed_at"):
        if delivery.get(name):
            table.add_row(name, _time(delivery[name]))
    attempts = delivery.get("attempts") or []
    omitted = int(delivery.get("attempt_count", 0)) - len(attempts)
    if omitted > 0:
        table.add_row("attempts", f"[dim]{omitted} earlier[/]")
    for attempt in attempts:
        taken = f"[dim]{attempt.get('duration_ms', 0)} ms[/]"
        table.add_row("attempt", f"{_time(attempt.get('time'))}  {_outcome(attempt)}  {taken}")
    return table


def _status(delivery: Json) -> str:
    name = str(delivery.get("status", ""))
    return f"[{_STYLES.get(name, 'default')}]{escape(name)}[/]"


def _outcome(attempt: Json) -> str:
    return escape(str(attempt.get("error") or attempt.get("status_code", "")))


def _time(value: object) -> str:
    return escape(str(value or "")[:19].replace("T", " "))
