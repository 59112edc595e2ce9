"""The settings of fetches."""

import pytest
from pydantic import ValidationError

from meshkit.config import FetchSettings
from meshkit.outbound.addresses import parse_networks
from meshkit.outbound.fetcher import user_agent


def test_nothing_is_allowed_by_default() -> None:
    assert FetchSettings().networks == ()


def test_networks_are_separated_by_commas() -> None:
    text = "127.0.0.0/8,::1/128"
    assert FetchSettings(allow_private=text).networks == parse_networks(text)


def test_a_mistake_stops_the_process_at_its_start() -> None:
    with pytest.raises(ValidationError, match="allow_private"):
        FetchSettings(allow_private="localhost")


@pytest.mark.parametrize("contact", ["a b", "x\r\nX-Evil: 1", "(comment)", "é"])
def test_a_contact_that_would_break_the_user_agent_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError, match="contact"):
        FetchSettings(contact=contact)


def test_who_fetches_is_told_with_its_contact() -> None:
    assert user_agent("") == "ManusMesh/0.1.0"
    contact = FetchSettings(contact="https://example.com/bot?x=1").contact
    assert user_agent(contact) == "ManusMesh/0.1.0 (+https://example.com/bot?x=1)"
