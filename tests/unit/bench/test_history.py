"""Runs are kept, and compared with the right one."""

import dataclasses
import json
from pathlib import Path

from rich.console import Console

from bench import history, report
from bench.figures import Spread
from bench.history import Machine, Run

RUN = Run(
    time="2026-01-02T03:04:05+00:00",
    commit="abc1234",
    machine=Machine("A processor", 2, 0.1),
    versions={"python": "3.11.7"},
    rounds=3,
    seconds=4.0,
    mesh={
        "status_open.p95_ms": Spread(4.0, 3.0, 5.0),
        "start_worked.p95_ms": Spread(612.0, 600.0, 700.0),
        "failures": Spread(0, 0, 0),
    },
    floor={"status_open.p95_ms": Spread(2.0, 1.0, 3.0)},
    ratios={"status_open.p95_ms": Spread(2.0, 1.7, 3.0)},
)


def printed(run: Run, before: Run | None, *, width: int = 100) -> str:
    console = Console(width=width, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as capture:
        report.show(console, run, before=before)
    return capture.get()


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    history.append(tmp_path / "out", RUN)

    assert history.last(tmp_path / "out", like=RUN) == RUN


def test_the_last_run_on_the_same_kind_of_machine_counts(tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(RUN, machine=Machine("Another", 2, 0.1))
    larger = dataclasses.replace(RUN, machine=Machine("A processor", 8, 0.1))
    newer = dataclasses.replace(RUN, commit="def5678", machine=Machine("A processor", 2, 1.7))
    for run in (RUN, newer, elsewhere, larger):
        history.append(tmp_path, run)

    assert history.last(tmp_path, like=RUN) == newer


def test_there_is_no_run_before_the_first(tmp_path: Path) -> None:
    assert history.last(tmp_path, like=RUN) is None


def test_this_machine_has_cores() -> None:
    assert history.machine().cores >= 1


def test_the_report_shows_the_ratio_and_the_run_before() -> None:
    before = dataclasses.replace(
        RUN,
        mesh={"status_open.p95_ms": Spread(9.0, 9.0, 9.0)},
        floor={"status_open.p95_ms": Spread(3.0, 3.0, 3.0)},
        ratios={"status_open.p95_ms": Spread(3.0, 3.0, 3.0)},
    )

    line = next(line for line in printed(RUN, before).splitlines() if "p95 ms" in line)

    assert line.split() == ["p95", "ms", "4", "±25%", "2", "±50%", "2×", "±32%", "9", "3×"]


def test_the_report_fits_a_terminal_of_80_columns() -> None:
    wide = Spread(123_456.0, 100_000.0, 150_000.0)
    names = [f"{load}.{unit}" for load in report.LOADS for unit in ("per_s", "p50_ms", "p95_ms")]
    names += [f"{load}.cpu_us.{process}" for load in report.LOADS for process in report.COSTS]
    found = {**RUN.mesh, **dict.fromkeys(names, wide)}
    ratios = dict.fromkeys(names, Spread(0.83, 0.79, 0.88))

    text = printed(dataclasses.replace(RUN, mesh=found, floor=found, ratios=ratios), None, width=80)

    assert "…" not in text
    assert "123456 ±20%" in text
    assert "0.83× ±5%" in text


def test_a_run_from_before_there_were_ratios_can_be_read(tmp_path: Path) -> None:
    old = dataclasses.asdict(RUN)
    del old["ratios"]
    (tmp_path / "history.jsonl").write_text(json.dumps(old) + "\n")

    assert history.last(tmp_path, like=RUN) == dataclasses.replace(RUN, ratios={})


def test_the_report_marks_what_is_met_and_what_is_missed() -> None:
    text = printed(RUN, None)

    assert "✓ status poll P95 < 100 ms" in text
    assert "✗ missed start P95 < 500 ms" in text


def test_the_report_warns_when_others_used_the_machine() -> None:
    busy = {**RUN.mesh, "status_open.others_share": Spread(0.3, 0.1, 0.4)}

    assert "Others took up to 30%" in printed(dataclasses.replace(RUN, mesh=busy), None)
    assert "Others took" not in printed(RUN, None)
