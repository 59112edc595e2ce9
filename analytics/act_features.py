"""An English post in numbers, for the models of `analytics.acts`.

Two blocks of hashed n-grams: the words as they stand, with what opens and closes the text, and the
same words by their place (first, last, first of a sentence, inside a question). Beside them what
rules and a table of wordings find, each also together with where the post stands (after a question
mark, addressed to somebody, passed on), and the static vector.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import regex

from analytics.actions import asks, calls_to_action
from analytics.embeddings import embed_evenly, tokens_of
from analytics.linear import Features
from analytics.ngrams import counted, gathered, word_hashes
from analytics.text import plain

WHOLLY: Final = (0, 1)
"""Where among the counts beside the n-grams it stands whether a text of at most `_SHORT` words has
nothing but sentences that the rules call questions; that they call calls to action."""

_SHORT: Final = 12

_MAX_CHARACTERS: Final = 2000  # of one post; bounds the time, and long posts are rare

_TOKEN = regex.compile(r"https?:?\S*+|www\.\S++|[#@]\w++|\w++(?:'\w++)*+|[?!]++|[^\w\s]")
_LINK: Final = "URL"
_HANDLE: Final = "@user"
_SENTENCE_ENDS: Final = frozenset(".!?;:") | {"??"}

_HEAD = regex.compile(r"^(?:\s*+(?:RT\b|@\w++|[:.,-]))*+\s*+")  # whom it is to, whose it was
_ADDRESSED = regex.compile(r"^\W*@")
_PASSED_ON = regex.compile(r"^\W*RT\b")
_MARK = regex.compile(r"[?？]")
_MARK_BEFORE_END = regex.compile(r"[?？]\W*+(?:(?:https?:?|www\.|[#@])\S*\s*+)*$")

# A clause starts at the start, after a sign, after an address and after a linking word.
_CLAUSE_START = regex.compile(r"[.,;:!?…\"]\s*|[@#]\w++[,:]?\s+|\b(?:and|but|so|or|then)\s+")
_CLAUSE: Final = "(?#clause)"  # in front of a wording that opens a clause
_ASKING: Final = "who|what|when|where|why|how|which|wich|whose"
_VERB: Final = (
    "do|does|did|is|are|was|were|will|would|can|could|should|has|have|had|am|shall|must|might"
)
_PERSON: Final = "you|u|we|they|i|he|she|anyone|anybody|someone|it|the|your|this|that|there"
_IMPERATIVES: Final = (
    "act|add|answer|ask|be|blame|boycott|bring|buy|call|check|click|come|consider|do|don't|donate"
    "|end|enjoy|fight|find|follow|forget|free|get|give|go|grow|help|imagine|impeach|join|just|keep"
    "|learn|leave|let|let's|listen|look|make|must|never|open|pick|please|pray|protect|put|quit"
    "|read|remember|retweet|rt|save|say|see|send|share|should|show|shut|sign|stand|start|stay|stop"
    "|support|take|talk|teach|tell|think|try|tweet|understand|use|vote|wait|wake|watch|write"
)
_WORDINGS: Final = tuple(
    (regex.compile(pattern), pattern.startswith(_CLAUSE))  # for texts in small letters
    for pattern in (
        # Word order and words of questions, with or without a mark.
        (
            rf"{_CLAUSE}(?:(?:{_ASKING})(?:(?:\s+\w++)?\s+(?:{_VERB})\b|'?s\b|'re\b|\s+(?:so|not|about"
            rf"|if)\b)|(?:{_VERB}|isn't|aren't|don't|doesn't|didn't)\s+(?:{_PERSON})\b)"
        ),
        rf"{_CLAUSE}(?:why|where|how come)\b",
        rf"^\W*+(?:and |but |so |or |then |also )?(?:{_ASKING})(?:'?s|'re|'d)?\b",
        (
            rf"^\W*+(?:and |but |so |or |then |also )?"
            rf"(?:{_VERB}|any|anyone|isn't|aren't|don't|didn't)\b"
        ),
        (
            r"\b(?:wonder(?:ing)?|curious|question|to know|any(?:one|body) (?:know|have|got|else"
            r"|recommend)|any (?:ideas?|thoughts|recommendations|chance|plans|advice|tips|news))\b"
        ),
        r"\b(?:tell (?:me|us)|explain|answer|ask(?:ing)?|know|thoughts?|think|favou?rite|fav)\b",
        r"\b(?:you|u) (?:think|know|want|like|have|feel|prefer|mean)\b",
        (
            r",\s*(?:right|eh|huh|no|ok|yes)\s*\?|\b(?:isn't|is|doesn't|don't|does|can|aren't|wasn't"
            r"|wouldn't|won't) (?:it|he|she|they|you|that|this)\s*\?"
        ),
        r"\b(?:you|u|your|ur|yours|ya)\b",
        # What is told or quoted asks nobody.
        r"\b(?:because|bc|cause)\b",
        r"[\"“]",
        r"[\"“][^\"”]*\?|[\"'‘][a-z][^\"'’]*\?\s*[\"'’]",
        r"\?\W*+\w[^.!]*+[.!]",
        # Requests and suggestions.
        rf"{_CLAUSE}(?:(?:please|pls|plz|just)\s+)?(?:{_IMPERATIVES})\b(?!\s*(?:is|are|was)\b)",
        rf"^\W*+(?:{_IMPERATIVES})\b(?!\s*(?:is|are|was)\b)",
        r"\b(?:can|could|would|will|won't) (?:you|u|someone|anyone|anybody|somebody)\b",
        r"\b(?:pl+e+a+s+e+|pls|plz)\b",
        r"\b(?:help|stop|don't|do not|never)\b",
        (
            r"\b(?:i|we)(?: (?:really|just))? (?:wish|want|need|hope)\b|\b(?:i|we)(?: would|'d)"
            r"(?: really)? (?:like|love)\b|\bcan (?:i|we)\b"
        ),
        r"\b(?:should|shouldn't|must|mustn't|need to|needs to|have to|has to|ought to|better)\b",
        r"\b(?:let's|time to|why not|why don't|how about|what about)\b",
        r"\b(?:rt|retweet|follow|sign|petition|vote|join|watch|read|check|donate|support|share)\b",
        (
            r"\b(?:we|everyone|everybody|people|they|you|he|she|govt|government)\b(?=\W+(?:should|must"
            r"|need|have to|ought))"
        ),
        # The rest of what a post looks like.
        r"https?:",
        r"#\w",
        r"!",
        r"\?\?|\?!|!\?",
        r"\brt\b",
        r"@\w++\W++@\w",
        r"\d",
    )
)


def features_of_texts(texts: Sequence[str], sentences: Sequence[Sequence[str]]) -> list[Features]:
    """Turns English texts into numbers.

    Args:
        texts: The texts; the first 2,000 characters of each count.
        sentences: The sentences of each, all of which the rules look at.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    texts = [text[:_MAX_CHARACTERS].replace("’", "'") for text in texts]
    tokens = [[_unified(token) for token in _TOKEN.findall(text)] for text in texts]
    grams = counted(
        len(texts),
        gathered([[_hash(gram) for gram in _by_place(one)] for one in tokens]),
        gathered([word_hashes(["<", *one, ">"]) for one in tokens]),
    )
    vectors = embed_evenly(tokens_of([plain(text) for text in texts]))
    surfaces = _findings([_find(*one) for one in zip(texts, tokens, sentences, strict=True)])
    return [
        Features(len(own), slots, counts, surface, vector)
        for own, (slots, counts), surface, vector in zip(
            tokens, grams, surfaces, vectors, strict=True
        )
    ]


