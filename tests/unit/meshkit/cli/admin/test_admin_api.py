"""What all commands of operators have in common: the key, routes, pages, tables and exit codes."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.cli import run
from tests.unit.meshkit.cli.admin.fake_mesh import KEY_ID, FakeMesh


def test_the_operators_key_comes_from_the_state_directory(
    mesh: FakeMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.delenv("MESH_ADMIN_KEY")
    (state / "key").write_text("sk_local\n", encoding="ascii")
    (state / "admin-key").write_text("ak_local\n", encoding="ascii")
    envoy = {"envoy": {"pid": 1, "port": 4321, "started": 1}}
    (state / "processes.json").write_text(json.dumps(envoy), encoding="utf-8")
    run("tenants", "list", "--state-dir", str(state))
    run("tenants", "list", "--url", "https://mesh.example.com", "--admin-key", "ak_given")
    monkeypatch.setenv("MESH_ADMIN_KEY", "ak_of_the_environment")
    run("tenants", "list", "--url", "https://mesh.example.com")
    assert [(r.url.host, r.headers["authorization"]) for r in mesh.requests] == [
        ("127.0.0.1", "Bearer ak_local"),
        ("mesh.example.com", "Bearer ak_given"),
        ("mesh.example.com", "Bearer ak_of_the_environment"),
    ]
    assert mesh.requests[0].url.port == 4321


def test_without_an_operators_key_the_way_to_one_is_told(
    mesh: FakeMesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_ADMIN_KEY")
    code, _, err = run("tenants", "list", "--url", "https://mesh.example.com")
    assert code == 4
    assert "--admin-key" in err
    assert "--state-dir" in err
    assert mesh.requests == []


def test_names_cannot_lead_to_another_route(mesh: FakeMesh) -> None:
    run("tenants", "show", "a/../../keys?x#y")
    run("keys", "revoke", "a/b")
    assert [request.url.raw_path for request in mesh.requests] == [
        b"/api/admin/tenants/tenant_a%2F..%2F..%2Fkeys%3Fx%23y",
        b"/api/admin/keys/a%2Fb/revoke",
    ]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("tenants", "list"), "tenants"),
        (("keys", "list", "acme"), "keys"),
        (("keys", "list", "--admin"), "keys"),
        (("audit", "list"), "events"),
    ],
)
def test_lists_follow_the_pages(mesh: FakeMesh, command: tuple[str, ...], name: str) -> None:
    mesh.items = 230
    answer = json.loads(run(*command, "--json")[1])
    assert len(answer[name]) == 230
    assert answer["next_page_token"] == ""
    assert [request.url.params["page_size"] for request in mesh.requests] == ["100"] * 3
    mesh.requests.clear()
    answer = json.loads(run(*command, "--limit", "130", "--json")[1])
    assert len(answer[name]) == 130
    assert answer["next_page_token"] == "130"
    assert [request.url.params["page_size"] for request in mesh.requests] == ["100", "30"]
    assert run(*command)[0] == 0


def test_tables_show_what_counts(mesh: FakeMesh) -> None:
    assert "acme" in run("tenants", "list")[1]
    listed = run("keys", "list", "acme")[1]
    assert KEY_ID in listed
    # What people wrote is shown as it is.
    assert "[bold]Dify" in listed
    used = run("tenants", "usage", "acme")[1]
    assert "85%" in used
    assert "none" in used
    lines = run("audit", "list")[1]
    for value in ("11-21 06:32:00", "f" * 16, "CreateTenant", "tenant_acme", "ok"):
        assert value in lines


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "INVALID_ARGUMENT", 2),
        (404, "NOT_FOUND", 3),
        (403, "PERMISSION_DENIED", 4),
        (503, "UPSTREAM_UNAVAILABLE", 5),
        (409, "CONFLICT", 7),
    ],
)
def test_exit_codes(mesh: FakeMesh, status: int, code: str, expected: int) -> None:
    error = {"code": code, "message": "why", "details": {}}
    mesh.override = httpx.Response(status, json={"success": False, "error": error})
    exit_code, out, _ = run("tenants", "create", "acme", "--json")
    assert exit_code == expected
    assert json.loads(out) == {"success": False, "error": error}
    exit_code, _, err = run("keys", "revoke", KEY_ID)
    assert exit_code == expected
    assert f"{code} why" in err
