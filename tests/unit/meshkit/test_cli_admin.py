"""Commands of operators: what they send, what they write, and their exit codes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from meshkit.cli import admin_api, admin_input
from meshkit.cli.admin_api import AdminApi
from meshkit.cli.app import app
from meshkit.cli.errors import ApiError

KEY = "sk_openmanus_prod_acme_" + "0" * 32
KEY_ID = hashlib.sha256(KEY.encode()).hexdigest()[:16]
SECRET = "whsec_" + "A" * 43 + "="
LIMITS = {
    **{name: {"per_hour": 1000, "burst": 100} for name in ("async", "sync", "status")},
    "running": 8,
    "queued": 10_000,
    "watchers": 100,
    "monthly_budget_usd": 0.0,
}
TENANT = {
    "tenant_id": "tenant_acme",
    "name": "acme",
    "created_at": "2026-11-21T06:32:00Z",
    "limits": LIMITS,
    "overridden": ["async"],
}
API_KEY = {
    "key_id": KEY_ID,
    "tenant_id": "tenant_acme",
    "kind": "tenant",
    "env": "prod",
    "status": "active",
    "created_at": "2026-11-21T06:32:00Z",
    "expires_at": "2027-02-19T06:32:00Z",
    "label": "[bold]Dify[/]",
    "rotated_to": "",
}
EVENT = {
    "id": "1-0",
    "time": "2026-11-21T06:32:00.123Z",
    "actor_kind": "admin",
    "actor_key_id": "f" * 16,
    "action": "TenantService.CreateTenant",
    "target": "tenant_acme",
    "outcome": "ok",
}
MONTH = {"month": "2026-11", "budget_usd": 10.0, "spent_usd": 8.5, "reserved_usd": 0.25}


class Mesh:
    """Answers as a mesh would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.override: httpx.Response | None = None
        self.items = 1

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.override or httpx.Response(200, json=self.answer(request))

    def answer(self, request: httpx.Request) -> dict[str, Any]:  # noqa: PLR0911 (one a route)
        path, method = request.url.path, request.method
        created = {"tenant_id": "tenant_acme", "key": KEY, "webhook_secret": SECRET}
        if (method, path) == ("POST", "/api/admin/tenants"):
            return created | {"tenant": TENANT, "api_key": API_KEY}
        if path.endswith("/revoke"):
            return API_KEY | {"status": "revoked"}
        if path.endswith("/webhook-secret/rotate"):
            return {"webhook_secret": SECRET}
        if path.endswith("/usage"):
            return {"months": [MONTH, MONTH | {"month": "2026-10", "budget_usd": 0.0}]}
        if method == "POST" and path.endswith(("/keys", "/rotate")):
            return {"key": KEY, "api_key": API_KEY}
        for name, item in (("tenants", TENANT), ("keys", API_KEY), ("audit-events", EVENT)):
            if method == "GET" and path.endswith(f"/{name}"):
                return self.page(request, name.replace("audit-", ""), item)
        return TENANT

    def page(self, request: httpx.Request, name: str, item: dict[str, Any]) -> dict[str, Any]:
        begin = int(request.url.params.get("page_token", 0))
        end = min(begin + int(request.url.params["page_size"]), self.items)
        return {name: [item] * (end - begin), "next_page_token": str(end) * (end < self.items)}

    @property
    def last(self) -> tuple[str, str, Any]:
        """Method, path and body of the last request."""
        request = self.requests[-1]
        body = json.loads(request.content) if request.content else None
        return request.method, request.url.path.removeprefix("/api/admin"), body


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mesh:
    mesh = Mesh()

    class Connected(AdminApi):
        def __init__(self, url: str, key: str) -> None:
            super().__init__(url, key, transport=httpx.MockTransport(mesh))

    monkeypatch.setattr(admin_api, "AdminApi", Connected)
    monkeypatch.chdir(tmp_path)
    for name in ("MESH_URL", "MESH_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MESH_ADMIN_KEY", "ak_of_the_environment")
    return mesh


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout, done.stderr


