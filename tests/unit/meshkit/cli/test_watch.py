"""What a watcher sees of a task."""

import io

import pytest
from rich.console import Console

from meshkit.cli.errors import Json
from meshkit.cli.watch import watch

EVENTS: list[Json] = [
    {"type": "started", "progress": 0, "message": "Starting"},
    {"type": "tool_call", "tool_call": {"name": "guard_runner", "detail": "accepts [3] of 4"}},
    {
        "type": "step_completed",
        "step": "coder",
        "message": "done",
        "progress": 40,
        "completed_step": {"step": "coder", "duration_ms": 1250},
    },
    {"type": "step_retried", "step": "reporter", "message": "once more", "progress": 40},
    {"type": "paused", "message": "by the owner", "progress": 40},
    {"type": "failed", "message": "broken for good " * 9, "progress": 40},
]


def shown(*, terminal: bool) -> tuple[Json, str]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, color_system=None)
    return watch(iter(EVENTS), console), out.getvalue()


def test_in_a_terminal_what_matters_stays_above_a_bar() -> None:
    last, text = shown(terminal=True)
    assert last is EVENTS[-1]
    assert "✓ coder          1.25 s  done" in text
    assert "guard_runner: accepts [3] of 4" in text
    assert "↻ reporter     once more" in text
    assert "• paused by the owner" in text
    assert "✗ failed: broken for good" in text
    assert "40%" in text


def test_elsewhere_every_event_is_one_line() -> None:
    last, text = shown(terminal=False)
    assert last is EVENTS[-1]
    lines = text.splitlines()
    assert len(lines) == len(EVENTS)
    assert lines[2].endswith(" 40 %  step_completed: done")
    assert "\x1b" not in text


@pytest.mark.parametrize("terminal", [True, False])
def test_no_events(terminal: bool) -> None:
    assert watch([], Console(file=io.StringIO(), force_terminal=terminal)) == {}
