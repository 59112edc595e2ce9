"""The skill file and what is said about it, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

IMAGE_GUARDS: Final = (
    "image_min_resolution",
    "image_aspect_ratio",
    "image_contrast_ratio",
    "image_safe_margin",
    "image_brand_palette",
    "image_min_text_size",
    "image_text_overlap",
    "image_logo_protection",
)
IMAGE_STANDARDS: Final = ("image_min_resolution", "image_aspect_ratio", "image_contrast_ratio")
"""Guards whose limits are a platform's or a standard's, whatever the examples have."""
TEXT_GUARDS: Final = (
    "brand_voice_score",
    "readability",
    "length",
    "hashtag_count",
    "call_to_action",
    "banned_words",
    "originality",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a guard allows, ends included.

    Attributes:
        low: The least, None for no lower end.
        high: The most, None for no upper end.
    """

    low: float | None = None
    high: float | None = None

    def allow(self, value: float) -> bool:
        """Tell whether `value` lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard of a skill.

    Attributes:
        name: One of `TEXT_GUARDS` or `IMAGE_GUARDS`.
        limits: What it allows on every platform.
        platforms: What it allows on each platform, for guards that depend on it.
        words: The words that "banned_words" refuses, or the colours that "image_brand_palette"
            looks for.
        sizes: The least width and height on each platform, in pixels.
    """

    name: str
    limits: Limits = Limits()
    platforms: Mapping[str, Limits] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrandVoice:
    """The voice that a skill asks for.

    Attributes:
        tone: The leading tone, empty when it could not be told.
        formality: 0 (casual) to 100 (formal), None when it could not be measured.
        technical_level: 0 to 100, None when it could not be measured.
        keywords: Words that mark the brand's posts.
    """

    tone: str
    formality: float | None
    technical_level: float | None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skill:
    """A valid skill file, as far as code needs it.

    Attributes:
        skill_id: "skill_<slug>_v<major>".
        name: Name for people.
        version: Semantic version.
        platforms: The platforms it is for.
        brand_voice: The voice.
        guards: The guards, in the order of the file.
    """

    skill_id: str
    name: str
    version: str
    platforms: tuple[str, ...]
    brand_voice: BrandVoice
    guards: tuple[Guard, ...]

    def guard(self, name: str) -> Guard | None:
        """Return the guard called `name`, None when the file has none."""
        return next((guard for guard in self.guards if guard.name == name), None)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a skill comes from.

    Attributes:
        task_id: The task that made it.
        engine: What wrote its prose, such as "offline".
        examples: How many examples it was made from.
        created_at: When, RFC 3339 in UTC.
    """

    task_id: str
    engine: str
    examples: int
    created_at: str


@dataclass(frozen=True, slots=True)
class SkillDraft:
    """A skill file as written.

    Attributes:
        skill_id: "skill_<slug>_v<major>".
        name: Name for people, 3 to 100 characters.
        yaml: The file.
        changes: What was changed against the previous draft and why; empty for the first, and
            when nothing could be changed.
    """

    skill_id: str
    name: str
    yaml: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillViolation:
    """A violation of the skill schema.

    Attributes:
        line: Line of the text, from 1; 0 when it concerns the whole file.
        path: Path in the document, such as "guards[2].max"; empty for the whole file.
        message: What is wrong, for people.
    """

    line: int
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class GuardResult:
    """Result of one guard.

    Attributes:
        guard: Its name.
        passed: Whether the text passed; False for a guard that was skipped.
        score: The measured value in the guard's own unit, None when it could not be measured.
        reason: What was measured against what, or why it was skipped.
        status: "passed", "failed" or "skipped".
    """

    guard: str
    passed: bool
    score: float | None
    reason: str
    status: str


@dataclass(frozen=True, slots=True)
class BackTestEntry:
    """One example under the guards of a skill.

    Attributes:
        index: Position of the example, from 0.
        accepted: Whether it passes every guard that ran.
        better_half: Whether it belongs to the better half.
        failed_guards: Names of the guards it fails.
    """

    index: int
    accepted: bool
    better_half: bool
    failed_guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackTest:
    """How the examples fare under the guards; in the totals identical texts count once.

    Attributes:
        entries: One an example, in their order.
        better_accepted: How many of the better half pass.
        better_total: Size of the better half.
        rest_accepted: How many of the rest pass.
        rest_total: Size of the rest.
    """

    entries: tuple[BackTestEntry, ...] = ()
    better_accepted: int = 0
    better_total: int = 0
    rest_accepted: int = 0
    rest_total: int = 0


@dataclass(frozen=True, slots=True)
class SkillReview:
    """What validation says about a draft.

    Attributes:
        violations: Violations of the schema; empty for a valid file.
        guard_results: One a guard: whether the better half as a whole passes it.
        back_test: The examples under the guards.
        score: Share of the better half that the skill accepts, times 100; 0 for an invalid file.
        accepted: Whether the file is valid and accepts all of the better half.
        feedback: What the next draft has to change, sentences; empty when accepted.
    """

    violations: tuple[SkillViolation, ...]
    guard_results: tuple[GuardResult, ...]
    back_test: BackTest
    score: float
    accepted: bool
    feedback: tuple[str, ...] = ()
