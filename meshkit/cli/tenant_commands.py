"""`tenants …`: who may use a mesh, and how much."""

from typing import Annotated

import typer

from meshkit.cli import admin_input
from meshkit.cli.admin_output import secrets_table, tenant_table, tenants_table, usage_table
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

tenants = typer.Typer(no_args_is_help=True, help="Create tenants and say what they may do.")

TenantName = Annotated[
    str, typer.Argument(metavar="TENANT", help="Its name or id.", show_default=False)
]
Limits = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME=VALUE", help=admin_input.LIMIT_HELP, show_default=False),
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=VALUE", help=admin_input.LIMIT_HELP),
]


@tenants.command()
@reporting
def create(
    *,
    name: Annotated[
        str,
        typer.Argument(help="Its name, 1 to 32 of a-z and 0-9.", show_default=False),
    ],
    limits: Limits = None,
    limit: LimitOption = None,
    env: Annotated[
        str, typer.Option(help="Environment of its first key: prod, dev or test.")
    ] = "prod",
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Create a tenant; its key and webhook secret are shown this once."""
    output = Output(as_json=as_json)
    own = admin_input.limits([*(limits or []), *(limit or [])])
    with connect_admin(url, admin_key, state_dir) as api:
        created = api.create_tenant(name.removeprefix("tenant_"), own, env)
    if not output.answer(created):
        shown = ("tenant_id", "key", "webhook_secret")
        output.out.print(secrets_table({one: str(created.get(one, "")) for one in shown}))
        output.err.print("[dim]Keep the key and the secret: they are not shown again.[/]")
    return None


@tenants.command(name="set-limit")
@reporting
def set_limit(
    *,
    name: TenantName,
    limits: Limits = None,
    limit: LimitOption = None,
    reset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A limit that is the default again, such as async.",
            autocompletion=lambda: [*admin_input.BUCKETS, *admin_input.CAPS, admin_input.BUDGET],
        ),
    ] = None,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Change what a tenant may do."""
    output = Output(as_json=as_json)
    own = admin_input.limits([*(limits or []), *(limit or [])])
    again = [admin_input.limit_name(one) for one in reset or []]
    if not own and not again:
        return output.refuse("say which limit, as in async=1000/100", Exit.USAGE)
    with connect_admin(url, admin_key, state_dir) as api:
        return _answer(output, api.set_limits(admin_input.tenant_id(name), own, again))


@tenants.command(name="list")
@reporting
def list_tenants(
    *,
    limit: Count = None,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """List the tenants by name; limits of their own are bold."""
    output = Output(as_json=as_json)
    with connect_admin(url, admin_key, state_dir) as api:
        found = api.tenants(limit)
    if not output.answer(found):
        output.out.print(tenants_table(found["tenants"]))
    return None


@tenants.command()
@reporting
def usage(
    *,
    name: TenantName,
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Show what models have cost a tenant, by months (UTC)."""
    output = Output(as_json=as_json)
    with connect_admin(url, admin_key, state_dir) as api:
        answer = api.usage(admin_input.tenant_id(name))
    if not output.answer(answer):
        output.out.print(usage_table(answer.get("months") or []))
    return None


@tenants.command(name="rotate-webhook-secret")
@reporting
def rotate_webhook_secret(
    *,
    name: TenantName,
    overlap: Overlap = "",
    url: Url = "",
    admin_key: AdminKey = "",
    state_dir: StateDirOption = None,
    as_json: AsJson = False,
) -> Exit | None:
    """Give a tenant a new webhook secret, which is shown this once."""
    output = Output(as_json=as_json)
    until = admin_input.duration(overlap)
    with connect_admin(url, admin_key, state_dir) as api:
        answer = api.rotate_webhook_secret(admin_input.tenant_id(name), until)
    if not output.answer(answer):
        secret = str(answer.get("webhook_secret", ""))
        output.out.print(secrets_table({"webhook_secret": secret}))
        output.err.print("[dim]Keep it: it is not shown again.[/]")
    return None


def _add(action: str, what: str) -> None:
    """Adds a command that takes nothing but a tenant, and answers it."""

    @tenants.command(action, help=what)
    @reporting
    def command(
        *,
        name: TenantName,
        url: Url = "",
        admin_key: AdminKey = "",
        state_dir: StateDirOption = None,
        as_json: AsJson = False,
    ) -> Exit | None:
        tenant_id = admin_input.tenant_id(name)
        with connect_admin(url, admin_key, state_dir) as api:
            show = action == "show"
            tenant = api.tenant(tenant_id) if show else api.switch_tenant(tenant_id, action)
            return _answer(Output(as_json=as_json), tenant)


_add("show", "Show a tenant; limits of its own are bold.")
_add("disable", "Shut a tenant out: its keys are refused and its waiting tasks are not begun.")
_add("enable", "Let a disabled tenant in again.")


def _answer(output: Output, tenant: Json) -> Exit | None:
    if not output.answer(tenant):
        output.out.print(tenant_table(tenant))
    return None
