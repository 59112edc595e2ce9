"""A run as tables for a terminal."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chaos.figures import Figures, Promise, Spread
from chaos.history import History
from chaos.violation import Violation

_SHOWN: Final = 5
"""Violations of a rule, and histories of offending tasks, that are printed; the file has all."""


def show(
    console: Console,
    figures: Figures,
    promises: Sequence[Promise],
    violations: Sequence[Violation],
    history: History,
) -> None:
    """Prints the figures, the promises, and the histories of the tasks that broke a rule."""
    console.print(
        f"\n[bold]ManusMesh chaos[/]  seed {history.seed}, {figures.minutes:.1f} minutes, "
        f"lease {history.lease_s:g} s",
        highlight=False,
    )
    console.print(_counts(figures))
    console.print(_times(figures))
    console.print(_promises(promises))
    _violations(console, violations, history)


def _counts(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    rows = {
        "tasks": f"{figures.tasks}: {_listed(figures.outcomes)}",
        "strikes": _listed(figures.strikes),
        "clients": (
            f"{figures.polls} polls, {figures.watchers} watchers with {figures.reconnections} "
            f"reconnections, {figures.repeated_starts} starts sent again; "
            + _listed(figures.steered)
        ),
        "webhooks": (
            f"{figures.webhooks} ends told, {figures.webhooks_again} attempts besides the first"
        ),
        "judged": f"{figures.events} events, each over SSE and over gRPC",
    }
    for name, says in rows.items():
        table.add_row(name, Text(says))
    return table


def _times(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("\nseconds", overflow="fold")
    for name in ("count", "P50", "P95", "P99", "worst"):
        table.add_column(f"\n{name}", justify="right", no_wrap=True)
    disturbed = figures.takeovers_disturbed
    rows: dict[str, Spread] = {
        f"takeover ({disturbed} counted from a later blow or from Redis's return)": (
            figures.takeovers
        ),
        "takeover, from the kill or freeze whatever else happened": figures.takeovers_raw,
        "Redis away": figures.redis_away,
        "slowest answer while it was": figures.away_answers,
        "service again after its return": figures.recoveries,
        "the same, with a gateway or Envoy struck as well": figures.recoveries_disturbed,
        (
            f"first try of a webhook after the end ({figures.first_tries_disturbed} counted from "
            "a blow or from Redis's return)"
        ): figures.first_tries,
        "the same, from the end whatever else happened": figures.first_tries_raw,
        "a task from its start to its end": figures.start_to_end,
    }
    for name, values in rows.items():
        cells = [_number(value) for value in (values.p50, values.p95, values.p99, values.worst)]
        table.add_row(name, str(values.count), *cells)
    return table


def _promises(promises: Sequence[Promise]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("\n", no_wrap=True)
    table.add_column("\npromise", overflow="fold")
    table.add_column("\nmeasured", justify="right", no_wrap=True)
    for promise in promises:
        mark = "[bold green]✓[/]" if promise.holds else "[bold red]✗[/]"
        says = promise.says if promise.holds else f"[bold red]{promise.says}[/]"
        table.add_row(mark, says, promise.measured)
    return table


def _violations(console: Console, violations: Sequence[Violation], history: History) -> None:
    if not violations:
        return
    for rule, times in Counter(one.rule for one in violations).items():
        console.print(f"\n[bold red]{rule}[/] {times} times", highlight=False)
        for violation in [one for one in violations if one.rule == rule][:_SHOWN]:
            console.print(f"  {violation.task_id} {violation.says}", markup=False, highlight=False)
    # One task a rule: the others of the same rule tell much the same.
    tasks = {one.rule: one.task_id for one in violations if one.task_id}
    for task_id in list(dict.fromkeys(tasks.values()))[:_SHOWN]:
        console.print(f"\n[bold]{task_id}[/]", highlight=False)
        for line in story(history, task_id):
            console.print(f"  {line}", markup=False, highlight=False)


def story(history: History, task_id: str) -> list[str]:
    """All that was recorded of a task, in the order of time, one line each."""
    lines: list[tuple[float, str]] = []
    lines += [
        (one.answered_s, f"acknowledged after {one.tries} tries for {one.key}")
        for one in history.starts
        if one.task_id == task_id
    ]
    task = history.tasks.get(task_id)
    if task is not None:
        lines += [
            (one.at_s, f"event {one.offset} {one.type} {one.step} {one.progress} % {one.message}")
            for one in task.sse
        ]
    lines += [
        (one.at_s, f"fence {one.fence}, attempt {one.attempt}, {one.status}, held by {one.holder}")
        for one in history.held
        if one.task_id == task_id
    ]
    lines += [
        (one.answered_s, f"{one.action} answered {one.http} {one.status}")
        for one in history.controls
        if one.task_id == task_id
    ]
    lines += [
        (one.answered_s, f"polled: {one.status} {one.progress} %")
        for one in history.polls
        if one.task_id == task_id
    ]
    lines += [
        (one.at_s, f"webhook {one.webhook_id} of {one.status} answered {one.answered or 'nothing'}")
        for one in history.notices
        if one.task_id == task_id
    ]
    lines += [
        (one.at_s, f"{one.kind} {one.target}, its holder")
        for one in history.faults
        if task_id in one.held
    ]
    lines += [
        (one.at_s, f"surprise: {one.call}: {one.says}")
        for one in history.surprises
        if one.task_id == task_id
    ]
    told = []
    for says, alike in groupby(sorted(lines), key=lambda line: line[1]):
        times = [at_s for at_s, _ in alike]
        told.append(f"{_clock(times[0])} {says}" + (f" ({len(times)} times)" * (len(times) > 1)))
    return told


def _clock(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).strftime("%H:%M:%S.%f")[:-3]


def _listed(counts: Mapping[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {name}" for name, count in ranked)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"
