"""All measures of one text, in one record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import regex

from analytics import formality, language, readability, tone, vocabulary
from analytics.actions import asks, calls_to_action
from analytics.linear import Features, features_of
from analytics.text import Parsed, parse, plain, words_of

_FIRST_PERSON = {
    "en": frozenset({
        "i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "i'm", "i've",
        "i'll", "i'd", "we're", "we've", "we'll", "we'd",
    }),
    "de": frozenset({
        "ich", "mich", "mir", "mein", "meine", "meinen", "meinem", "meiner", "wir", "uns",
        "unser", "unsere", "unseren", "unserem", "unserer",
    }),
    "fr": frozenset({
        "je", "moi", "me", "mon", "ma", "mes", "nous", "notre", "nos",
    }),
    "es": frozenset({
        "yo", "me", "mí", "mi", "mis", "nosotros", "nosotras", "nos", "nuestro", "nuestra",
        "nuestros", "nuestras",
    }),
}  # fmt: skip
_SECOND_PERSON = {
    "en": frozenset({
        "you", "your", "yours", "yourself", "yourselves", "you're", "you've", "you'll", "you'd",
        "ya", "y'all", "u", "ur",
    }),
    "de": frozenset({
        "du", "dich", "dir", "dein", "deine", "deinen", "deinem", "deiner", "ihr", "euch", "euer",
        "eure", "euren", "eurem", "eurer",
    }),
    "fr": frozenset({
        "tu", "te", "toi", "ton", "ta", "tes", "vous", "votre", "vos",
    }),
    "es": frozenset({
        "tú", "te", "ti", "tu", "tus", "usted", "ustedes", "vosotros", "vosotras", "vuestro",
        "vuestra",
    }),
}  # fmt: skip
_RATED: Final = {"en", "de"}  # there are models of sentences of these
_CHARACTERS_AT_ONCE: Final = 1 << 16
_EXCLAMATION = regex.compile(r"[!！¡]++")


@dataclass(frozen=True, slots=True)
class TextMeasures:
    """What can be measured on one text. "Words" are those of `analytics.text.Parsed`.

    Attributes:
        language: ISO 639-1 code, "und" when unsure or too short.
        characters: Length in code points after Unicode normalisation (NFC), outer white space off.
        words: Words and numbers, without links, hashtags, mentions and emoji.
        sentences: Sentences with a word in them; a line's end ends a sentence.
        paragraphs: Blocks between empty lines.
        lines: Lines with something on them.
        words_per_sentence: Mean length of a sentence in words; 0 without sentences.
        sentences_per_paragraph: Mean length of a paragraph in sentences; 0 without paragraphs.
        list_items: Lines that start with a bullet, number, check mark or, twice or more, an emoji.
        opening: The hook: the first sentence of the first line, or that line when it has no words.
        opening_words: Words in the opening.
        opens_with_question: Whether the opening asks something.
        opens_with_number: Whether the first word is a number in digits.
        opens_with_emoji: Whether the text starts with an emoji.
        emoji: Every emoji in order, a sequence (flag, family, skin tone) as one.
        hashtags: Every hashtag in order, with its sign.
        mentions: Every mention in order, with its sign.
        links: Every web address in order.
        numbers: Every number in digits in order, with sign, currency and unit.
        questions: Sentences that ask something.
        exclamations: Runs of exclamation marks.
        calls_to_action: The sentences that ask the reader to act, verbatim, in order.
        closes_with_call_to_action: Whether the last sentence is one of them.
        first_person: Share of words that are "I", "we" and their forms, 0 to 1 (English, German,
            French, Spanish; 0 for others).
        second_person: Share of words that are "you" and its forms, 0 to 1 (same languages).
        uppercase_share: Share of words of two letters or more in capitals throughout, 0 to 1.
        formality: 0 (very casual) to 100 (very formal), 50 neither; None outside English
            and German.
        enthusiasm: 0 to 100, percentile among posts of organisations; None outside English.
        technicality: 0 to 100, percentile among posts of organisations; None outside English.
            Not validated against human ratings.
        reading_grade: US school grade; None outside English or for texts too short.
        reading_ease: 0 to 100, higher is easier; None as with the grade.
        tone: The likeliest tone (see `analytics.tone.TONES`); None outside English.
        tone_scores: The probability of each tone, adding up to 1; empty when `tone` is None.
    """

    language: str
    characters: int
    words: int
    sentences: int
    paragraphs: int
    lines: int
    words_per_sentence: float
    sentences_per_paragraph: float
    list_items: int
    opening: str
    opening_words: int
    opens_with_question: bool
    opens_with_number: bool
    opens_with_emoji: bool
    emoji: tuple[str, ...]
    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    links: tuple[str, ...]
    numbers: tuple[str, ...]
    questions: int
    exclamations: int
    calls_to_action: tuple[str, ...]
    closes_with_call_to_action: bool
    first_person: float
    second_person: float
    uppercase_share: float
    formality: float | None
    enthusiasm: float | None
    technicality: float | None
    reading_grade: float | None
    reading_ease: float | None
    tone: str | None
    tone_scores: Mapping[str, float]


@lru_cache(maxsize=256)
def measure(text: str) -> TextMeasures:
    """Measures one text. Remembers the last 256, because drafts and guards ask again and again.

    Args:
        text: Any text; never fails, and takes time linear in its length.

    Returns:
        The measures.
    """
    return next(measure_all([text]))


def measure_all(texts: Iterable[str]) -> Iterator[TextMeasures]:
    """Measures texts, several times as fast as one by one.

    Args:
        texts: Any texts.

    Returns:
        The measures of each, in order: the same as of the text alone.
    """
    for some in runs(texts):
        parsed = [parse(text) for text in some]
        codes = language.identify_all([plain(one.text) for one in parsed])
        rated = _rate([one.sentences for one in parsed], codes)
        yield from map(_measures, parsed, codes, rated)


def runs(texts: Iterable[str], at_once: int = 128) -> Iterator[list[str]]:
    """Cuts texts into runs of at most `at_once` that together take little memory."""
    run: list[str] = []
    size = 0
    for text in texts:
        run.append(text)
        size += len(text)
        if len(run) >= at_once or size >= _CHARACTERS_AT_ONCE:
            yield run
            run, size = [], 0
    if run:
        yield run


@dataclass(frozen=True, slots=True)
class _Rated:
    """What the models say of a text: its sentences in numbers, and their scores."""

    sentences: Sequence[Features] = ()
    formality: float | None = None
    heard: tone.Tone | None = None


def _rate(texts: Sequence[Sequence[str]], codes: Sequence[str]) -> list[_Rated]:
    """Applies the models of each language to all texts of that language at once."""
    rated = [_Rated()] * len(texts)
    for code in _RATED & set(codes):
        own = [place for place, each in enumerate(codes) if each == code]
        seen = features_of([sentence for place in own for sentence in texts[place]], code)
        ends = [0, *accumulate(len(texts[place]) for place in own)]
        sentences = [seen[start:end] for start, end in pairwise(ends)]
        formal, heard = formality.formality(sentences, code), tone.tone(sentences, code)
        for number, place in enumerate(own):
            rated[place] = _Rated(sentences[number], formal[number], heard[number])
    return rated


def _measures(parsed: Parsed, code: str, rated: _Rated) -> TextMeasures:
    opening = _opening(parsed)
    calls = calls_to_action(parsed.sentences, code)
    grade, ease = readability.readability(parsed.words, rated.sentences, code)
    heard = rated.heard
    lower = [word.lower().replace("’", "'") for word in parsed.words]
    return TextMeasures(
        language=code,
        characters=len(parsed.text),
        words=len(parsed.words),
        sentences=len(parsed.sentences),
        paragraphs=parsed.paragraphs,
        lines=len(parsed.lines),
        words_per_sentence=_ratio(len(parsed.words), len(parsed.sentences)),
        sentences_per_paragraph=_ratio(len(parsed.sentences), parsed.paragraphs),
        list_items=parsed.list_items,
        opening=opening,
        opening_words=_opening_words(parsed, opening),
        opens_with_question=asks(opening, code),
        opens_with_number=bool(parsed.numbers and parsed.words[0] == parsed.numbers[0]),
        opens_with_emoji=bool(parsed.emoji and parsed.text.startswith(parsed.emoji[0])),
        emoji=parsed.emoji,
        hashtags=parsed.hashtags,
        mentions=parsed.mentions,
        links=parsed.links,
        numbers=parsed.numbers,
        questions=sum(asks(sentence, code) for sentence in parsed.sentences),
        exclamations=len(_EXCLAMATION.findall(parsed.text)),
        calls_to_action=calls,
        closes_with_call_to_action=bool(calls and calls[-1] == parsed.sentences[-1]),
        first_person=_share(lower, _FIRST_PERSON.get(code, frozenset())),
        second_person=_share(lower, _SECOND_PERSON.get(code, frozenset())),
        uppercase_share=_uppercase_share(parsed.words),
        formality=rated.formality,
        enthusiasm=None if heard is None else tone.enthusiasm(heard),
        technicality=vocabulary.technicality(parsed.words, code),
        reading_grade=grade,
        reading_ease=ease,
        tone=None if heard is None else heard.leading,
        tone_scores={} if heard is None else heard.scores,
    )


def _opening(parsed: Parsed) -> str:
    if not parsed.lines:
        return ""
    first = parsed.lines[0]
    if parsed.sentences and parsed.sentences[0] in first:
        return parsed.sentences[0]
    return first


def _opening_words(parsed: Parsed, opening: str) -> int:
    """Counts the words of the opening: all there are where the text goes on without any."""
    if len(parsed.sentences) == 1 and opening == parsed.sentences[0]:
        return len(parsed.words)
    return len(words_of(opening))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _share(words: Sequence[str], wanted: frozenset[str]) -> float:
    return _ratio(len([word for word in words if word in wanted]), len(words))


def _uppercase_share(words: Sequence[str]) -> float:
    capitals = [word for word in words if word.isupper() and sum(map(str.isalpha, word)) > 1]
    return _ratio(len(capitals), len(words))
