"""Every key that a mesh leaves in Redis is on the page that lists them, with type and lifetime."""

import re
import time
from pathlib import Path

import pytest

from tests.support.mesh import Mesh, manusmesh, redis_command, request, wait_done

PAGE = Path(__file__).parents[2] / "docs" / "redis.md"
BOUNDED = ("7 days", "24 hours", "90 days past", "until it is full", "until then", "4 hours")
PLACES = {
    "<task>": r"task_[0-9a-f]{32}",
    "<tenant>": r"tenant_[a-z0-9]{1,32}",
    "<owner>": r"(?:tenant:\{tenant_[a-z0-9]{1,32}\}|\{operators\})",
    "<digest>": r"[0-9a-f]{64}",
    "<short digest>": r"[0-9a-f]{32}",
    "<kind>": r"(?:skill|brand-voice)",
    "<job>": r"[a-z-]+",
    "<lane>": r"(?::fast)?",
    "<class>": r"(?:async|sync|status)",
    "<key id>": r"[0-9a-f]{16}",
    "<entry>": r"[0-9]+-[0-9]+",
    "<host>": r"[a-z0-9.:_\[\]-]+",
    "<origin>": r"https?://[a-z0-9.:_\[\]-]+",
}


def documented() -> dict[re.Pattern[str], tuple[str, str]]:
    """Pattern of each key on the page to its type and lifetime."""
    rows = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4 and cells[0].startswith("`"):
            key = re.escape(cells[0].strip("`"))
            for place, form in PLACES.items():
                key = key.replace(re.escape(place), form)
            rows[re.compile(key)] = (cells[1], cells[3])
    return rows


@pytest.fixture
def busy(mesh, tenant):
    """The mesh after it has done some of everything."""
    with tenant("rediskeys").client() as client:
        started = client.post(
            "/api/generate-skill/start",
            json=request(callback_url="https://receiver.invalid/hook"),
            headers={"Idempotency-Key": "once"},
        )
        assert started.status_code == 200, started.text
        assert wait_done(client, started.json()["task_id"])["status"] == "completed"
        assert client.get("/api/tasks").status_code == 200
        # A tenant that is refused is written down.
        assert client.get("/api/admin/tenants").status_code == 403
    manusmesh("tenants", "create", "rediskeystwo", "--state-dir", str(mesh.state_dir), "--json")
    manusmesh(
        *("tenants", "set-limit", "rediskeystwo", "running=2", "async=10/5"),
        *("--state-dir", str(mesh.state_dir)),
    )
    admin_key = (mesh.state_dir / "admin-key").read_text().strip()
    with Mesh(mesh.url, admin_key, mesh.state_dir).client() as operator:
        path = "/api/admin/tenants/tenant_rediskeystwo/keys"
        answers = [
            operator.post(path, json={}, headers={"Idempotency-Key": "once"}) for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [200, 409], answers[-1].text
    key_id = answers[0].json()["api_key"]["key_id"]
    assert answers[1].json()["error"]["details"]["key_id"] == key_id
    return mesh


def test_every_key_is_documented_with_its_type_and_lifetime(busy):
    rows = documented()
    assert len(rows) > 25
    # What other tests have left running lasts until it is final.
    give_up_at = time.monotonic() + 300
    while redis_command(busy, "KEYS", "{queue}*:waiting:*"):
        assert time.monotonic() < give_up_at
        time.sleep(0.5)
    seen = set()
    for key in redis_command(busy, "KEYS", "*").splitlines():
        found = [row for row in rows if row.fullmatch(key)]
        assert len(found) == 1, key
        kind, lifetime = rows[found[0]]
        seen.add(found[0])
        of_redis = redis_command(busy, "TYPE", key)
        # It may have lapsed since.
        assert of_redis in (kind, "none"), key
        lasts = int(redis_command(busy, "TTL", key))
        if lifetime.startswith(BOUNDED):
            assert lasts != -1, key
        if lifetime == "for ever":
            assert lasts in (-1, -2), key
    assert len(seen) > 20
