"""The committed configuration, and what a local mesh makes of it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshkit.local import envoy
from tests.support.envoy import BINARY, CONFIG, DESCRIPTOR, ROOT


def validate(config: Path, cwd: Path) -> None:
    """Fail unless Envoy accepts the configuration without a warning."""
    result = subprocess.run(
        [BINARY, "--mode", "validate", "-c", config, "--log-level", "warning"],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr


def test_the_committed_configuration_is_valid_from_the_root() -> None:
    validate(CONFIG, ROOT)


def test_the_committed_admin_port_is_on_loopback() -> None:
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    assert config["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


def rendered(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "port": 18080,
        "admin_port": 19901,
        "gateways": [("127.0.0.1", 15051)],
        "polls": [("127.0.0.1", 15050)],
        "descriptor": DESCRIPTOR,
    }
    return json.loads(envoy.render(CONFIG, **(arguments | changes)))


def addresses(config: Any, name: str) -> list[tuple[str, int]]:
    """Endpoints of a cluster."""
    (cluster,) = [c for c in config["static_resources"]["clusters"] if c["name"] == name]
    return [
        tuple(endpoint["endpoint"]["address"]["socket_address"].values())
        for group in cluster["load_assignment"]["endpoints"]
        for endpoint in group["lb_endpoints"]
    ]


def test_a_local_mesh_has_its_own_ports_and_absolute_paths() -> None:
    gateways = [("127.0.0.1", 15051), ("127.0.0.1", 15052)]
    polls = [("127.0.0.1", 15053), ("127.0.0.1", 15054)]
    config = rendered(gateways=gateways, polls=polls, collector=("127.0.0.1", 14317))
    listener = config["static_resources"]["listeners"][0]
    public = {"socket_address": {"address": "127.0.0.1", "port_value": 18080}}
    assert listener["address"] == public
    admin = {"socket_address": {"address": "127.0.0.1", "port_value": 19901}}
    assert config["admin"]["address"] == admin
    assert addresses(config, "gateway") == gateways
    assert addresses(config, "polls") == polls
    assert addresses(config, "telemetry") == [("127.0.0.1", 14317)]
    text = json.dumps(config)
    assert str(DESCRIPTOR) in text
    assert str(ROOT / "envoy" / "requests.lua") in text
    assert str(ROOT / "envoy" / "responses.lua") in text


def test_spans_are_made_only_for_a_collector() -> None:
    without, with_one = json.dumps(rendered()), rendered(collector=("127.0.0.1", 14317))
    assert "opentelemetry" not in without
    assert "opentelemetry" in json.dumps(with_one)
    assert addresses(with_one, "telemetry") == [("127.0.0.1", 14317)]


def test_admin_stays_on_loopback_whatever_the_public_interface() -> None:
    config = rendered(host="0.0.0.0")
    assert config["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


def test_nothing_else_changes() -> None:
    original = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    config = rendered(
        port=8080,
        admin_port=9901,
        host="0.0.0.0",
        gateways=[("127.0.0.1", 50051)],
        polls=[("127.0.0.1", 50050)],
    )
    text = json.dumps(config)
    text = text.replace(str(ROOT) + "/", "")
    assert json.loads(text) == original


def test_a_mesh_without_a_gateway_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one gateway"):
        rendered(gateways=[])


def test_the_rendered_configuration_is_valid_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "envoy.yaml"
    gateways = [("127.0.0.1", 15051), ("gateway.example", 15052)]
    for collector in (None, ("collector.example", 4317)):
        config = rendered(gateways=gateways, collector=collector)
        path.write_text(json.dumps(config), encoding="utf-8")
        validate(path, tmp_path)


def test_the_command_line_runs_one_worker_by_itself(tmp_path: Path) -> None:
    command = envoy.command(BINARY, tmp_path / "envoy.yaml")
    assert command[:3] == [str(BINARY), "-c", str(tmp_path / "envoy.yaml")]
    assert "--disable-hot-restart" in command
    assert command[command.index("--concurrency") + 1] == "1"
