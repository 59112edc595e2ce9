"""`tenants …`: what an operator sends and sees of tenants and their limits."""

import json
from typing import Any

import pytest

from tests.support.cli import run
from tests.unit.meshkit.cli.admin.fake_mesh import KEY, SECRET, FakeMesh


def test_creating_a_tenant(mesh: FakeMesh) -> None:
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


def test_a_new_tenants_limits_are_written_as_those_of_one_that_exists(mesh: FakeMesh) -> None:
    arguments = ("--limit", "async=10/1", "status=100/10", "running=2")
    assert run("tenants", "create", "acme", *arguments)[0] == 0
    assert mesh.last[2]["limits"] == {
        "async": {"per_hour": 10, "burst": 1},
        "status": {"per_hour": 100, "burst": 10},
        "running": 2,
    }


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
    mesh: FakeMesh, name: str, command: str, sent: tuple[str, str, Any]
) -> None:
    for more in ((), ("--json",)):
        code, out, _ = run("tenants", command, name, *more)
        assert code == 0
        assert out
        method, path, body = sent
        assert mesh.last == (method, f"/tenants/tenant_acme{path}", body)


def test_setting_limits(mesh: FakeMesh) -> None:
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


def test_a_limit_that_is_the_default_again_needs_no_other(mesh: FakeMesh) -> None:
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
def test_no_limits(mesh: FakeMesh, assignments: tuple[str, ...]) -> None:
    assert run("tenants", "set-limit", "acme", "--", *assignments)[0] == 2
    assert mesh.requests == []
