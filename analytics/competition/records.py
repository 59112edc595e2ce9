"""Competitors' posts and what is made of them, as plain data.

Mirrors of the messages in `competition.proto`, field by field; of what research reports the fields
that are used.
"""

from dataclasses import dataclass
from datetime import datetime

from analytics.evidence import Measurement
from analytics.posting_times import PostingTimes


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A post that a page or feed publishes for machines.

    Attributes:
        source: Which address of the competitor it came from, such as "feed".
        text: Its text, plain.
        title: Its title, "" when it has none.
        published_at: When, aware of its time zone; None when the source does not say.
        likes: Likes and reactions; None when the source does not say, as with the next two.
        comments: Comments.
        shares: Shares.
        has_media: Whether it comes with a picture or video.
    """

    source: str
    text: str
    title: str = ""
    published_at: datetime | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    has_media: bool = False

    @property
    def content(self) -> str:
        """Title and text, each once."""
        title = self.title.strip()
        return self.text if not title or title in self.text else f"{title}\n{self.text}".strip()

    @property
    def prose(self) -> str:
        """What its sentences are counted on: the text, or the title where there is no text."""
        return self.text if self.text.strip() else self.title

    @property
    def interactions(self) -> int | None:
        """The counts that are told, together; None when none is."""
        known = [n for n in (self.likes, self.comments, self.shares) if n is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class CompetitorReport:
    """What research has found about one competitor.

    Attributes:
        name: The competitor's name.
        posts: Its posts within the period, and those without a date, each once.
        outside_period: Posts that were read and fall outside the period.
    """

    name: str
    posts: tuple[FoundPost, ...]
    outside_period: int = 0


@dataclass(frozen=True, slots=True)
class ContentTheme:
    """A theme of posts.

    Attributes:
        theme: Its words.
        frequency: Share of the posts analysed, 0 to 1.
        avg_engagement_rate: Mean interactions of its posts, each divided by the median of its
            competitor on its source; 0 when no engagement is known.
        opportunity: "high", "medium" or "low", with the reason, a clause.
    """

    theme: str
    frequency: float
    avg_engagement_rate: float
    opportunity: str


@dataclass(frozen=True, slots=True)
class CompetitorFrequency:
    """How often and when one competitor posts.

    Attributes:
        name: The competitor.
        posts_per_week: Dated posts within the period divided by its weeks.
        best_days: The days that stand out by their number of posts, the busiest first; empty below
            5 dated posts, and when none stands out.
        best_times: The hours that do, UTC, the busiest first; likewise.
    """

    name: str
    posts_per_week: float
    best_days: tuple[str, ...]
    best_times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostingFrequency:
    """How often and when competitors post.

    Attributes:
        by_competitor: One a competitor that was read, the busiest first.
        recommendations: Advice, each sentence with its evidence.
    """

    by_competitor: tuple[CompetitorFrequency, ...]
    recommendations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tactic:
    """One tactic over all competitors.

    Attributes:
        competitor_avg: Mean over the competitors of the share of their posts that use it, 0 to 1.
        recommendation: Advice with its evidence, a sentence.
    """

    competitor_avg: float
    recommendation: str


@dataclass(frozen=True, slots=True)
class EngagementTactics:
    """How competitors ask for attention.

    Attributes:
        questions_vs_statements: Posts that ask a question.
        call_to_action_usage: Posts with a call to action.
        visual_content_ratio: Posts with a picture or video.
    """

    questions_vs_statements: Tactic
    call_to_action_usage: Tactic
    visual_content_ratio: Tactic


@dataclass(frozen=True, slots=True)
class CompetitionInsights:
    """What all competitors publish, and what follows from it.

    Attributes:
        content_themes: What they write about, the most frequent first.
        posting_frequency: How often and when they post.
        engagement_tactics: How they ask for attention.
    """

    content_themes: tuple[ContentTheme, ...]
    posting_frequency: PostingFrequency
    engagement_tactics: EngagementTactics


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Something worth doing.

    Attributes:
        category: "content", "timing", "frequency", "engagement" or "voice".
        description: What to do, a sentence with its evidence.
        priority: "high", "medium" or "low".
        estimated_impact: What can be said of its effect, and from what.
    """

    category: str
    description: str
    priority: str
    estimated_impact: str


@dataclass(frozen=True, slots=True)
class CompetitionAnalysis:
    """What is made of all reports.

    Attributes:
        insights: The insights.
        opportunities: What is worth doing, the most urgent first.
        content_gaps: Focus areas and themes that no competitor covers, or hardly, sentences.
        measurements: The measured numbers.
        posting_times: When posts of all competitors did well.
        limits: What could not be measured and why, sentences.
        language: ISO 639-1 code of the posts' main language, "und" when it cannot be told.
    """

    insights: CompetitionInsights
    opportunities: tuple[Opportunity, ...]
    content_gaps: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    posting_times: PostingTimes
    limits: tuple[str, ...]
    language: str
