"""What each agent can be asked to do, from its contract."""

from typing import Final

from jobs.job import Action
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.knowledge.v1 import knowledge_service_pb2
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import (
    competition_pb2,
    image_pb2,
    plan_pb2,
    refinement_pb2,
    skill_pb2,
    voice_pb2,
)

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

EXAMINE_IMAGES: Final = Action(
    agent="research",
    path="/manusmesh.research.v1.ResearchService/ExamineImages",
    request=research.ExamineImagesRequest,
    event=research.ExamineImagesResponse,
    result=image_pb2.ImageReport,
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

ANALYZE_VOICE: Final = Action(
    agent="research",
    path="/manusmesh.research.v1.ResearchService/AnalyzeVoice",
    request=research.AnalyzeVoiceRequest,
    event=research.AnalyzeVoiceResponse,
    result=voice_pb2.VoiceReport,
)

SEARCH_KNOWLEDGE: Final = Action(
    agent="research",
    path="/manusmesh.research.v1.ResearchService/SearchKnowledge",
    request=research.SearchKnowledgeRequest,
    event=research.SearchKnowledgeResponse,
    result=knowledge_service_pb2.SearchKnowledgeResponse,
)

RESEARCH_COMPETITOR: Final = Action(
    agent="research",
    path="/manusmesh.research.v1.ResearchService/ResearchCompetitor",
    request=research.ResearchCompetitorRequest,
    event=research.ResearchCompetitorResponse,
    result=competition_pb2.CompetitorReport,
)

BUILD_VOICE_PROFILE: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/BuildVoiceProfile",
    request=coder.BuildVoiceProfileRequest,
    event=coder.BuildVoiceProfileResponse,
    result=voice_pb2.VoiceProfileDraft,
)

ANALYZE_COMPETITION: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/AnalyzeCompetition",
    request=coder.AnalyzeCompetitionRequest,
    event=coder.AnalyzeCompetitionResponse,
    result=competition_pb2.CompetitionAnalysis,
)

REFINE_TEXT: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/RefineText",
    request=coder.RefineTextRequest,
    event=coder.RefineTextResponse,
    result=refinement_pb2.RefinementDraft,
)

REVIEW_REFINEMENT: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/ReviewRefinement",
    request=coder.ReviewRefinementRequest,
    event=coder.ReviewRefinementResponse,
    result=refinement_pb2.RefinementReview,
)

EXECUTE_PYTHON: Final = Action(
    agent="coder",
    path="/manusmesh.coder.v1.CoderService/ExecutePython",
    request=coder.ExecutePythonRequest,
    event=coder.ExecutePythonResponse,
    result=coder.PythonOutcome,
)

WRITE_VOICE_REPORT: Final = Action(
    agent="reporter",
    path="/manusmesh.reporter.v1.ReporterService/WriteVoiceReport",
    request=reporter.WriteVoiceReportRequest,
    event=reporter.WriteVoiceReportResponse,
    result=skill_pb2.Report,
)

WRITE_COMPETITION_REPORT: Final = Action(
    agent="reporter",
    path="/manusmesh.reporter.v1.ReporterService/WriteCompetitionReport",
    request=reporter.WriteCompetitionReportRequest,
    event=reporter.WriteCompetitionReportResponse,
    result=skill_pb2.Report,
)
