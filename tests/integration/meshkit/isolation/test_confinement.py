"""What the kernel leaves to a confined process, tried in a child."""

from pathlib import Path

import pytest

from meshkit.isolation import confinement
from meshkit.isolation.workers import Workers

pytestmark = pytest.mark.skipif(bool(confinement.missing()), reason=confinement.missing() or "-")


async def test_a_confined_process_has_its_files_and_nothing_else(tmp_path: Path) -> None:
    readable, hidden = tmp_path / "readable", tmp_path / "hidden"
    readable.write_text("mine")
    hidden.write_text("yours")
    workers = Workers(size=1)
    try:
        answer = await workers.run(
            "tests.support.isolated:confined", f"{readable}\n{hidden}".encode(), timeout_s=20
        )
        # What it answers next it can answer still, though its files are gone.
        again = await workers.run("tests.support.isolated:upper", b"next", timeout_s=20)
    finally:
        await workers.close()
    mine, reading, writing, connecting, signalling, tracing = answer.decode().split("\n")
    assert mine == "mine"
    assert (reading, writing, connecting) == ("EACCES", "EACCES", "EACCES")
    assert signalling == ("EPERM" if confinement.landlock_version() >= 6 else "done")
    assert tracing == "EPERM"
    assert again == b"NEXT"


async def test_a_child_that_is_not_to_be_reused_answers_once() -> None:
    workers = Workers(size=1, reuse=False)
    try:
        answers = {
            await workers.run("tests.support.isolated:process_id", b"", timeout_s=20)
            for _ in range(2)
        }
    finally:
        await workers.close()
    assert len(answers) == 2


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    assert "Landlock" in confinement.missing()
    with pytest.raises(confinement.ConfinementError, match="Landlock"):
        confinement.restrict_files(read=[Path("/")])
    monkeypatch.setattr(confinement.platform, "machine", lambda: "riscv64")
    assert "riscv64" in confinement.missing()
    with pytest.raises(confinement.ConfinementError, match="riscv64"):
        confinement.allow_calls(["read"])
