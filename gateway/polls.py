"""Status polls over HTTP: the call that clients repeat most, without transcoding.

The edge sends plain polls here (no query, no body, nothing to unescape), all other calls as gRPC.
Each goes through the same middlewares to the same servicer as the RPC, and answers the same; what
it saves is Envoy's transcoder, its scripts and a gRPC call, more than half of a poll's CPU time.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from google.protobuf.descriptor import ServiceDescriptor

from manusmesh.content.v1 import content_service_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import policy, rest
from meshkit.errors import MeshError, Reason
from meshkit.http1 import Answer, Answerer, Request
from meshkit.interceptors import Handlers

HEALTH: Final = "/health"
"""What the edge asks to find out whether this replica takes calls: 200 or 503."""
_PATH: Final = re.compile("/api/(?P<job>[a-z-]+)/status/(?P<task_id>[A-Za-z0-9_-]+)")
"""As the route of the edge has it."""
_TIME_S: Final = 14.0
"""Seconds that a poll may take; the edge gives it 15, and Redis's time is up long before."""


def polls(service: ServiceDescriptor) -> Callable[[Handlers, Callable[[], bool]], Answerer]:
    """Makes what answers polls of a service's jobs, once its handlers are known.

    Returns:
        A function of the handlers and of what tells whether the process serves.
    """
    methods = {
        rule.job: path
        for path, rule in policy.read([service]).items()
        if rule.role == policy_pb2.JOB_ROLE_STATUS
    }

    def make(handlers: Handlers, is_serving: Callable[[], bool]) -> Answerer:
        behaviours = {job: handlers.unary(path) for job, path in methods.items()}

        async def answer(request: Request) -> Answer:
            if request.target == HEALTH:
                return Answer(200 if is_serving() else 503, (), b"")
            return await _poll(behaviours, request)

        return answer

    return make


async def _poll(behaviours: Mapping[str, rest.Behaviour], request: Request) -> Answer:
    asked = _PATH.fullmatch(request.target) if request.method == "GET" else None
    behaviour = behaviours.get(asked["job"]) if asked is not None else None
    if asked is None or behaviour is None:
        unknown = "No such route: check path and HTTP method."
        return rest.refusal(MeshError(Reason.NOT_FOUND, unknown))
    message = content_service_pb2.JobTaskRequest(task_id=asked["task_id"])
    return await rest.call(behaviour, message, request, _TIME_S)
