from dataclasses import dataclass
from enum import StrEnum, auto

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.type.v1 import skill_pb2
from meshkit import plain


@dataclass(frozen=True)
class Guard:
    guard: str
    passed: bool
    score: float | None
    reason: str
    status: str


@dataclass(frozen=True)
class Violation:
    line: int
    path: str
    message: str


@dataclass(frozen=True)
class Entry:
    index: int
    accepted: bool
    better_half: bool
    failed_guards: tuple[str, ...]


@dataclass(frozen=True)
class BackTest:
    entries: tuple[Entry, ...]
    better_accepted: int
    better_total: int
    rest_accepted: int
    rest_total: int


@dataclass(frozen=True)
class Review:
    violations: tuple[Violation, ...]
    guard_results: tuple[Guard, ...]
    back_test: BackTest | None
    score: float
    accepted: bool
    feedback: tuple[str, ...]


@dataclass(frozen=True)
class Unknown:
    colour: str


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
counts = st.integers(0, 2**31 - 1)
floats = st.floats(allow_nan=False)
guards = st.builds(Guard, texts, st.booleans(), st.none() | floats, texts, texts)
entries = st.builds(
    Entry, counts, st.booleans(), st.booleans(), st.lists(texts, max_size=3).map(tuple)
)
back_tests = st.builds(
    BackTest, st.lists(entries, max_size=3).map(tuple), counts, counts, counts, counts
)
reviews = st.builds(
    Review,
    st.lists(st.builds(Violation, counts, texts, texts), max_size=2).map(tuple),
    st.lists(guards, max_size=2).map(tuple),
    st.none() | back_tests,
    floats,
    st.booleans(),
    st.lists(texts, max_size=3).map(tuple),
)


@given(reviews)
def test_there_and_back(review):
    message = plain.to_message(review, skill_pb2.SkillReview)
    wire = skill_pb2.SkillReview.FromString(message.SerializeToString())
    assert plain.from_message(wire, Review) == review


def test_an_empty_nested_value_is_set():
    empty = BackTest((), 0, 0, 0, 0)
    review = plain.to_message(Review((), (), empty, 0, False, ()), skill_pb2.SkillReview)
    assert review.HasField("back_test")


def test_zero_is_not_none():
    zero = plain.to_message(Guard("g", True, 0.0, "", ""), skill_pb2.GuardResult)
    none = plain.to_message(Guard("g", True, None, "", ""), skill_pb2.GuardResult)
    assert (zero.HasField("score"), none.HasField("score")) == (True, False)


def test_a_field_that_the_message_lacks_is_a_mistake():
    with pytest.raises(ValueError, match="no field colour"):
        plain.to_message(Unknown("red"), skill_pb2.GuardResult)
    with pytest.raises(ValueError, match="no field colour"):
        plain.from_message(skill_pb2.GuardResult(), Unknown)


class Status(StrEnum):
    PASSED = auto()


@dataclass(frozen=True)
class Typed:
    status: Status


def test_a_string_becomes_a_member_of_its_enumeration():
    message = plain.to_message(Typed(Status.PASSED), skill_pb2.GuardResult)
    assert message.status == "passed"
    assert plain.from_message(message, Typed).status is Status.PASSED
    with pytest.raises(ValueError, match="mended"):
        plain.from_message(skill_pb2.GuardResult(status="mended"), Typed)
