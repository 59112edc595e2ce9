"""Commands of operators against a mesh that remembers what it was asked."""

from pathlib import Path

import pytest

from tests.support import cli
from tests.unit.meshkit.cli.admin.fake_mesh import FakeMesh


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeMesh:
    mesh = FakeMesh()
    cli.serve(monkeypatch, tmp_path, mesh)
    monkeypatch.setenv("MESH_ADMIN_KEY", "ak_of_the_environment")
    return mesh
