import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit import paging
from meshkit.errors import MeshError, Reason

FORM = re.compile("[a-z0-9:]{1,40}")


@given(cursor=st.from_regex(FORM, fullmatch=True))
def test_a_cursor_comes_back(cursor: str) -> None:
    token = paging.encode(cursor)
    assert re.fullmatch("[A-Za-z0-9_-]+", token)
    assert paging.decode(token, FORM) == cursor


def test_the_first_page_and_the_end_are_empty() -> None:
    assert paging.encode("") == ""
    assert paging.decode("", FORM) == ""


@pytest.mark.parametrize(
    "token", ["!", "a", "ä", paging.encode("NOT OF THIS LIST"), paging.encode("a\n"), "////"]
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(MeshError) as raised:
        paging.decode(token, FORM)
    assert raised.value.reason == Reason.INVALID_ARGUMENT
    assert raised.value.violations[0].field == "page_token"