def test_creating_a_tenant(mesh: Mesh) -> None:
    arguments = ("--limit", "async=1000/100", "--limit", "running=4", "--env", "test", "--json")
    code, out, _ = run("tenants", "create", "acme", *arguments)
    assert code == 0
    answer = json.loads(out)
    assert (answer["tenant_id"], answer["key"], answer["webhook_secret"]) == (
        "tenant_acme",
        KEY,
        SECRET,
    )
    limits = {"async": {"per_hour": 1000, "burst": 100}, "running": 4}
    assert mesh.last == ("POST", "/tenants", {"name": "acme", "limits": limits, "env": "test"})


def test_a_new_tenants_limits_are_written_as_those_of_one_that_exists(mesh: Mesh) -> None:
    arguments = ("--limit", "async=10/1", "status=100/10", "running=2")
    assert run("tenants", "create", "acme", *arguments)[0] == 0
    assert mesh.last[2]["limits"] == {
        "async": {"per_hour": 10, "burst": 1},
        "status": {"per_hour": 100, "burst": 10},
        "running": 2,
    }


def test_what_is_shown_once_is_not_cut(mesh: Mesh) -> None:
    code, out, err = run("tenants", "create", "acme")
    assert code == 0
    assert KEY in out
    assert SECRET in out
    assert "not shown again" in err
    for command in (("keys", "issue", "acme"), ("keys", "rotate", KEY_ID)):
        assert KEY in run(*command)[1]
    assert SECRET in run("tenants", "rotate-webhook-secret", "acme")[1]


@pytest.mark.parametrize("name", ["acme", "tenant_acme"])
@pytest.mark.parametrize(
    ("command", "sent"),
    [
        ("show", ("GET", "", None)),
        ("disable", ("POST", "/disable", {})),
        ("enable", ("POST", "/enable", {})),
        ("usage", ("GET", "/usage", None)),
        ("rotate-webhook-secret", ("POST", "/webhook-secret/rotate", {})),
    ],
)
def test_a_tenant_by_name_or_id(
    mesh: Mesh, name: str, command: str, sent: tuple[str, str, Any]
) -> None:
    for more in ((), ("--json",)):
        code, out, _ = run("tenants", command, name, *more)
        assert code == 0
        assert out
        method, path, body = sent
        assert mesh.last == (method, f"/tenants/tenant_acme{path}", body)


def test_setting_limits(mesh: Mesh) -> None:
    own = ("sync=5/1", "queued=500", "watchers=50", "budget=25.5")
    code, out, _ = run(
        *("tenants", "set-limit", "acme", *own, "--limit", "async=7/3"),
        *("--reset", "status", "--reset", "budget"),
    )
    assert code == 0
    assert "1000/100" in out
    assert mesh.last[:2] == ("POST", "/tenants/tenant_acme/limits")
    assert mesh.last[2] == {
        "limits": {
            "sync": {"per_hour": 5, "burst": 1},
            "queued": 500,
            "watchers": 50,
            "monthly_budget_usd": 25.5,
            "async": {"per_hour": 7, "burst": 3},
        },
        "reset": ["status", "monthly_budget_usd"],
    }


def test_a_limit_that_is_the_default_again_needs_no_other(mesh: Mesh) -> None:
    assert run("tenants", "set-limit", "acme", "--reset", "async")[0] == 0
    assert mesh.last[2] == {"limits": {}, "reset": ["async"]}


@pytest.mark.parametrize(
    "assignments",
    [
        ("async",),
        ("async=",),
        ("async=10",),
        ("async=10/",),
        ("async=-1/1",),
        ("running=4/4",),
        ("running=four",),
        ("budget=1e9",),
        ("budget=-1",),
        ("nonsense=1",),
        ("running=1", "running=2"),
        (),
    ],
)
def test_no_limits(mesh: Mesh, assignments: tuple[str, ...]) -> None:
    assert run("tenants", "set-limit", "acme", "--", *assignments)[0] == 2
    assert mesh.requests == []


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("24h", 86_400), ("10m", 600), ("0s", 0)]
)
def test_durations(text: str, seconds: int) -> None:
    assert admin_input.duration(text) == f"{seconds}s"


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("", ""),
        ("acme", "tenant_acme"),
        ("tenant_acme", "tenant_acme"),
        ("task_" + "0" * 32, "task_" + "0" * 32),
        (KEY, KEY_ID),
        (KEY_ID, KEY_ID),
    ],
)
def test_whom_the_audit_log_is_about(text: str, about: str) -> None:
    assert admin_input.subject(text) == about


