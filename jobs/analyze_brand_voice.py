"""analyze-brand-voice: how a brand sounds, learned from its posts.

Sequential; with competitors, these are looked at while the brand's own posts are measured, and
whoever can't be read is listed without holding up the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from jobs import actions, competitors
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import analyze_brand_voice_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import competition_pb2, skill_pb2, voice_pb2
from meshkit.errors import MeshError
from meshkit.library import Kind
from meshkit.patterns import Outcomes, parallel

CACHED_S: Final = 7 * 86_400
_COMPETITOR_DAYS: Final = 90
"""How far back competitors' posts are compared with."""

_SITES: Final = frozenset({"website", "feed"})
_AT_ONCE: Final = competitors.AT_ONCE + 1
"""The brand and its competitors looked at at once."""

_Found = voice_pb2.VoiceReport | competition_pb2.CompetitorReport


async def analyze_brand_voice(
    request: pb.AnalyzeBrandVoiceRequest, steps: Steps
) -> pb.AnalyzeBrandVoiceResult:
    """Plans, measures the posts and reads the competitors, builds the profile, and reports."""
    compared = list(request.competitors) if request.include_competitors else []
    plan = await steps.run(
        "planning",
        actions.PLAN,
        planning.PlanRequest(
            analyze_brand_voice=planning.AnalyzeBrandVoiceBrief(
                posts=len(request.posts),
                characters=sum(len(post.content) for post in request.posts),
                competitor_addresses=competitors.counts(compared),
                addresses=competitors.addresses(compared),
                # The brand's own posts are measured long before anybody is read.
                competitors_at_once=_AT_ONCE,
            )
        ),
        title="Planning Agent planning the work",
    )
    await steps.follow(plan)
    looks = competitors.Looks(
        steps, compared, *competitors.period(steps.accepted_at, _COMPETITOR_DAYS)
    )
    voice, reports, failed = await _research(request, looks, len(compared), steps)
    draft = await steps.run(
        "coder",
        actions.BUILD_VOICE_PROFILE,
        coder.BuildVoiceProfileRequest(posts=request.posts, report=voice, competitors=reports),
        title="Coder Agent building the voice profile",
    )
    report = await steps.run(
        "reporter",
        actions.WRITE_VOICE_REPORT,
        reporter.WriteVoiceReportRequest(
            posts=request.posts,
            report=voice,
            draft=draft,
            competitors=reports,
            failed_competitors=failed,
        ),
        title="Reporter Agent writing the report",
    )
    result = _result(request, voice, draft, report)
    if compared:
        _compare(result, steps.accepted_at, reports, failed)
        result.evidence.receipts.extend(looks.receipts)
    result.usage.CopyFrom(steps.usage())
    await _keep(result, voice, draft, steps)
    return result


async def _research(
    request: pb.AnalyzeBrandVoiceRequest,
    looks: competitors.Looks,
    count: int,
    steps: Steps,
) -> tuple[
    voice_pb2.VoiceReport,
    list[competition_pb2.CompetitorReport],
    list[competition_pb2.FailedCompetitor],
]:
    """Measures the brand's posts (number 0) while reading each competitor (from 1)."""

    async def branch(number: int) -> _Found:
        if number:
            return await looks.at(number)
        return await steps.run(
            "research",
            actions.ANALYZE_VOICE,
            research.AnalyzeVoiceRequest(posts=request.posts),
            title=f"Research Agent measuring the voice of {len(request.posts)} posts",
        )

    def missed(number: int, error: MeshError) -> None:
        if not number:
            # Without the brand's own voice there is nothing to go on with.
            raise error
        looks.missed(number, error)

    found: Outcomes[int, _Found] = await parallel(
        branch, range(count + 1), limit=_AT_ONCE, missed=missed
    )
    voices = [each for _, each in found.results if isinstance(each, voice_pb2.VoiceReport)]
    reports = [
        each for _, each in found.results if isinstance(each, competition_pb2.CompetitorReport)
    ]
    return voices[0], reports, looks.failed(found.failures)


