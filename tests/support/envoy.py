"""The real Envoy, started with the committed configuration on free ports."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
import httpx

from meshkit.local import envoy, programs
from tests.support.redis import free_ports

ROOT: Final = Path(__file__).resolve().parents[2]
CONFIG: Final = ROOT / "envoy.yaml"
DESCRIPTOR: Final = ROOT / "gen" / "manusmesh" / "descriptors.binpb"
BINARY: Final = programs.envoy()
_DIE_WITH_PARENT: Final = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Sets PR_SET_PDEATHSIG to SIGTERM, then becomes its arguments: a killed run leaves nothing."""

_START_TIMEOUT_S: Final = 20.0
_CALL_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Edge:
    """A running Envoy.

    Attributes:
        port: The public port on 127.0.0.1.
        admin_port: The admin port on 127.0.0.1.
        access_log: File that the JSON access log goes to, one object a line.
        error_log: File that Envoy's own log goes to.
        process: The process; `run` ends it.
        clusters: Those that hold replicas of the gateway.
    """

    port: int
    admin_port: int
    access_log: Path
    error_log: Path
    process: asyncio.subprocess.Process
    clusters: Sequence[str]

    @property
    def url(self) -> str:
        """Base URL of the public port."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.AsyncClient:
        """An HTTP client of the public port that no proxy of the environment comes between."""
        return httpx.AsyncClient(base_url=self.url, timeout=_CALL_TIMEOUT_S, trust_env=False)

    def channel(self) -> grpc.aio.Channel:
        """A gRPC channel to the public port; likewise."""
        options = [("grpc.enable_http_proxy", 0)]
        return grpc.aio.insecure_channel(f"127.0.0.1:{self.port}", options=options)

    @property
    def admin_url(self) -> str:
        """Base URL of the admin port."""
        return f"http://127.0.0.1:{self.admin_port}"

    async def until_healthy(self, replicas: int) -> None:
        """Wait until exactly so many replicas are healthy; TimeoutError after 20 s."""
        query = {"filter": f"^cluster.({'|'.join(self.clusters)}).membership_healthy$"}
        wanted = len(self.clusters) * [str(replicas)]
        async with asyncio.timeout(_START_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as client:
            while True:
                stats = await client.get(f"{self.admin_url}/stats", params=query)
                if [line.rpartition(": ")[2] for line in stats.text.split("\n")[:-1]] == wanted:
                    return
                await asyncio.sleep(_POLL_S)

    async def log_with(self, text: str) -> str:
        """The access log once it holds this text; TimeoutError after 20 s."""
        async with asyncio.timeout(_START_TIMEOUT_S):
            while True:
                log = self.access_log.read_text(encoding="utf-8")
                if text in log:
                    return log
                await asyncio.sleep(_POLL_S)


@contextlib.asynccontextmanager
async def run(
    directory: Path,
    gateways: Sequence[envoy.Address],
    *,
    polls: Sequence[envoy.Address] = (),
    changes: Mapping[str, str] | None = None,
) -> AsyncIterator[Edge]:
    """Run Envoy in front of these gateways; its files go to `directory`.

    Args:
        directory: For the configuration and the logs.
        gateways: The replicas.
        polls: Where they answer polls; none do when empty.
        changes: Texts of the rendered configuration and what stands in their place, such as
            shorter timeouts.

    Raises:
        ValueError: If a text to change is not in the configuration.
        RuntimeError: If Envoy ends or does not get ready; with its log.
    """
    port, admin_port, nowhere = free_ports(3)
    text = envoy.render(
        CONFIG,
        port=port,
        admin_port=admin_port,
        gateways=gateways,
        polls=polls or [("127.0.0.1", nowhere)],
        descriptor=DESCRIPTOR,
    )
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(f"The configuration does not hold {old!r}.")
        text = text.replace(old, new)
    config = directory / "envoy.yaml"
    config.write_text(text, encoding="utf-8")
    access_log, error_log = directory / "access.log", directory / "error.log"
    with access_log.open("wb") as out, error_log.open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _DIE_WITH_PARENT),
            *envoy.command(BINARY, config),
            stdout=out,
            stderr=err,
            cwd=directory,
        )
    clusters = ["gateway", "polls"] if polls else ["gateway"]
    edge = Edge(port, admin_port, access_log, error_log, process, clusters)
    try:
        await _until_ready(edge)
        yield edge
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(edge: Edge) -> None:
    deadline = asyncio.get_running_loop().time() + _START_TIMEOUT_S
    async with httpx.AsyncClient(trust_env=False) as client:
        while edge.process.returncode is None and asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{edge.admin_url}/ready")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(_POLL_S)
    raise RuntimeError(f"Envoy is not ready: {edge.error_log.read_text(encoding='utf-8')}")
