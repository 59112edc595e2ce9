import pytest
from grpc_health.v1 import health_pb2

from manusmesh.coder.v1 import coder_service_pb2
from manusmesh.content.v1 import content_service_pb2
from manusmesh.planning.v1 import planning_service_pb2
from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.research.v1 import research_service_pb2
from manusmesh.system.v1 import system_service_pb2
from manusmesh.task.v1 import task_service_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import policy

MODULES = (
    coder_service_pb2,
    content_service_pb2,
    planning_service_pb2,
    reporter_service_pb2,
    research_service_pb2,
    system_service_pb2,
    task_service_pb2,
)
SERVICES = [s for module in MODULES for s in module.DESCRIPTOR.services_by_name.values()]


def test_every_method_of_the_mesh_has_a_policy():
    assert len(policy.read(SERVICES)) == sum(len(service.methods) for service in SERVICES)


def test_agents_are_internal_and_tenants_methods_cost_tokens():
    agents = ("planning", "research", "coder", "reporter")
    for path, rule in policy.read(SERVICES).items():
        internal = path.split(".")[1] in agents
        assert (rule.access == policy_pb2.ACCESS_INTERNAL) is internal
        has_class = rule.limit_class != policy_pb2.LIMIT_CLASS_UNSPECIFIED
        assert has_class is (rule.access == policy_pb2.ACCESS_TENANT)


def test_a_method_without_a_policy_is_refused():
    health = health_pb2.DESCRIPTOR.services_by_name["Health"]
    with pytest.raises(ValueError, match=r"grpc\.health\.v1\.Health\.\w+ has no policy"):
        policy.read([health])


def test_nobody_may_call_an_unknown_method():
    assert policy.of("/a.B/C", {}).access == policy_pb2.ACCESS_UNSPECIFIED
    assert policy.of("/grpc.health.v1.Health/Check", {}).access == policy_pb2.ACCESS_PUBLIC
