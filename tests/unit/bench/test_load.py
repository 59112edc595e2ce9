"""The load generator against servers whose behaviour is known."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load import (
    Answer,
    AnswerError,
    closed_loop,
    connections,
    get,
    open_loop,
    parse,
    post,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
REFUSAL = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"

Respond = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[int]:
    """A server that answers each GET with what `respond` says; b"" closes the connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                answer = await respond()
                if not answer:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # The connections' tasks end with the client's connections, which are closed by now.
        await asyncio.sleep(0)


@pytest.mark.parametrize("whole", [OK, REFUSAL, CHUNKED])
@given(st.integers(min_value=0, max_value=200))
def test_an_answer_is_complete_with_its_last_byte_only(whole: bytes, cut: int) -> None:
    part = whole[: min(cut, len(whole))]

    answer = parse(part)

    assert (answer is not None) == (part == whole)


def test_an_answer_has_status_and_body() -> None:
    assert parse(OK) == Answer(200, b"{}")
    assert parse(REFUSAL) == Answer(429, b"")


def test_an_answer_of_unknown_length_is_refused() -> None:
    with pytest.raises(AnswerError, match="unknown length"):
        parse(b"HTTP/1.1 200 OK\r\n\r\n{}")


def test_a_post_says_how_long_its_body_is() -> None:
    head, _, body = post("/start", "k", "é".encode()).partition(b"\r\n\r\n")

    assert body == b"\xc3\xa9"
    assert b"content-length: 2" in head
    assert b"authorization: Bearer k" in head


async def test_an_open_loop_counts_the_wait_behind_a_slow_answer() -> None:
    stall_s = 0.2
    calls = 0

    async def first_is_slow() -> bytes:
        nonlocal calls
        calls += 1
        if calls == 1:
            await asyncio.sleep(stall_s)
        return OK

    async with serving(first_is_slow) as port, connections(port, 1) as pool:
        sample = await open_loop(pool, get("/", "k"), rate=100, seconds=0.1)

    # One connection: all ten were due within the stall and waited for its end.
    assert len(sample.latencies_s) == 10
    assert min(sample.latencies_s) >= stall_s - 0.1
    assert max(sample.latencies_s) >= stall_s


async def test_an_open_loop_sends_at_its_rate() -> None:
    async def at_once() -> bytes:
        return OK

    async with serving(at_once) as port, connections(port, 4) as pool:
        sample = await open_loop(pool, get("/", "k"), rate=200, seconds=0.1)

    assert len(sample.latencies_s) == 20
    assert len(sample.late_s) == 20
    # The last one is due at 19/200 s.
    assert sample.elapsed_s >= 0.095


async def test_a_closed_loop_has_one_request_a_worker_under_way() -> None:
    under_way = most = 0

    async def watch() -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return OK

    async with serving(watch) as port, connections(port, 8) as pool:
        sample = await closed_loop(pool, get("/", "k"), workers=3, seconds=1.0)

    assert most == 3
    assert sample.failures == 0
    assert sample.latencies_s


async def test_other_statuses_are_failures_and_no_latencies() -> None:
    async def refuse() -> bytes:
        return REFUSAL

    async with serving(refuse) as port, connections(port, 1) as pool:
        sample = await open_loop(pool, get("/", "k"), rate=100, seconds=0.05)

    assert sample.failures == 5
    assert not sample.latencies_s


async def test_a_broken_connection_is_a_failure_and_is_replaced() -> None:
    answers = iter([OK, b"", OK, OK, OK])

    async def break_once() -> bytes:
        return next(answers)

    async with serving(break_once) as port, connections(port, 1) as pool:
        sample = await open_loop(pool, get("/", "k"), rate=100, seconds=0.05)

    assert sample.failures == 1
    assert len(sample.latencies_s) == 4
