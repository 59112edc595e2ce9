"""Runs are kept, and compared with the right one."""

import dataclasses
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
)


def printed(run: Run, before: Run | None) -> str:
    console = Console(width=100, record=True, file=None, quiet=False, force_terminal=False)
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
    )

    line = next(line for line in printed(RUN, before).splitlines() if "p95 ms" in line)

    assert "4 (3–5)" in line
    assert "2.00×" in line
    assert "3.00×" in line


def test_the_report_marks_what_is_met_and_what_is_missed() -> None:
    text = printed(RUN, None)

    assert "✓ status poll P95 < 100 ms" in text
    assert "✗ missed start P95 < 500 ms" in text


def test_the_report_warns_when_others_used_the_machine() -> None:
    busy = {**RUN.mesh, "status_open.others_share": Spread(0.3, 0.1, 0.4)}

    assert "Others took up to 30%" in printed(dataclasses.replace(RUN, mesh=busy), None)
    assert "Others took" not in printed(RUN, None)
