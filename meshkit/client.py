"""Calling other services of the mesh."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Final

import grpc

from meshkit import telemetry

_SERVICE_CONFIG: Final = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                # A call that no replica has begun to answer goes to another one at once.
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
_MESSAGE_MAX: Final = 16 * 1024 * 1024
_METADATA_MAX: Final = 64 * 1024
"""Bytes; an error inside the mesh carries its REST body besides its status."""


def target(addresses: str) -> str:
    """The target string of an address setting.

    Several `ip:port`, one a replica, become a fixed list; one DNS name is resolved to all its
    addresses, which is how a headless Kubernetes service names its replicas.
    """
    parts = [part.strip() for part in addresses.split(",") if part.strip()]
    if not parts:
        msg = "an address setting is empty"
        raise ValueError(msg)
    if all(part.rpartition(":")[0].replace(".", "").isdecimal() for part in parts):
        return "ipv4:" + ",".join(parts)
    if len(parts) > 1:
        msg = "several addresses must all be ip:port"
        raise ValueError(msg)
    return f"dns:///{parts[0]}"


def replicas(addresses: str) -> int:
    """How many replicas an address setting names; 2 for a DNS name, which tells no number."""
    if target(addresses).startswith("dns:"):
        return 2
    return sum(1 for part in addresses.split(",") if part.strip())


@contextlib.asynccontextmanager
async def channel(addresses: str) -> AsyncIterator[grpc.aio.Channel]:
    """A channel that spreads calls over all replicas; closed at the end of the block."""
    opened = grpc.aio.insecure_channel(
        target(addresses),
        options=(
            ("grpc.service_config", _SERVICE_CONFIG),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.keepalive_time_ms", 20_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            # gRPC's pings of its own keep those above from being sent; unanswered, such a one would
            # end a replica's connection after a minute only.
            ("grpc.http2.ping_timeout_ms", 25_000),
            ("grpc.max_receive_message_length", _MESSAGE_MAX),
            ("grpc.max_send_message_length", _MESSAGE_MAX),
            ("grpc.max_metadata_size", _METADATA_MAX),
            ("grpc.absolute_max_metadata_size", _METADATA_MAX),
        ),
    )
    try:
        yield opened
    finally:
        await opened.close()


def metadata(internal_key: str) -> tuple[tuple[str, str], ...]:
    """Metadata of a call inside the mesh: the shared key and the trace context."""
    trace = telemetry.current.get()
    traced = (("traceparent", trace.traceparent),) if trace is not None else ()
    return (("authorization", f"Bearer {internal_key}"), *traced)
