"""Writes skill files: a first draft from the better examples, then drafts that answer a review."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from analytics.engagement import distinct_posts
from analytics.evidence import PatternReport
from analytics.platforms import PLATFORMS
from analytics.post import Post
from analytics.skill.image_limits import first_image_guards, image_comments, image_guard_data
from analytics.skill.layout import components, layout_type, span, variables
from analytics.skill.model import (
    IMAGE_GUARDS,
    TEXT_GUARDS,
    BrandVoice,
    Guard,
    Limits,
    Provenance,
    SkillDraft,
    SkillReview,
)
from analytics.skill.render import render_skill
from analytics.skill.thresholds import BetterPost, first_guards, measure_better, widen
from analytics.skill.validator import InvalidSkillError, parse_skill
from analytics.statistics import median

_VERSION: Final = "1.0.0"
_MAX_SLUG: Final = 48
_MAX_NAME: Final = 100
_MIN_NAME: Final = 3
_LOCKED: Final = ["brand_voice", "guards", "provenance"]
_FORMS: Final = {
    "list": "list post",
    "question_led": "question post",
    "single_paragraph": "short post",
    "paragraphs": "post",
}


def write_skill(
    posts: Sequence[Post],
    report: PatternReport,
    *,
    name: str,
    platforms: Sequence[str],
    provenance: Provenance,
    previous: SkillDraft | None = None,
    review: SkillReview | None = None,
) -> SkillDraft:
    """Write a skill file, or the next draft of one.

    With a previous draft and its review exactly those limits are widened that refuse an example of
    the better half; the changes name each. A previous draft that is invalid is written anew.

    Args:
        posts: The examples, at least one.
        report: Their report, as `analytics.patterns.analyze` gives it.
        name: Name of the skill, 3 to 100 characters; made from the examples when blank.
        platforms: The platforms the skill is for, at least one, distinct.
        provenance: Where the skill comes from.
        previous: The draft to improve on.
        review: Its review.

    Returns:
        The draft. Its `changes` are empty when nothing could be improved.

    Raises:
        ValueError: There is no platform, an unknown one or one twice, or the name is too long.
    """
    if not platforms or set(platforms) - set(PLATFORMS) or len(set(platforms)) != len(platforms):
        raise ValueError(f"platforms must be distinct ones of {', '.join(PLATFORMS)}")
    better = measure_better(_better_posts(posts))
    voice = BrandVoice(
        tone=report.voice.tone,
        formality=report.voice.formality if report.voice.formality_known else None,
        technical_level=(
            report.voice.technical_level if report.measurement("technicality_median") else None
        ),
        keywords=report.voice.keywords,
    )
    guards = [*first_guards(better, voice, platforms), *first_image_guards(platforms)]
    changes: list[str] = []
    if previous and review:
        try:
            guards, changes = widen(parse_skill(previous.yaml), posts, review)
        except InvalidSkillError as error:
            changes = [f"Written anew, for the file was invalid: {error}"]
    title = name if name.strip() else default_name(better, report, platforms)
    if not _MIN_NAME <= len(title) <= _MAX_NAME:
        raise ValueError(f"the name must have {_MIN_NAME} to {_MAX_NAME} characters")
    skill_id = f"skill_{slug(title)}_v{_VERSION.split('.', maxsplit=1)[0]}"
    by_name = {guard.name: guard for guard in guards}
    parts = components(better, by_name, voice.tone)
    data: dict[str, object] = {
        "skill_id": skill_id,
        "name": title,
        "version": _VERSION,
        "platforms": list(platforms),
        "layout": {"type": layout_type(better), "components": parts},
        "brand_voice": {
            "tone": voice.tone,
            "formality": voice.formality,
            "technical_level": voice.technical_level,
            "keywords": list(voice.keywords),
        },
        "variables": variables(better, parts, voice.keywords),
        "locked": list(_LOCKED),
        "guards": [
            *(_guard_data(guard, better) for guard in guards if guard.name in TEXT_GUARDS),
            *(image_guard_data(guard) for guard in guards if guard.name in IMAGE_GUARDS),
        ],
        "provenance": {
            "task_id": provenance.task_id,
            "engine": provenance.engine,
            "examples": provenance.examples,
            "created_at": provenance.created_at,
        },
    }
    return SkillDraft(
        skill_id=skill_id,
        name=title,
        yaml=render_skill(data, _comments(report, better, guards)),
        changes=tuple(changes),
    )


def slug(name: str) -> str:
    """Return a name's part of the skill id: lower-case ASCII words joined by "_", at most 48.

    A name without Latin letters and digits gets the beginning of its SHA-256 instead.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "_".join(re.findall(r"[a-z0-9]+", plain))[:_MAX_SLUG].strip("_")
    return words or hashlib.sha256(name.encode()).hexdigest()[:12]


