"""Composition root of the research agent."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from manusmesh.knowledge.v1 import knowledge_store_service_pb2, knowledge_store_service_pb2_grpc
from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.research.v1 import research_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.isolation.workers import open_workers
from meshkit.outbound.dialing import CheckedBackend, SystemResolver
from meshkit.outbound.fetcher import Fetcher
from meshkit.redis import Redis
from meshkit.server import Served
from services.posts import load
from services.research.competitor import CompetitorReader
from services.research.images import DECODER_MEMORY_MAX, ImageExaminer, image_settings
from services.research.knowledge.base import KnowledgeBase
from services.research.knowledge.base import load as load_vectors
from services.research.knowledge.opening import open_store
from services.research.knowledge.servicer import KnowledgeStoreServicer
from services.research.servicer import ResearchServicer
from services.research.settings import ResearchSettings
from services.research.tools.firecrawl import Firecrawl
from services.research.tools.rendering import Renderer
from services.research.tools.sources import SourceReader
from services.research.tools.web_search import WebSearch


async def serve() -> None:
    """Serves the research agent until SIGTERM."""
    settings = ResearchSettings()
    descriptor = pb.DESCRIPTOR.services_by_name["ResearchService"]

    @contextlib.asynccontextmanager
    async def compose(redis: Redis) -> AsyncIterator[Sequence[Served]]:
        async with contextlib.AsyncExitStack() as closing:
            workers = await closing.enter_async_context(open_workers())
            resolver = SystemResolver()
            closing.push_async_callback(resolver.close)
            backend = CheckedBackend(settings.fetch.networks, resolver)
            fetcher = Fetcher(settings.fetch, backend, redis, workers)
            others = (
                Renderer(fetcher, settings.web.chromium, sandbox=settings.web.chromium_sandbox),
                Firecrawl(backend, settings.web.firecrawl_url, settings.firecrawl_api_key),
            )
            search = WebSearch(
                backend, settings.web.search_url, settings.google_api_key, settings.google_cse_id
            )
            reader = SourceReader(fetcher, workers, others)
            store = await closing.enter_async_context(open_store(settings.knowledge))
            base = KnowledgeBase(store, workers)
            # A child that decodes takes up to 200 MB: one at a time.
            decoders = await closing.enter_async_context(
                open_workers(size=1, memory_max=DECODER_MEMORY_MAX)
            )
            image_fetcher = Fetcher(image_settings(settings.fetch), backend, redis, workers)
            images = ImageExaminer(image_fetcher, decoders)
            servicer = ResearchServicer(CompetitorReader(reader, search), base, images)
            knowledge_servicer = KnowledgeStoreServicer(base)
            yield (
                Served(
                    descriptor,
                    lambda server: rpc.add_ResearchServiceServicer_to_server(servicer, server),
                ),
                Served(
                    knowledge_store_service_pb2.DESCRIPTOR.services_by_name[
                        "KnowledgeStoreService"
                    ],
                    lambda server: (
                        knowledge_store_service_pb2_grpc.add_KnowledgeStoreServiceServicer_to_server(
                            knowledge_servicer, server
                        )
                    ),
                ),
            )

    await serve_agent("research", compose, prepare=prepare, settings=settings)


def prepare() -> None:
    """Loads what the first call would have to load: coefficients, models, word vectors."""
    load()
    load_vectors()
