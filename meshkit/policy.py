"""Method policies, read from the protos: who may call an RPC, what it costs, its job."""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from manusmesh.type.v1 import policy_pb2

PUBLIC_SERVICES = (
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
    "grpc.reflection.v1.ServerReflection",
)
"""Services of gRPC itself, which say nothing about tenants and need no key."""

_PUBLIC = policy_pb2.MethodPolicy(access=policy_pb2.ACCESS_PUBLIC)
_REFUSED = policy_pb2.MethodPolicy()


def read(services: Iterable[ServiceDescriptor]) -> Mapping[str, policy_pb2.MethodPolicy]:
    """The policy of every method of `services`, by its path such as `/pkg.Service/Method`.

    Raises:
        ValueError: when a method has no policy: nobody could call it, so it is a mistake.
    """
    policies = {}
    for service in services:
        for method in service.methods:
            # The stubs know extensions only on the generated class of the options.
            options: Any = method.GetOptions()
            policy: policy_pb2.MethodPolicy = options.Extensions[policy_pb2.policy]
            if policy.access == policy_pb2.ACCESS_UNSPECIFIED:
                msg = f"{method.full_name} has no policy"
                raise ValueError(msg)
            policies[f"/{service.full_name}/{method.name}"] = policy
    return policies


def of(path: str, policies: Mapping[str, policy_pb2.MethodPolicy]) -> policy_pb2.MethodPolicy:
    """The policy of a method; one that refuses everybody when the method is unknown."""
    found = policies.get(path)
    if found is not None:
        return found
    service = path[1:].partition("/")[0]
    return _PUBLIC if service in PUBLIC_SERVICES else _REFUSED
