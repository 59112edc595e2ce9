"""The coder's messages and the plain data behind them say the same, field by field."""

import dataclasses
import types
import typing
from enum import StrEnum
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import evidence
from analytics.refinement import model as refinement
from analytics.skill import model
from manusmesh.type.v1 import knowledge_pb2, refinement_pb2, skill_pb2
from meshkit import plain

Pair = tuple[type[Any], type[Message]]

ROOTS: list[Pair] = [
    (evidence.PatternReport, skill_pb2.PatternReport),
    (model.SkillDraft, skill_pb2.SkillDraft),
    (model.SkillReview, skill_pb2.SkillReview),
    (refinement.RefinementDraft, refinement_pb2.RefinementDraft),
    (refinement.RefinementReview, refinement_pb2.RefinementReview),
]
PAIRS: list[Pair] = [
    *ROOTS,
    (evidence.Pattern, skill_pb2.Pattern),
    (evidence.Measurement, skill_pb2.Measurement),
    (evidence.Difference, skill_pb2.Difference),
    (evidence.ExampleScore, skill_pb2.ExampleScore),
    (evidence.Voice, skill_pb2.Voice),
    (evidence.KnowledgePassage, knowledge_pb2.KnowledgePassage),
    (evidence.PerformanceEstimate, skill_pb2.PerformanceEstimate),
    (evidence.ConfidencePart, skill_pb2.ConfidencePart),
    (model.SkillViolation, skill_pb2.SkillViolation),
    (model.GuardResult, skill_pb2.GuardResult),
    (model.BackTest, skill_pb2.BackTest),
    (model.BackTestEntry, skill_pb2.BackTestEntry),
    (refinement.FeedbackReading, refinement_pb2.FeedbackReading),
    (refinement.RefinementIntent, refinement_pb2.RefinementIntent),
    (refinement.RefinementCandidate, refinement_pb2.RefinementCandidate),
    (refinement.WishOutcome, refinement_pb2.WishOutcome),
    (refinement.RefinementVerdict, refinement_pb2.RefinementVerdict),
    (refinement.RefinementPrediction, refinement_pb2.RefinementPrediction),
]
SCALARS: dict[type[Any], st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-(2**31), 2**31 - 1),
    float: st.floats(allow_nan=False),
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if isinstance(hint, types.UnionType):
        inner = next(part for part in typing.get_args(hint) if part is not types.NoneType)
        return st.none() | values(inner)
    if typing.get_origin(hint) is tuple:
        return st.lists(values(typing.get_args(hint)[0]), max_size=2).map(tuple)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return st.builds(hint, **{name: values(kind) for name, kind in hints.items()})
    return SCALARS[hint]


each_pair = pytest.mark.parametrize(
    ("plain_type", "message_type"), PAIRS, ids=lambda item: item.__name__
)


@each_pair
def test_both_sides_have_the_same_fields(
    plain_type: type[Any], message_type: type[Message]
) -> None:
    # `plain` tells of a field that the message lacks; one that the plain data lacks would be lost.
    names = {field.name for field in dataclasses.fields(plain_type)}
    assert names == set(message_type.DESCRIPTOR.fields_by_name)


@each_pair
@given(data=st.data())
@settings(max_examples=25)
def test_there_over_the_wire_and_back(
    plain_type: type[Any], message_type: type[Message], data: st.DataObject
) -> None:
    value = data.draw(values(plain_type))
    sent = plain.to_message(value, message_type).SerializeToString()
    assert plain.from_message(message_type.FromString(sent), plain_type) == value


def test_every_message_of_the_roots_is_among_the_pairs() -> None:
    known = {message_type.DESCRIPTOR.full_name for _, message_type in PAIRS}
    waiting = [message_type.DESCRIPTOR for _, message_type in ROOTS]
    while waiting:
        descriptor = waiting.pop()
        assert descriptor.full_name in known
        waiting += [field.message_type for field in descriptor.fields if field.message_type]
