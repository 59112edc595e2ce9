"""How a text sounds: more or less formal, livelier or calmer, simpler."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import regex

from analytics.refinement import frills, quotes, signs
from analytics.refinement.address import change_address, is_formal
from analytics.refinement.document import capitalize, join, outside, split
from analytics.refinement.keycaps import hidden
from analytics.refinement.lexicon import words_for
from analytics.refinement.lexicon.words import Lexicon
from analytics.refinement.telling import listed
from analytics.refinement.work import Work, fix_articles, substitute
from analytics.text import parse, words_of

_LOUD: Final = regex.compile(r"[!！]+(?=\s|$|[\"”»)\p{Extended_Pictographic}])")
_OPEN_LOUD: Final = regex.compile(r"¡(?=\S)")
_LONG_SENTENCE: Final = 12  # words: below, nothing is split
_LIVELY_SENTENCE: Final = 16  # words: a longer one is no exclamation
_SEAMS: Final = {
    "en": regex.compile(
        r"(?:;|,? [–—] |, (?:and|but|so)) (?=(?:we|they|it|you|he|she|this|I|our)\b)"
    ),
    "de": regex.compile(r"(?:;|, (?:und|aber)) (?=(?:wir|ihr|du|ich|das|es|unser\p{L}*)\b)"),
    "es": regex.compile(r"; (?=\p{L})"),
}
_BOUND_CLAUSE: Final = regex.compile(
    r"\b(?:if|when|because|that|which|who|wenn|weil|dass|ob|damit|obwohl|die|der|sodass)\b[^,;]*$",
    regex.IGNORECASE,
)


def apply_register(work: Work) -> None:
    """Applies the wishes on how the text sounds, in the order of the feedback."""
    for wish in work.intents:
        if (change := _CHANGES.get(wish.kind)) is None:
            continue
        before = work.text
        formal = _FORMAL.get(wish.kind)
        if wish.argument and formal is not None and is_formal(before, work.language) == formal:
            work.idle(wish, f"It addresses its readers as “{wish.argument}” already.")
            continue
        work.text, quoted = quotes.hide(before)
        change(work)
        reason = "" if formal is None else _readdress(work, formal=formal)
        if wish.argument and work.text == before and not reason:
            reason = "it addresses no reader in a form that the rules know"
        work.text = quotes.show(work.text, quoted)
        if reason and (wish.argument or work.text == before):
            work.stuck(wish, reason, note="")
        elif work.text == before:
            work.stuck(wish, note=_FOUND_NOTHING[wish.kind])


def _formal(work: Work) -> None:
    before = work.text
    words = words_for(work.language)
    _exchange(work, words.to_formal, "Casual words made formal")
    frills.write_plainly(work)
    _lower_voice(work)
    text = _GREETING.sub(_salute, work.text)
    work.change(text, "Set the greeting on a line of its own.")
    untouched = not work.keeps("emoji") and not work.wishes("add_emoji", "limit_emoji")
    if untouched and parse(hidden(work.text)).emoji and (work.level >= 1 or work.text == before):
        signs.strip_emoji(work, unasked="Removed the emoji, which sound casual.")


_GREETING: Final = regex.compile(
    r"^(?P<greeting>Dear all|Guten Tag(?: zusammen)?"
    r"|Buenos días)(?P<sign>[.,!:]*)\s+(?P<next>\p{L})"
)


def _salute(match: regex.Match[str]) -> str:
    sign = {"D": ",", "G": "!", "B": ":"}[match["greeting"][0]]
    return f"{match['greeting']}{sign}\n\n{match['next'].upper()}"


def _casual(work: Work) -> None:
    words = words_for(work.language)
    _exchange(work, words.to_casual, "Formal words made casual")
    if (
        work.level == len(_LEVEL_EMOJI) - 1
        and not work.wishes("remove_emoji", "limit_emoji", "shorter", "limit_length")
        and not work.keeps("emoji")
        and not parse(work.text).emoji
    ):
        signs.put_emoji(work, 1)


_FORMAL: Final = {"more_formal": True, "less_formal": False}


def _readdress(work: Work, *, formal: bool) -> str:
    """Addresses the readers the other way; returns why it cannot, a clause, else ""."""
    if work.language not in {"de", "es"}:
        return ""
    now = is_formal(work.text, work.language)
    if now is None or now == formal:
        return ""
    names = {"de": ("du” or “ihr", "Sie"), "es": ("tú", "usted")}[work.language]
    changed = change_address(work.text, work.language, formal=formal)
    if changed is None:
        why = (
            "the text has verb forms that the offline rules cannot turn to "
            f"“{names[formal]}” without a risk of errors"
        )
        work.notes.append(f"The address stays “{names[not formal]}”: {why}.")
        return why
    name = {"de": ("du", "Sie"), "es": ("tú", "usted")}[work.language][formal]
    work.change(changed, f"Addressed the readers as “{name}” throughout.")
    return ""


def _lively(work: Work) -> None:
    words = words_for(work.language)
    _exchange(work, words.to_lively, "Stronger words", most=2 + 2 * work.level)
    _raise_voice(work, 1 + work.level)
    free = not (work.wishes("remove_emoji", "limit_emoji", "more_formal") or work.keeps("emoji"))
    if work.level >= 1 and free:
        signs.put_emoji(work, _LEVEL_EMOJI[work.level])


_LEVEL_EMOJI: Final = (0, 1, 2)


def _calm(work: Work) -> None:
    words = words_for(work.language)
    _exchange(work, words.to_calm, "Calmer words")
    _lower_voice(work)
    if work.level == 2 and not work.keeps("emoji") and not work.wishes("add_emoji", "limit_emoji"):
        signs.strip_emoji(work, unasked="Removed the emoji.")


def _simple(work: Work) -> None:
    words = words_for(work.language)
    _exchange(work, words.to_simple, "Simpler words")
    if work.level >= 1:
        _exchange(work, words.wordy, "Wordy phrases condensed")
    _split_sentences(work)


def _exchange(work: Work, lexicon: Lexicon, what: str, most: int | None = None) -> None:
    text, made = substitute(work.text, lexicon, most=most)
    if made:
        text = fix_articles(text) if work.language == "en" else text
        work.change(text, f"{what}: {listed(made)}.")


def _lower_voice(work: Work) -> None:
    """Ends exclamations with a full stop."""
    count = len(_LOUD.findall(work.text))
    if not count or work.keeps("exclamation"):
        return
    text = outside(work.text, lambda part: _OPEN_LOUD.sub("", _LOUD.sub(".", part)))
    text = regex.sub(r"([?.])\.", r"\1", text)
    if work.language == "es":
        text = join([replace(one, text=capitalize(one.text)) for one in split(text)])
    work.change(text, f"Ended {count} exclamation{'s' if count > 1 else ''} with a full stop.")


def _raise_voice(work: Work, wanted: int) -> None:
    """Turns short statements into exclamations, the last first, then the first."""
    pieces = split(work.text)
    plain = [
        index
        for index, piece in enumerate(pieces)
        if piece.kind == "text" and not piece.mark and _can_be_loud(piece.text)
    ]
    order = [*plain[-1:], *plain[:1], *plain[1:-1]]
    most = (len(plain) + 1) // 2  # where all shout, nothing stands out
    chosen = list(dict.fromkeys(order))[: min(wanted, most)]
    for index in chosen:
        pieces[index] = replace(pieces[index], text=_loud(pieces[index].text, work.language))
    if chosen:
        count = f"{len(chosen)} sentence{'s' if len(chosen) > 1 else ''}"
        work.change(join(pieces), f"Made {count} an exclamation.")


_PLAIN_END: Final = regex.compile(
    # A keycap begins with a digit.
    r"(?<=[\p{L}\p{N})”\"%])(?!\uFE0F?\u20E3)(\.?)(?=\s*[^\p{L}\p{N}.!?:;,…]*$)"
)


def _can_be_loud(text: str) -> bool:
    parsed = parse(text)
    return (
        len(words_of(text)) in range(2, _LIVELY_SENTENCE)
        and not any(char in text for char in "!?:…")
        and not (parsed.links and text.rstrip(".").endswith(parsed.links[-1]))
        and not parsed.hashtags
        and bool(_PLAIN_END.search(text))
    )


def _loud(text: str, language: str) -> str:
    text = _PLAIN_END.sub("!", text, count=1)
    if language == "es" and text[0].isalpha():
        text = "¡" + text
    return text


def _split_sentences(work: Work) -> None:
    """Splits long sentences where two whole ones are joined."""
    seam = _SEAMS.get(work.language)
    if seam is None:
        return
    pieces = []
    count = 0
    for piece in split(work.text):
        text = piece.text
        if len(words_of(text)) > _LONG_SENTENCE:
            for match in reversed(list(seam.finditer(text))):
                head, tail = text[: match.start()], text[match.end() :]
                if _BOUND_CLAUSE.search(head) or len(words_of(head)) < 4 or len(words_of(tail)) < 4:
                    continue
                text = f"{head}. {tail[0].upper()}{tail[1:]}"
                count += 1
        pieces.append(replace(piece, text=text))
    if count:
        work.change(join(pieces), f"Split {count} long sentence{'s' if count > 1 else ''} in two.")


_CHANGES: Final[Mapping[str, Callable[[Work], None]]] = MappingProxyType(
    {
        "more_formal": _formal,
        "less_formal": _casual,
        "more_enthusiastic": _lively,
        "less_enthusiastic": _calm,
        "simpler": _simple,
    }
)
_FOUND_NOTHING: Final = {
    "more_formal": "Found nothing casual to make formal: the wording stays.",
    "less_formal": "Found nothing formal to loosen: the wording stays.",
    "more_enthusiastic": "Found nothing to make livelier: the wording stays.",
    "less_enthusiastic": "Found nothing to calm down: the wording stays.",
    "simpler": "Found no hard word or long sentence that the rules can simplify: it stays.",
}
"""What is noted where a wish finds nothing to work on, by its kind."""
