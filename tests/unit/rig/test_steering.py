"""What names of skills make the rig do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig import steering


@pytest.mark.parametrize(
    ("name", "ms"),
    [
        ("slow-250", 250),
        ("slow-0", 0),
        ("slow-999999", 600_000),
        ("slow-", 0),
        ("slow-1s", 0),
        ("", 0),
    ],
)
def test_how_slow(name: str, ms: int) -> None:
    assert steering.slow_ms(name) == ms


def test_poison_is_what_begins_with_it() -> None:
    assert steering.poisonous("poison")
    assert steering.poisonous("poison-7")
    assert not steering.poisonous("no poison")


@given(st.text(max_size=100))
def test_a_name_survives_the_way_through_an_example(name: str) -> None:
    text = steering.as_text(name)
    assert len(text) >= 10
    assert steering.from_text(text) == name


def test_a_text_of_somebody_else_carries_no_name() -> None:
    assert steering.from_text("slow-250") == ""
