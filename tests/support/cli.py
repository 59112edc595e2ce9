"""The command line against a mesh that a test plays."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from meshkit.cli import admin_api, api
from meshkit.cli.app import app


def serve(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mesh: Callable[[httpx.Request], httpx.Response],
) -> None:
    """Lets commands ask `mesh` instead of a real one, from an empty directory and without keys."""
    transport = httpx.MockTransport(mesh)
    monkeypatch.setattr(api, "Api", partial(api.Api, transport=transport))
    monkeypatch.setattr(admin_api, "AdminApi", partial(admin_api.AdminApi, transport=transport))
    monkeypatch.chdir(tmp_path)
    for name in ("MESH_URL", "MESH_KEY", "MESH_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """The exit code of a command, and what it writes to stdout and stderr."""
    done = CliRunner().invoke(app, arguments, input=stdin)
    return done.exit_code, done.stdout, done.stderr
