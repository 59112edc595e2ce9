import pytest
from pydantic import ValidationError

from meshkit.config import ServiceSettings
from services.orchestrator.settings import OrchestratorSettings

KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("MESH_INTERNAL_KEY", KEY)


def test_everything_but_the_internal_key_has_a_default(monkeypatch):
    settings = ServiceSettings()
    assert settings.redis.url.get_secret_value() == "redis://127.0.0.1:6379/0"
    assert settings.listen.host == "127.0.0.1"
    monkeypatch.delenv("MESH_INTERNAL_KEY")
    with pytest.raises(ValidationError, match="internal_key"):
        ServiceSettings()


def test_nested_fields_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("MESH_REDIS__URL", "rediss://u:p@h:1/2")
    monkeypatch.setenv("MESH_WORKER__SLOTS", "3")
    monkeypatch.setenv("MESH_SOMETHING_ELSE", "ignored")
    settings = OrchestratorSettings()
    assert settings.redis.url.get_secret_value() == "rediss://u:p@h:1/2"
    assert settings.worker.slots == 3


def test_secrets_do_not_show(monkeypatch):
    monkeypatch.setenv("MESH_REDIS__URL", "redis://:hush@h")
    shown = f"{ServiceSettings()!r} {ServiceSettings()}"
    assert "hush" not in shown
    assert KEY not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MESH_INTERNAL_KEY", "short"),
        ("MESH_LISTEN__PORT", "70000"),
        ("MESH_LOG__LEVEL", "loud"),
        ("MESH_REDIS__TIMEOUT_S", "0"),
        ("MESH_QUEUE__MAX_PER_TENANT", "0"),
    ],
)
def test_a_wrong_value_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        ServiceSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("MESH_INTERNAL_KEY", "too-short"), ("MESH_REDIS__TIMEOUT_S", "hunter2-of-a-number")],
)
def test_an_error_does_not_repeat_what_was_given(monkeypatch, name, value):
    monkeypatch.setenv("MESH_INTERNAL_KEY", "k" * 32)
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as raised:
        ServiceSettings()
    said = f"{raised.value}"
    assert value not in said
    assert name.removeprefix("MESH_").lower().replace("__", ".") in said
