import asyncio

import pytest

from manusmesh.content.v1 import analyze_brand_voice_pb2, generate_skill_pb2
from manusmesh.library.v1 import library_service_pb2 as pb
from meshkit.errors import Reason
from meshkit.library import Kind, Library, NewVersion
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT

SKILL = "skill_weekly_tip_v1"


async def keep(redis, kind: Kind, item_id: str, number: int, result) -> str:
    kept, task_id = Library(redis), f"task_{number:032x}"
    version = await kept.reserve(TENANT, kind, item_id, task_id)
    parts = {"result": result.SerializeToString()}
    await kept.keep(TENANT, NewVersion(kind, item_id, version, "Weekly tip", parts), task_id)
    return task_id


@pytest.fixture
async def skills(redis) -> list[str]:
    """Two versions of one skill and one of another; the tasks that made them."""
    made = []
    for number, skill_id in enumerate((SKILL, SKILL, "skill_other_v1"), start=1):
        result = generate_skill_pb2.GenerateSkillResult(
            skill_id=skill_id, skill_yaml=f"version: 1.{number - 1}.0"
        )
        made.append(await keep(redis, Kind.SKILL, skill_id, number, result))
        # Lists go by the millisecond: what one of them holds has no order of its own.
        await asyncio.sleep(0.002)
    return made


async def test_skills_are_listed_in_their_newest_version(library, skills, acme):
    found = await library.ListSkills(pb.ListSkillsRequest(), metadata=acme)
    assert [(each.skill_id, each.version) for each in found.skills] == [
        ("skill_other_v1", "1.0.0"),
        (SKILL, "1.1.0"),
    ]
    assert found.skills[1].task_id == skills[1]
    assert (found.skills[1].skill_name, found.next_page_token) == ("Weekly tip", "")
    assert found.skills[1].created_at.seconds > 0


async def test_the_list_comes_in_pages(library, skills, acme):
    first = await library.ListSkills(pb.ListSkillsRequest(page_size=1), metadata=acme)
    second = await library.ListSkills(
        pb.ListSkillsRequest(page_size=1, page_token=first.next_page_token), metadata=acme
    )
    ids = [page.skills[0].skill_id for page in (first, second)]
    assert (ids, second.next_page_token) == (["skill_other_v1", SKILL], "")


@pytest.mark.parametrize(("version", "number"), [("", 1), ("1.1.0", 1), ("1.0.0", 0)])
async def test_a_skill_in_a_version(library, skills, acme, version, number):
    skill = await library.GetSkill(
        pb.GetSkillRequest(skill_id=SKILL, version=version), metadata=acme
    )
    assert (skill.version, skill.task_id) == (f"1.{number}.0", skills[number])
    assert skill.skill_yaml == f"version: 1.{number}.0"
    assert skill.result.skill_id == SKILL
    assert list(skill.versions) == ["1.1.0", "1.0.0"]


@pytest.mark.parametrize(
    ("skill_id", "version"), [("skill_none_v1", ""), (SKILL, "9.9.9"), (SKILL, "x}:{y")]
)
async def test_what_there_is_not(library, skills, acme, skill_id, version):
    request = pb.GetSkillRequest(skill_id=skill_id, version=version)
    failed = await failure(library.GetSkill(request, metadata=acme))
    assert failed.error.reason == Reason.NOT_FOUND


async def test_another_tenants_items_do_not_exist(library, skills, acme, other):
    mine = await failure(
        library.GetSkill(pb.GetSkillRequest(skill_id="skill_none_v1"), metadata=other)
    )
    foreign = await failure(library.GetSkill(pb.GetSkillRequest(skill_id=SKILL), metadata=other))
    assert (foreign.error.reason, foreign.error.message) == (mine.error.reason, mine.error.message)
    assert not (await library.ListSkills(pb.ListSkillsRequest(), metadata=other)).skills


async def test_brand_voices(library, redis, acme, other):
    result = analyze_brand_voice_pb2.AnalyzeBrandVoiceResult(profile_id="voice_1")
    task_id = await keep(redis, Kind.BRAND_VOICE, "voice_1", 1, result)
    found = await library.ListBrandVoices(pb.ListBrandVoicesRequest(), metadata=acme)
    assert [(each.profile_id, each.task_id) for each in found.brand_voices] == [
        ("voice_1", task_id)
    ]
    request = pb.GetBrandVoiceRequest(profile_id="voice_1")
    voice = await library.GetBrandVoice(request, metadata=acme)
    assert (voice.profile_id, voice.result) == ("voice_1", result)
    assert (voice.version, list(voice.versions)) == ("1.0.0", ["1.0.0"])
    assert [each.version for each in found.brand_voices] == ["1.0.0"]
    unknown = pb.GetBrandVoiceRequest(profile_id="voice_1", version="9.9.9")
    assert (
        await failure(library.GetBrandVoice(unknown, metadata=acme))
    ).error.reason == Reason.NOT_FOUND
    failed = await failure(library.GetBrandVoice(request, metadata=other))
    assert failed.error.reason == Reason.NOT_FOUND
