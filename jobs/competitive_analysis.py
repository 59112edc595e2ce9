"""competitive-analysis: what competitors publish, and what follows from it.

Parallel over the competitors, then merged: whoever can't be read is listed with the reason, and the
task goes on with the others.
"""

from collections.abc import Sequence
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from jobs import actions, competitors
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import competitive_analysis_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.type.v1 import competition_pb2, skill_pb2
from meshkit.patterns import parallel

CACHED_S: Final = 86_400


async def competitive_analysis(
    request: pb.CompetitiveAnalysisRequest, steps: Steps
) -> pb.CompetitiveAnalysisResult:
    """Plans, reads all competitors at once, merges what was found, and reports."""
    plan = await steps.run(
        "planning",
        actions.PLAN,
        planning.PlanRequest(
            competitive_analysis=planning.CompetitiveAnalysisBrief(
                competitor_addresses=competitors.counts(request.competitors),
                addresses=competitors.addresses(request.competitors),
                competitors_at_once=competitors.AT_ONCE,
                period_days=request.analysis_period_days,
                focus_areas=len(request.focus_areas),
            )
        ),
        title="Planning Agent planning the work",
    )
    await steps.follow(plan)
    since, until = competitors.period(steps.accepted_at, request.analysis_period_days)
    looks = competitors.Looks(steps, request.competitors, since, until)
    found = await parallel(
        looks.at,
        range(1, len(request.competitors) + 1),
        limit=competitors.AT_ONCE,
        missed=looks.missed,
        success="competitors could be read",
    )
    reports = [report for _, report in found.results]
    failed = looks.failed(found.failures)
    analysis = await steps.run(
        "coder",
        actions.ANALYZE_COMPETITION,
        coder.AnalyzeCompetitionRequest(
            reports=reports,
            period_from=since,
            period_to=until,
            focus_areas=request.focus_areas,
        ),
        title=f"Coder Agent merging what {len(reports)} competitors publish",
    )
    report = await steps.run(
        "reporter",
        actions.WRITE_COMPETITION_REPORT,
        reporter.WriteCompetitionReportRequest(
            reports=reports,
            analysis=analysis,
            failed_competitors=failed,
            period_from=since,
            period_to=until,
            focus_areas=request.focus_areas,
        ),
        title="Reporter Agent writing the report",
    )
    result = _result(reports, analysis, failed, report)
    result.evidence.receipts.extend(looks.receipts)
    result.analysis_period.CopyFrom(_period(since, until))
    result.usage.CopyFrom(steps.usage())
    return result


def _result(
    reports: Sequence[competition_pb2.CompetitorReport],
    analysis: competition_pb2.CompetitionAnalysis,
    failed: Sequence[competition_pb2.FailedCompetitor],
    report: skill_pb2.Report,
) -> pb.CompetitiveAnalysisResult:
    return pb.CompetitiveAnalysisResult(
        competitors_analyzed=len(reports),
        total_posts_analyzed=sum(len(each.posts) for each in reports),
        insights=analysis.insights,
        opportunities=analysis.opportunities,
        content_gaps=analysis.content_gaps,
        failed_competitors=failed,
        partial=bool(failed),
        report_markdown=report.markdown,
        report_html=report.html,
        charts=report.charts,
        confidence_score=report.confidence_score,
        engine=report.engine,
        evidence=pb.CompetitiveAnalysisEvidence(
            competitors=[_evidence(each) for each in reports],
            measurements=analysis.measurements,
            posting_times=analysis.posting_times,
            confidence_parts=report.confidence_parts,
            limits=dict.fromkeys(
                [*(limit for each in reports for limit in each.limits), *analysis.limits]
            ),
            language=analysis.language,
        ),
    )


def _evidence(report: competition_pb2.CompetitorReport) -> pb.CompetitorEvidence:
    evidence = pb.CompetitorEvidence(
        name=report.name,
        posts=len(report.posts),
        outside_period=report.outside_period,
        undated=report.undated,
        sources=report.sources,
    )
    for post in report.posts:
        source = evidence.post_sources.add(url=post.url, receipt_id=post.receipt_id)
        if post.HasField("published_at"):
            source.published_at.CopyFrom(post.published_at)
    return evidence


def _period(since: Timestamp, until: Timestamp) -> pb.AnalysisPeriod:
    period = pb.AnalysisPeriod(to=until)
    # "from" is a word of Python's own, so the field is reached by its name.
    getattr(period, "from").CopyFrom(since)
    return period


JOB: Final = Job(
    name="competitive-analysis",
    request=pb.CompetitiveAnalysisRequest,
    result=pb.CompetitiveAnalysisResult,
    run=competitive_analysis,
    timeout_s=900.0,
    cached_s=CACHED_S,
)
