"""Taking a post's text apart: words, sentences, lines, emoji, hashtags, mentions, links, numbers.

Works for any script and any input: every expression here runs in time linear in the text, and none
of the functions raises. Emoji follow Unicode Technical Standard 51: a sequence (flag, keycap, skin
tone, joined family) is one emoji.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

import regex

# A name that ends in one of these is a link even without a scheme. Endings that are also words
# of a sentence ("it", "is", "me", ...) need a path behind them, as in "bit.ly/x" or "t.me/x".
_DOMAINS = "com|org|net|edu|gov|info|app|dev|shop|store|blog|io|de|fr|es|uk|eu|ch|nl|se|pl|jp|ca|au"
_DOMAINS_WITH_PATH = "ly|me|it|be|co|gl|ai|tv|us|at|to|in|is|so|gg|cc|link|page|bio|ee|eco|news"

_EMOJI_UNIT = (
    r"(?:\p{Extended_Pictographic}\uFE0F|\p{Emoji_Presentation}"
    r"|[\u2600-\u27BF&&\p{Extended_Pictographic}](?!\uFE0E))"
    r"\p{Emoji_Modifier}?+(?:[\U000E0020-\U000E007E]++\U000E007F)?+"
)
_EMOJI = (
    r"\p{Regional_Indicator}{2}"
    r"|[0-9#*]\uFE0F?\u20E3"
    rf"|{_EMOJI_UNIT}(?:\u200D(?:{_EMOJI_UNIT}|\p{{Extended_Pictographic}}\uFE0F?+))*+"
)
# Scripts that write no spaces: each character counts as a word, as word processors do.
_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_LETTER = rf"[\p{{L}}\p{{M}}--{_SPACELESS}]"
_TOKEN = regex.compile(
    rf"""(?V1)
      (?P<link>  \b(?:https?://|www\.)[^\s<>"“”「」]++
               | (?<![\w.@/-])(?:[\w-]{{1,63}}\.){{1,4}}
                 (?:(?:{_DOMAINS})(?![\w.-]*[\w@])(?:/[^\s<>"“”]*+)?
                   |(?:{_DOMAINS_WITH_PATH})/[^\s<>"“”]++) )
    | (?P<email> (?<![\w.])[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}} )
    | (?P<emoji> {_EMOJI} )
    | (?P<hashtag> (?<![\w&\#＃])[\#＃](?=\d*+[\p{{L}}_])[\w·]++ )
    | (?P<mention> (?<![\w@])[@＠]\w++(?:[.-]\w++)*+ )
    | (?P<number> [+−-]?+\p{{Sc}}?+\d++(?:[.,:/’]\d++)*+(?:\p{{L}}{{1,4}}(?![\p{{L}}\p{{M}}]))?+
                  (?:\s?%|\p{{Sc}})?+ (?![\p{{L}}\d]) )
    | (?P<word> {_SPACELESS} | (?:{_LETTER}|\d)++
                (?:['’‘\-‐‑&·](?:{_LETTER}|\d)++|\.{_LETTER}(?!{_LETTER}))*+ )
    """,
    regex.VERBOSE,
)
_LINK_TAIL = ".,;:!?…)]}>'’\"*_"

_TERMINATOR = regex.compile(
    r"""(?<![.!?…])[.!?…؟]++['"’”»)\]*_]*+(?=\s|$)|[。！？｡]++[」』）"”]*+"""
)
# After these, after an initial ("J.", "U.S.") and after "No." before a number a dot ends nothing.
_ABBREVIATION = regex.compile(
    r"(?:\b(?i:mr|mrs|ms|dr|prof|sr|jr|st|vs|inc|ltd|co|corp|dept|approx|e\.g|i\.e|a\.k\.a"
    r"|sept|nr|bzw|ca|z\.b|d\.h|u\.a|evtl|ggf|inkl|zzgl)|\b\p{Lu}|\b\p{Lu}\.\p{Lu})\.$"
)
_NUMBERED = regex.compile(r"(?<=\b(?i:no|nr|jan|feb|aug|oct|nov|dec|fig))\.\s*+\d")
_LOWER_CASE_NEXT = regex.compile(r"\s*+\p{Ll}")

# A bullet, a number with a dot or bracket, a check mark or a keycap, and text behind it.
_LIST_MARK = regex.compile(
    r"^\s*+(?:[-*+•‣◦⁃▪▫●○■□▸►▶➜➤→»·✓✔☑✅❌✘✗☐]\uFE0F?|\(?\d{1,3}[.)]|[0-9]\uFE0F?\u20E3)\s*+(?=\S)"
)
_LIST_NUMBER = regex.compile(r"(?m)^[^\S\n]*+\(?(\d{1,3})[.)](?=\s)")
_BARE_MARK = regex.compile(r"^\s*+[-*+·→»]\S")  # "-5", "*bold*": no list item without a space
_EMOJI_MARK = regex.compile(rf"(?V1)^\s*+(?:{_EMOJI})\s*+(?=\S)")
_TAGS_ONLY = regex.compile(r"^(?:[^\w#]*+#\w++)++\W*+$")
_EMPTY_LINE = regex.compile(
    r"^[\s.·•\-–—_*~=⠀\u200B\uFEFF]*+$"
)  # also the dots that space captions


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text taken apart; everything verbatim and in the order of the text.

    Attributes:
        text: The text itself, Unicode-normalised (NFC), line ends as line feeds, stripped.
        lines: Lines with something on them, stripped.
        paragraphs: Number of blocks between empty lines; single dots and dashes count as empty,
            and a block of hashtags alone is not counted beside others.
        list_items: Number of lines that start with a bullet, a number, a check mark, or, when two
            lines or more do, an emoji.
        sentences: Sentences, without the list mark before them, with at least one word or
            number; a line's end ends a sentence.
        words: Words and numbers, without links, addresses, hashtags, mentions, emoji and the
            numbers of list items. Each Han or kana character is a word.
        emoji: Emoji, each sequence once for each time it stands there.
        hashtags: Hashtags with their sign; digits alone are none.
        mentions: Mentions with their sign; an e-mail address is none.
        links: Web addresses, with or without a scheme, without the punctuation behind them.
        numbers: Numbers in digits with their sign, currency, unit or percent sign.
    """

    text: str
    lines: tuple[str, ...]
    paragraphs: int
    list_items: int
    sentences: tuple[str, ...]
    words: tuple[str, ...]
    emoji: tuple[str, ...]
    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    links: tuple[str, ...]
    numbers: tuple[str, ...]


@lru_cache(maxsize=512)
def parse(text: str) -> Parsed:
    """Takes `text` apart. Remembers the last 512 texts: one analysis asks for a post many times.

    Args:
        text: Any text, also empty; lone surrogates and control characters are harmless.

    Returns:
        The parts, see `Parsed`.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    found: dict[str, list[str]] = {
        kind: [] for kind in ("link", "email", "emoji", "hashtag", "mention", "number")
    }
    words = []
    blots = []  # links and addresses: no dot or question mark inside ends a sentence
    marks = {m.start(1) for m in _LIST_NUMBER.finditer(text)}
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match.group()
        if kind == "word":
            words.append(token)
            continue
        if kind == "number":
            if match.start() in marks:  # the number of a list item says nothing
                continue
            words.append(token)
        elif kind in {"link", "email"}:
            token = token.rstrip(_LINK_TAIL) if kind == "link" else token
            blots.append((match.start(), len(token)))
        found[kind].append(token)
    lines = text.split("\n")
    kept = [line.strip() for line in lines if not _EMPTY_LINE.match(line)]
    return Parsed(
        text=text,
        lines=tuple(kept),
        paragraphs=_paragraphs(lines),
        list_items=_list_items(kept),
        sentences=_sentences(text, _blotted(text, blots)),
        words=tuple(words),
        emoji=tuple(found["emoji"]),
        hashtags=tuple(found["hashtag"]),
        mentions=tuple(found["mention"]),
        links=tuple(found["link"]),
        numbers=tuple(found["number"]),
    )


def _blotted(text: str, blots: Sequence[tuple[int, int]]) -> str:
    """Puts letters over stretches of a text, given by start and length, in order."""
    parts = []
    end = 0
    for start, length in blots:
        parts += [text[end:start], "x" * length]
        end = start + length
    return "".join([*parts, text[end:]])


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yields kind, start and end of each part of `text` that is more than white space or a sign.

    Kinds are "link", "email", "emoji", "hashtag", "mention", "number" and "word". Links end before
    the punctuation behind them.
    """
    for match in _TOKEN.finditer(text):
        kind, end = match.lastgroup or "", match.end()
        if kind == "link":
            end = match.start() + len(match.group().rstrip(_LINK_TAIL))
        yield kind, match.start(), end


def words_of(text: str) -> list[str]:
    """Returns the words and numbers of `text`, as `Parsed.words` has them."""
    return list(_words(text))


def _words(text: str) -> Iterator[str]:
    return (m.group() for m in _TOKEN.finditer(text) if m.lastgroup in {"word", "number"})


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """Returns `text` as the language models see it. Remembers the last 512.

    Without links, addresses, hashtags and mentions; styled letters ("𝗯𝗼𝗹𝗱") as plain ones,
    typographic quotes and dashes as typewriter ones, runs of white space as one space.
    """
    kept = text
    if _NOT_PLAIN.search(text):
        kept = _TOKEN.sub(
            lambda m: " " if m.lastgroup in _LEFT_OUT else m.group(),
            text,
        )
    return " ".join(unicodedata.normalize("NFKC", kept).translate(_TYPEWRITER).split())


_LEFT_OUT = frozenset({"link", "email", "hashtag", "mention"})
_NOT_PLAIN = regex.compile(r"[@＠#＃/]|\.\S")  # all of these have one of these
_TYPEWRITER = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "\ufe0f": None}
)


def without_list_mark(line: str) -> str:
    """Returns `line` without a leading bullet, list number or emoji."""
    line = _LIST_MARK.sub("", line) if not _BARE_MARK.match(line) else line
    while (rest := _EMOJI_MARK.sub("", line)) != line:
        line = rest
    return line.strip()


def _paragraphs(lines: list[str]) -> int:
    """Counts the blocks between empty lines; one of hashtags alone is none beside others."""
    blocks = [
        list(block)
        for empty, block in groupby(lines, key=lambda line: bool(_EMPTY_LINE.match(line)))
        if not empty
    ]
    told = sum(not all(_TAGS_ONLY.match(line) for line in block) for block in blocks)
    return told or min(1, len(blocks))


def _list_items(lines: list[str]) -> int:
    marked = sum(bool(_LIST_MARK.match(s)) and not _BARE_MARK.match(s) for s in lines)
    with_emoji = sum(bool(_EMOJI_MARK.match(s)) and not _LIST_MARK.match(s) for s in lines)
    return marked + (with_emoji if with_emoji > 1 else 0)


def _sentences(text: str, masked: str) -> tuple[str, ...]:
    """Splits by lines and terminators; `masked` is `text` with links blotted out, same length."""
    sentences = []
    start = 0
    for line in masked.split("\n"):
        mark = _LIST_MARK.match(line)
        begin = mark.end() if mark and not _BARE_MARK.match(line) else 0
        cuts = [
            match.end()
            for match in _TERMINATOR.finditer(line, begin)
            if not _goes_on(line, match.start(), match.end())
        ]
        for left, right in pairwise([begin, *cuts, len(line)]):
            sentence = text[start + left : start + right].strip()
            if next(_words(sentence), None):
                sentences.append(sentence)
        start += len(line) + 1
    return tuple(sentences)


def _goes_on(line: str, start: int, end: int) -> bool:
    """Whether the terminator at `start:end` leaves its sentence open."""
    if end - start == 1 and line[start] == ".":
        return bool(
            _ABBREVIATION.search(line[max(0, start - 8) : start + 1])
            or _NUMBERED.match(line, start)
        )
    return line[start:end] in {"...", "…", ".."} and bool(_LOWER_CASE_NEXT.match(line, end))
