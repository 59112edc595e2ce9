"""`audit …`: which events an operator asks for."""

import pytest

from meshkit.cli import admin_input
from tests.support.cli import run
from tests.unit.meshkit.cli.admin.fake_mesh import KEY, KEY_ID, FakeMesh


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


def test_filters_of_the_audit_log(mesh: FakeMesh) -> None:
    times = ("--after", "2026-11-21T00:00:00Z", "--before", "2026-11-22T00:00:00Z")
    assert run("audit", "list", "--about", "tenant_acme", *times)[0] == 0
    assert dict(mesh.requests[0].url.params) == {
        "about": "tenant_acme",
        "after": "2026-11-21T00:00:00Z",
        "before": "2026-11-22T00:00:00Z",
        "page_size": "100",
    }
