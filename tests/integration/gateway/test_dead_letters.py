"""The dead-letter RPCs, behind the real interceptors."""

from operator import attrgetter

import pytest

from manusmesh.task.v1 import dead_letter_service_pb2 as pb
from meshkit.errors import Reason
from meshkit.tasks import keys
from tests.support.dead import buried
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT

METHODS = (
    (attrgetter("ListDeadLetters"), pb.ListDeadLettersRequest()),
    (attrgetter("GetDeadLetter"), pb.GetDeadLetterRequest(task_id=keys.new_task_id())),
    (attrgetter("RequeueDeadLetter"), pb.RequeueDeadLetterRequest(task_id=keys.new_task_id())),
)


async def test_an_operator_finds_reads_and_requeues(dead_letters, store, redis, operator):
    task_id = await buried(redis, store)
    page = await dead_letters.ListDeadLetters(pb.ListDeadLettersRequest(), metadata=operator)
    assert [letter.task_id for letter in page.dead_letters] == [task_id]
    assert not page.dead_letters[0].HasField("task")

    request = pb.GetDeadLetterRequest(task_id=task_id)
    call = dead_letters.GetDeadLetter(request, metadata=operator)
    letter = await call
    assert (letter.tenant_id, letter.step, len(letter.holders)) == (TENANT, "coder", 3)
    assert letter.task.status == "failed"
    assert [step.step for step in letter.task.detail.steps] == ["coder"]
    assert dict(await call.trailing_metadata())["taskid"] == task_id

    requeue = pb.RequeueDeadLetterRequest(task_id=task_id)
    task = await dead_letters.RequeueDeadLetter(requeue, metadata=operator)
    assert (task.task_id, task.status, task.queue_position) == (task_id, "queued", 1)
    page = await dead_letters.ListDeadLetters(pb.ListDeadLettersRequest(), metadata=operator)
    assert list(page.dead_letters) == []
    again = await failure(dead_letters.RequeueDeadLetter(requeue, metadata=operator))
    assert again.error.reason == Reason.TASK_NOT_FOUND


@pytest.mark.parametrize(("method", "request_"), METHODS)
async def test_no_tenant_gets_near(dead_letters, store, redis, *, acme, method, request_):
    """Not even to a letter of its own."""
    task_id = await buried(redis, store)
    if hasattr(request_, "task_id"):
        request_ = type(request_)(task_id=task_id)
    refused = await failure(method(dead_letters)(request_, metadata=acme))
    assert refused.error.reason == Reason.PERMISSION_DENIED
    nobody = await failure(method(dead_letters)(request_))
    assert nobody.error.reason == Reason.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("field", "value"),
    [("tenant_id", "acme"), ("page_size", 101), ("page_size", -1), ("page_token", "x")],
)
async def test_a_wrong_list_request(dead_letters, operator, field, value):
    request = pb.ListDeadLettersRequest(**{field: value})
    failed = await failure(dead_letters.ListDeadLetters(request, metadata=operator))
    assert [violation.field for violation in failed.error.violations] == [field]


@pytest.mark.parametrize("task_id", ["x", "*", "{dead}:letters", "task_" + "0" * 32])
async def test_what_is_no_letter_is_not_found(dead_letters, operator, task_id):
    for method, request in METHODS[1:]:
        asked = type(request)(task_id=task_id)
        failed = await failure(method(dead_letters)(asked, metadata=operator))
        assert failed.error.reason == Reason.TASK_NOT_FOUND
