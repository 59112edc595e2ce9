from gateway import jobs
from gateway.tasks import _sse
from manusmesh.content.v1 import content_service_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import policy
from tests.support.tasks import skill_request

CONTENT = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]


def fingerprint(**fields: object) -> str:
    return jobs._fingerprint("generate-skill", skill_request(**fields))


def test_the_fingerprint_is_that_of_the_work():
    same = fingerprint()
    assert fingerprint(idempotency_key="k", tenant_id="tenant_a", wait_seconds=9) == same
    assert fingerprint(count=3) != same
    assert fingerprint(skill_name="Other") != same
    assert fingerprint(callback_url="https://example.com") != same
    assert jobs._fingerprint("refine-content", skill_request()) != same


def test_every_job_method_has_a_role_and_every_job_a_result():
    rules = policy.read([CONTENT]).values()
    assert all(rule.job and rule.role != policy_pb2.JOB_ROLE_UNSPECIFIED for rule in rules)
    assert set(jobs._result_types(CONTENT)) == {rule.job for rule in rules}


def test_frames():
    assert _sse("started", "{}", 3).data == b"id: 3\nevent: started\ndata: {}\n\n"
    assert _sse("heartbeat", "{}").data == b"event: heartbeat\ndata: {}\n\n"