def _result(
    request: pb.AnalyzeBrandVoiceRequest,
    voice: voice_pb2.VoiceReport,
    draft: voice_pb2.VoiceProfileDraft,
    report: skill_pb2.Report,
) -> pb.AnalyzeBrandVoiceResult:
    result = pb.AnalyzeBrandVoiceResult(
        profile_id=draft.profile_id,
        brand_voice_profile=voice.profile,
        sample_posts=voice_pb2.SamplePosts(
            high_scoring=draft.high_scoring, low_scoring=draft.low_scoring
        ),
        embedding_vector=draft.embedding,
        engine=report.engine,
        report_markdown=report.markdown,
        report_html=report.html,
        charts=report.charts,
        recommendations=report.recommendations,
        confidence_score=report.confidence_score,
        evidence=pb.BrandVoiceEvidence(
            posts_analyzed=len(request.posts),
            distinct_posts=voice.distinct_posts,
            language=voice.language,
            measurements=voice.measurements,
            tones=voice.tones,
            phrases=voice.phrases,
            posts=draft.posts,
            differences=voice.differences,
            posting_times=voice.posting_times,
            voice_quality=draft.quality,
            confidence_parts=report.confidence_parts,
            limits=voice.limits,
        ),
    )
    if draft.HasField("differentiation"):
        result.competitor_differentiation.CopyFrom(draft.differentiation)
    return result


def _compare(
    result: pb.AnalyzeBrandVoiceResult,
    until: datetime,
    reports: Sequence[competition_pb2.CompetitorReport],
    failed: Sequence[competition_pb2.FailedCompetitor],
) -> None:
    """Adds what the competitors have to do with a result."""
    result.partial = bool(failed)
    evidence = result.evidence
    evidence.failed_competitors.extend(failed)
    for each in reports:
        evidence.limits.extend(each.limits)
    posts = [post for each in reports for post in each.posts]
    evidence.competitor_posts = len(posts)
    since = until - timedelta(days=_COMPETITOR_DAYS)
    window = f"the {_COMPETITOR_DAYS} days from {since:%Y-%m-%d} to {until:%Y-%m-%d}"
    evidence.limits.append(
        f"Of competitors, the posts of {window} were compared with, and those that tell no date; "
        "the brand's own are those of the request, whatever their dates."
    )
    elsewhere = sum(post.source in _SITES for post in posts)
    if elsewhere:
        evidence.limits.append(
            f"{elsewhere} of {len(posts)} posts of competitors were read from web sites and feeds, "
            "the brand's are posts of social platforms: hashtags are rare on sites and texts are "
            "often longer, so a difference may be one of the place."
        )
    differentiation = result.competitor_differentiation
    if posts:
        differentiation.basis = (
            f"{evidence.distinct_posts} distinct posts of the brand against {len(posts)} posts of "
            f"{len(reports)} of {len(reports) + len(failed)} competitors, of {window}."
        )
    else:
        differentiation.basis = f"Nothing could be compared: {_nothing(window, reports, failed)}"


def _nothing(
    window: str,
    reports: Sequence[competition_pb2.CompetitorReport],
    failed: Sequence[competition_pb2.FailedCompetitor],
) -> str:
    """Why there is no post of any competitor."""
    if reports:
        silent = ", ".join(each.name for each in reports)
        others = f"; {len(failed)} more could not be read" if failed else ""
        return f"no posts of {window} were found of {silent}{others}."
    reasons = "; ".join(f"{each.name}: {each.reason.rstrip('.')}" for each in failed)
    return f"no competitor could be read. {reasons}."


async def _keep(
    result: pb.AnalyzeBrandVoiceResult,
    voice: voice_pb2.VoiceReport,
    draft: voice_pb2.VoiceProfileDraft,
    steps: Steps,
) -> None:
    stored = voice_pb2.StoredVoice(
        profile_id=draft.profile_id,
        profile=voice.profile,
        model=draft.model if draft.HasField("model") else None,
        embedding=draft.embedding,
        language=voice.language,
        distinct_posts=voice.distinct_posts,
    )
    version = await steps.version(Kind.BRAND_VOICE, draft.profile_id)
    parts = {"result": result, "voice": stored}
    await steps.keep(Kind.BRAND_VOICE, draft.profile_id, version, draft.profile_id, parts)


JOB: Final = Job(
    name="analyze-brand-voice",
    request=pb.AnalyzeBrandVoiceRequest,
    result=pb.AnalyzeBrandVoiceResult,
    run=analyze_brand_voice,
    timeout_s=900.0,
    cached_s=CACHED_S,
)
