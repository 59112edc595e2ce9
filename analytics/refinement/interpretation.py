"""What is made of the wishes: which hold, which cannot be had, and how that is told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from analytics.platforms import PLATFORMS
from analytics.refinement.hashtags import MOST_TAGS
from analytics.refinement.lexicon import words_for
from analytics.refinement.model import FeedbackReading, RefinementIntent
from analytics.refinement.signs import MOST_EMOJI
from analytics.refinement.wishes import WRITABLE, needs_language, opposed, tell, why_not

_NAMES: Final = {"en": "English", "de": "German", "es": "Spanish"}
_QUOTE: Final = 120


def interpret(
    intents: Sequence[RefinementIntent], *, text: str, language: str, platform: str
) -> FeedbackReading:
    """Decides which wishes can be had on this text, and says so.

    Args:
        intents: The wishes as read.
        text: The text they are about.
        language: Its language.
        platform: The platform it is for.
    """
    decided: list[RefinementIntent] = []
    refused: list[tuple[RefinementIntent, str]] = []
    for index, one in enumerate(intents):
        reason = _reason(one, intents[index + 1 :], text=text, language=language)
        decided.append(replace(one, supported=not reason))
        if reason:
            refused.append((one, reason))
    done = [one for one in decided if one.supported]
    sentences = []
    if done:
        parts = "; ".join(f"{tell(one)} (“{_short(one.quote)}”)" for one in done)
        sentences.append(f"Understood: {parts}.")
    else:
        sentences.append("No wish was found that the offline engine can fulfil.")
    sentences += [f"Not done: “{_short(one.quote)}”, because {reason}." for one, reason in refused]
    if any(one.kind == "longer" for one in done):
        sentences.append(
            "The offline engine cannot invent content: it can only draw on what the text says."
        )
    sentences += _bounds(done, platform)
    return FeedbackReading(tuple(decided), " ".join(sentences), language)


def _bounds(done: Sequence[RefinementIntent], platform: str) -> list[str]:
    """Says where a number of hashtags or emoji is more than is usual, or than is added."""
    aims = [one.argument for one in done if one.kind == "change_platform"]
    aim = PLATFORMS[aims[-1] if aims else platform]
    told = []
    for one in done:
        wanted = one.amount or 0
        if one.kind in {"add_hashtags", "limit_hashtags"} and one.argument != "at most":
            if wanted > MOST_TAGS:
                told.append(f"At most {MOST_TAGS} hashtags are added.")
            elif wanted > aim.max_hashtags:
                told.append(
                    f"{aim.label} posts usually have {aim.min_hashtags} to {aim.max_hashtags} "
                    f"hashtags, and {wanted:g} were asked for."
                )
        if one.kind in {"add_emoji", "limit_emoji"} and wanted > MOST_EMOJI:
            told.append(f"At most {MOST_EMOJI} emoji are added.")
    return told


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= _QUOTE else flat[: _QUOTE - 1].rstrip() + "…"


def _reason(
    one: RefinementIntent, later: Sequence[RefinementIntent], *, text: str, language: str
) -> str:
    """Why a wish cannot be had; "" when it can."""
    if one.kind == "unsupported":
        return why_not(one)
    for other in later:
        if opposed(one, other):
            return f"it contradicts “{_short(other.quote)}”, which comes later and is followed"
    if needs_language(one) and language not in WRITABLE:
        known = ", ".join(_NAMES.values())
        return (
            f"the text is in a language ({language}) that the offline engine does not write; it "
            f"writes {known}"
        )
    if one.kind == "add_numbers" and not any(words_for(language).numerals_in(text)):
        return (
            "the text spells out no number and the offline engine invents no figures: give the "
            "figure, as in “mention 500 customers”"
        )
    return ""
