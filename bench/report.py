"""A run of the bench as tables for a terminal."""

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import figures, measure
from bench.figures import Spread
from bench.history import Run

_MS: Final = {"p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms"}
_LOADS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "status_open": (f"poll, {measure.STATUS_RATE}/s", _MS),
    "status_closed": (f"poll, {measure.WORKERS} clients", {"per_s": "a second", **_MS}),
    "start_open": (f"start, {measure.START_RATE}/s", _MS),
    "start_closed": (f"start, {measure.WORKERS} clients", {"per_s": "a second", **_MS}),
    "start_worked": (f"start, {measure.START_RATE}/s, at work", _MS),
    "task": (f"whole task, {measure.TASK_WORKERS} clients", {"per_s": "a second", **_MS}),
}
_ONCE: Final = {
    "memory_mib": "memory (PSS), MiB",
    "processes": "processes",
    "idle_cpu_percent": "CPU, % of a core",
}
_PROCESSES: Final = ("envoy", "gateway", "redis", "rest", "client")
_BUSY: Final = 0.05
"""Share of the machine that others may take without a warning."""


def show(console: Console, run: Run, *, before: Run | None) -> None:
    """Prints a run beside the one before it."""
    machine = run.machine
    console.print(
        f"\n[bold]ManusMesh bench[/] {run.time}  {run.commit}\n"
        f"{machine.cpu}, {machine.cores} cores, load before {machine.load_before:g}; "
        + ", ".join(f"{name} {number}" for name, number in run.versions.items())
        + f"\n{run.rounds} rounds of {run.seconds:g} s a load, mesh and floor in turn: "
        "median (min–max); offline engine",
        highlight=False,
    )
    console.print(_latencies(run, before))
    console.print(_costs(run))
    _remarks(console, run)
    _targets(console, run)


def _latencies(run: Run, before: Run | None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("mesh", "floor", "ratio", "before", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)

    def row(title: str, name: str) -> None:
        mesh, floor = run.mesh.get(name), run.floor.get(name)
        if mesh is None and floor is None:
            return
        earlier = (before.mesh.get(name), before.floor.get(name)) if before else (None, None)
        table.add_row(
            title,
            _spread(mesh),
            _spread(floor),
            _ratio(figures.ratio(mesh, floor)),
            _number(earlier[0].median) if earlier[0] else "",
            _ratio(figures.ratio(*earlier)),
        )

    for load, (title, units) in _LOADS.items():
        table.add_row(f"[bold]{title}[/]")
        for suffix, unit in units.items():
            row(f"  {unit}", f"{load}.{suffix}")
    table.add_row("[bold]idle[/]")
    for name, title in _ONCE.items():
        row(f"  {title}", name)
    return table


def _costs(run: Run) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="\nCPU µs a request",
        title_justify="left",
        title_style="bold",
    )
    for name in ("", ""):
        table.add_column(name, no_wrap=True)
    for name in (*_PROCESSES, "client %", "others %"):
        table.add_column(name, justify="right", no_wrap=True)
    for load, (title, _) in _LOADS.items():
        for side, found in (("mesh", run.mesh), ("floor", run.floor)):
            costs = [found.get(f"{load}.cpu_us.{process}") for process in _PROCESSES]
            shares = [found.get(f"{load}.{whose}_share") for whose in ("client", "others")]
            if shares[0] is not None:
                cells = [f"{cost.median:.0f}" if cost else "" for cost in costs]
                parts = [f"{100 * share.median:.0f}" if share else "" for share in shares]
                table.add_row(title if side == "mesh" else "", side, *cells, *parts)
    return table


def _remarks(console: Console, run: Run) -> None:
    sizes = {
        name.removeprefix("memory_mib."): spread.median
        for name, spread in run.mesh.items()
        if name.startswith("memory_mib.")
    }
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{name} {size:.0f}" for name, size in largest)
    late = [spread.high for name, spread in run.mesh.items() if name.endswith(".late_p99_ms")]
    console.print(
        f"[dim]Idle memory of the mesh in MiB: {listed}.\n"
        "Starts are on a held queue (the orchestrator stands still), except those 'at work'; the "
        "floor works on nothing. Open loops count from the time a request was due; the client was "
        f"at most {max(late, default=0):.1f} ms late (p99), which is counted in. 'client %' and "
        "'others %' are shares of the whole machine.[/]",
        highlight=False,
    )
    others = max(
        (
            spread.median
            for side in (run.mesh, run.floor)
            for name, spread in side.items()
            if name.endswith(".others_share")
        ),
        default=0.0,
    )
    if others > _BUSY:
        console.print(
            f"[yellow]Others took up to {others:.0%} of the machine: times and rates say little; "
            "compare the CPU µs a request.[/]"
        )


def _targets(console: Console, run: Run) -> None:
    missed = figures.missed(run.mesh)
    for target in figures.TARGETS:
        mark = "[bold red]✗ missed[/]" if target in missed else "[bold green]✓[/]"
        found = run.mesh.get(target.name)
        says = f"{_number(found.median)}" if found else "not measured"
        console.print(f"{mark} {target.says}: {says}", highlight=False)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.low == spread.high:
        return _number(spread.median)
    return f"{_number(spread.median)} ({_number(spread.low)}–{_number(spread.high)})"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}×"


def _number(value: float) -> str:
    """Three digits that matter."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
