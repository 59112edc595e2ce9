"""A text as pieces that can be dropped, moved and added without breaking what is around them."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import regex

from analytics.text import parse, spans

_SIGN: Final = r"\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D"
_TAGS_BEHIND: Final = regex.compile(rf"(?:^|(?<=\s))(?:[#＃][\w·]+[\s,{_SIGN}]*+)+$")
_LEADING_SIGNS: Final = regex.compile(
    r"^[\s\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D]+"
)
_CONTROLS: Final = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GAP: Final = regex.compile(r"\s*$")
_SPACES: Final = regex.compile(r"(?<=\S)[^\S\n]{2,}+(?=\S)")
_LINE_ENDS: Final = regex.compile(r"[^\S\n]+(?=\n|$)")
_EMPTY_LINES: Final = regex.compile(r"\n{3,}")
_HOLLOW: Final = regex.compile(r"[^\S\n]*(?:\(\s*\)|\[\s*\])")
_LOOSE_SIGN: Final = regex.compile(r"(?<=[\p{L}\p{N})\]\"”])[^\S\n]+([,.;!?])(?=\s|$)")
_DOUBLE_COMMA: Final = regex.compile(r",(?:\s*,)+")
_COMMA_STOP: Final = regex.compile(r"[,;]\s*([.!?])|,\s*([)\]])")
_FIRST_SIGN: Final = regex.compile(r"(?m)^[^\S\n]*[,;][^\S\n]*")
_PROTECTED: Final = frozenset({"link", "email", "hashtag", "mention"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, a run of hashtags or something else between white space.

    Attributes:
        text: What it says, stripped.
        gap: The white space behind it.
        mark: The list mark or the like before the sentence; "" for none.
        kind: "text", "tags" (hashtags alone) or "other" (signs and emoji alone).
        opens_line: Whether it is the first on its line.
    """

    text: str
    gap: str
    mark: str = ""
    kind: str = "text"
    opens_line: bool = False


