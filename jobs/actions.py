"""What each agent can be asked to do, from its contract."""

from typing import Final

from jobs.job import Action
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import plan_pb2, skill_pb2

PLAN: Final = Action(
    agent="planning",
    path="/manusmesh.planning.v1.PlanningService/Plan",
    request=planning.PlanRequest,
    event=planning.PlanResponse,
    result=plan_pb2.Plan,
)

ANALYZE_PATTERNS: Final = Action(
    agent="research",
    path="/manusmesh.research.v1.ResearchService/AnalyzePatterns",
    request=research.AnalyzePatternsRequest,
    event=research.AnalyzePatternsResponse,
    result=skill_pb2.PatternReport,
)

WRITE_SKILL: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/WriteSkill",
    request=coder.WriteSkillRequest,
    event=coder.WriteSkillResponse,
    result=skill_pb2.SkillDraft,
)

REVIEW_SKILL: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/ReviewSkill",
    request=coder.ReviewSkillRequest,
    event=coder.ReviewSkillResponse,
    result=skill_pb2.SkillReview,
)

WRITE_SKILL_REPORT: Final = Action(
    agent="reporter",
    path="/manusmesh.reporter.v1.ReporterService/WriteSkillReport",
    request=reporter.WriteSkillReportRequest,
    event=reporter.WriteSkillReportResponse,
    result=skill_pb2.Report,
)
