"""The research agent's thinking: patterns across example posts, by counting and measuring."""

from collections.abc import Iterable

from analytics.patterns import analyze
from manusmesh.type.v1 import skill_pb2
from meshkit.plain import to_message
from services.posts import to_posts


def analyze_patterns(examples: Iterable[skill_pb2.Example]) -> skill_pb2.PatternReport:
    """What the examples have in common, and what their better half does differently."""
    return to_message(analyze(to_posts(examples)), skill_pb2.PatternReport)
