"""One small HTTP request to loopback, without the import time of an HTTP client."""

import asyncio
from typing import Final

_LOOPBACK: Final = "127.0.0.1"


async def request(
    port: int, path: str, *, method: str = "GET", timeout_s: float = 2.0
) -> tuple[int, str]:
    """Sends a request without a body.

    Returns:
        The status code and the body; status 0 when nobody answers in time.
    """
    head = f"{method} {path} HTTP/1.1\r\nhost: {_LOOPBACK}\r\nconnection: close\r\n"
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(_LOOPBACK, port)
            try:
                writer.write(f"{head}content-length: 0\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0, ""
    status, _, rest = answer.decode("utf-8", errors="replace").partition("\r\n")
    words = status.split()
    code = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
    return code, rest.partition("\r\n\r\n")[2]
