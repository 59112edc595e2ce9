"""A brand's voice as plain data: mirrors of the messages in `voice.proto`, field by field."""

from dataclasses import dataclass
from datetime import datetime

from analytics.brand_voice.model import VoiceModel
from analytics.evidence import Difference, Measurement
from analytics.posting_times import Bucket, PostingTimes


@dataclass(frozen=True, slots=True)
class BrandPost:
    """A published post of a brand.

    Attributes:
        platform: "linkedin", "twitter", "facebook" or "instagram".
        text: The text as published, line breaks included.
        created_at: When it was published, aware of its time zone.
        likes: Likes and reactions; None when they are not known, as with the next two.
        comments: Comments and replies.
        shares: Shares, reposts, retweets.
    """

    platform: str
    text: str
    created_at: datetime
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class VoiceTone:
    """The tone of a set of posts.

    Attributes:
        primary: The leading tone, one of `analytics.tone.TONES`; "" when it cannot be told.
        secondary: Others that a notable share of the posts has, the most frequent first.
        confidence: How far to trust `primary`, 0 to 100.
    """

    primary: str
    secondary: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a set of posts.

    Attributes:
        common_phrases: Phrases of two to six words, verbatim, the most telling first.
        keywords: Words that mark the posts against general usage, the most telling first.
        avoid_words: Words common with other brands that this one never uses.
    """

    common_phrases: tuple[str, ...]
    keywords: tuple[str, ...]
    avoid_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """The habits of writing of a set of posts.

    Attributes:
        sentence_length: "short", "medium" or "long"; "" when there are no sentences.
        paragraph_structure: How posts are built, a clause.
        emoji_usage: "none", "rare", "moderate" or "heavy".
        hashtag_strategy: How hashtags are used, a clause.
    """

    sentence_length: str
    paragraph_structure: str
    emoji_usage: str
    hashtag_strategy: str


@dataclass(frozen=True, slots=True)
class VoiceDimensions:
    """The three dimensions of a voice, each 0 to 100; 0 where the language does not allow it.

    Attributes:
        formality: 0 very casual, 100 very formal.
        enthusiasm: Percentile among posts of organisations.
        technicality: Percentile among posts of organisations.
        basis: On how many posts each rests; which could not be measured, and why it is 0.
    """

    formality: float
    enthusiasm: float
    technicality: float
    basis: str = ""


@dataclass(frozen=True, slots=True)
class BrandVoiceProfile:
    """How a brand sounds.

    Attributes:
        tone: The tone.
        lexicon: The words.
        style: The habits of writing.
        voice_dimensions: The three dimensions.
    """

    tone: VoiceTone
    lexicon: Lexicon
    style: VoiceStyle
    voice_dimensions: VoiceDimensions


@dataclass(frozen=True, slots=True)
class PostVoice:
    """How one post fits the voice of all.

    Attributes:
        index: Its position, from 0.
        score: How well it fits, 0 to 100, by a model that has not seen it; None without a model.
        tone: Its tone, "" when it cannot be told.
        formality: 0 to 100, None when it cannot be told, as with the next two.
        enthusiasm: 0 to 100.
        technicality: 0 to 100.
        relative_engagement: Interactions divided by the median of the brand's posts on the same
            platform; None when it is not known.
        duplicate_of: Position of an earlier post with the same text, None when there is none.
    """

    index: int
    score: float | None
    tone: str
    formality: float | None
    enthusiasm: float | None
    technicality: float | None
    relative_engagement: float | None
    duplicate_of: int | None


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """What was measured on the posts of a brand.

    Attributes:
        profile: The profile.
        language: ISO 639-1 code of the main language, "und" when it cannot be told.
        distinct_posts: Identical texts count once.
        measurements: The numbers behind the profile, with intervals.
        tones: How often each tone leads.
        phrases: How many posts hold each common phrase.
        posts: One a post, in their order.
        differences: What better posts do differently, the largest effect first.
        posting_times: When posts did well.
        limits: What could not be measured and why, sentences.
    """

    profile: BrandVoiceProfile
    language: str
    distinct_posts: int
    measurements: tuple[Measurement, ...]
    tones: tuple[Bucket, ...]
    phrases: tuple[Bucket, ...]
    posts: tuple[PostVoice, ...]
    differences: tuple[Difference, ...]
    posting_times: PostingTimes
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoiceQuality:
    """How well the voice of the posts can be told from that of others.

    Attributes:
        auc: Chance that an unseen post of the brand scores above one of the background, 0.5 to 1;
            0 when no model could be made.
        low: Lower end of its 95 % interval.
        high: Upper end of it.
        sample_size: Distinct posts of the brand.
        background_size: Posts of other brands behind the background.
        basis: How it was computed, or why there is no model, a sentence.
    """

    auc: float
    low: float
    high: float
    sample_size: int
    background_size: int
    basis: str


@dataclass(frozen=True, slots=True)
class CompetitorDifferentiation:
    """How a brand's voice differs from its competitors'.

    Attributes:
        unique_to_customer: What the customer does and competitors hardly do, sentences.
        opportunities: What competitors do and the customer does not, or nobody does, sentences.
    """

    unique_to_customer: tuple[str, ...]
    opportunities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoiceProfileDraft:
    """What other texts are held against.

    Attributes:
        profile_id: "voice_" and 32 hexadecimal digits; "" until the profile is kept.
        model: The model; None when there are too few posts.
        quality: How good it is.
        posts: One a post, in their order, with the score.
        embedding: Mean of the posts' embeddings, unit length; empty when none can be embedded.
        high_scoring: The texts that fit best, verbatim, the best first.
        low_scoring: The texts that fit worst, verbatim, the worst first.
        differentiation: Against competitors; None when there are none.
    """

    profile_id: str
    model: VoiceModel | None
    quality: VoiceQuality
    posts: tuple[PostVoice, ...]
    embedding: tuple[float, ...]
    high_scoring: tuple[str, ...]
    low_scoring: tuple[str, ...]
    differentiation: CompetitorDifferentiation | None
