"""Emoji, links and mentions: taking them out, putting them in, counting them."""

from dataclasses import replace
from typing import Final

import regex

from analytics.refinement import hanging
from analytics.refinement.document import Piece, append, drop, join, split
from analytics.refinement.facts import facts_of
from analytics.refinement.keycaps import KEYCAP, hidden, shown, spelled
from analytics.refinement.languages import language_of
from analytics.refinement.lexicon.words import word_set
from analytics.refinement.model import RefinementIntent
from analytics.refinement.telling import quoted
from analytics.refinement.topics import emoji_for
from analytics.refinement.work import Work
from analytics.text import parse, spans, words_of

_FEWER: Final = (0.5, 0.34, 0.0)
_EMOJI_COUNTS: Final = (1, 2, 3)
_JOINERS: Final = regex.compile(r"[\uFE0F\u200D\u20E3\p{Emoji_Modifier}\U000E0020-\U000E007F]")
_ANY: Final = ("✨", "🙌", "🙂", "💬", "⭐", "🎯", "💡", "🚀", "🌟", "👏")
"""Emoji that suit most texts."""
MOST_EMOJI: Final = 20
"""So many are added at most, whatever number is asked for."""
_SENTENCE: Final = 3  # words that a sentence without its link has at least


def remove_spans(text: str, kind: str, keep: int = 0) -> str:
    """Takes the parts of a kind out of a text, but for the first `keep`."""
    parts: list[str] = []
    last = 0
    for found, start, end in spans(text):
        if found != kind:
            continue
        if keep > 0:
            keep -= 1
            continue
        head = text[last:start]
        if kind == "emoji" and _ends_sentence(text, start, end):
            head = head.rstrip(" ") + "."
        if (not head or head[-1].isspace()) and text[end : end + 1] in {" ", ""}:
            head = head.rstrip(" ")
        parts.append(head)
        last = end
    return "".join(parts) + text[last:]


# Words that open a German sentence, where nouns are large too.
_OPENERS: Final = word_set("""
    wir ihr sie du ich er es das der die dies diese ein eine unser unsere jetzt hier heute
    morgen am im bis mit für und aber mehr wer wie was wann wo kommt komm schaut schau kommen
    schauen besucht besuche besuchen jeder alle
""")


