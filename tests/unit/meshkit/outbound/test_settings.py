"""The setting that allows addresses which are not public."""

import pytest
from pydantic import ValidationError

from meshkit.config import FetchSettings
from meshkit.outbound.addresses import parse_networks


def test_nothing_is_allowed_by_default() -> None:
    assert FetchSettings().networks == ()


def test_networks_are_separated_by_commas() -> None:
    text = "127.0.0.0/8,::1/128"
    assert FetchSettings(allow_private=text).networks == parse_networks(text)


def test_a_mistake_stops_the_process_at_its_start() -> None:
    with pytest.raises(ValidationError, match="allow_private"):
        FetchSettings(allow_private="localhost")
