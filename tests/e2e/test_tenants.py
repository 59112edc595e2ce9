"""An operator's day over the command line: everything arrives at the tenant over REST."""

import json
import subprocess
import sys
import time
from typing import Any

import httpx

from tests.support.mesh import Mesh, manusmesh

WITHIN_S = 5.0
"""How soon a change holds everywhere."""


def operator(mesh: Mesh, *arguments: str) -> Any:
    return json.loads(manusmesh(*arguments, "--state-dir", str(mesh.state_dir), "--json"))


def ask(mesh: Mesh, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{mesh.url}/api/tasks", headers=headers, timeout=60, trust_env=False)


def wait_for(mesh: Mesh, key: str, status: int) -> None:
    """Asks until the answer has this status; AssertionError when it takes too long."""
    give_up_at = time.monotonic() + WITHIN_S
    asked = 0.0
    while asked < give_up_at:
        asked = time.monotonic()
        if ask(mesh, key).status_code == status:
            return
        time.sleep(0.1)
    raise AssertionError("not within the time that was promised")


def test_a_tenants_life(mesh: Mesh) -> None:
    created = operator(mesh, "tenants", "create", "life", "--limit", "status=3600/50")
    assert created["tenant_id"] == "tenant_life"
    assert created["webhook_secret"].startswith("whsec_")
    first = created["key"]
    answer = ask(mesh, first)
    assert answer.status_code == 200
    assert answer.headers["ratelimit-limit"] == "50"

    changed = operator(mesh, "tenants", "set-limit", "life", "--reset", "status")
    assert (changed["overridden"], changed["limits"]["status"]["burst"]) == ([], 100)

    rotated = operator(mesh, "keys", "rotate", created["api_key"]["key_id"], "--overlap", "1h")
    assert ask(mesh, rotated["key"]).status_code == 200
    assert ask(mesh, first).status_code == 200
    assert operator(mesh, "keys", "revoke", first)["status"] == "revoked"
    wait_for(mesh, first, 401)
    assert ask(mesh, rotated["key"]).status_code == 200

    operator(mesh, "tenants", "disable", "life")
    wait_for(mesh, rotated["key"], 401)
    operator(mesh, "tenants", "enable", "life")
    wait_for(mesh, rotated["key"], 200)

    told = operator(mesh, "audit", "list", "--about", "life")["events"]
    assert [event["action"].partition(".")[2] for event in told] == [
        "EnableTenant",
        "DisableTenant",
        "SetLimits",
        "CreateTenant",
    ]
    assert {event["outcome"] for event in told} == {"ok"}
    for log in (mesh.state_dir / "logs").iterdir():
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not any(secret in text for secret in (first, created["webhook_secret"]))


def test_a_tenants_key_opens_no_operators_door(mesh: Mesh) -> None:
    command = ("tenants", "list", "--url", mesh.url, "--admin-key", mesh.key, "--json")
    done = subprocess.run(
        [sys.executable, "-m", "meshkit.cli", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "PERMISSION_DENIED"
