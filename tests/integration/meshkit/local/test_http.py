"""The small HTTP request against a real server."""

import asyncio

from meshkit.local.http import request


async def serve(answer: bytes) -> tuple[asyncio.Server, int, list[bytes]]:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1], seen


async def test_status_and_body() -> None:
    server, port, seen = await serve(b"HTTP/1.1 503 Away\r\nx: y\r\n\r\nnot now")
    async with server:
        assert await request(port, "/ready", method="POST") == (503, "not now")
    assert seen[0].startswith(b"POST /ready HTTP/1.1\r\nhost: 127.0.0.1\r\n")


async def test_rubbish_and_silence() -> None:
    server, port, _ = await serve(b"rubbish\r\n")
    async with server:
        assert await request(port, "/") == (0, "")
    assert await request(port, "/") == (0, "")
