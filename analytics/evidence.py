"""What is found in a set of posts, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured number with what it rests on.

    Attributes:
        name: What was measured, snake_case, such as "words_median" or "image_share".
        value: The value in `unit`.
        unit: "words", "characters", "sentences", "paragraphs", "share" (0 to 1), "score" (0 to
            100), "grade", "percent",
            "rate" (interactions per impression), "ratio" or "count".
        sample_size: How many posts it was measured on.
        method: The method's name.
        low: Lower end of the 95 % interval, None where none can be given.
        high: Upper end of the 95 % interval, None where none can be given.
    """

    name: str
    value: float
    unit: str
    sample_size: int
    method: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that several of the examples do.

    Attributes:
        name: The trait, snake_case.
        category: "layout", "image", "length", "structure", "tone", "readability", "hashtags",
            "emoji", "call_to_action",
            "questions" or "performance".
        sentence: A sentence for people that names the share of the examples.
        count: How many examples have the trait.
        total: How many examples were looked at; identical posts count once.
        share: `count` / `total`, 0 to 1.
        low: Lower end of the share's 95 % Wilson interval.
        high: Upper end of it.
    """

    name: str
    category: str
    sentence: str
    count: int
    total: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How the better half of the examples differs from the rest in one trait.

    Attributes:
        trait: The trait, snake_case.
        sentence: A sentence for people.
        better: Mean of the trait over the better half; for a yes-or-no trait its share.
        rest: The same over the rest.
        better_size: Posts in the better half.
        rest_size: Posts in the rest.
        effect: Cliff's delta, -1 to 1.
        p_value: Two-sided p value of a permutation test, not corrected for the number of traits.
    """

    trait: str
    sentence: str
    better: float
    rest: float
    better_size: int
    rest_size: int
    effect: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ExampleScore:
    """How well one example did against the others.

    Attributes:
        index: Its position among the examples, from 0.
        engagement_rate: Interactions per impression; 0 when the rate of any example is unknown.
        relative: Engagement divided by the median engagement of the examples of its platform.
        better_half: Whether it belongs to the better half.
        duplicate_of: Position of an earlier example with the same text, None when there is none.
    """

    index: int
    engagement_rate: float
    relative: float
    better_half: bool
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of a set of posts, as measured.

    Attributes:
        tone: The leading tone, empty when it cannot be told.
        formality: 0 (casual) to 100 (formal); 0 when `formality_known` is False.
        formality_known: Whether formality could be measured.
        technical_level: Share of rare and technical words, 0 to 100; not validated against human
            ratings.
        keywords: Words that mark the posts, the most telling first, at most 15.
        language: ISO 639-1 code of the main language, "und" when it cannot be told.
    """

    tone: str
    formality: float
    formality_known: bool
    technical_level: float
    keywords: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class KnowledgePassage:
    """A passage of the owner's documents on the subject of the posts; nothing is measured in it.

    Attributes:
        document_id: The document it is from.
        title: The document's title.
        text: Verbatim.
        source_url: Where the document comes from; may be empty.
        keywords: Those of the posts that it holds.
    """

    document_id: str
    title: str
    text: str
    source_url: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatternReport:
    """Everything found in a set of posts.

    Attributes:
        patterns: The most common first.
        measurements: The numbers behind them.
        differences: What the better half does differently, the largest effect first.
        scores: One an example, in their order.
        voice: The voice of the examples.
        distinct_examples: Identical texts count once.
        engagement_basis: "engagement_rate" or "relative_interactions".
        limits: What could not be measured and why, sentences for people.
        knowledge: What the owner's documents say on the subject, the best first.
    """

    patterns: tuple[Pattern, ...]
    measurements: tuple[Measurement, ...]
    differences: tuple[Difference, ...]
    scores: tuple[ExampleScore, ...]
    voice: Voice
    distinct_examples: int
    engagement_basis: str
    limits: tuple[str, ...]
    knowledge: tuple[KnowledgePassage, ...] = ()

    def measurement(self, name: str) -> Measurement | None:
        """Return the measurement called `name`, None when it was not made."""
        return next((found for found in self.measurements if found.name == name), None)


@dataclass(frozen=True, slots=True)
class PerformanceEstimate:
    """What following the better posts promises, with what it rests on.

    Attributes:
        engagement_rate_increase: Expected change in percent against the median of the examples; 0
            when it cannot be told.
        confidence: How far to trust it, 0 to 100; 0 when it cannot be told.
        basis: What it was computed from, or why it could not be.
        low: Lower end of its 95 % interval in percent, None where none can be given.
        high: Upper end of it.
    """

    engagement_rate_increase: float
    confidence: float
    basis: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """One part of the confidence score.

    Attributes:
        name: "sample_size", "agreement", "back_test" or "measurability".
        value: 0 to 1.
        weight: Its weight in the score; all weights add up to 1.
        reason: How it was computed, a sentence.
    """

    name: str
    value: float
    weight: float
    reason: str
