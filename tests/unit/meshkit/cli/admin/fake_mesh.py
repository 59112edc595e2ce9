"""A mesh as operators see it."""

import hashlib
import json
from typing import Any

import httpx

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


class FakeMesh:
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
