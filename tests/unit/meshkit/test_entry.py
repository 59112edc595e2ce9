"""Services by their names."""

import pytest

from meshkit import entry


def test_a_service_that_is_installed_by_name() -> None:
    assert entry.load("planning").__module__ == "services.planning.server"


def test_a_function_that_is_installed_under_no_name() -> None:
    assert entry.load("rig.services:coder").__name__ == "coder"


def test_a_function_that_is_missing() -> None:
    with pytest.raises(AttributeError, match="nobody"):
        entry.load("rig.services:nobody")


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(entry.NoSuchServiceError, match=r"'nobody'; there are: coder, gateway"):
        entry.load("nobody")
