"""Where the tenants' webhooks arrive, which are not always received well."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from typing import Final

from standardwebhooks import Webhook, WebhookVerificationError

from chaos.history import History, Notice
from chaos.plan import Receives

_REASONS: Final[Mapping[int, str]] = {200: "OK", 500: "Internal Server Error"}


class Receiver:
    """Takes down each request, and receives the first one of a message as its path says.

    Args:
        history: Where it takes them down.
        secrets: What the webhooks of each tenant are signed with.
    """

    def __init__(self, history: History, secrets: Mapping[str, str]) -> None:
        self._history = history
        self._secrets = secrets
        self._met: set[str] = set()
        self.origin = ""

    def url(self, tenant_id: str, number: int, receives: Receives) -> str:
        """A callback URL for the task of a number; empty for a task that shall have none."""
        return f"{self.origin}/{tenant_id}/{receives}/{number}" if receives else ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the one request of a connection."""
        with (
            contextlib.closing(writer),
            # Who sends may be killed in the middle of it.
            contextlib.suppress(OSError, asyncio.IncompleteReadError),
        ):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            lines = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            notice = self._notice(head[0].split()[1], headers, body)
            self._history.notices.append(notice)
            if notice.answered:
                answer = f"HTTP/1.1 {notice.answered} {_REASONS[notice.answered]}\r\n"
                writer.write(f"{answer}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()

    def _notice(self, path: str, headers: Mapping[str, str], body: bytes) -> Notice:
        at_s = time.time()
        _, tenant_id, receives, _ = path.split("/")
        webhook_id = headers.get("webhook-id", "")
        fault, told = "", {}
        try:
            told = Webhook(self._secrets[tenant_id]).verify(body, dict(headers))
        except WebhookVerificationError as error:
            fault = f"its signature does not hold: {error}"
        except ValueError:
            fault = "its body is no JSON"
        answered = 200
        if webhook_id not in self._met:
            answered = {"fails": 500, "hangs_up": 0}.get(receives, 200)
            self._met.add(webhook_id)
        return Notice(
            at_s=at_s,
            url=f"{self.origin}{path}",
            webhook_id=webhook_id,
            task_id=str(told.get("task_id", "")),
            status=str(told.get("status", "")),
            body=hashlib.sha256(body).hexdigest(),
            fault=fault,
            answered=answered,
        )


@contextlib.asynccontextmanager
async def receiving(history: History, secrets: Mapping[str, str]) -> AsyncIterator[Receiver]:
    """A receiver on a free loopback port for the length of the block.

    Args:
        history: Where it takes down what it receives.
        secrets: What the webhooks of each tenant are signed with, by the tenant's id.
    """
    receiver = Receiver(history, secrets)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    receiver.origin = f"http://{host}:{port}"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
