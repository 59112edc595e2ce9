"""The calls as the descriptors tell them."""

from urllib.parse import urlsplit

import pytest

from chaos.contract import Call, calls

VALUES = {"task_id": "task/1 ?", "tenant_id": "tenant_a", "wait_seconds": 3, "unheard_of": 1}


def call(name: str) -> Call:
    return next(call for call in calls() if call.name == name)


def test_tenants_and_operators_calls_and_no_others() -> None:
    names = {call.name for call in calls()}
    assert {"ContentService.StartGenerateSkill", "TaskService.WatchTask"} <= names
    assert call("DeadLetterService.ListDeadLetters").admin
    assert not call("TaskService.GetTask").admin
    assert not any("PlanningService" in name or "GetHealth" in name for name in names)


def test_every_way_to_reach_a_call() -> None:
    ways = [call.url for call in calls() if call.name == "TenantService.ListKeys"]
    assert ways == ["/api/admin/keys", "/api/admin/tenants/{tenant_id}/keys"]


def test_what_names_a_task() -> None:
    assert call("TaskService.CancelTask").about_task
    assert not call("TaskService.ListTasks").about_task


@pytest.mark.parametrize(
    "name", sorted({call.name for call in calls() if call.about_task and call.verb})
)
def test_an_id_cannot_leave_its_place_in_the_path(name: str) -> None:
    _, path, _ = call(name).rest(VALUES)
    assert "task%2F1%20%3F" in urlsplit(path).path


def test_a_get_has_its_fields_in_the_query_and_a_post_in_the_body() -> None:
    verb, path, body = call("ContentService.GetGenerateSkillStatus").rest(VALUES)
    assert (verb, body) == ("GET", None)
    assert path.endswith("?wait_seconds=3")
    assert call("TenantService.IssueKey").rest(VALUES) == (
        "POST",
        "/api/admin/tenants/tenant_a/keys",
        {},
    )


def test_a_message_has_the_fields_it_knows() -> None:
    made = call("TaskService.GetTask").message(VALUES)
    assert made == type(made)(task_id="task/1 ?")


def test_watching_streams() -> None:
    assert call("TaskService.WatchTask").streams
    assert not call("TaskService.GetTask").streams
