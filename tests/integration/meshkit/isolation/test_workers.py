"""Child processes that are killed when they take too much, and go on serving others."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshkit.isolation.workers import IsolatedError, Workers
from tests.support.eventually import eventually

HERE = "tests.support.isolated"


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    opened = Workers(size=1)
    yield opened
    await opened.close()


async def run(workers: Workers, name: str, given: bytes = b"", *, timeout_s: float = 20) -> bytes:
    return await workers.run(f"{HERE}:{name}", given, timeout_s=timeout_s)


async def why(workers: Workers, name: str, given: bytes = b"", *, timeout_s: float = 20) -> str:
    with pytest.raises(IsolatedError) as raised:
        await run(workers, name, given, timeout_s=timeout_s)
    assert await run(workers, "upper", b"next") == b"NEXT"
    return raised.value.why


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_function_gets_bytes_and_answers_bytes(workers: Workers) -> None:
    large = os.urandom(3_000_000).hex().encode()
    assert await run(workers, "upper", large) == large.upper()
    assert await run(workers, "upper") == b""


async def test_a_child_is_used_again(workers: Workers) -> None:
    assert await run(workers, "process_id") == await run(workers, "process_id")


async def test_no_more_children_than_said(workers: Workers) -> None:
    ids = await asyncio.gather(*(run(workers, "process_id") for _ in range(5)))
    assert len(set(ids)) == 1


async def test_a_child_has_no_secret(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_INTERNAL_KEY", "0123456789abcdef")
    names = (await run(workers, "environment")).decode().split()
    assert "PATH" in names
    assert not [name for name in names if name.startswith("MESH_")]


async def test_what_it_raises_is_told(workers: Workers) -> None:
    with pytest.raises(IsolatedError, match="ValueError: broken"):
        await run(workers, "fail", b"broken")
    assert await why(workers, "fail", b"broken") == "failed"
    assert await why(workers, "recurse") == "failed"


async def test_one_that_hangs_is_killed(workers: Workers) -> None:
    process_id = int(await run(workers, "process_id"))
    assert await why(workers, "hang", timeout_s=0.3) == "timeout"
    assert not is_running(process_id)


async def test_one_that_computes_for_ever_is_killed(workers: Workers) -> None:
    assert await why(workers, "spin", timeout_s=0.3) == "timeout"


async def test_computing_is_bounded_by_the_kernel_too() -> None:
    workers = Workers(size=1, cpu_s=1)
    with pytest.raises(IsolatedError, match="more than 1 s to compute") as raised:
        await run(workers, "spin", timeout_s=200)
    assert raised.value.why == "timeout"
    await workers.close()


async def test_one_that_dies_is_replaced(workers: Workers) -> None:
    assert await why(workers, "die") == "crashed"


async def test_memory_is_bounded(workers: Workers) -> None:
    assert await why(workers, "hoard", b"4000") == "memory"
    assert await why(workers, "hoard_in_pieces", b"4000") == "memory"


async def test_one_that_took_much_memory_is_not_used_again(workers: Workers) -> None:
    before = await run(workers, "process_id")
    assert await run(workers, "hoard_in_pieces", b"90") == b"9090"
    assert await run(workers, "process_id") != before


async def test_no_file_is_written(workers: Workers, tmp_path: Path) -> None:
    # Writing to a file beyond size 0 is a signal that ends the process, or an error.
    assert await why(workers, "write_file", str(tmp_path / "x").encode()) in ("failed", "crashed")
    assert (tmp_path / "x").read_bytes() == b""


async def test_cancelling_kills_it(workers: Workers) -> None:
    process_id = int(await run(workers, "process_id"))
    call = asyncio.create_task(run(workers, "hang"))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await eventually(lambda: not is_running(process_id))
    assert await run(workers, "upper", b"next") == b"NEXT"


async def test_one_without_work_ends() -> None:
    workers = Workers(size=1, idle_s=0.05)
    process_id = int(await run(workers, "process_id"))
    await eventually(lambda: not is_running(process_id))
    assert await run(workers, "upper", b"next") == b"NEXT"
    await workers.close()


async def test_closing_ends_them() -> None:
    workers = Workers(size=2)
    process_ids = set(await asyncio.gather(*(run(workers, "process_id") for _ in range(2))))
    await workers.close()
    assert not [each for each in process_ids if is_running(int(each))]
