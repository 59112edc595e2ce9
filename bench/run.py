"""How fast the mesh answers, beside a floor that does the least possible."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console

from bench import figures, history, measure, mesh, report
from meshkit.errors import MeshError
from meshkit.local.errors import LocalMeshError

_OUT: Final = Path(__file__).parent / "out"


def main(arguments: Sequence[str]) -> int:
    """The command `python -m bench`.

    Returns:
        The exit code: 0; 1 for a missed target with --check; 2 when nothing could be measured.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternations (default 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a load (default 4)")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("there is nothing to measure in no round or no time")
    screen, console = Console(), Console(stderr=True)
    # Ends the mesh and the floor in order, like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    where, began = history.machine(), time.monotonic()
    try:
        measured = _measure(options.rounds, options.seconds, console)
    except (mesh.BenchError, LocalMeshError, MeshError, OSError, TimeoutError) as error:
        console.print(
            f"the bench could not run: {str(error) or type(error).__name__}", markup=False
        )
        return 2
    run = history.of(measured, where, rounds=options.rounds, seconds=options.seconds)
    report.show(screen, run, before=history.last(_OUT, like=run))
    history.append(_OUT, run)
    screen.print(f"[dim]{time.monotonic() - began:.0f} s; kept in bench/out/history.jsonl[/]")
    return 1 if options.check and figures.missed(run.mesh, run.ratios) else 0


def _measure(rounds: int, seconds: float, console: Console) -> measure.Measured:
    with (
        tempfile.TemporaryDirectory(prefix="manusmesh-bench-") as folder,
        console.status("starting") as status,
    ):
        return uvloop.run(
            measure.run(Path(folder), rounds=rounds, seconds=seconds, say=status.update)
        )
