"""refine-content: a text rewritten as feedback asks, in two or three versions.

Iterative: candidates are written, checked, and written anew from what the checks say; when time
runs out, the best that was checked is answered.
"""

from typing import Final

from jobs import actions
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import refine_content_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.type.v1 import refinement_pb2, voice_pb2
from meshkit.errors import MeshError, Reason
from meshkit.library import Kind
from meshkit.patterns import Iteration, iterate

REVISIONS: Final = 4
"""How many drafts may follow the first: five rounds in all."""
OPTIONS: Final = 3
"""Versions that are answered at most."""
ENOUGH: Final = 2
"""So many accepted versions, and the others are not offered."""
WITHIN_S: Final = 45.0
"""After which what is ready is answered: the caller waits for 60 s at most."""

_Refined = Iteration[refinement_pb2.RefinementDraft, refinement_pb2.RefinementReview | None]


async def refine_content(request: pb.RefineContentRequest, steps: Steps) -> pb.RefineContentResult:
    """Plans, then writes and checks candidates until enough are accepted."""
    voice = await _voice(request.brand_voice_profile_id, steps)
    plan = await steps.run(
        "planning",
        actions.PLAN,
        planning.PlanRequest(
            refine_content=planning.RefineContentBrief(
                characters=len(request.original_content.text),
                feedback_characters=len(request.feedback),
                has_voice=voice is not None,
            )
        ),
        title="Planning Agent planning the work",
    )
    await steps.follow(plan)
    refined = await _refine(request, voice, steps)
    return _result(refined, steps)


async def _voice(profile_id: str, steps: Steps) -> voice_pb2.StoredVoice | None:
    if not profile_id:
        return None
    voice = await steps.kept(Kind.BRAND_VOICE, profile_id, "voice", voice_pb2.StoredVoice)
    if voice is None:
        message = "There is no such brand voice; leave brand_voice_profile_id out or name one."
        raise MeshError(Reason.NOT_FOUND, message)
    return voice


async def _refine(
    request: pb.RefineContentRequest, voice: voice_pb2.StoredVoice | None, steps: Steps
) -> _Refined:
    original = request.original_content

    async def write(
        number: int,
        previous: refinement_pb2.RefinementDraft | None,
        review: refinement_pb2.RefinementReview | None,
    ) -> refinement_pb2.RefinementDraft:
        return await steps.run(
            _numbered("coder", number),
            actions.REFINE_TEXT,
            coder.RefineTextRequest(
                text=original.text,
                platform=original.platform,
                feedback=request.feedback,
                has_image=bool(original.image_url),
                voice=voice,
                previous=previous,
                review=review,
            ),
            title="Coder Agent rewriting the text",
        )

    async def check(
        number: int, draft: refinement_pb2.RefinementDraft
    ) -> refinement_pb2.RefinementReview:
        return await steps.run(
            _numbered("review", number),
            actions.REVIEW_REFINEMENT,
            coder.ReviewRefinementRequest(text=original.text, draft=draft, voice=voice),
            title="Coder Agent checking the versions",
        )

    return await iterate(
        write,
        check,
        accepted=lambda review: review.accepted,
        score=lambda review: review.score,
        revised=lambda draft: bool(draft.candidates),
        revisions=REVISIONS,
        within_s=WITHIN_S,
    )


def _numbered(step: str, number: int) -> str:
    return step if number == 1 else f"{step}_{number}"


def _result(refined: _Refined, steps: Steps) -> pb.RefineContentResult:
    draft = refined.draft
    verdicts = refined.verdict.verdicts if refined.verdict is not None else _unchecked(draft)
    undone = list(refined.verdict.undone) if refined.verdict is not None else []
    had = all(intent.supported for intent in draft.reading.intents)
    ranked = sorted(verdicts, key=lambda one: (not one.accepted, -one.score))
    good = [verdict for verdict in ranked if verdict.accepted]
    ranked = good if len(good) >= ENOUGH else ranked  # a failed check is no choice beside these
    return pb.RefineContentResult(
        refined_options=[
            _option(draft.candidates[verdict.index], verdict) for verdict in ranked[:OPTIONS]
        ],
        feedback_interpretation=" ".join([draft.reading.interpretation, *undone]),
        intents=draft.reading.intents,
        partial=refined.cut_short,
        engine=draft.engine,
        usage=steps.usage(),
        target_reached=refined.accepted and had and not undone,
        rounds=refined.rounds,
        task_id=steps.task_id,
        language=draft.reading.language,
    )


def _unchecked(
    draft: refinement_pb2.RefinementDraft,
) -> list[refinement_pb2.RefinementVerdict]:
    """What is said of candidates that nobody had time to check."""
    basis = "There was no time to check this version."
    return [
        refinement_pb2.RefinementVerdict(
            index=index,
            voice_basis=basis,
            prediction=refinement_pb2.RefinementPrediction(basis=basis),
        )
        for index in range(len(draft.candidates))
    ]


def _option(
    candidate: refinement_pb2.RefinementCandidate, verdict: refinement_pb2.RefinementVerdict
) -> pb.RefinedOption:
    return pb.RefinedOption(
        content=pb.RefinedContent(
            text=candidate.text, image_suggestions=candidate.image_suggestions
        ),
        changes_made=candidate.changes_made,
        brand_voice_score=verdict.brand_voice_score,
        brand_voice_basis=verdict.voice_basis,
        predicted_performance=verdict.prediction,
        checks=verdict.checks,
    )


JOB: Final = Job(
    name="refine-content",
    request=pb.RefineContentRequest,
    result=pb.RefineContentResult,
    run=refine_content,
    timeout_s=55.0,
)
