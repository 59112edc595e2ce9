"""The built-in plans, one a job, adapted to the size of the request."""

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from services.planning.subtasks import PER_1000_CHARACTERS_S, PER_IMAGE_S, add, read_competitors


def generate_skill(brief: pb.GenerateSkillBrief) -> plan_pb2.Plan:
    """Research, look at the images if there are any, write, review, report.

    The guards are run on every example for every draft, so review takes longer with more examples;
    research grows with the text.
    """
    plan = plan_pb2.Plan(engine="offline")
    add(
        plan,
        "research",
        agent="research",
        kind="analyze_patterns",
        needs=[],
        makes="patterns",
        after=[],
        seconds=0.1 + PER_1000_CHARACTERS_S * brief.characters / 1000,
        success="Every example is measured; each pattern names its share of them.",
        title=f"Measure {brief.examples} example posts",
    )
    looked_at: list[str] = []
    images: list[str] = []
    if brief.images:
        looked_at, images = ["images"], ["images"]
        add(
            plan,
            "images",
            agent="research",
            kind="examine_images",
            needs=[],
            makes="images",
            after=[],
            seconds=PER_IMAGE_S * brief.images,
            success="Every image is measured, or listed with the reason why not.",
            title=f"Look at {brief.images} {'image' if brief.images == 1 else 'images'}",
        )
    add(
        plan,
        "coder",
        agent="coder",
        kind="write_skill",
        needs=["patterns", *images],
        makes="skill",
        after=["research", *looked_at],
        seconds=0.1,
        success="The file is valid by the skill schema.",
        title=f"Write the skill for {', '.join(brief.target_platforms)}",
    )
    add(
        plan,
        "review",
        agent="coder",
        kind="review_skill",
        needs=["patterns", "skill", *images],
        makes="review",
        after=["research", "coder", *looked_at],
        seconds=0.1 + 0.02 * brief.examples,
        success="The guards accept the better half of the examples.",
        title=f"Test the skill on {brief.examples} examples",
    )
    add(
        plan,
        "reporter",
        agent="reporter",
        kind="write_skill_report",
        needs=["patterns", "skill", "review"],
        makes="report",
        after=["research", "coder", "review"],
        seconds=0.3,
        success="Every number of the report names its evidence.",
        title="Write the report",
    )
    return plan


def analyze_brand_voice(brief: pb.AnalyzeBrandVoiceBrief) -> plan_pb2.Plan:
    """Measure the posts while the competitors are read, build the profile, report."""
    plan = plan_pb2.Plan(engine="offline")
    measuring_s = PER_1000_CHARACTERS_S * brief.characters / 1000
    add(
        plan,
        "research",
        agent="research",
        kind="analyze_voice",
        needs=[],
        makes="voice",
        after=[],
        seconds=0.2 + measuring_s,
        success="Every post is measured; what its language does not allow is listed.",
        title=f"Measure the voice of {brief.posts} posts",
    )
    readers, reports = read_competitors(plan, brief)
    add(
        plan,
        "coder",
        agent="coder",
        kind="build_voice_profile",
        needs=["voice", *reports],
        makes="profile",
        after=["research", *readers],
        seconds=0.2 + measuring_s,
        success="The model is judged on posts that it has not seen, or there is none.",
        title="Build the voice profile",
    )
    add(
        plan,
        "reporter",
        agent="reporter",
        kind="write_voice_report",
        needs=["voice", "profile", *reports],
        makes="report",
        after=["research", "coder", *readers],
        seconds=0.4,
        success="Every number of the report names its evidence.",
        title="Write the report",
    )
    return plan


def refine_content(brief: pb.RefineContentBrief) -> plan_pb2.Plan:
    """Rewrite, then check; what checks refuse is rewritten again."""
    plan = plan_pb2.Plan(engine="offline")
    thousands = brief.characters / 1000
    add(
        plan,
        "coder",
        agent="coder",
        kind="refine_text",
        needs=[],
        makes="candidates",
        after=[],
        seconds=0.1 + 0.05 * thousands,
        success="Every wish of the feedback is done or named as not possible.",
        title="Rewrite the text" + (" in the brand's voice" if brief.has_voice else ""),
    )
    add(
        plan,
        "review",
        agent="coder",
        kind="review_refinement",
        needs=["candidates"],
        makes="review",
        after=["coder"],
        seconds=0.1 + 0.05 * thousands,
        success="Two versions or more keep facts, meaning and the platform's limits.",
        title="Check the versions",
    )
    return plan


def competitive_analysis(brief: pb.CompetitiveAnalysisBrief) -> plan_pb2.Plan:
    """Read all competitors at once, merge, report."""
    plan = plan_pb2.Plan(engine="offline")
    readers, reports = read_competitors(plan, brief)
    add(
        plan,
        "coder",
        agent="coder",
        kind="analyze_competition",
        needs=reports,
        makes="analysis",
        after=readers,
        seconds=0.3 + 0.1 * len(readers),
        success="Every share and frequency counts the posts it rests on.",
        title=f"Merge what {len(readers)} competitors published in {brief.period_days} days",
    )
    add(
        plan,
        "reporter",
        agent="reporter",
        kind="write_competition_report",
        needs=[*reports, "analysis"],
        makes="report",
        after=[*readers, "coder"],
        seconds=0.4,
        success="Every number of the report names its evidence.",
        title="Write the report",
    )
    return plan
