"""One Envoy and one stub gateway for each module."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.integration.edge import stub_gateway
from tests.support import envoy


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replica() -> AsyncIterator[stub_gateway.Replica]:
    async with stub_gateway.run() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(
    replica: stub_gateway.Replica, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[envoy.Edge]:
    directory = tmp_path_factory.mktemp("edge")
    addresses = [("127.0.0.1", replica.port)], [("127.0.0.1", replica.polls)]
    async with envoy.run(directory, addresses[0], polls=addresses[1]) as running:
        await running.until_healthy(1)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(edge: envoy.Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client() as opened:
        yield opened


@pytest.fixture
def stub(replica: stub_gateway.Replica) -> Iterator[stub_gateway.StubGateway]:
    yield replica.stub
    replica.stub.reset()
