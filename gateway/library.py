"""The library RPCs' thin adapter: what the tenant's tasks have made for keeps."""

from collections.abc import Sequence
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.content.v1 import analyze_brand_voice_pb2, generate_skill_pb2
from manusmesh.library.v1 import library_service_pb2 as pb
from manusmesh.library.v1 import library_service_pb2_grpc as rpc
from meshkit.errors import MeshError, Reason
from meshkit.library import Item, Kind, Library, version_name
from meshkit.middleware import Context, current_call

_PAGE_SIZE: Final = 20


class LibraryServicer(rpc.LibraryServiceServicer):
    """Speaks `library.v1`; another tenant's item does not exist."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def ListSkills(  # noqa: N802 - the contract's name
        self, request: pb.ListSkillsRequest, context: Context
    ) -> pb.ListSkillsResponse:
        """Lists skills in their newest versions."""
        items, token = await self._page(Kind.SKILL, request.page_size, request.page_token)
        return pb.ListSkillsResponse(
            skills=[
                pb.SkillEntry(
                    skill_id=item.item_id,
                    skill_name=item.name,
                    version=version_name(item.version),
                    created_at=_time(item),
                    task_id=item.task_id,
                )
                for item in items
            ],
            next_page_token=token,
        )

    async def GetSkill(  # noqa: N802
        self, request: pb.GetSkillRequest, context: Context
    ) -> pb.Skill:
        """Answers a skill in a version."""
        tenant_id = current_call.get().principal.tenant_id
        items = await self._library.versions(tenant_id, Kind.SKILL, request.skill_id)
        item = _wanted(items, request.version, "skill")
        stored = await self._part(Kind.SKILL, item, "result")
        result = generate_skill_pb2.GenerateSkillResult.FromString(stored)
        return pb.Skill(
            skill_id=item.item_id,
            skill_name=item.name,
            version=version_name(item.version),
            created_at=_time(item),
            task_id=item.task_id,
            versions=[version_name(each.version) for each in items],
            skill_yaml=result.skill_yaml,
            result=result,
        )

    async def ListBrandVoices(  # noqa: N802
        self, request: pb.ListBrandVoicesRequest, context: Context
    ) -> pb.ListBrandVoicesResponse:
        """Lists brand voices."""
        items, token = await self._page(Kind.BRAND_VOICE, request.page_size, request.page_token)
        return pb.ListBrandVoicesResponse(
            brand_voices=[
                pb.BrandVoiceEntry(
                    profile_id=item.item_id,
                    created_at=_time(item),
                    task_id=item.task_id,
                    version=version_name(item.version),
                )
                for item in items
            ],
            next_page_token=token,
        )

    async def GetBrandVoice(  # noqa: N802
        self, request: pb.GetBrandVoiceRequest, context: Context
    ) -> pb.BrandVoice:
        """Answers a brand voice."""
        tenant_id = current_call.get().principal.tenant_id
        items = await self._library.versions(tenant_id, Kind.BRAND_VOICE, request.profile_id)
        item = _wanted(items, request.version, "brand voice")
        stored = await self._part(Kind.BRAND_VOICE, item, "result")
        return pb.BrandVoice(
            profile_id=item.item_id,
            created_at=_time(item),
            task_id=item.task_id,
            result=analyze_brand_voice_pb2.AnalyzeBrandVoiceResult.FromString(stored),
            version=version_name(item.version),
            versions=[version_name(each.version) for each in items],
        )

    async def _page(self, kind: Kind, size: int, token: str) -> tuple[list[Item], str]:
        tenant_id = current_call.get().principal.tenant_id
        return await self._library.page(tenant_id, kind, size=size or _PAGE_SIZE, token=token)

    async def _part(self, kind: Kind, item: Item, name: str) -> bytes:
        tenant_id = current_call.get().principal.tenant_id
        stored = await self._library.part(tenant_id, kind, item.item_id, item.version, name)
        if stored is None:
            # One script writes an item with all its parts.
            message = "A kept item lacks a part."
            raise MeshError(Reason.INTERNAL, message)
        return stored


def _wanted(items: Sequence[Item], version: str, kind: str) -> Item:
    """The item in a version; the newest, which comes first, when none is named."""
    for item in items:
        if version in ("", version_name(item.version)):
            return item
    raise MeshError(Reason.NOT_FOUND, f"There is no such {kind}, or not in this version.")


def _time(item: Item) -> Timestamp:
    seconds, rest_ms = divmod(item.created_ms, 1000)
    return Timestamp(seconds=seconds, nanos=rest_ms * 1_000_000)
