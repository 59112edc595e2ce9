"""What the command line writes: tables and words for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from meshkit.cli.errors import ApiError, Json
from meshkit.cli.exits import Exit

STATUS_STYLES: Mapping[str, str] = {
    "queued": "cyan",
    "running": "blue",
    "paused": "yellow",
    "completed": "green",
    "failed": "red",
    "cancelled": "magenta",
    "up": "green",
    "down": "red",
    "ready": "green",
}


class Output:
    """Writes the answer of a command to standard output, and what happens to standard error.

    Args:
        as_json: Write the answer as one JSON document, and errors as the API's error envelope.
    """

    def __init__(self, *, as_json: bool) -> None:
        for stream in (sys.stdout, sys.stderr):
            # A terminal without some character shows a substitute, it does not end the command.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        self.as_json = as_json
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)

    def answer(self, value: object) -> bool:
        """Writes the answer if it is wanted as JSON; else the caller shows it for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
        return self.as_json

    def fail(self, error: ApiError) -> Exit:
        """Writes an error of the API and answers what to exit with."""
        if self.as_json:
            content = {"code": error.code, "message": error.message, "details": error.details}
            self.answer({"success": False, "error": content})
        else:
            self.err.print(f"[bold red]{error.code}[/] {escape(error.message)}", soft_wrap=True)
            for violation in objects(error.details.get("fields")):
                field, message = (str(violation.get(name, "")) for name in ("field", "message"))
                if error.message.startswith(f"{field}: {message}"):
                    # The mesh's own sentence begins with the first one.
                    continue
                self.err.print(f"  [bold]{escape(field)}[/]: {escape(message)}", soft_wrap=True)
            if "retry_after" in error.details:
                self.err.print(f"  try again in {error.details['retry_after']} s")
        return error.exit_code

    def refuse(self, message: str, code: Exit) -> Exit:
        """Writes an error of the command itself and answers what to exit with."""
        if self.as_json:
            content = {"code": code.name, "message": message, "details": {}}
            self.answer({"success": False, "error": content})
        else:
            self.err.print(f"[bold red]error[/] {escape(message)}", soft_wrap=True)
        return code


def status(name: str) -> str:
    """A status in its colour, as markup."""
    return f"[{STATUS_STYLES.get(name, 'default')}]{escape(name)}[/]"


def tasks_table(tasks: Sequence[Json]) -> Table:
    """The tasks of a list, one a row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("TASK", "JOB", "STATUS", "DONE", "CREATED"):
        table.add_column(
            column, no_wrap=column == "TASK", justify="right" if column == "DONE" else "left"
        )
    for task in tasks:
        table.add_row(
            escape(str(task.get("task_id", ""))),
            escape(str(task.get("job", ""))),
            status(str(task.get("status", ""))),
            f"{task.get('progress', 0)} %",
            escape(str(task.get("created_at", ""))[:19].replace("T", " ")),
        )
    return table


def task_table(task: Json) -> Table:
    """One task with its steps."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name in ("task_id", "job"):
        table.add_row(name, escape(str(task.get(name, ""))))
    partial = "  [yellow]partial[/]" if task.get("partial") else ""
    progress = f"{task.get('progress', 0)} %"
    table.add_row("status", f"{status(str(task.get('status', '')))}{partial}  {progress}")
    for name in ("current_step", "created_at", "started_at", "completed_at"):
        if task.get(name):
            table.add_row(name, escape(str(task[name])))
    for step in objects(task.get("completed_steps")):
        seconds = int(step.get("duration_ms", 0)) / 1000
        table.add_row("step", f"{escape(str(step.get('step', '')))}  [dim]{seconds:.2f} s[/]")
    for part in objects(task.get("missing")):
        what = str(part.get("name") or part.get("step", ""))
        why = error_text(part.get("error"))
        table.add_row("missing", f"{escape(what)}  [yellow]{escape(why)}[/]")
    if task.get("partial"):
        table.add_row("", "[dim]task retry does what is missing again, and what builds on it[/]")
    if task.get("error"):
        table.add_row("error", f"[red]{escape(error_text(task['error']))}[/]")
    return table


def error_text(error: object) -> str:
    """An error of a task: its code and its sentence."""
    if not isinstance(error, dict):
        return ""
    return f"{error.get('code', '')}: {error.get('message', '')}"


def readiness_table(dependencies: Sequence[Json]) -> Table:
    """What the mesh needs and whether it is there."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("NEEDS", "STATUS", "REPLICAS"):
        table.add_column(column)
    for dependency in dependencies:
        table.add_row(
            escape(str(dependency.get("name", ""))),
            status(str(dependency.get("status", ""))),
            str(dependency.get("replicas", "")),
        )
    return table


def objects(value: object) -> list[Json]:
    """The objects of a list of the API; none when it is absent."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