_NEXT_SENTENCE: Final = regex.compile(
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D]*+ +"
    r"(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D]++ +)*+[¿¡]?(\p{Lu}\p{L}*+)"
)


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether an emoji stands for the full stop between two sentences on a line."""
    before = text[:start].rstrip(" ")
    behind = _NEXT_SENTENCE.match(text, end)
    if not before or not before[-1].isalnum() or behind is None or text[start - 1 : start] != " ":
        return False
    return behind[1].lower() in _OPENERS or language_of(text) != "de"


def how_many_stay(wish: RefinementIntent, count: int, level: int) -> int:
    """How many of `count` signs a wish to remove or to limit them leaves, 0 to `count` or more."""
    if wish.kind.startswith("limit_"):
        return count if wish.argument == "at least" else int(wish.amount or 0)
    if wish.argument == "fewer":
        return int(count * _FEWER[level])
    return 0 if wish.amount is None else max(0, count - int(wish.amount))


def remove_emoji(work: Work) -> None:
    """Removes the emoji, all of them or down to a number."""
    for wish in work.wishes("remove_emoji", "limit_emoji"):
        count = len(parse(work.text).emoji)
        if not count:
            if wish.kind == "remove_emoji":
                work.idle(wish, "There was no emoji to remove.")
            continue
        keep = how_many_stay(wish, count, work.level)
        if keep < count and not strip_emoji(work, keep=keep):
            work.stuck(wish, "the text is nothing but emoji: they stay")


def strip_emoji(work: Work, *, keep: int = 0, unasked: str = "") -> bool:
    """Removes all emoji but the first `keep`.

    Args:
        work: The text on its way.
        keep: How many stay.
        unasked: What is noted where nobody asked for it by name: digits drawn as emoji stay then
            and don't count.

    Returns:
        Whether they went: a text of nothing else keeps them.
    """
    keycaps = len(KEYCAP.findall(work.text))
    kept = bool(unasked) or 0 < keycaps <= keep
    source = hidden(work.text) if kept else spelled(work.text)
    before = len(parse(hidden(work.text) if unasked else work.text).emoji)
    keep -= keycaps if kept and not unasked else 0
    text = source
    while len(parse(text).emoji) > keep:  # a removal can join what was apart
        text = _bare_lines(remove_spans(text, "emoji", keep), source)
        if not keep:
            text = _JOINERS.sub("", text)
    gone = before - len(parse(text).emoji) - (keycaps if kept and not unasked else 0)
    text = shown(text, work.text) if kept else text
    return work.change(
        text, unasked or f"Removed {gone} emoji{', all there were' if not keep else ''}."
    )


def _bare_lines(text: str, before: str) -> str:
    """Drops lines that held nothing but emoji."""
    old, new = before.split("\n"), text.split("\n")
    if len(old) != len(new):
        return text
    kept = [now for was, now in zip(old, new, strict=True) if now.strip() or not was.strip()]
    return "\n".join(line.lstrip(" ") if line[:1] == " " else line for line in kept)


def add_emoji(work: Work) -> None:
    """Adds emoji that suit the words of the text, each behind the sentence it suits."""
    have = len(parse(work.text).emoji)
    for wish in work.wishes("add_emoji", "limit_emoji"):
        if wish.kind == "limit_emoji" and wish.argument == "at most":
            continue
        wanted = int(wish.amount) if wish.amount is not None else _EMOJI_COUNTS[work.level]
        if wish.kind == "limit_emoji":
            put_emoji(work, min(wanted - have, MOST_EMOJI))
        else:
            put_emoji(work, min(wanted, MOST_EMOJI), wish.argument)
        now = len(parse(work.text).emoji)
        if now - have < wanted - (have if wish.kind == "limit_emoji" else 0):
            reason = f"{wanted:,} were asked for; the rules find no further one that suits"
            work.stuck(wish, reason, note=f"Fewer emoji were added than asked for ({reason}).")


def put_emoji(work: Work, wanted: int, place: str = "") -> None:
    """Adds up to `wanted` emoji, at the "start", the "end", or each behind what it suits."""
    if place in {"start", "end"}:
        _put_together(work, wanted, place)
        return
    pieces = split(work.text)
    texts = [index for index, piece in enumerate(pieces) if piece.kind == "text"]
    texts = [index for index in texts if not pieces[index].mark] or texts  # items look alike
    if wanted < 1:
        return
    used = set(parse(work.text).emoji)
    placed: list[str] = []
    for index in texts:
        sign = emoji_for(pieces[index].text, used)
        if sign and len(placed) < wanted and not _ends_in_sign(pieces[index].text):
            pieces[index] = _with_sign(pieces[index], sign)
            used.add(sign)
            placed.append(sign)
    for sign in _ANY:
        free = [i for i in texts if not _ends_in_sign(pieces[i].text)]
        if len(placed) >= wanted:
            break
        if sign in used:
            continue
        if not texts:
            work.change(append(work.text, sign), "Added an emoji.")
            return
        index = free[-1] if free else texts[-1]
        pieces[index] = _with_sign(pieces[index], sign)
        placed.append(sign)
    work.change(join(pieces), f"Added {len(placed)} emoji: {' '.join(placed)}.")


def _put_together(work: Work, wanted: int, place: str) -> None:
    """Adds emoji side by side."""
    pieces = split(work.text)
    used = set(parse(work.text).emoji)
    signs: list[str] = []
    for piece in pieces:
        if (sign := emoji_for(piece.text, {*used, *signs})) and len(signs) < wanted:
            signs.append(sign)
    signs += [sign for sign in _ANY if sign not in {*used, *signs}]
    line = " ".join(signs[:wanted])
    note = f"Added {len(signs[:wanted])} emoji at the {place}: {line}."
    last = [index for index, piece in enumerate(pieces) if piece.kind != "tags"][-1:]
    if place == "start" or not last:
        work.change(f"{line} {work.text}", note)
        return
    pieces[last[0]] = _with_sign(pieces[last[0]], line)
    work.change(join(pieces), note)


def _with_sign(piece: Piece, sign: str) -> Piece:
    return replace(piece, text=f"{piece.text} {sign}")


def _ends_in_sign(text: str) -> bool:
    signs = parse(text).emoji
    return bool(signs) and text.rstrip(".!?…").endswith(signs[-1])


def remove_others(work: Work) -> None:
    """Removes links and mentions, where that is asked."""
    for kind, part in (("remove_links", "link"), ("remove_mentions", "mention")):
        for wish in work.wishes(kind):
            parsed = parse(work.text)
            gone = parsed.links if part == "link" else parsed.mentions
            if not gone:
                work.idle(wish, f"There was no {part} to remove.")
                continue
            text, dropped = _unhung(work, part)
            note = f"Removed {len(gone)} {part}{'s' if len(gone) > 1 else ''}: {', '.join(gone)}."
            if dropped:
                note += f" With it went what makes no sentence without it: {quoted(dropped)}."
            work.change(text, note)


def _unhung(work: Work, part: str) -> tuple[str, list[str]]:
    """The text without links or mentions and what hung on them; the sentences that went whole."""
    pieces = split(work.text)
    dropped: list[str] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        text = piece.text
        bare = False
        while found := next((one for one in spans(text) if one[0] == part), None):
            cut = hanging.without(text, found[1], found[2], whole=True)
            before, behind = text[: found[1]], text[found[2] :]
            # "Visit https://… for more": the verb has lost its object.
            if part == "link" and cut is None:
                bare = bare or 0 < len(words_of(before)) < _SENTENCE
            text = before + behind if cut is None else cut
        if text == piece.text:
            index += 1
            continue
        if index and not words_of(text):
            # What pointed to it, on the line before.
            pieces[index - 1] = replace(pieces[index - 1], text=_dangling(pieces[index - 1].text))
        text = _dangling(text)
        others = sum(one.kind == "text" for one in pieces) > 1
        if others and _stump(text, work.language, bare=bare):
            dropped.append(piece.text)
            pieces = drop(pieces, index)
            continue
        pieces[index] = replace(piece, text=text)
        index += 1
    return remove_spans(join(pieces), part), dropped


def _stump(text: str, language: str, *, bare: bool) -> bool:
    """Whether what is left of a sentence says nothing and holds no fact."""
    pointed = text.rstrip().endswith((":", "→", "👉", "👇"))
    return (
        (bare or len(words_of(text)) < _SENTENCE)
        and not pointed
        and not facts_of(text, language).all()
    )


_POINTING: Final = regex.compile(r"[^\S\n]*(?:[:→»👉⬇]\uFE0F?)[^\S\n]*(?=\n|$)")


def _dangling(text: str) -> str:
    """Ends what pointed to a link that is gone with a full stop."""
    return _POINTING.sub(".", text)