def normal(text: str) -> str:
    """Returns the text as the rules see it: NFC, line feeds, no controls, no outer white space."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def split(text: str) -> list[Piece]:
    """Splits a text into its pieces; `join` gives back the text, as `normal` has it."""
    pieces: list[Piece] = []
    for line in normal(text).splitlines(keepends=True):
        body, end = line.rstrip(), line[len(line.rstrip()) :]
        if not body:
            if pieces:
                pieces[-1] = replace(pieces[-1], gap=pieces[-1].gap + end)
            continue
        found = _rejoined(_line(body))
        found[-1] = replace(found[-1], gap=end)
        found[0] = replace(found[0], opens_line=True)
        pieces += found
    return pieces


def _line(line: str) -> list[Piece]:
    """Splits one line that is not empty."""
    pieces: list[Piece] = []
    cursor = 0
    for found in parse(line).sentences:
        sentence = found
        start = line.find(sentence, cursor)
        if start < 0:  # only when normalisation changed the line
            continue
        before = line[cursor:start]
        if before.strip() and pieces:
            pieces[-1] = _longer(pieces[-1], before)
            before = ""
        elif not pieces:
            before = line[:start]
        cursor = start + len(sentence)
        if pieces and (signs := _LEADING_SIGNS.match(sentence)) and signs.group().strip():
            pieces[-1] = _longer(pieces[-1], signs.group())
            sentence = sentence[signs.end() :]
        gap = line[cursor : len(line) - len(line[cursor:].lstrip())]
        pieces += _without_tags(sentence, gap, before if not pieces else "")
    rest = line[cursor:]
    if not pieces:
        return [Piece(line, "", kind=_kind(line))]
    if rest.strip():
        tags = _TAGS_BEHIND.search(rest.rstrip())
        if tags is None:
            pieces[-1] = _longer(pieces[-1], rest)
        else:
            if rest[: tags.start()].strip():  # a handle or the like before them
                pieces[-1] = _longer(pieces[-1], rest[: tags.start()])
            pieces.append(Piece(tags.group().strip(), "", kind="tags"))
    return pieces


# German and Spanish dates: "am 5. Juni" is no end of a sentence.
_ORDINAL: Final = regex.compile(r"(?<!\d)\d{1,2}\.$")
_INITIALS: Final = regex.compile(r"(?:(?<!\p{L})\p{L}\.?){2}$")  # "a.m.", "e.g."
_ZONE: Final = regex.compile(r"(?:[ECMP][SD]?T|CES?T|GMT|UTC|BST)(?!\p{L})")
_INITIAL: Final = regex.compile(r"(?<![\p{L}\p{N}'’.-])\p{L}\.$")
_SHORTENED: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:tel|fax|ext|str|nr|no|inkl|ca|evtl|zzgl|approx|dept|núm|av|pág)"
    r"\.$"
)
_OPEN_BRACKET: Final = regex.compile(r"\([^()]*$")
_GOES_ON: Final = regex.compile(
    r"(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\p{Ll}*\b|\p{Ll}|\d{1,2}\.|Jahr|Platz"
    r"|Mal\b"
    r"|Geburtstag|Jahrestag|Auflage|Etage|Stock|Jubiläum|Tag\b|Woche"
)


def _goes_on(before: str, behind: str) -> bool:
    """Whether a full stop ended no sentence: "am 5. Juni", "at 9 a.m. on", "(Tel. 0341)"."""
    small = behind[:1].islower() or behind[:1].isdigit()
    return bool(
        (_ORDINAL.search(before) and _GOES_ON.match(behind))
        or (_INITIALS.search(before) and (behind[:1].islower() or _ZONE.match(behind)))
        or ((_SHORTENED.search(before) or _INITIAL.search(before)) and small)
        or (_OPEN_BRACKET.search(before) and _SHORTENED.search(before))
    )


def _rejoined(pieces: list[Piece]) -> list[Piece]:
    """Puts together what a full stop behind an ordinal number has torn apart."""
    kept = pieces[:1]
    for piece in pieces[1:]:
        before = kept[-1].text
        if _goes_on(before, piece.text):
            text = kept[-1].text + kept[-1].gap + piece.text
            kept[-1] = replace(kept[-1], text=text, gap=piece.gap)
        else:
            kept.append(piece)
    return kept


def _longer(piece: Piece, signs: str) -> Piece:
    """The piece with signs behind it."""
    text = piece.text + (piece.gap if signs[:1].strip() else "") + signs
    return replace(piece, text=text.rstrip(), gap=_found(_GAP, text))


def _found(pattern: regex.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group() if match else ""


def _kind(text: str) -> str:
    kinds = {kind for kind, _, _ in spans(text)}
    if kinds - {"emoji", "hashtag"}:
        return "text"
    return "tags" if "hashtag" in kinds else "other"


def _without_tags(sentence: str, gap: str, mark: str) -> list[Piece]:
    """A sentence and the hashtags behind it, which are no part of it."""
    match = _TAGS_BEHIND.search(sentence)
    if match is None:
        return [Piece(sentence, gap, mark)]
    head = sentence[: match.start()]
    told = head.rstrip()
    if not told:
        return [Piece(sentence.strip(), gap, mark, kind="tags")]
    # "We love #coffee" needs its hashtag; "We love it. #coffee" does not.
    kinds = [kind for kind, _, end in spans(told) if end == len(told)]
    loose = kinds and kinds[-1] in {"link", "emoji", "email"}
    if match.group().count("#") < 2 and not loose and (told[-1].isalnum() or told[-1] in ",:-–&"):
        return [Piece(sentence, gap, mark)]
    return [
        Piece(told, head[len(told) :], mark),
        Piece(match.group().strip(), gap, kind="tags"),
    ]


def join(pieces: Sequence[Piece]) -> str:
    """Writes the pieces as a text."""
    return "".join(piece.mark + piece.text + piece.gap for piece in pieces).strip()


def drop(pieces: Sequence[Piece], index: int) -> list[Piece]:
    """Returns the pieces without one; the larger of the gaps around it stays."""
    kept = list(pieces)
    gone = kept.pop(index)
    if index > 0:
        before = kept[index - 1]
        if gone.gap.count("\n") > before.gap.count("\n") or index == len(kept):
            kept[index - 1] = replace(before, gap=gone.gap)
    if index < len(kept) and gone.opens_line and (index == 0 or "\n" in kept[index - 1].gap):
        kept[index] = replace(kept[index], opens_line=True)
    return kept


def append(text: str, addition: str, *, paragraph: bool = False) -> str:
    """Adds a sentence behind the last one, before the hashtags that close the text.

    Args:
        text: The text.
        addition: What to add.
        paragraph: Whether it becomes a paragraph of its own.
    """
    pieces = split(text)
    end = len(pieces)
    while end and pieces[end - 1].kind == "tags":
        end -= 1
    body, tags = join(pieces[:end]), join(pieces[end:])
    gap = pieces[end - 1].gap if end else ""
    if not body:
        return "\n\n".join(part for part in (addition, tags) if part)
    last = [kind for kind, _, stop in spans(body) if stop == len(body)]
    if last[-1:] in (["link"], ["email"], ["hashtag"], ["mention"]):
        paragraph = True  # a full stop behind them could be taken for a part of them
    elif not paragraph and body[-1].isalnum():
        body += "."
    body += ("\n\n" if paragraph else " ") + addition
    return body + ((gap if "\n" in gap else "\n\n") + tags if tags else "")


def has_paragraphs(text: str) -> bool:
    """Whether a text is set in paragraphs, or is long enough to be."""
    pieces = split(text)
    body = [piece for piece in pieces if piece.kind != "tags"]
    return any("\n\n" in piece.gap for piece in body[:-1]) or len(body) > 3


def tidy(text: str, language: str = "und") -> str:
    """Mends what dropping words leaves behind: double spaces, lonely commas, empty brackets."""

    def mend(part: str) -> str:
        part = _HOLLOW.sub("", part)
        part = _DOUBLE_COMMA.sub(",", part)
        part = _COMMA_STOP.sub(r"\1\2", part)
        return part if language == "fr" else _LOOSE_SIGN.sub(r"\1", part)

    text = _FIRST_SIGN.sub("", outside(text, mend))
    text = _SPACES.sub(" ", _LINE_ENDS.sub("", text))
    return _EMPTY_LINES.sub("\n\n", text).strip()


def outside(text: str, change: Callable[[str], str]) -> str:
    """Changes the text between links, addresses, hashtags and mentions.

    These appear to `change` as a letter of the private use area each, and come back afterwards.
    """
    kept: list[str] = []
    parts: list[str] = []
    last = 0
    for kind, start, end in spans(text):
        if kind in _PROTECTED:
            parts += [text[last:start], _hole(len(kept))]
            kept.append(text[start:end])
            last = end
    if not kept:
        return change(text)
    changed = change("".join(parts) + text[last:])
    return _HOLES.sub(lambda m: kept[ord(m.group()) - _FIRST] if _known(m, kept) else m[0], changed)


def protected(text: str) -> list[tuple[int, int]]:
    """Where links, addresses, hashtags and mentions stand."""
    return [(start, end) for kind, start, end in spans(text) if kind in _PROTECTED]


_FIRST: Final = 0xF0000  # supplementary private use area A
_HOLES: Final = regex.compile(r"[\U000F0000-\U000FFFFD]")


def _hole(index: int) -> str:
    return chr(_FIRST + index)


def _known(match: regex.Match[str], kept: Sequence[str]) -> bool:
    return ord(match.group()) - _FIRST < len(kept)


def cased(like: str, word: str) -> str:
    """The word, written large if `like` is."""
    return word[0].upper() + word[1:] if like[0].isupper() else word


def capitalize(text: str) -> str:
    """Writes the first letter large, whatever signs stand before it."""
    for index, char in enumerate(text):
        if char.isalpha():
            return text[:index] + char.upper() + text[index + 1 :]
        if char.isdigit() or char in "@#":
            return text
    return text
