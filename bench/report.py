"""A run of the bench as tables for a terminal."""

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import figures, measure
from bench.figures import Spread
from bench.history import Run

_MS: Final = {"p50_ms": "p50 ms", "p95_ms": "p95 ms", "p99_ms": "p99 ms"}
_RATE: Final = {"per_s": "a second", **_MS}
LOADS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "noop": (f"no-op task, {measure.NOOP_WORKERS} clients", _RATE),
    "status_open": (f"poll, {measure.STATUS_RATE}/s", _MS),
    "status_closed": (f"poll, {measure.WORKERS} clients", _RATE),
    "start_open": (f"start, {measure.START_RATE}/s", _MS),
    "start_closed": (f"start, {measure.WORKERS} clients", _RATE),
    "start_worked": (f"start, {measure.START_RATE}/s, at work", _MS),
    "task": (f"whole task, {measure.TASK_WORKERS} clients", _RATE),
}
"""By load: its title, and its figures with their units."""
_ONCE: Final = {
    "first_task_s": "first task, s",
    "memory_mib": "memory (PSS), MiB",
    "processes": "processes",
    "idle_cpu_percent": "CPU idle, % of a core",
}
COSTS: Final = {
    "all": "all",
    "envoy": "envoy",
    "gateway": "gateway",
    "redis": "redis",
    "orchestrator": "orch.",
    "agents": "agents",
    "client": "client",
}
"""By process whose CPU time is told: the head of its column."""
_BUSY: Final = 0.05
"""Share of the machine that others may take without a warning."""


def show(console: Console, run: Run, *, before: Run | None) -> None:
    """Prints a run beside the one before it."""
    machine = run.machine
    console.print(
        f"\n[bold]ManusMesh bench[/] {run.time}  {run.commit}\n"
        f"{machine.cpu}, {machine.cores} cores, load before {machine.load_before:g}\n"
        + ", ".join(f"{name} {number}" for name, number in run.versions.items())
        + f"\n{run.rounds} rounds of {run.seconds:g} s a load, mesh and floor in turn; "
        "median ± half the range\n",
        highlight=False,
    )
    console.print(_latencies(run, before))
    console.print(_costs(run))
    _remarks(console, run)
    _targets(console, run)


def _latencies(run: Run, before: Run | None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("mesh", "floor", "mesh/floor", "before", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)

    def row(title: str, name: str) -> None:
        mesh, floor = run.mesh.get(name), run.floor.get(name)
        if mesh is None and floor is None:
            return
        earlier, ratio = (
            (before.mesh.get(name), before.ratios.get(name)) if before else (None, None)
        )
        table.add_row(
            title,
            _spread(mesh),
            _spread(floor),
            _spread(run.ratios.get(name), unit="×"),
            _number(earlier.median) if earlier else "",
            f"{_number(ratio.median)}×" if ratio else "",
        )

    for load, (title, units) in LOADS.items():
        table.add_row(f"[bold]{title}[/]")
        for suffix, unit in units.items():
            row(f"  {unit}", f"{load}.{suffix}")
    table.add_row("[bold]once[/]")
    for name, title in _ONCE.items():
        row(f"  {title}", name)
    return table


def _costs(run: Run) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="\nCPU ms a request or task",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("", no_wrap=True)
    for name in COSTS.values():
        table.add_column(name, justify="right", no_wrap=True)
    for load, (title, _) in LOADS.items():
        table.add_row(f"[bold]{title}[/]")
        for side, found in (("  mesh", run.mesh), ("  floor", run.floor)):
            costs = [found.get(f"{load}.cpu_us.{process}") for process in COSTS]
            if any(costs):
                table.add_row(
                    side, *(_number(cost.median / 1000) if cost else "" for cost in costs)
                )
    return table


def _remarks(console: Console, run: Run) -> None:
    sizes = {
        name.removeprefix("memory_mib."): spread.median
        for name, spread in run.mesh.items()
        if name.startswith("memory_mib.")
    }
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{name} {size:.0f}" for name, size in largest)
    client = _highest(run, ".client_share")
    late = [spread.high for name, spread in run.mesh.items() if name.endswith(".late_p99_ms")]
    console.print(
        f"[dim]Idle memory of the mesh in MiB: {listed}.\n"
        "No-op tasks, polls and starts are measured on a rig, whose agents answer at once; the "
        "last two loads on a mesh as users have it. Starts are on a held queue (the orchestrator "
        "stands still), except those 'at work'. Open loops count from the time a request was due; "
        f"the client was at most {max(late, default=0):.1f} ms late (p99), which is counted in. "
        f"The client took up to {client:.0%} of the machine.[/]",
        highlight=False,
    )
    others = _highest(run, ".others_share")
    if others > _BUSY:
        console.print(
            f"[yellow]Others took up to {others:.0%} of the machine: times and rates say little; "
            "compare the CPU ms a request.[/]"
        )


def _highest(run: Run, suffix: str) -> float:
    """The highest median of the figures whose names end so; 0 when there is none."""
    sides = (run.mesh, run.floor)
    found = (
        spread.median for side in sides for name, spread in side.items() if name.endswith(suffix)
    )
    return max(found, default=0.0)


def _targets(console: Console, run: Run) -> None:
    for target in figures.TARGETS:
        met = target.met(run.mesh, run.ratios)
        mark = "[bold green]✓[/]" if met else "[bold red]✗ missed[/]"
        median = target.median(run.mesh, run.ratios)
        unit = "×" if target.of_floor else ""
        says = "not measured" if median is None else f"{_number(median)}{unit}"
        console.print(f"{mark} {target.says}: {says}", highlight=False)


def _spread(spread: Spread | None, unit: str = "") -> str:
    if spread is None:
        return ""
    text = f"{_number(spread.median)}{unit}"
    if spread.low == spread.high or spread.median == 0:
        return text
    return f"{text} ±{50 * (spread.high - spread.low) / spread.median:.0f}%"


def _number(value: float) -> str:
    """Three digits that matter."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