def _hash(gram: str) -> int:
    return crc32(gram.encode("utf-8", "surrogatepass"))


def _unified(token: str) -> str:
    """Links and handles are all the same, and so are all runs of marks with a question mark."""
    if token.startswith(("http", "www.")):
        return _LINK
    if token[0] == "@":
        return _HANDLE
    if len(token) > 1 and "?" in token:
        return "??"
    return "!" if token[0] == "!" else token.lower()


def _by_place(tokens: Sequence[str]) -> Iterator[str]:
    """Words with where they stand, without whom the text is to and the tags and links behind it."""
    start, end = 0, len(tokens)
    while start < end and tokens[start] in {"rt", _HANDLE, ":", "."}:
        start += 1
    while start < end and (tokens[end - 1] == _LINK or tokens[end - 1][0] in "#@"):
        end -= 1
    inner = tokens[start:end]
    for length in (1, 2, 3):
        yield f"first {' '.join(inner[:length])}"
    for length in (1, 2):
        yield f"last {' '.join(inner[-length:])}"
    for sentence in _cut(inner):
        asked = sentence[-1] in {"?", "??"}
        body = [t for t in sentence if t[0] not in "#@" and t not in {_LINK, '"'}]
        kind = "asks" if asked else "says"
        for length in (1, 2):
            yield f"{kind} {' '.join(body[:length])}"
        if asked:
            yield f"end {' '.join(body[-3:-1])}"
            for token in body:
                yield f"inside {token}"


