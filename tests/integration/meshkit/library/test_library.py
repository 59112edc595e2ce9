import asyncio

import pytest

from meshkit.errors import MeshError
from meshkit.library import Kind, Library, NewVersion, version_name

ACME, OTHER = "tenant_acme", "tenant_other"
FIRST, SECOND = "task_" + "1" * 32, "task_" + "2" * 32


@pytest.fixture
def library(redis) -> Library:
    return Library(redis)


async def keep(
    library: Library, item_id: str, task_id: str, tenant_id: str = ACME, content: bytes = b"x"
) -> int:
    version = await library.reserve(tenant_id, Kind.SKILL, item_id, task_id)
    new = NewVersion(Kind.SKILL, item_id, version, f"Name of {item_id}", {"result": content})
    await library.keep(tenant_id, new, task_id)
    return version


async def test_what_was_kept_is_there(library):
    content = b"long" * 5000
    assert await keep(library, "skill_a_v1", FIRST, content=content) == 1
    [item] = await library.versions(ACME, Kind.SKILL, "skill_a_v1")
    assert (item.name, item.task_id, item.version) == ("Name of skill_a_v1", FIRST, 1)
    assert item.created_ms > 0
    assert await library.part(ACME, Kind.SKILL, "skill_a_v1", 1, "result") == content
    assert await library.part(ACME, Kind.SKILL, "skill_a_v1", 1, "other") is None
    assert await library.part(ACME, Kind.SKILL, "skill_a_v1", 2, "result") is None


async def test_a_task_has_one_version_however_often_it_is_taken_up(library):
    for _ in range(2):
        assert await keep(library, "skill_a_v1", FIRST) == 1
    again = NewVersion(Kind.SKILL, "skill_a_v1", 1, "changed", {"result": b"changed"})
    await library.keep(ACME, again, FIRST)
    assert await library.part(ACME, Kind.SKILL, "skill_a_v1", 1, "result") == b"x"
    assert await keep(library, "skill_a_v1", SECOND) == 2
    found = await library.versions(ACME, Kind.SKILL, "skill_a_v1")
    assert [version_name(item.version) for item in found] == ["1.1.0", "1.0.0"]


async def test_tasks_at_once_get_different_versions(library):
    tasks = [f"task_{number:032x}" for number in range(20)]
    versions = await asyncio.gather(*(keep(library, "skill_a_v1", task) for task in tasks))
    assert sorted(versions) == list(range(1, 21))


async def test_a_version_that_came_to_nothing_leaves_a_gap(library):
    assert await library.reserve(ACME, Kind.SKILL, "skill_a_v1", FIRST) == 1
    assert await library.versions(ACME, Kind.SKILL, "skill_a_v1") == []
    assert await keep(library, "skill_a_v1", SECOND) == 2
    assert [i.version for i in await library.versions(ACME, Kind.SKILL, "skill_a_v1")] == [2]


async def test_an_older_version_that_comes_late_is_not_the_newest(library):
    await library.reserve(ACME, Kind.SKILL, "skill_a_v1", FIRST)
    await keep(library, "skill_a_v1", SECOND)
    await keep(library, "skill_a_v1", FIRST)
    [item], _ = await library.page(ACME, Kind.SKILL, size=10, token="")
    assert (item.version, item.task_id) == (2, SECOND)


async def test_tenants_and_kinds_do_not_see_one_another(library):
    await keep(library, "skill_a_v1", FIRST)
    assert await library.versions(OTHER, Kind.SKILL, "skill_a_v1") == []
    assert await library.versions(ACME, Kind.BRAND_VOICE, "skill_a_v1") == []
    assert await library.page(OTHER, Kind.SKILL, size=10, token="") == ([], "")


async def test_pages_hold_each_item_once_the_newest_first(library):
    for number in range(7):
        await keep(library, f"skill_{number}_v1", f"task_{number:032x}")
    seen, token = [], ""
    while True:
        items, token = await library.page(ACME, Kind.SKILL, size=3, token=token)
        seen += items
        if not token:
            break
        assert len(items) == 3
    assert {item.item_id for item in seen} == {f"skill_{number}_v1" for number in range(7)}
    times = [item.created_ms for item in seen]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("token", ["rubbish", "MTox", "e30"])
async def test_a_token_of_nobodys_is_refused(library, token):
    await keep(library, "skill_a_v1", FIRST)
    if token == "MTox":
        # A time and an id: the form of a token, which goes on from there.
        assert (await library.page(ACME, Kind.SKILL, size=1, token=token))[1] == ""
        return
    with pytest.raises(MeshError) as raised:
        await library.page(ACME, Kind.SKILL, size=1, token=token)
    assert raised.value.reason == "INVALID_ARGUMENT"


@pytest.mark.parametrize("item_id", ["", "a b", "x}:{y", "\n", "ü" * 200])
async def test_any_text_may_be_asked_for(library, item_id):
    assert await library.versions(ACME, Kind.SKILL, item_id) == []
