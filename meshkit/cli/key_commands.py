"""`keys …` and `audit …`: the keys of tenants and operators, and what was done with them."""

from typing import Annotated

import typer

from meshkit.cli import admin_input
from meshkit.cli.admin_output import audit_table, keys_table, secrets_table
from meshkit.cli.commands import (
    AdminKey,
    AsJson,
    Count,
    Overlap,
    StateDirOption,
    Url,
    connect_admin,
    reporting,
)
from meshkit.cli.errors import Json
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output

keys = typer.Typer(no_args_is_help=True, help="Issue, list, rotate and revoke API keys.")
audit = typer.Typer(no_args_is_help=True, help="Read who did what.")

Owner = Annotated[
    str,
    typer.Argument(metavar="TENANT", help="Whose: a tenant's name or id.", show_default=False),
]
Operators = Annotated[bool, typer.Option("--admin", help="The operators' instead of a tenant's.")]
KeyId = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="The key's id. A whole key will do; it stays on this machine.",
        show_default=False,
    ),
]


@keys.command()
@reporting
def issue(
    *,
    tenant: Owner = "",
    admin: Operators = False,
    env: Annotated[str, typer.Option(help="Environment: prod, dev or test.")] = "prod",
    lifetime: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="How long it holds, such as 30d; by default 90d for prod, 180d for the others.",
        ),
    ] = "",
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Issue a key, which is shown this once."""
    output = Output(as_json=as_json)
    if bool(tenant) == admin:
        return output.refuse("say either a tenant or --admin", Exit.USAGE)
    owner = admin_input.tenant_id(tenant) if tenant else ""
    until = admin_input.duration(lifetime)
    with connect_admin(url, admin_key, state_dir) as api:
        return _answer(output, api.issue_key(owner, env=env, lifetime=until, label=label))


@keys.command(name="list")
@reporting
def list_keys(
    *,
    tenant: Owner = "",
    admin: Operators = False,
    limit: Count = None,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List keys, the latest first, also those that ended in the last 90 days."""
    output = Output(as_json=as_json)
    if bool(tenant) == admin:
        return output.refuse("say either a tenant or --admin", Exit.USAGE)
    with connect_admin(url, admin_key, state_dir) as api:
        found = api.keys(admin_input.tenant_id(tenant) if tenant else "", limit)
    if not output.answer(found):
        output.out.print(keys_table(found["keys"]))
    return None


@keys.command()
@reporting
def rotate(
    *,
    key: KeyId,
    overlap: Overlap = "",
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Issue a key in the place of another, which goes on for a while."""
    until = admin_input.duration(overlap)
    with connect_admin(url, admin_key, state_dir) as api:
        answer = api.rotate_key(admin_input.key_id(key), until)
    return _answer(Output(as_json=as_json), answer)


@keys.command()
@reporting
def revoke(
    *,
    key: KeyId,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Revoke a key: it is refused everywhere within 5 s."""
    output = Output(as_json=as_json)
    with connect_admin(url, admin_key, state_dir) as api:
        revoked = api.revoke_key(admin_input.key_id(key))
    if not output.answer(revoked):
        output.out.print(keys_table([revoked]))
    return None


@audit.command(name="list")
@reporting
def list_events(
    *,
    about: Annotated[
        str,
        typer.Option(help="Only what was done to this tenant, key or task, or by this tenant."),
    ] = "",
    after: Annotated[
        str, typer.Option(metavar="TIME", help="Only at or after this time (RFC 3339).")
    ] = "",
    before: Annotated[str, typer.Option(metavar="TIME", help="Only before this time.")] = "",
    limit: Count = None,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List what was done in the last 90 days, the latest first."""
    output = Output(as_json=as_json)
    filters = {"about": admin_input.subject(about), "after": after, "before": before}
    with connect_admin(url, admin_key, state_dir) as api:
        found = api.audit_events(limit, **filters)
    if not output.answer(found):
        output.out.print(audit_table(found["events"]))
    return None


def _answer(output: Output, issued: Json) -> Exit | None:
    if not output.answer(issued):
        known = issued.get("api_key") or {}
        expires = str(known.get("expires_at", ""))
        output.out.print(
            secrets_table(
                {
                    "key": str(issued.get("key", "")),
                    "key_id": str(known.get("key_id", "")),
                    "expires_at": expires,
                }
            )
        )
        output.err.print("[dim]Keep the key: it is not shown again.[/]")
    return None
