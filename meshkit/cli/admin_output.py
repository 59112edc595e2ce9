"""Tenants, keys, costs and the audit log as tables."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.markup import escape
from rich.table import Table

from meshkit.cli.errors import Json

_STYLES: Final[Mapping[str, str]] = {
    "active": "green",
    "enabled": "green",
    "ok": "green",
    "expired": "yellow",
    "begun": "yellow",
    "disabled": "red",
    "revoked": "red",
}


def tenants_table(tenants: Sequence[Json]) -> Table:
    """Tenants, one a row; limits of their own are bold."""
    limits = ("ASYNC", "SYNC", "STATUS", "RUNNING", "QUEUED", "BUDGET")
    table = _table("NAME", "STATE", *limits, whole=("STATE", *limits))
    for column in table.columns[2:]:
        column.justify = "right"
    for tenant in tenants:
        names = ("async", "sync", "status", "running", "queued", "monthly_budget_usd")
        table.add_row(
            escape(str(tenant.get("name", ""))),
            _coloured("disabled" if tenant.get("disabled_at") else "enabled"),
            *(_limit(tenant, name) for name in names),
        )
    return table


def tenant_table(tenant: Json) -> Table:
    """One tenant with its limits; its own are bold."""
    table = _pairs()
    table.add_row("tenant_id", escape(str(tenant.get("tenant_id", ""))))
    disabled = tenant.get("disabled_at")
    since = f" since {_time(disabled)}" if disabled else ""
    table.add_row("status", _coloured("disabled" if disabled else "enabled") + since)
    table.add_row("created", _time(tenant.get("created_at")))
    for name in ("async", "sync", "status"):
        table.add_row(name, f"{_limit(tenant, name)} an hour / burst")
    table.add_row("running", f"{_limit(tenant, 'running')} tasks at once")
    table.add_row("queued", f"{_limit(tenant, 'queued')} tasks that wait or run")
    table.add_row("watchers", f"{_limit(tenant, 'watchers')} streams of events at once")
    table.add_row("budget", f"{_limit(tenant, 'monthly_budget_usd')} a month")
    return table


def secrets_table(pairs: Mapping[str, str]) -> Table:
    """What is shown this once: names and values, which are never cut."""
    table = _pairs()
    for name, value in pairs.items():
        table.add_row(name, escape(value))
    return table


def keys_table(keys: Sequence[Json]) -> Table:
    """Keys, one a row."""
    whole = ("KEY", "ENV", "STATUS", "CREATED", "EXPIRES")
    table = _table(*whole, "LAST USED", "LABEL", whole=whole)
    for key in keys:
        label = escape(str(key.get("label", "")))
        if rotated := str(key.get("rotated_to") or ""):
            label += f"{' ' if label else ''}[dim]→ {escape(rotated)}[/]"
        table.add_row(
            escape(str(key.get("key_id", ""))),
            escape(str(key.get("env", ""))),
            _coloured(str(key.get("status", ""))),
            _day(key.get("created_at")),
            _day(key.get("expires_at")),
            _time(key.get("last_used_at")) or "[dim]never[/]",
            label,
        )
    return table


def usage_table(months: Sequence[Json]) -> Table:
    """Months, one a row, in USD."""
    table = _table("MONTH", "SPENT", "RESERVED", "BUDGET", "USED")
    for column in table.columns[1:]:
        column.justify = "right"
    for month in months:
        budget, spent = float(month.get("budget_usd") or 0), float(month.get("spent_usd") or 0)
        share = spent / budget if budget else 0
        style = "red" if share >= 1 else "yellow" if share >= 0.8 else "default"
        table.add_row(
            escape(str(month.get("month", ""))),
            _usd(spent),
            _usd(float(month.get("reserved_usd") or 0)),
            _usd(budget) if budget else "[dim]none[/]",
            f"[{style}]{share:.0%}[/]" if budget else "",
        )
    return table


def audit_table(events: Sequence[Json]) -> Table:
    """Lines of the audit log, one a row."""
    table = _table("TIME", "BY", "ACTION", "TARGET", "OUTCOME", whole=("TIME",))
    for event in events:
        actor = str(event.get("actor_tenant_id") or event.get("actor_kind", ""))
        table.add_row(
            # The log is of 90 days, so the year goes without saying.
            _time(event.get("time"), to=19)[5:],
            f"{escape(actor)} [dim]{escape(str(event.get('actor_key_id', '')))}[/]",
            # No two services have methods of one name.
            escape(str(event.get("action", "")).rpartition(".")[2]),
            escape(str(event.get("target", ""))),
            _coloured(str(event.get("outcome", "")), other="red"),
        )
    return table


def _table(*columns: str, whole: Sequence[str] = ()) -> Table:
    """An empty table; columns of `whole` keep to one line."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        # What does not fit is folded, never cut: ids are there to be copied.
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    return table


def _pairs() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    return table


def _coloured(word: str, *, other: str = "default") -> str:
    return f"[{_STYLES.get(word, other)}]{escape(word)}[/]"


def _limit(tenant: Json, name: str) -> str:
    value = (tenant.get("limits") or {}).get(name)
    if isinstance(value, dict):
        text = f"{value.get('per_hour', 0)}/{value.get('burst', 0)}"
    elif name == "monthly_budget_usd":
        text = _usd(float(value)) if value else "none"
    else:
        text = str(value or 0)
    return f"[bold]{text}[/]" if name in (tenant.get("overridden") or ()) else text


def _usd(amount: float) -> str:
    return f"{amount:,.2f} USD"


def _time(value: object, *, to: int = 16) -> str:
    return escape(str(value or "")[:to].replace("T", " "))


def _day(value: object) -> str:
    return _time(value, to=10)
