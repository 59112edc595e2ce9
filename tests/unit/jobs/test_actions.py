import pytest
from google.protobuf import descriptor_pool
from google.protobuf.message_factory import GetMessageClass

from buf.validate import validate_pb2
from jobs import JOBS, actions
from jobs.job import Action
from manusmesh.task.v1 import task_service_pb2

ACTIONS = [value for value in vars(actions).values() if isinstance(value, Action)]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.path)
def test_an_action_is_an_rpc_of_its_agents_contract(action):
    service, _, name = action.path[1:].rpartition("/")
    assert service.split(".")[1] == action.agent
    method = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
    assert method.server_streaming
    assert GetMessageClass(method.input_type) is action.request
    assert GetMessageClass(method.output_type) is action.event
    assert "context" in action.request.DESCRIPTOR.fields_by_name
    [oneof] = action.event.DESCRIPTOR.oneofs
    assert [field.name for field in oneof.fields] == [
        "progress",
        "message",
        "tool_call",
        "usage",
        "result",
    ]
    assert GetMessageClass(oneof.fields[4].message_type) is action.result


def test_tasks_can_be_listed_by_every_job():
    options = task_service_pb2.ListTasksRequest.DESCRIPTOR.fields_by_name["job"].GetOptions()
    listed = getattr(options.Extensions[validate_pb2.field].string, "in")
    assert set(listed) == set(JOBS)