@pytest.mark.parametrize("text", ["30", "d", "1.5h", "-1h", "1 h", "1w", "P1D"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ApiError, match="duration"):
        admin_input.duration(text)


def test_issuing_keys(mesh: Mesh) -> None:
    more = ("--env", "dev", "--lifetime", "30d", "--label", "Dify", "--json")
    code, out, _ = run("keys", "issue", "acme", *more)
    assert code == 0
    assert json.loads(out)["key"] == KEY
    body = {"env": "dev", "lifetime": "2592000s", "label": "Dify"}
    assert mesh.last == ("POST", "/tenants/tenant_acme/keys", body)
    assert run("keys", "issue", "--admin")[0] == 0
    assert mesh.last == ("POST", "/keys", {"env": "prod"})


def test_whose_keys_must_be_clear(mesh: Mesh) -> None:
    for command in ("issue", "list"):
        assert run("keys", command)[0] == 2
        assert run("keys", command, "acme", "--admin")[0] == 2
    assert mesh.requests == []


def test_rotating_and_revoking_by_id(mesh: Mesh) -> None:
    assert run("keys", "rotate", KEY_ID, "--overlap", "1h")[0] == 0
    assert mesh.last == ("POST", f"/keys/{KEY_ID}/rotate", {"overlap": "3600s"})
    assert run("keys", "rotate", KEY_ID, "--overlap", "0s")[0] == 0
    assert mesh.last[2] == {"overlap": "0s"}
    code, out, _ = run("keys", "revoke", KEY_ID)
    assert code == 0
    assert "revoked" in out
    assert mesh.last == ("POST", f"/keys/{KEY_ID}/revoke", {})


def test_a_whole_key_stays_here(mesh: Mesh) -> None:
    run("keys", "revoke", KEY)
    run("keys", "rotate", f" {KEY}\n")
    run("audit", "list", "--about", KEY)
    assert [request.url.path.split("/")[4] for request in mesh.requests[:2]] == [KEY_ID] * 2
    assert mesh.requests[2].url.params["about"] == KEY_ID
    for request in mesh.requests:
        assert KEY not in str(request.url)
        assert KEY.encode() not in request.content


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("tenants", "list"), "tenants"),
        (("keys", "list", "acme"), "keys"),
        (("keys", "list", "--admin"), "keys"),
        (("audit", "list"), "events"),
    ],
)
def test_lists_follow_the_pages(mesh: Mesh, command: tuple[str, ...], name: str) -> None:
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


def test_tables_show_what_counts(mesh: Mesh) -> None:
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


def test_filters_of_the_audit_log(mesh: Mesh) -> None:
    times = ("--after", "2026-11-21T00:00:00Z", "--before", "2026-11-22T00:00:00Z")
    assert run("audit", "list", "--about", "tenant_acme", *times)[0] == 0
    assert dict(mesh.requests[0].url.params) == {
        "about": "tenant_acme",
        "after": "2026-11-21T00:00:00Z",
        "before": "2026-11-22T00:00:00Z",
        "page_size": "100",
    }


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
def test_exit_codes(mesh: Mesh, status: int, code: str, expected: int) -> None:
    error = {"code": code, "message": "why", "details": {}}
    mesh.override = httpx.Response(status, json={"success": False, "error": error})
    exit_code, out, _ = run("tenants", "create", "acme", "--json")
    assert exit_code == expected
    assert json.loads(out) == {"success": False, "error": error}
    exit_code, _, err = run("keys", "revoke", KEY_ID)
    assert exit_code == expected
    assert f"{code} why" in err


def test_names_cannot_lead_to_another_route(mesh: Mesh) -> None:
    run("tenants", "show", "a/../../keys?x#y")
    run("keys", "revoke", "a/b")
    assert [request.url.raw_path for request in mesh.requests] == [
        b"/api/admin/tenants/tenant_a%2F..%2F..%2Fkeys%3Fx%23y",
        b"/api/admin/keys/a%2Fb/revoke",
    ]


def test_the_operators_key_comes_from_the_state_directory(
    mesh: Mesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_ADMIN_KEY")
    code, _, err = run("tenants", "list", "--url", "https://mesh.example.com")
    assert code == 4
    assert "--admin-key" in err
    assert "--state-dir" in err
    assert mesh.requests == []
