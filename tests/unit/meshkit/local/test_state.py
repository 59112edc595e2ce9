"""The state directory: its files and its lock."""

import os
import stat
from pathlib import Path

import pytest

from meshkit.local import state as state_module
from meshkit.local.errors import LocalMeshError, MeshRunningError
from meshkit.local.state import (
    ProcessRecord,
    StateDir,
    hold,
    holder,
    read_processes,
    write_file,
    write_processes,
)


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir(tmp_path / "state")
    state.create()
    return state


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_others_cannot_look_inside(state: StateDir) -> None:
    write_file(state.key, "secret\n")
    assert mode(state.key) == 0o600
    assert mode(state.root) == mode(state.redis) == 0o700


def test_a_failed_write_leaves_the_old_file_and_nothing_else(state: StateDir) -> None:
    write_file(state.key, "old")
    with pytest.raises(UnicodeEncodeError):
        write_file(state.key, "\ud800")
    assert state.key.read_text(encoding="ascii") == "old"
    assert [path.name for path in state.root.iterdir() if path.is_file()] == ["key"]


def test_processes_come_back(state: StateDir) -> None:
    records = {"a": ProcessRecord(1, 2, 3), "supervisor": ProcessRecord(4, None, 5)}
    assert read_processes(state) == {}
    write_processes(state, records)
    assert read_processes(state) == records


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"pid": 1}}'])
def test_a_damaged_list_of_processes_is_an_error_for_people(state: StateDir, text: str) -> None:
    state.processes.write_text(text, encoding="utf-8")
    with pytest.raises(LocalMeshError, match=r"processes\.json"):
        read_processes(state)


def test_one_holds_the_directory(state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "_LOCK_WAIT_S", 0.0)
    assert holder(state) is None
    with hold(state):
        assert holder(state) == os.getpid()
        with pytest.raises(MeshRunningError, match=f"supervisor {os.getpid()}"), hold(state):
            """Not reached."""
    assert holder(state) is None
    with hold(state):
        assert holder(state) == os.getpid()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("", encoding="ascii")
    with pytest.raises(LocalMeshError, match="state directory"):
        StateDir(tmp_path / "state").create()
