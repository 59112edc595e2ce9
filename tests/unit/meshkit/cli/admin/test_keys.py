"""`keys …`: keys are issued, rotated and revoked, shown once and never sent back."""

import json

import pytest

from meshkit.cli import admin_input
from meshkit.cli.errors import ApiError
from tests.support.cli import run
from tests.unit.meshkit.cli.admin.fake_mesh import KEY, KEY_ID, SECRET, FakeMesh


def test_issuing_keys(mesh: FakeMesh) -> None:
    more = ("--env", "dev", "--lifetime", "30d", "--label", "Dify", "--json")
    code, out, _ = run("keys", "issue", "acme", *more)
    assert code == 0
    assert json.loads(out)["key"] == KEY
    body = {"env": "dev", "lifetime": "2592000s", "label": "Dify"}
    assert mesh.last == ("POST", "/tenants/tenant_acme/keys", body)
    assert run("keys", "issue", "--admin")[0] == 0
    assert mesh.last == ("POST", "/keys", {"env": "prod"})


def test_what_is_shown_once_is_not_cut(mesh: FakeMesh) -> None:
    code, out, err = run("tenants", "create", "acme")
    assert code == 0
    assert KEY in out
    assert SECRET in out
    assert "not shown again" in err
    for command in (("keys", "issue", "acme"), ("keys", "rotate", KEY_ID)):
        assert KEY in run(*command)[1]
    assert SECRET in run("tenants", "rotate-webhook-secret", "acme")[1]


def test_whose_keys_must_be_clear(mesh: FakeMesh) -> None:
    for command in ("issue", "list"):
        assert run("keys", command)[0] == 2
        assert run("keys", command, "acme", "--admin")[0] == 2
    assert mesh.requests == []


def test_rotating_and_revoking_by_id(mesh: FakeMesh) -> None:
    assert run("keys", "rotate", KEY_ID, "--overlap", "1h")[0] == 0
    assert mesh.last == ("POST", f"/keys/{KEY_ID}/rotate", {"overlap": "3600s"})
    assert run("keys", "rotate", KEY_ID, "--overlap", "0s")[0] == 0
    assert mesh.last[2] == {"overlap": "0s"}
    code, out, _ = run("keys", "revoke", KEY_ID)
    assert code == 0
    assert "revoked" in out
    assert mesh.last == ("POST", f"/keys/{KEY_ID}/revoke", {})


def test_a_whole_key_stays_here(mesh: FakeMesh) -> None:
    run("keys", "revoke", KEY)
    run("keys", "rotate", f" {KEY}\n")
    run("audit", "list", "--about", KEY)
    assert [request.url.path.split("/")[4] for request in mesh.requests[:2]] == [KEY_ID] * 2
    assert mesh.requests[2].url.params["about"] == KEY_ID
    for request in mesh.requests:
        assert KEY not in str(request.url)
        assert KEY.encode() not in request.content


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("24h", 86_400), ("10m", 600), ("0s", 0)]
)
def test_durations(text: str, seconds: int) -> None:
    assert admin_input.duration(text) == f"{seconds}s"


@pytest.mark.parametrize("text", ["30", "d", "1.5h", "-1h", "1 h", "1w", "P1D"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ApiError, match="duration"):
        admin_input.duration(text)
