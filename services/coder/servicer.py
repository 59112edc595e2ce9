"""The coder contract's thin adapter."""

from collections.abc import AsyncIterator, Callable

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from manusmesh.type.v1 import competition_pb2, refinement_pb2, run_pb2, skill_pb2, voice_pb2
from meshkit.agent import told_run, tool_run
from meshkit.middleware import Context
from services.coder import agent, competition, refinement, voice
from services.coder.tools.python_execute import PythonSandbox


class CoderServicer(rpc.CoderServiceServicer):
    """Speaks `coder.v1`: decides nothing, catches nothing."""

    def __init__(self, sandbox: PythonSandbox) -> None:
        self._sandbox = sandbox

    def WriteSkill(  # noqa: N802 - the contract's name
        self, request: pb.WriteSkillRequest, context: Context
    ) -> AsyncIterator[pb.WriteSkillResponse]:
        """Writes a skill file."""
        return tool_run(
            pb.WriteSkillResponse,
            tool="yaml_writer",
            told="Coder Agent generating YAML skill file",
            work=lambda: agent.write_skill(request),
            sum_up=lambda draft: f"Wrote {draft.skill_id}, {len(draft.yaml.splitlines())} lines",
        )

    def ReviewSkill(  # noqa: N802 - the contract's name
        self, request: pb.ReviewSkillRequest, context: Context
    ) -> AsyncIterator[pb.ReviewSkillResponse]:
        """Validates a skill file and runs its guards."""
        return tool_run(
            pb.ReviewSkillResponse,
            tool="guard_runner",
            told=f"Coder Agent running the guards on {len(request.examples)} examples",
            work=lambda: agent.review_skill(request),
            sum_up=_accepted,
            tell=_feedback,
        )

    def BuildVoiceProfile(  # noqa: N802
        self, request: pb.BuildVoiceProfileRequest, context: Context
    ) -> AsyncIterator[pb.BuildVoiceProfileResponse]:
        """Makes the profile of a voice."""
        return tool_run(
            pb.BuildVoiceProfileResponse,
            tool="embedding_generator",
            told=f"Coder Agent building a profile from {len(request.posts)} posts",
            work=lambda: voice.build_profile(request),
            sum_up=_built,
        )

    def AnalyzeCompetition(  # noqa: N802
        self, request: pb.AnalyzeCompetitionRequest, context: Context
    ) -> AsyncIterator[pb.AnalyzeCompetitionResponse]:
        """Merges what was found about competitors."""
        return tool_run(
            pb.AnalyzeCompetitionResponse,
            tool="metrics",
            told=f"Coder Agent merging the posts of {len(request.reports)} competitors",
            work=lambda: competition.analyze(request),
            sum_up=_merged,
        )

    def RefineText(  # noqa: N802 - the contract's name
        self, request: pb.RefineTextRequest, context: Context
    ) -> AsyncIterator[pb.RefineTextResponse]:
        """Rewrites a text as feedback asks."""
        return tool_run(
            pb.RefineTextResponse,
            tool="text_refiner",
            told="Coder Agent rewriting the text",
            work=lambda: refinement.refine_text(request),
            sum_up=_written,
        )

    def ReviewRefinement(  # noqa: N802 - the contract's name
        self, request: pb.ReviewRefinementRequest, context: Context
    ) -> AsyncIterator[pb.ReviewRefinementResponse]:
        """Checks candidates and ranks them."""
        return tool_run(
            pb.ReviewRefinementResponse,
            tool="refinement_checks",
            told=f"Coder Agent checking {len(request.draft.candidates)} candidates",
            work=lambda: refinement.review_refinement(request),
            sum_up=_passed,
            tell=_next_round,
        )

    def ExecutePython(  # noqa: N802 - the contract's name
        self, request: pb.ExecutePythonRequest, context: Context
    ) -> AsyncIterator[pb.ExecutePythonResponse]:
        """Runs a program in the sandbox."""
        event = pb.ExecutePythonResponse

        async def work(tell: Callable[[pb.ExecutePythonResponse], None]) -> pb.PythonOutcome:
            told = f"Coder Agent running a program of {len(request.code)} characters"
            tell(event(progress=run_pb2.Progress(fraction=0.1, message=told)))
            outcome = await self._sandbox.run(request)
            ended = f"The program ended: {outcome.outcome}"
            used = run_pb2.ToolCall(
                name="python_execute",
                duration_ms=outcome.duration_ms,
                outcome="ok" if outcome.outcome == "ok" else "error",
                detail=ended,
            )
            tell(event(tool_call=used))
            tell(event(progress=run_pb2.Progress(fraction=1.0, message=ended)))
            return outcome

        return told_run(event, work)


def _built(draft: voice_pb2.VoiceProfileDraft) -> str:
    quality = draft.quality
    return (
        f"Profile of {quality.sample_size} distinct posts, told from others in "
        f"{quality.auc:.2f} of the comparisons"
        if quality.auc
        else f"Profile of {quality.sample_size} distinct posts, too few for a model"
    )


def _merged(analysis: competition_pb2.CompetitionAnalysis) -> str:
    return (
        f"{len(analysis.insights.content_themes)} themes, {len(analysis.opportunities)} "
        f"opportunities, {len(analysis.content_gaps)} gaps"
    )


def _accepted(review: skill_pb2.SkillReview) -> str:
    test = review.back_test
    return f"The guards accept {test.better_accepted} of {test.better_total} better examples"


def _feedback(review: skill_pb2.SkillReview, _: str) -> run_pb2.AgentMessage | None:
    """What the next draft has to change: the coder talks to itself."""
    if review.accepted:
        return None
    payload = "\n".join(review.feedback)[:4000]
    return run_pb2.AgentMessage(
        from_agent="coder", to_agent="coder", type="feedback", payload=payload
    )


def _written(draft: refinement_pb2.RefinementDraft) -> str:
    wishes = draft.reading.intents
    done = sum(intent.supported for intent in wishes)
    return f"Wrote {len(draft.candidates)} candidates for {done} of {len(wishes)} wishes"


def _passed(review: refinement_pb2.RefinementReview) -> str:
    return f"{review.accepted_count} of {len(review.verdicts)} candidates pass every check"


def _next_round(review: refinement_pb2.RefinementReview, _: str) -> run_pb2.AgentMessage | None:
    """What the next round has to change: the coder talks to itself."""
    if review.accepted:
        return None
    payload = "\n".join(review.feedback)[:4000]
    return run_pb2.AgentMessage(
        from_agent="coder", to_agent="coder", type="feedback", payload=payload
    )
