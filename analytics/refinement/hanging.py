"""Taking a name or a link out with what hangs on it: "by Maria Keller", "at https://…"."""

from typing import Final

import regex

# Prepositions whose phrase a sentence can do without; "of" and "for" mostly carry what they follow.
_PREPOSITION: Final = (
    r"by|at|from|with|in|on|near|via|through|under|to|von|bei|beim|mit|aus|auf|unter|über|durch|an"
    r"|por|en|con|desde|junto a|a través de|bajo"
)
_ARTICLE: Final = r"(?:\s+(?:the|our|a|an|der|die|das|den|dem|unser\w*|el|la|los|las|nuestr\w+))?"
_LED: Final = regex.compile(rf"(?i)(?:^|(?<=\s))(?:{_PREPOSITION}){_ARTICLE}\s*$")
_AND: Final = r"(?:and|or|&|und|oder|y|e|o)"
_AND_BEFORE: Final = regex.compile(rf"(?i)\s+{_AND}\s*$")
_AND_BEHIND: Final = regex.compile(
    rf"(?i)^\s+{_AND}\s+(?:(?P<same>(?:{_PREPOSITION})\s)|(?=(?-i:[\p{{Lu}}@#])))"
)
# "Thanks to Ana and the team" needs its "to", "baked by Ana and the kids ate it" needs no "by".
_AND_MORE: Final = regex.compile(
    rf"(?i)^\s+{_AND}\s+(?:the|our|all|a|an|everyone|der|die|das|den|dem|alle\w*|unser\w*|ihr\w*|el|la"
    r"|los|las|a todos|todo\w*|nuestr\w+|su|sus)\b"
)
# What shows that the phrase ends behind the thing: a stop, or the next phrase.
_CLOSED: Final = regex.compile(
    rf"(?i)^\s*(?:$|[.,;:!?…)#\n]|(?:{_PREPOSITION}|of|for|{_AND}|am|im|zum|zur|für|para|de|el|los"
    r"|antes|después|hasta|desde|cuando|vor|nach|bis|ab|seit|während|wenn"
    r"|today|yesterday|tomorrow|last|this|next|every|heute|gestern|morgen|hoy|ayer|now|jetzt"
    r"|when|while|before|after|during|since|until|because|weil|porque|who|which|that)\b)"
)
# German goes on small behind it: "von Maria Keller geröstet".
_GERMAN: Final = regex.compile(r"(?i:von|bei|beim|mit|aus|auf|unter|durch)\s*$")
_LEAST: Final = 2  # words: with fewer, what is left is no sentence


def without(text: str, start: int, end: int, *, whole: bool = False) -> str | None:
    """Takes a part out of a sentence, with the preposition that needs it.

    Args:
        text: A sentence.
        start: Where the part starts.
        end: Where it ends.
        whole: Whether it is an object of its own, whatever follows, as a link is.

    Returns:
        The sentence without it; None where it does not stand without it.
    """
    before, behind = text[:start], text[end:]
    led = _LED.search(before)
    other = _AND_BEHIND.match(behind)
    if other and (led or not other["same"]):  # "by Maria and Ben"
        if led and other["same"]:
            before = before[: led.start()]
            return _closed_up(before, other["same"] + behind[other.end() :])
        return _closed_up(before, behind[other.end() :])
    if (ending := _AND_BEFORE.search(before)) and _CLOSED.match(behind):  # "by Ben and Maria"
        return _closed_up(before[: ending.start()], behind)
    if led is None or _AND_MORE.match(behind):
        return None
    closed = (
        whole
        or _CLOSED.match(behind)
        or (_GERMAN.search(before) and regex.match(r"\s+\p{Ll}", behind))
    )
    if not closed:
        return None
    left = _closed_up(before[: led.start()], behind)
    return left if len(regex.findall(r"\p{L}{2,}", left)) >= _LEAST else None


def _closed_up(before: str, behind: str) -> str:
    joined = f"{before.rstrip()} {behind.lstrip(' ')}".strip()
    return regex.sub(r"\s+(?=[.,;:!?…)])", "", joined)
