"""The part of the REST API that operators use: tenants, keys, budgets, audit, dead letters."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from meshkit.cli.api import Api
from meshkit.cli.errors import Json

_PAGE_MAX: Final = 100
"""The largest page that the API answers."""
_TENANTS: Final = "/api/admin/tenants"
_KEYS: Final = "/api/admin/keys"
_DEAD_LETTERS: Final = "/api/admin/dead-letters"


class AdminApi(Api):
    """Calls the API of one mesh with an operator's key.

    Every method raises `ApiError`, with UPSTREAM_UNAVAILABLE when nobody answers. Lists follow the
    pages of the API, and answer as one page does: the items, and a token when there are more.
    """

    def create_tenant(self, name: str, limits: Json, env: str) -> Json:
        """Creates a tenant: its id, first key and webhook secret."""
        return self._call("POST", _TENANTS, json={"name": name, "limits": limits, "env": env})

    def tenant(self, tenant_id: str) -> Json:
        """One tenant."""
        return self._call("GET", _of(tenant_id))

    def tenants(self, count: int | None) -> Json:
        """The first tenants by name, or with None all: `tenants`."""
        return self._list(_TENANTS, "tenants", count)

    def set_limits(self, tenant_id: str, limits: Json, reset: Sequence[str]) -> Json:
        """Changes what a tenant may do, and answers it."""
        body = {"limits": limits, "reset": list(reset)}
        return self._call("POST", f"{_of(tenant_id)}/limits", json=body)

    def switch_tenant(self, tenant_id: str, action: str) -> Json:
        """Disables or enables a tenant ("disable", "enable"), and answers it."""
        return self._call("POST", f"{_of(tenant_id)}/{action}", json={})

    def usage(self, tenant_id: str) -> Json:
        """What models have cost a tenant: `months`."""
        return self._call("GET", f"{_of(tenant_id)}/usage")

    def rotate_webhook_secret(self, tenant_id: str, overlap: str | None) -> Json:
        """Gives a tenant a new webhook secret, and answers it."""
        path = f"{_of(tenant_id)}/webhook-secret/rotate"
        return self._call("POST", path, json=_given(overlap=overlap))

    def issue_key(self, tenant_id: str, *, env: str, lifetime: str | None, label: str) -> Json:
        """Issues a key of a tenant, or with an empty id an operator's: `key` and `api_key`."""
        path = f"{_of(tenant_id)}/keys" if tenant_id else _KEYS
        return self._call("POST", path, json=_given(env=env, lifetime=lifetime, label=label))

    def keys(self, tenant_id: str, count: int | None) -> Json:
        """The latest keys of a tenant, or with an empty id the operators': `keys`."""
        return self._list(f"{_of(tenant_id)}/keys" if tenant_id else _KEYS, "keys", count)

    def rotate_key(self, key_id: str, overlap: str | None) -> Json:
        """Issues a key in the place of another: `key` and `api_key`."""
        path = f"{_KEYS}/{quote(key_id, safe='')}/rotate"
        return self._call("POST", path, json=_given(overlap=overlap))

    def revoke_key(self, key_id: str) -> Json:
        """Revokes a key, and answers what is known about it."""
        return self._call("POST", f"{_KEYS}/{quote(key_id, safe='')}/revoke", json={})

    def audit_events(self, count: int | None, **filters: str) -> Json:
        """The latest lines of the audit log that pass the filters: `events`."""
        return self._list("/api/admin/audit-events", "events", count, **filters)

    def dead_letters(self, count: int | None, **filters: str) -> Json:
        """The latest dead letters that pass the filters: `dead_letters`."""
        return self._list(_DEAD_LETTERS, "dead_letters", count, **filters)

    def dead_letter(self, task_id: str) -> Json:
        """One dead letter with the full record of its task."""
        return self._call("GET", f"{_DEAD_LETTERS}/{quote(task_id, safe='')}")

    def requeue_dead_letter(self, task_id: str) -> Json:
        """Queues the task of a dead letter again, and answers it."""
        path = f"{_DEAD_LETTERS}/{quote(task_id, safe='')}/requeue"
        return self._call("POST", path, json={})

    def _list(self, path: str, name: str, count: int | None, **filters: str) -> Json:
        items: list[Json] = []
        token = ""
        while True:
            size = _PAGE_MAX if count is None else min(_PAGE_MAX, count - len(items))
            params = _given(**filters, page_token=token)
            page = self._call("GET", path, params={**params, "page_size": size})
            items += page.get(name) or []
            token = str(page.get("next_page_token") or "")
            if not token or (count is not None and len(items) >= count):
                return {name: items, "next_page_token": token}


def _of(tenant_id: str) -> str:
    # One path segment whatever is in it: an id typed wrong must not reach another route.
    return f"{_TENANTS}/{quote(tenant_id, safe='')}"


def _given(**fields: str | None) -> dict[str, str]:
    """The fields that are set."""
    return {name: value for name, value in fields.items() if value}
