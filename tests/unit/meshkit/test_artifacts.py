import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.tasks import artifacts


@given(st.binary(max_size=5000))
def test_what_is_packed_comes_back(content):
    assert artifacts.unpack(artifacts.pack(content)) == content


def test_markup_shrinks():
    markup = b"<text x='1' y='2' class='label'>short paragraphs</text>" * 1000
    assert len(artifacts.pack(markup)) < len(markup) / 5


def test_small_ones_are_left_alone():
    assert artifacts.pack(b"small") == b"\x01small"


@pytest.mark.parametrize("stored", [b"", b"\x03x", b"plain"])
def test_an_unknown_form_is_refused(stored):
    with pytest.raises(ValueError, match="unknown form"):
        artifacts.unpack(stored)