def default_name(
    better: Sequence[BetterPost], report: PatternReport, platforms: Sequence[str]
) -> str:
    """Name a skill after its platforms, its form and its telling words."""
    labels = " and ".join(PLATFORMS[name].label for name in platforms)
    title = f"{labels} {_FORMS[layout_type(better)]}"
    words: list[str] = []
    for word in report.voice.keywords[:3]:
        if len(f"{title}: {', '.join([*words, word])}") <= _MAX_NAME:
            words.append(word)
    return f"{title}: {', '.join(words)}" if words else title


def _better_posts(posts: Sequence[Post]) -> list[Post]:
    """Return the better half, the best first, each text once for each of its platforms."""
    found: dict[tuple[int, str], Post] = {}
    for position, group in enumerate(distinct_posts(posts)):
        if group.better_half:
            copies = sorted(
                group.indexes, key=lambda index: (posts[index].text, not posts[index].has_image)
            )
            for index in copies:
                found.setdefault((position, posts[index].platform), posts[index])
    return [found[key] for key in sorted(found)]


def _guard_data(guard: Guard, better: Sequence[BetterPost]) -> dict[str, object]:
    """Return a text guard as the file has it."""
    data: dict[str, object] = {"name": guard.name}
    match guard.name:
        case "brand_voice_score":
            return data if guard.limits.low is None else data | {"min_score": guard.limits.low}
        case "readability":
            grades = [
                one.measures.reading_grade
                for one in better
                if one.measures.reading_grade is not None
            ]
            if grades and guard.limits.high is not None:
                target = min(round(median(grades), 1), guard.limits.high)
                data |= {"target": target, "max": guard.limits.high, "unit": "grade"}
            return data
        case "length":
            data["unit"] = "characters"
        case "call_to_action":
            return data | _whole(guard.limits)
        case "banned_words":
            return data | {"words": list(guard.words)}
        case "originality":
            return data | {"max": guard.limits.high}
    return data | {"platforms": {name: _whole(limits) for name, limits in guard.platforms.items()}}


def _whole(limits: Limits) -> dict[str, object]:
    """Return a range of whole numbers."""
    return {"min": int(limits.low or 0), "max": int(limits.high or 0)}


def _comments(
    report: PatternReport, better: Sequence[BetterPost], guards: Sequence[Guard]
) -> dict[str, list[str]]:
    """Return the evidence to stand above each section or guard."""
    lengths = [one.measures.characters for one in better]
    calls = sum(bool(one.measures.calls_to_action) for one in better)
    counts = [len(one.measures.hashtags) for one in better]
    noun = "better example" if len(better) == 1 else "better examples"
    return {
        "layout": [
            one.sentence
            for one in report.patterns
            if one.category in {"layout", "image", "structure"}
        ],
        "brand_voice": [
            *(one.sentence for one in report.patterns if one.category == "tone"),
            f"Medians of {report.distinct_examples} distinct examples.",
        ],
        "brand_voice_score": ["Score from 0 to 100; not validated against human ratings."],
        "readability": ["US school grade; the target is the median of the better examples."],
        "length": [f"{len(better)} {noun}: {span(lengths)} characters."],
        "hashtag_count": [
            f"{len(better)} {noun}: {span(counts)}; otherwise what is usual on the platform."
        ],
        "call_to_action": [f"{calls} of {len(better)} {noun} with a call to action."],
        "banned_words": ["No word is banned yet: add the brand's own."],
        "originality": ["Largest share of word triples that may occur in one example."],
        **image_comments(guards),
    }
