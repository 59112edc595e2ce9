"""The mesh under attack: a rig of several replicas, its processes, its Redis, its tenants."""

import contextlib
import os
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from chaos.patience import AsyncPatientTransport
from meshkit.local.launch import mesh_beside
from meshkit.local.process import alive, send
from meshkit.local.state import ProcessRecord, StateDir, read_processes
from rig.run import options

_UNLIMITED: Final = {"per_hour": 1_000_000_000, "burst": 1_000_000}
_LIMITS: Final = httpx.Limits(max_connections=200, max_keepalive_connections=50)
_LOOPBACK: Final = "127.0.0.0/8"
_REPLICA: Final = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant that was just created: its id, its key, and the secret that signs its webhooks."""

    tenant_id: str
    key: str
    webhook_secret: str


@dataclass(frozen=True, slots=True)
class Mesh:
    """A running mesh.

    Attributes:
        url: Where its public port is.
        state: Where its files are.
    """

    url: str
    state: StateDir

    def processes(self) -> dict[str, ProcessRecord]:
        """Every process by name, such as "gateway-2"; the supervisor, which is no part, is not."""
        return {
            name: record
            for name, record in read_processes(self.state).items()
            if name != "supervisor"
        }

    def names(self, service: str) -> list[str]:
        """The processes of a service."""
        return [name for name in self.processes() if service_of(name) == service]

    @contextlib.contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """Processes hang for the length of the block, unless they are killed in it.

        The supervisor may be named, too: who dies then stays dead until the end of the block.
        """
        everybody = read_processes(self.state)
        records = [everybody[name] for name in names]
        for record in records:
            os.kill(record.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for record in records:
                send(record.pid, signal.SIGCONT, still=partial(alive, record))

    def redis_url(self) -> str:
        """Where its Redis is, with the password."""
        config = (self.state.redis / "redis.conf").read_text(encoding="utf-8")
        settings = dict(re.findall(r"^(port|requirepass) (\S+)$", config, re.MULTILINE))
        return f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0"

    def client(
        self, key: str = "", *, timeout_s: float = 15.0, patient: bool = False
    ) -> httpx.AsyncClient:
        """A client; it may have 200 requests under way.

        Args:
            key: Its key; empty for none.
            timeout_s: For how long it waits for a part of an answer.
            patient: Whether it asks again where the mesh says that it is away.
        """
        return httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout_s,
            limits=_LIMITS,
            transport=AsyncPatientTransport(_LIMITS) if patient else None,
            trust_env=False,
        )

    async def tenant(
        self, name: str, *, running: int | None = None, queued: int | None = None
    ) -> "NewTenant":
        """Creates a tenant.

        Args:
            name: 1 to 32 of a-z and 0-9.
            running: How many of its tasks run at once, where other than by default. Its rate limits
                are out of reach.
            queued: How many of its tasks wait or run, where other than by default.

        Raises:
            httpx.HTTPStatusError: when it is refused.
        """
        limits: dict[str, Any] = dict.fromkeys(("async", "sync", "status"), _UNLIMITED)
        caps = {"running": running, "queued": queued}
        limits |= {name: cap for name, cap in caps.items() if cap is not None}
        body = {"name": name, "env": "test", "limits": limits}
        async with self.operator(patient=True) as client:
            answer = await client.post("/api/admin/tenants", json=body)
            answer.raise_for_status()
            made = answer.json()
            return NewTenant(made["tenant_id"], made["key"], made["webhook_secret"])

    def operator(self, *, patient: bool = False) -> httpx.AsyncClient:
        """A client with the operator's key, and as patient as `client`."""
        key = self.state.admin_key.read_text(encoding="ascii").strip()
        return self.client(key, patient=patient)


def service_of(name: str) -> str:
    """The service of a process: "gateway" for "gateway-2"."""
    return _REPLICA.sub("", name)


@contextlib.contextmanager
def running(
    state_dir: Path, *, replicas: Mapping[str, int], step_ms: int, lease_s: float
) -> Iterator[Mesh]:
    """A rig for the length of the block; it ends with this process, however that ends.

    Args:
        state_dir: Where it keeps everything.
        replicas: Processes of a service, for those that shall have other than one.
        step_ms: Milliseconds that each of the four steps of a task takes.
        lease_s: How long a task stays with an orchestrator that is dead.

    Raises:
        LocalMeshError: when it does not start.
    """
    settings = {
        "MESH_WORKER__LEASE_S": str(lease_s),
        # Four renewals a lease, as by default.
        "MESH_WORKER__RENEW_S": str(lease_s / 4),
    }
    given = options(
        state_dir,
        replicas=replicas,
        # Where webhooks are received.
        allow_private=[_LOOPBACK],
        step_ms=step_ms,
        environment=settings,
    )
    with mesh_beside(given) as started:
        yield Mesh(started.url, started.state)
