"""How far a report on a voice or on competitors can be trusted, computed from what it rests on.

The weights and half points are choices of ours, not fitted to anything; the report shows them.
"""

from collections.abc import Sequence
from typing import Final

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2, voice_pb2
from services.reporter import text

_HALF_POSTS: Final = 20
"""Distinct posts of a brand at which its sample counts half."""
_HALF_FOUND: Final = 50
"""Posts of competitors at which their sample counts half."""
_UNKNOWN: Final = "und"
_DIMENSIONS: Final = ("formality", "enthusiasm", "technicality")
Parts = list[skill_pb2.ConfidencePart]


def score(parts: Sequence[skill_pb2.ConfidencePart]) -> float:
    """The confidence that parts add up to, 0 to 100."""
    return round(100 * sum(part.value * part.weight for part in parts), 1)


def of_voice(request: pb.WriteVoiceReportRequest) -> Parts:
    """Returns the parts of the confidence in a voice profile."""
    report, quality = request.report, request.draft.quality
    tone = report.profile.tone
    distinct = [post for post in request.draft.posts if not post.HasField("duplicate_of")]
    heard = sum(_heard(post) for post in distinct)
    shares = _measured_shares(request, distinct)
    measurable = sum(shares.values()) / len(shares)
    missing = [name for name, share in shares.items() if not share]
    taken = f"{len(shares) - len(missing)} of {len(shares)} measures could be taken"
    taken += f"; missing: {', '.join(missing)}" if missing else ""
    known = (
        f"How far the least of its 95 % interval lies beyond chance: 2 × {quality.low:.3g} − 1, "
        f"times the measurability of {measurable:.2f}. {quality.basis}"
    )
    return [
        _sample(heard, _HALF_POSTS, 0.4, "distinct post", "whose tone or a dimension was measured"),
        # Whatever tells posts of which nothing is measured from others, it is not a voice.
        _part(
            "distinctness",
            max(0.0, 2 * quality.low - 1) * measurable if quality.auc else 0.0,
            0.3,
            known if quality.auc else quality.basis or "No model of the voice could be made.",
        ),
        _part(
            "agreement",
            tone.confidence / 100,
            0.2,
            f"How many posts share the leading tone, and how many there are: "
            f"{text.decimal(tone.confidence)} of 100.",
        ),
        _part(
            "measurability",
            measurable,
            0.1,
            f"{taken}; {measurable:.2f} is the mean of the shares of the posts each was taken on.",
        ),
    ]


def of_competition(request: pb.WriteCompetitionReportRequest) -> Parts:
    """Returns the parts of the confidence in a comparison."""
    posts = [post for report in request.reports for post in report.posts]
    read, failed = len(request.reports), len(request.failed_competitors)
    dated = sum(post.HasField("published_at") for post in posts)
    known = sum(post.HasField("likes") or post.HasField("comments") for post in posts)
    return [
        _sample(len(posts), _HALF_FOUND, 0.4, "post"),
        _part(
            "coverage",
            read / (read + failed),
            0.3,
            f"{read} of {text.counted(read + failed, 'competitor')} could be read.",
        ),
        _part(
            "dates",
            dated / len(posts) if posts else 0.0,
            0.2,
            f"{_telling(dated, len(posts))} the date.",
        ),
        _part(
            "engagement",
            known / len(posts) if posts else 0.0,
            0.1,
            f"{_telling(known, len(posts))} what readers did.",
        ),
    ]


def _telling(count: int, total: int) -> str:
    told = "tells" if count < 2 else "tell"
    return f"{count or 'None'} of {text.counted(total, 'post')} {told}"


def _sample(
    count: int, half: int, weight: float, noun: str, which: str = ""
) -> skill_pb2.ConfidencePart:
    told = " ".join(filter(None, (text.counted(count, noun), which)))
    return _part(
        "sample_size", count / (count + half), weight, f"{told}: {count} / ({count} + {half})."
    )


def _with_sentences(report: voice_pb2.VoiceReport) -> int:
    """How many posts hold a sentence, of which lengths, phrases and keywords are taken."""
    if report.language == _UNKNOWN:
        return 0
    name = "words_per_sentence_median"
    return next((one.sample_size for one in report.measurements if one.name == name), 0)


def _heard(post: voice_pb2.PostVoice) -> bool:
    """Whether the tone of a post or one of its dimensions could be measured."""
    return bool(post.tone) or any(post.HasField(name) for name in _DIMENSIONS)


def _measured_shares(
    request: pb.WriteVoiceReportRequest, distinct: Sequence[voice_pb2.PostVoice]
) -> dict[str, float]:
    """On which share of the distinct posts each measure of a voice could be taken."""
    count = max(1, len(distinct))
    tone = sum(bool(post.tone) for post in distinct) / count
    # The word vectors are of English, as the tones are.
    embedded = bool(request.draft.embedding) and request.report.language == "en"
    return {
        "tone": tone,
        **{name: sum(post.HasField(name) for post in distinct) / count for name in _DIMENSIONS},
        "embedding": tone if embedded else 0.0,
        "sentences": min(1.0, _with_sentences(request.report) / count),
    }


def _part(name: str, value: float, weight: float, reason: str) -> skill_pb2.ConfidencePart:
    return skill_pb2.ConfidencePart(name=name, value=value, weight=weight, reason=reason)
