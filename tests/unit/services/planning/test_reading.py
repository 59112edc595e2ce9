import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.planning.reading import REQUEST_S, TURN_S, Address, Read, timetable

competitors = st.lists(
    st.lists(st.builds(Address, st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=6),
    max_size=10,
)


@given(competitors, st.integers(1, 5))
def test_nobody_is_read_faster_than_hosts_and_places_allow(
    asked: list[list[Address]], at_once: int
) -> None:
    read = timetable(asked, at_once)
    assert len(read) == len(asked)
    ends = [each.waits_s + each.takes_s for each in read]
    for moment in [each.waits_s for each in read]:
        open_then = [
            each for each in read if each.waits_s <= moment < each.waits_s + each.takes_s - 1e-6
        ]
        assert len(open_then) <= at_once
    for host in range(4):
        requests = [each.requests for one in asked for each in one if each.host == host]
        if requests:
            assert max(ends) >= sum(requests) * TURN_S + REQUEST_S - 1e-6
    turns = sum(each.requests for one in asked for each in one) + 4
    assert max(ends, default=0.0) <= turns * (TURN_S + REQUEST_S)


def test_addresses_of_a_competitor_are_read_side_by_side() -> None:
    own = [Address(host, 1) for host in range(6)]
    assert timetable([own], 4) == [Read(0.0, pytest.approx(TURN_S + REQUEST_S))]


def test_the_place_of_who_is_done_first_is_taken_first() -> None:
    quick, slow = [Address(0, 1)], [Address(1, 2), Address(1, 2)]
    read = timetable([slow, quick, quick, [Address(2, 1)]], 2)
    assert read[2].waits_s == pytest.approx(read[1].takes_s)
    assert read[3].waits_s == pytest.approx(read[2].waits_s + read[2].takes_s)
