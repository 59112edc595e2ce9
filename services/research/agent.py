"""The research agent's thinking: patterns across example posts, by counting and measuring."""

from collections.abc import Iterable

from analytics.brand_voice.report import analyze_voice as measure_voice
from analytics.patterns import analyze
from manusmesh.type.v1 import post_pb2, skill_pb2, voice_pb2
from meshkit.plain import to_message
from services.posts import to_posts
from services.voices import to_brand_posts


def analyze_patterns(examples: Iterable[skill_pb2.Example]) -> skill_pb2.PatternReport:
    """What the examples have in common, and what their better half does differently."""
    return to_message(analyze(to_posts(examples)), skill_pb2.PatternReport)


def analyze_voice(posts: Iterable[post_pb2.Post]) -> voice_pb2.VoiceReport:
    """How a brand's posts sound, and when they did well."""
    return to_message(measure_voice(to_brand_posts(posts)), voice_pb2.VoiceReport)
