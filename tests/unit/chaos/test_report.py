"""The report: figures, promises, and the stories of offending tasks."""

import io
import json
from pathlib import Path

from rich.console import Console

from chaos import figures, report, rules
from chaos.figures import Floor
from chaos.history import Event, Fault, Held, History, Poll, Start, TaskHistory, save

ID = "task_1"


def lost() -> History:
    """A task that was killed with its holder and never came back."""
    return History(
        seed=5,
        lease_s=10.0,
        began_s=1.0,
        ended_s=61.0,
        starts=[Start("tenant_a", "key", "plain", ID, 1.0, 2.0, 3)],
        polls=[Poll(ID, 3.0, 3.5, "running", 5), Poll(ID, 6.0, 6.5, "running", 5)],
        held=[Held(ID, 3.2, 1, 1, "orchestrator/1", "running")],
        faults=[Fault("kill", "orchestrator", 4.0, 4.0, [ID])],
        tasks={
            ID: TaskHistory(
                ID,
                "tenant_a",
                found=True,
                status="running",
                attempt=1,
                sse=[Event(1, "started", 3.1, 5, "", "Starting")],
            )
        },
        listed={"tenant_a": [ID]},
    )


def test_a_story_is_told_in_the_order_of_time() -> None:
    assert [line.partition(" ")[2] for line in report.story(lost(), ID)] == [
        "acknowledged after 3 tries for key",
        "event 1 started  5 % Starting",
        "fence 1, attempt 1, running, held by orchestrator/1",
        "polled: running 5 %",
        "kill orchestrator, its holder",
        "polled: running 5 %",
    ]


def test_a_broken_promise_is_shown_with_its_story() -> None:
    history = lost()
    violations = rules.check(history)
    measured = figures.measure(history)
    kept = figures.promises(measured, history, Floor(1, 1, 0, 0), {"none_lost": 1})
    page = Console(file=io.StringIO(), width=100, record=True)
    report.show(page, measured, kept, violations, history)
    text = page.export_text()
    assert "✗  no acknowledged task lost" in text
    assert f"{ID} is still running" in text
    assert "kill orchestrator, its holder" in text


def test_a_history_is_kept_as_json(tmp_path: Path) -> None:
    history = lost()
    path = tmp_path / "new" / "run.json"
    save(history, figures.as_plain(figures.measure(history)), path)
    kept = json.loads(path.read_text())
    assert kept["history"]["starts"][0]["task_id"] == ID
    takeovers = kept["figures"]["takeovers"]
    assert takeovers == {"count": 0, "p50": None, "p95": None, "p99": None, "worst": None}
