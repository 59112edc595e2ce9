"""The public calls, read from the descriptors: each as REST and as gRPC, with a valid request."""

import importlib
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from manusmesh.type.v1 import policy_pb2
from meshkit.local import programs

_VARIABLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A public RPC.

    Attributes:
        name: Such as "TaskService.GetTask".
        path: Of the RPC over gRPC.
        verb: The HTTP method; empty when it has no REST form.
        url: The path template over REST.
        admin: Whether it takes an operator's key.
        streams: Whether it answers a stream.
        about_task: Whether its request names a task.
        method: Its descriptor.
    """

    name: str
    path: str
    verb: str
    url: str
    admin: bool
    streams: bool
    about_task: bool
    method: MethodDescriptor

    def rest(self, values: Mapping[str, Any]) -> tuple[str, str, dict[str, Any] | None]:
        """Verb, path with query, and body of a request with those of the values it knows."""
        known = self._known(values)
        used = set(_VARIABLE.findall(self.url))
        path = _VARIABLE.sub(
            lambda found: urllib.parse.quote(str(values[found[1]]), safe=""), self.url
        )
        left = {name: value for name, value in known.items() if name not in used}
        if self.verb == "POST":
            return self.verb, path, left
        query = urllib.parse.urlencode(left)
        return self.verb, f"{path}?{query}" if query else path, None

    def message(self, values: Mapping[str, Any]) -> Message:
        """The request with those of the values it knows."""
        made = message_factory.GetMessageClass(self.method.input_type)()
        return json_format.ParseDict(self._known(values), made)

    def response(self, data: bytes) -> Message:
        """Reads an answer."""
        return message_factory.GetMessageClass(self.method.output_type).FromString(data)

    def _known(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            field.name: values[field.name]
            for field in self.method.input_type.fields
            if field.name in values
        }


@cache
def calls() -> tuple[Call, ...]:
    """Every RPC for tenants and operators, one for each way it can be reached over REST."""
    return tuple(_calls())


def _calls() -> Iterator[Call]:
    files = descriptor_pb2.FileDescriptorSet.FromString(programs.descriptors().read_bytes())
    pool = descriptor_pool.Default()
    for file in files.file:
        if file.package.startswith("manusmesh.") and file.service:
            # Enters it into the pool.
            importlib.import_module(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        for service in file.service:
            full_name = f"{file.package}.{service.name}"
            for method in service.method:
                # The stubs know extensions only on the generated class of the options.
                options: Any = method.options
                policy = options.Extensions[policy_pb2.policy]
                if policy.access not in (policy_pb2.ACCESS_TENANT, policy_pb2.ACCESS_ADMIN):
                    continue
                found = pool.FindMethodByName(f"{full_name}.{method.name}")
                rule = options.Extensions[annotations_pb2.http]
                for binding in (rule, *rule.additional_bindings):
                    verb = binding.WhichOneof("pattern") or ""
                    yield Call(
                        name=f"{service.name}.{method.name}",
                        path=f"/{full_name}/{method.name}",
                        verb=verb.upper(),
                        url=getattr(binding, verb) if verb else "",
                        admin=policy.access == policy_pb2.ACCESS_ADMIN,
                        streams=method.server_streaming,
                        about_task="task_id" in found.input_type.fields_by_name,
                        method=found,
                    )
