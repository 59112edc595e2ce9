"""Shows the events of a task as they happen: a live bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from meshkit.cli.errors import FINAL_STATES, Json

_MESSAGE_WIDTH = 48


def watch(events: Iterable[Json], console: Console) -> Json:
    """Shows events until the last one, and answers that.

    Args:
        events: The events of a task, ending with the terminal one.
        console: Where to show them.
    """
    if not console.is_terminal:
        return _watch_plainly(events, console)
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    last: Json = {}
    with progress:
        bar = progress.add_task(_cut("waiting"), total=100)
        for event in events:
            last = event
            progress.update(
                bar,
                completed=int(event.get("progress", 0)),
                description=_cut(str(event.get("message") or event.get("type", ""))),
            )
            line = _line(event)
            if line:
                progress.console.print(line)
    return last


def _watch_plainly(events: Iterable[Json], console: Console) -> Json:
    last: Json = {}
    began = time.monotonic()
    for event in events:
        last = event
        seconds = time.monotonic() - began
        message = escape(str(event.get("message", "")))
        done, kind = int(event.get("progress", 0)), event.get("type", "")
        console.print(f"{seconds:7.2f} s {done:3d} %  {kind}: {message}", soft_wrap=True)
    return last


def _line(event: Json) -> str:
    """What stays on the screen of an event; empty for one that only moves the bar."""
    kind, step = str(event.get("type", "")), escape(str(event.get("step", "")))
    message = escape(str(event.get("message", "")))
    if kind == "step_completed":
        completed = event.get("completed_step") or {}
        seconds = int(completed.get("duration_ms", 0)) / 1000
        return f"  [green]✓[/] {step:<12} [dim]{seconds:6.2f} s[/]  {message}"
    if kind == "step_retried":
        return f"  [yellow]↻[/] {step:<12} {message}"
    if kind == "tool_call":
        call = event.get("tool_call") or {}
        name, detail = (escape(str(call.get(field, ""))) for field in ("name", "detail"))
        return f"    [dim]{name}: {detail}[/]"
    if kind in ("paused", "resumed"):
        return f"  [yellow]•[/] {kind} {message}"
    if kind in FINAL_STATES and kind != "completed":
        return f"  [red]✗[/] {kind}: {message}"
    return ""


def _cut(text: str) -> str:
    cut = text if len(text) <= _MESSAGE_WIDTH else text[: _MESSAGE_WIDTH - 1] + "…"
    return escape(f"{cut:<{_MESSAGE_WIDTH}}")
