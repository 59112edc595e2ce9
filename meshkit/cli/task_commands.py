"""`task …`: starting, watching and steering tasks."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from meshkit.cli.commands import AsJson, Key, StateDirOption, Url, connect, reporting
from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output, task_table, tasks_table
from meshkit.cli.post_fields import PLATFORMS
from meshkit.cli.refined import show as show_refined
from meshkit.cli.requests import REFINE, SKILL, VOICE, of_json, of_posts
from meshkit.cli.results import head_of_report, save_result
from meshkit.cli.watch import watch

if TYPE_CHECKING:
    from meshkit.cli.api import Api

tasks = typer.Typer(no_args_is_help=True, help="Start, watch and steer tasks.")

_TIME = "2026-01-31 or 2026-01-31T09:30+01:00, in UTC unless it says otherwise"

TaskId = Annotated[str, typer.Argument(metavar="TASK", help="The task's id.", show_default=False)]
Out = Annotated[
    Path | None,
    typer.Option("--out", file_okay=False, help="Folder for the files of the result."),
]


@tasks.command()
@reporting
def run(
    *,
    job: Annotated[str, typer.Argument(help="What to do, such as generate-skill.")],
    posts: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Posts to learn from, for generate-skill and analyze-brand-voice: JSONL, JSON or "
            "CSV.",
        ),
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Target platform, of {', '.join(PLATFORMS)}; several are possible. The first is "
            "also that of posts that do not say theirs.",
            autocompletion=lambda: list(PLATFORMS),
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the skill.")] = "",
    body: Annotated[
        Path | None,
        typer.Option(
            "--input", dir_okay=False, help="The whole request as JSON; - is standard input."
        ),
    ] = None,
    idempotency_key: Annotated[str, typer.Option(help="Makes repeating the command safe.")] = "",
    callback_url: Annotated[str, typer.Option(help="Where to send a webhook at the end.")] = "",
    wait: Annotated[bool, typer.Option(help="Watch until the end and answer the result.")] = True,
    out: Out = None,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Start a task of a job, watch it, and answer its result."""
    output = Output(as_json=as_json)
    if (posts is None) == (body is None):
        return output.refuse("give either --posts or --input", Exit.USAGE)
    if posts is not None and job not in (SKILL, VOICE):
        return output.refuse(f"{job} does not learn from posts: give --input", Exit.USAGE)
    request = of_posts(output, job, posts, platform or []) if posts else of_json(body)
    request |= {"skill_name": name} if name else {}
    request |= {"callback_url": callback_url} if callback_url else {}
    with connect(url, key, state_dir) as api:
        if job == REFINE:
            refined = api.refine(request, idempotency_key=idempotency_key)
            if not output.answer(refined):
                show_refined(refined, output.out)
            return None
        task_id = api.start(job, request, idempotency_key=idempotency_key)
        if not wait:
            if not output.answer({"task_id": task_id}):
                output.out.print(task_id)
            return None
        if not as_json:
            output.err.print(f"[dim]{task_id}[/]")
            watch(api.events(task_id), output.err)
        else:
            _drain(api, task_id)
        return _answer_result(output, api, job, task_id, out, whole=False)


