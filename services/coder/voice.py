"""The coder agent's work on voices: the profile, and how other texts fit it."""

import dataclasses

from analytics.brand_voice.model import VoiceModel, score_texts
from analytics.brand_voice.profile import draft_profile
from analytics.brand_voice.records import VoiceReport
from analytics.competition.corpus import MAX_CHARACTERS
from analytics.refinement.languages import language_of
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import voice_pb2
from meshkit.plain import from_message, to_message
from services.voices import to_brand_posts, to_reports


def build_profile(request: pb.BuildVoiceProfileRequest) -> voice_pb2.VoiceProfileDraft:
    """Makes the profile that other texts are held against; its id follows from the task's."""
    draft = draft_profile(
        to_brand_posts(request.posts),
        from_message(request.report, VoiceReport),
        [
            [post.prose[:MAX_CHARACTERS] for post in report.posts if post.prose.strip()]
            for report in to_reports(request.competitors)
        ],
    )
    named = dataclasses.replace(
        draft, profile_id=f"voice_{request.context.task_id.removeprefix('task_')}"
    )
    return to_message(named, voice_pb2.VoiceProfileDraft)


def voice_score(text: str, voice: voice_pb2.StoredVoice) -> tuple[float, str] | None:
    """Scores how well a text fits a stored voice.

    Returns:
        0 to 100 and what it rests on; None when the voice has no model, or the text another
        language than the voice.
    """
    if not voice.HasField("model") or language_of(text) != voice.language:
        return None
    [score] = score_texts(from_message(voice.model, VoiceModel), [text])
    basis = (
        f"A model of {voice.model.sample_size} distinct posts of the brand against a background of "
        "other brands' posts; 50 lies between the two."
    )
    return score, basis