def _cut(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cuts behind every sign that may end a clause."""
    start = 0
    for index, token in enumerate(tokens, start=1):
        if token in _SENTENCE_ENDS or index == len(tokens):
            yield tokens[start:index]
            start = index


class _Found(NamedTuple):
    """What rules and wordings find in a text: what is there, where it stands, and how often."""

    findings: list[bool]
    places: list[bool]
    counts: list[float]


def _findings(found: Sequence[_Found]) -> npt.NDArray[np.float32]:
    """Joins what was found: shape (texts, findings * (1 + places) + places + counts)."""
    if not found:
        return np.zeros((0, 0), dtype=np.float32)
    findings = np.array([one.findings for one in found], dtype=np.float32)
    places = np.array([one.places for one in found], dtype=np.float32)
    counts = np.array([one.counts for one in found], dtype=np.float32)
    both = places[:, :, None] * findings[:, None, :]
    return np.hstack([findings, both.reshape(len(found), -1), places, counts])


def _find(text: str, tokens: Sequence[str], sentences: Sequence[str]) -> _Found:
    asking = [asks(sentence, "en") for sentence in sentences]
    calling = calls_to_action(sentences, "en")
    bodies = [_HEAD.sub("", sentence.replace("’", "'")).lower() for sentence in sentences]
    body = _HEAD.sub("", text)
    small = body.lower()
    clauses = [0, *(sign.end() for sign in _CLAUSE_START.finditer(small))]
    # Where clauses begin is sought once, not by each wording that opens one.
    worded = [
        sum(1 for start in clauses if wording.match(small, start))
        if opens_clause
        else bool(wording.search(small))
        for wording, opens_clause in _WORDINGS
    ]
    marks = len(_MARK.findall(text))
    short = bool(sentences) and len(text.split()) <= _SHORT
    found = [
        short and all(asking),
        short and len(calling) == len(sentences),
        any(asking),
        bool(calling),
        bool(asking and asking[0]),
        bool(asking and asking[-1]),
        all(asking),
        bool(calling and calling[0] == sentences[0]),
        bool(calling and calling[-1] == sentences[-1]),
        *map(bool, worded),
    ]
    at_end = bool(_MARK_BEFORE_END.search(text))
    addressed, passed_on = bool(_ADDRESSED.match(text)), bool(_PASSED_ON.match(text))
    questions = [b for b in bodies if _MARK.search(b[-6:])]
    count = max(1, len(sentences))
    letters = list(filter(str.isalpha, text))
    counts: list[float] = [
        min(3, marks),
        marks > 0 and not at_end,
        at_end and addressed,
        at_end and passed_on,
        at_end and not addressed and not passed_on,
        sum(asking) / count,
        len(calling) / count,
        len(questions) / count,
        min(30, len(questions[-1].split()) if questions else 0) / 10,
        *(any(wording.match(b) for b in questions) for wording, _ in _WORDINGS[2:4]),
        any(_WORDINGS[8][0].search(b) for b in questions),
        min(60, len(tokens)) / 20,
        (marks > 0) * min(60, len(tokens)) / 20,
        math.log1p(len(sentences)),
        min(5, text.count("#")),
        min(5, text.count("@")),
        min(3, worded[0]),
        min(3, worded[13]),
        sum(map(str.isupper, letters)) / max(1, len(letters)),
        body[:1].isupper(),
        tokens[-1:] in (["."], ["!"], ["?"], ["…"]),
    ]
    return _Found(found, [marks > 0, at_end, addressed, passed_on], counts)
