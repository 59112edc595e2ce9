"""Services from the nursery, and children that asyncio did not start."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from meshkit.local.births import Forked, fork_services
from meshkit.local.cradle import start_nursery
from meshkit.local.nursery import Birth


async def test_a_service_that_cannot_be_loaded_is_left_to_the_other_way(tmp_path: Path) -> None:
    birth = Birth("nobody-2", "nobody", [], {}, str(tmp_path / "nobody.log"))
    log = tmp_path / "supervisor.log"
    with log.open("wb") as errors:
        nursery = start_nursery(errors)
    async with asyncio.TaskGroup() as tasks:
        born = fork_services([[birth]], tasks, nursery=nursery)
    assert {name: future.result() for name, future in born.items()} == {"nobody-2": None}
    assert "there is no service" in log.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [log]  # noqa: ASYNC240 (a test may wait for its disk)


def test_a_nursery_without_births_ends() -> None:
    nursery = start_nursery()
    told, _ = nursery.communicate(timeout=90)
    assert told == b""
    assert nursery.returncode == 0


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -KILL $$", -9)])
async def test_the_end_of_a_forked_child(script: str, code: int) -> None:
    child = subprocess.Popen(  # noqa: ASYNC220 (it does not wait)
        ["/bin/sh", "-c", f"read line; {script}"], stdin=subprocess.PIPE
    )
    # Reaped by what is tested.
    child.returncode = 0
    assert child.stdin is not None
    waiting = asyncio.create_task(Forked(child.pid).wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    child.stdin.close()
    assert await waiting == code