@tasks.command(name="watch")
@reporting
def watch_task(
    *,
    task_id: TaskId,
    after: Annotated[int, typer.Option(min=0, help="Offset of the last event you know.")] = 0,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Show the events of a task until it ends; with --json one event a line."""
    output = Output(as_json=as_json)
    last: Json = {}
    with connect(url, key, state_dir) as api:
        events = api.events(task_id, after=after)
        if as_json:
            for last in events:
                sys.stdout.write(json.dumps(last, ensure_ascii=False) + "\n")
                sys.stdout.flush()
        else:
            last = watch(events, output.out)
            output.out.print(task_table(api.task(task_id)))
    return Exit.OK if last.get("type") == "completed" else Exit.TASK_FAILED


@tasks.command()
@reporting
def result(
    *,
    task_id: TaskId,
    out: Out = None,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Answer the result of a completed task."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        job = str(api.task(task_id).get("job", ""))
        return _answer_result(output, api, job, task_id, out, whole=True)


@tasks.command()
@reporting
def show(
    *,
    task_id: TaskId,
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Show a task's state."""
    with connect(url, key, state_dir) as api:
        return _answer_task(Output(as_json=as_json), api.task(task_id))


@tasks.command(name="list")
@reporting
def list_tasks(
    *,
    status: Annotated[str, typer.Option(help="Only tasks in this status.")] = "",
    job: Annotated[str, typer.Option(help="Only tasks of this job.")] = "",
    created_after: Annotated[
        str,
        typer.Option(metavar="TIME", help=f"Only tasks accepted at or after this time, {_TIME}."),
    ] = "",
    created_before: Annotated[
        str, typer.Option(metavar="TIME", help=f"Only tasks accepted before this time, {_TIME}.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    page_token: Annotated[str, typer.Option(help="Where to go on, from the page before.")] = "",
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List tasks, the newest first."""
    output = Output(as_json=as_json)
    with connect(url, key, state_dir) as api:
        page = api.tasks(
            status=status or None,
            job=job or None,
            created_after=_moment(created_after),
            created_before=_moment(created_before),
            page_size=limit,
            page_token=page_token or None,
        )
    if not output.answer(page):
        output.out.print(tasks_table(page.get("tasks") or []))
        if page.get("next_page_token"):
            output.err.print(f"[dim]more with --page-token {escape(page['next_page_token'])}[/]")
    return None


@tasks.command()
@reporting
def cancel(
    *,
    task_id: TaskId,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    url: Url = "",
    key: Key = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Cancel a task that has not ended."""
    body = {"reason": reason} if reason else {}
    with connect(url, key, state_dir) as api:
        return _answer_task(Output(as_json=as_json), api.control(task_id, "cancel", **body))


def _add_control(action: str, what: str) -> None:
    """Adds a command that steers a task and takes nothing but the task."""

    @tasks.command(action, help=what)
    @reporting
    def control(
        *,
        task_id: TaskId,
        url: Url = "",
        key: Key = "",
        state_dir: StateDirOption = None,
        as_json: AsJson = False,
    ) -> Exit | None:
        with connect(url, key, state_dir) as api:
            return _answer_task(Output(as_json=as_json), api.control(task_id, action))


_add_control("pause", "Pause a task after the step at work.")
_add_control("resume", "Go on with a paused task.")
_add_control(
    "retry", "Queue a failed, cancelled or partial task again; finished steps are not repeated."
)


def _moment(text: str) -> str | None:
    """A time in UTC as the API wants it; None for an empty text.

    Raises:
        ApiError: INVALID_ARGUMENT for what is no time.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        in_utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is no time; write it as {_TIME}."
        raise ApiError("INVALID_ARGUMENT", message) from error
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _drain(api: "Api", task_id: str) -> None:
    for _ in api.events(task_id):
        """Only the end counts."""


def _answer_task(output: Output, task: Json) -> Exit:
    if not output.answer(task):
        output.out.print(task_table(task))
    return Exit.OK


def _answer_result(
    output: Output, api: "Api", job: str, task_id: str, out: Path | None, *, whole: bool
) -> Exit | None:
    result = api.result(job, task_id)
    files = save_result(result, out) if out else []
    if output.answer({"task_id": task_id, "job": job, "status": "completed", "result": result}):
        return None
    if report := result.get("report_markdown"):
        # Only here: no other command shows Markdown.
        from rich.markdown import Markdown  # noqa: PLC0415

        output.out.print(Markdown(report if whole else head_of_report(report)))
        if not whole:
            output.err.print(f"[dim]the whole report: manusmesh task result {task_id}[/]")
    else:
        output.out.print_json(data=result)
    for file in files:
        output.err.print(f"[dim]{escape(file.what)}:[/] {escape(str(file.path))}")
    return None
