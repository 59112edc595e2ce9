"""The layout and the variables of a skill: the parts that its better examples are made of."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from analytics.platforms import PLATFORMS
from analytics.skill.model import Guard
from analytics.skill.thresholds import BetterPost
from analytics.statistics import median
from analytics.text import parse, without_list_mark

_MAX_EXAMPLE: Final = 160
_MAX_EXAMPLES: Final = 3
_HALF: Final = 0.5
_IMAGE_URL: Final = "https://example.com/picture.jpg"
"""A placeholder: the analytics are told whether a post has an image, not where it is."""


def layout_type(better: Sequence[BetterPost]) -> str:
    """Return the form that at least half of the better examples have."""
    if _share(better, lambda one: one.measures.list_items > 1) >= _HALF:
        return "list"
    if _share(better, lambda one: one.measures.opens_with_question) >= _HALF:
        return "question_led"
    if _share(better, lambda one: one.measures.paragraphs == 1) >= _HALF:
        return "single_paragraph"
    return "paragraphs"


def components(
    better: Sequence[BetterPost], guards: dict[str, Guard], tone: str
) -> list[dict[str, object]]:
    """Return the parts of a post from top to bottom.

    A part is required where at least half of the better examples have it. What it requires agrees
    with the guards.
    """
    parts = [_hook(better, tone), _body(better)]
    if (lists := _share(better, lambda one: one.measures.list_items > 1)) > 0:
        items = [one.measures.list_items for one in better if one.measures.list_items > 1]
        parts.append(
            {
                "type": "list",
                "required": lists >= _HALF,
                "requirements": [f"{span(items)} items"],
            }
        )
    if (call := guards.get("call_to_action")) and call.limits.high:
        parts.append(
            {
                "type": "call_to_action",
                "required": bool(call.limits.low),
                "requirements": [f"at most {call.limits.high:.0f}"],
                "examples": _examples(
                    better,
                    lambda one: [
                        sentence
                        for sentence in one.measures.calls_to_action
                        # A sentence that opens the post is shown as a hook.
                        if sentence != one.measures.opening
                    ],
                ),
            }
        )
    if link := _share(better, lambda one: bool(one.measures.links)):
        parts.append({"type": "link", "required": link >= _HALF})
    if tags := guards.get("hashtag_count"):
        parts.append(
            {
                "type": "hashtags",
                "required": _share(better, lambda one: bool(one.measures.hashtags)) >= _HALF,
                "requirements": [
                    f"{PLATFORMS[name].label}: {limits.low:.0f} to {limits.high:.0f}"
                    for name, limits in tags.platforms.items()
                ],
                "examples": _examples(better, lambda one: list(one.measures.hashtags)),
            }
        )
    images = _share(better, lambda one: one.post.has_image)
    sizes = [
        f"{PLATFORMS[name].label}: {PLATFORMS[name].image_width}x{PLATFORMS[name].image_height} "
        "pixels"
        for name in (tags.platforms if tags else ())
    ]
    if images > 0:
        parts.append({"type": "image", "required": images >= _HALF, "requirements": sizes})
    return [{key: value for key, value in part.items() if value != []} for part in parts]


def variables(
    better: Sequence[BetterPost], parts: Sequence[dict[str, object]], keywords: Sequence[str]
) -> list[dict[str, object]]:
    """Return the slots to fill in for a new post, with examples from the better posts."""
    best = better[0]
    slots: list[dict[str, object]] = [
        _slot("topic", "string", ", ".join(keywords[:2]), required=True),
        _slot("hook", "string", best.measures.opening, required=True),
        _slot("message", "string", _message(best), required=True),
    ]
    for part in parts:
        required = bool(part["required"])
        match part["type"]:
            case "list":
                items = _examples(better, lambda one: _items(one.post.text))
                slots.append(_slot("list_items", "list", "; ".join(items), required=required))
            case "call_to_action":
                found = _examples(better, lambda one: list(one.measures.calls_to_action))
                slots.append(_slot("call_to_action", "string", _first(found), required=required))
            case "link":
                found = _examples(better, lambda one: list(one.measures.links))
                slots.append(_slot("link", "url", _first(found), required=required))
            case "hashtags":
                found = _examples(better, lambda one: list(one.measures.hashtags))
                slots.append(_slot("hashtags", "list", " ".join(found), required=required))
            case "image":
                slots.append(_slot("image_url", "url", _IMAGE_URL, required=required))
    return slots


def _message(best: BetterPost) -> str:
    """Return what the best post says after its opening, else the opening itself."""
    later = parse(best.post.text).sentences[1:]
    opening = best.measures.opening
    return next((one for one in later if one != opening), opening)


def _items(text: str) -> list[str]:
    """Return the list items of a text, without their marks."""
    lines = parse(text).lines
    return [bare for line in lines if (bare := without_list_mark(line)) != line]


def _hook(better: Sequence[BetterPost], tone: str) -> dict[str, object]:
    """Describe the opening."""
    openings = [one.measures.opening for one in better]
    if _share(better, lambda one: one.measures.opens_with_question) >= _HALF:
        structure = "a question"
    elif _share(better, lambda one: one.measures.opens_with_number) >= _HALF:
        structure = "a statement that opens with a number"
    else:
        structure = "a statement"
    words = [one.measures.opening_words for one in better]
    hook: dict[str, object] = {
        "type": "hook",
        "required": True,
        "structure": structure,
        "requirements": [counted(words, "word")] if any(words) else [],
        "max_length": max(10, 10 * math.ceil(max(map(len, openings)) / 10)),
        "examples": _examples(better, lambda one: [one.measures.opening]),
    }
    if tone:
        hook["tone"] = tone
    return hook


def _body(better: Sequence[BetterPost]) -> dict[str, object]:
    """Describe the body."""
    paragraphs = [one.measures.paragraphs for one in better]
    sentences = [one.measures.sentences for one in better]
    words = [one.measures.words for one in better]
    body: dict[str, object] = {
        "type": "body",
        "required": True,
        "structure": f"{counted(paragraphs, 'paragraph')}, {counted(sentences, 'sentence')} in all",
    }
    if lengths := [length for one in better if (length := one.measures.words_per_sentence)]:
        # Of posts without a word, such as bare links, nothing is asked.
        body["requirements"] = [
            f"{counted(words, 'word')} in the whole post",
            f"about {median(lengths):.0f} words a sentence",
        ]
    else:
        body["structure"] = counted(paragraphs, "paragraph")
    return body


def _share(better: Sequence[BetterPost], test: Callable[[BetterPost], bool]) -> float:
    """Return the share of the better posts that pass a test."""
    return sum(test(one) for one in better) / len(better)


def span(counts: Sequence[int]) -> str:
    """Return "3" or "3 to 5"."""
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def counted(counts: Sequence[int], noun: str) -> str:
    """Return a span with its noun, such as "1 word" or "3 to 5 words"."""
    return f"{span(counts)} {noun if max(counts) == 1 else f'{noun}s'}"


def _examples(better: Sequence[BetterPost], pick: Callable[[BetterPost], list[str]]) -> list[str]:
    """Return up to 3 short pieces of the better posts, the most common first, then the best's."""
    counts = Counter(
        piece
        for one in better
        for piece in dict.fromkeys(pick(one))
        if 0 < len(piece) <= _MAX_EXAMPLE
    )
    return [piece for piece, _ in counts.most_common(_MAX_EXAMPLES)]


def _slot(name: str, kind: str, example: str, *, required: bool) -> dict[str, object]:
    """Return a variable."""
    return {
        "name": name,
        "type": kind,
        "required": required,
        "example": example if len(example) <= _MAX_EXAMPLE else f"{example[: _MAX_EXAMPLE - 1]}…",
    }


def _first(found: Sequence[str]) -> str:
    """Return the first of some texts, "" when there is none."""
    return found[0] if found else ""
