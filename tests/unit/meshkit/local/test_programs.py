import pytest

from meshkit.local import programs
from meshkit.local.errors import LocalMeshError


def test_another_redis_can_be_named(monkeypatch):
    monkeypatch.setenv(programs.REDIS_SERVER, "/bin/sh")
    assert str(programs.redis_server()) == "/bin/sh"


def test_what_is_named_has_to_be_a_program(monkeypatch, tmp_path):
    monkeypatch.setenv(programs.REDIS_SERVER, str(tmp_path / "redis-server"))
    with pytest.raises(LocalMeshError, match="MESH_LOCAL_REDIS_SERVER"):
        programs.redis_server()


def test_without_a_name_it_is_the_one_that_is_installed(monkeypatch):
    monkeypatch.delenv(programs.REDIS_SERVER, raising=False)
    assert programs.redis_server().name == "redis-server"
