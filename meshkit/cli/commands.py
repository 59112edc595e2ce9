"""What every command shares: its options, its way to the mesh, and how errors become exit codes."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, ParamSpec
from urllib.parse import urlsplit

import typer

from meshkit.cli.errors import ApiError
from meshkit.cli.exits import Exit
from meshkit.cli.output import Output
from meshkit.cli.posts import PostsError
from meshkit.local.errors import LocalMeshError, WrongOptionError
from meshkit.local.state import StateDir, read_processes

if TYPE_CHECKING:
    from meshkit.cli.admin_api import AdminApi
    from meshkit.cli.api import Api

P = ParamSpec("P")

DEFAULT_STATE_DIR: Final = Path(".mesh")
_DEFAULT_URL: Final = "http://127.0.0.1:8080"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Url = Annotated[
    str,
    typer.Option(envvar="MESH_URL", help="The mesh; by default the one of the state directory."),
]
Key = Annotated[
    str,
    typer.Option(
        envvar="MESH_KEY",
        help="An API key; by default the one in the state directory. Other users of this machine "
        "can see options of a command, so prefer the variable.",
        show_default=False,
    ),
]
AdminKey = Annotated[
    str,
    typer.Option(
        "--admin-key",
        envvar="MESH_ADMIN_KEY",
        help="An operator's key; by default the one in the state directory. Prefer the variable.",
        show_default=False,
    ),
]
Count = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="How many at most; all by default."),
]
Overlap = Annotated[
    str,
    typer.Option(
        metavar="TIME", help="How long the old one goes on, such as 1h; 24h by default, 0s for not."
    ),
]
StateDirOption = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        file_okay=False,
        help="Where a local mesh keeps its files; .mesh by default.",
        show_default=False,
    ),
]


def reporting(command: Callable[P, Exit | None]) -> Callable[P, None]:
    """Turns what a command answers or raises into an exit code and words."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        output = Output(as_json=bool(kwargs.get("as_json")))
        try:
            code = command(*args, **kwargs)
        except ApiError as error:
            code = output.fail(error)
        except (WrongOptionError, PostsError, OSError) as error:
            code = output.refuse(str(error), Exit.USAGE)
        except LocalMeshError as error:
            code = output.refuse(str(error), Exit.LOCAL)
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        if code:
            raise typer.Exit(code)

    return run


def connect(url: str, key: str, state_dir: Path | None) -> "Api":
    """Opens the API of the mesh that is meant.

    Args:
        url: Where it is; of the mesh in the state directory when empty.
        key: The key; when empty the one in the state directory, which is sent to its mesh only.
        state_dir: The state directory; `.mesh` when None.
    """
    # Its HTTP client is the slowest import of the command line, and `up` needs none.
    from meshkit.cli.api import Api  # noqa: PLC0415

    state = StateDir(state_dir or DEFAULT_STATE_DIR)
    return Api(*_target(url, key, state, state.key, named=state_dir is not None))


def connect_admin(url: str, key: str, state_dir: Path | None) -> "AdminApi":
    """Opens the API of the mesh that is meant, for an operator; arguments as of `connect`."""
    from meshkit.cli.admin_api import AdminApi  # noqa: PLC0415 (see connect)

    state = StateDir(state_dir or DEFAULT_STATE_DIR)
    url, key = _target(url, key, state, state.admin_key, named=state_dir is not None)
    if not key:
        message = (
            "This needs an operator's key: give --admin-key (or MESH_ADMIN_KEY), or name the state "
            "directory of a local mesh with --state-dir."
        )
        raise ApiError("UNAUTHENTICATED", message)
    return AdminApi(url, key)


def _target(url: str, key: str, state: StateDir, key_file: Path, *, named: bool) -> tuple[str, str]:
    """The address to call and the key to show there.

    Args:
        url: What the caller said.
        key: What the caller said.
        state: The state directory.
        key_file: Where its key is.
        named: Whether the caller named the state directory.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ApiError("INVALID_ARGUMENT", f"{url!r} is not an address: {error}") from error
    if url and not (parts.scheme in ("http", "https") and parts.hostname):
        message = f"{url!r} is not an address; write it as http://HOST:PORT or https://HOST."
        raise ApiError("INVALID_ARGUMENT", message)
    ours = not url or named or parts.hostname in _LOOPBACK
    if not url:
        envoy = read_processes(state).get("envoy")
        if envoy is None and named:
            raise ApiError("UPSTREAM_UNAVAILABLE", f"No mesh runs in {state.root}.")
        url = f"http://127.0.0.1:{envoy.port}" if envoy else _DEFAULT_URL
    if not key and ours and key_file.is_file():
        key = key_file.read_text(encoding="ascii").strip()
    return url.rstrip("/"), key
