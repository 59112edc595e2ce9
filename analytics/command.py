"""`manusmesh analyze`: texts in, scores out, for anybody to hold against their own data."""

import json
import math
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from analytics.acts import Acts
    from analytics.measures import TextMeasures

_WRONG_INPUT: Final = 2
_SHOWN: Final = 200
_AT_ONCE: Final = 128
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
Scores = dict[str, Any]


class _UnreadableError(Exception):
    """A file cannot be read; the message says why."""


def analyze(
    *,
    file: Annotated[
        str,
        typer.Argument(
            help='One JSON object a line, with "text" and whatever else, which is given back; - is '
            "standard input.",
        ),
    ] = "-",
    embedding: Annotated[
        bool, typer.Option("--embedding", help="Add the 256 numbers of the static vector.")
    ] = False,
) -> None:
    """Measure texts: JSONL in, JSONL out, no mesh needed.

    Each line out has what the line in had, besides its text, and: language; formality, enthusiasm
    and technicality (0 to 100); tone and tone_scores; reading_ease (0 to 100) and reading_grade;
    question_probability and call_to_action_probability (0 to 1, English) with is_question and
    is_call_to_action, which judge the text as a whole, by rules alone where there is no
    probability; questions and calls_to_action, which rules find sentence by sentence: of a short
    text that has nothing else both say the same;
    emoji, hashtags, mentions, links, numbers; words and sentences. A score is null where the
    language has no measure of it. Lines that cannot be used are named on standard error, and the
    exit code is 2, as it is for a file that cannot be read.
    """
    # The command line is quick to start: what takes a second to load is loaded when it is used.
    from analytics.embeddings import VectorsUnavailableError  # noqa: PLC0415
    from analytics.encoder import EncoderUnavailableError  # noqa: PLC0415

    wrong: list[int] = []
    waiting: deque[Scores] = deque()

    def texts() -> Iterator[str]:
        for number, given, problem in _records(file):
            if problem:
                wrong.append(number)
                typer.echo(f"line {number}: {problem}", err=True)
            else:
                waiting.append({name: it for name, it in given.items() if name != "text"})
                yield given["text"]

    typed = file == "-" and sys.stdin.isatty()  # who types waits for the answer to each line
    try:
        for scores in measures_of(texts(), at_once=1 if typed else _AT_ONCE, embedding=embedding):
            _write(waiting.popleft() | scores)
    except (_UnreadableError, VectorsUnavailableError, EncoderUnavailableError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_WRONG_INPUT) from error
    if wrong:
        raise typer.Exit(_WRONG_INPUT)


def measures_of(
    texts: Iterable[str], *, at_once: int = _AT_ONCE, embedding: bool = False
) -> Iterator[Scores]:
    """All scores of each text, as one line of output holds them; works on `at_once` together."""
    # Loaded when it is used, as above.
    from analytics.acts import acts  # noqa: PLC0415
    from analytics.embeddings import embed  # noqa: PLC0415
    from analytics.measures import measure_all, runs  # noqa: PLC0415
    from analytics.text import parse  # noqa: PLC0415

    for run in runs(texts, at_once):
        found = list(measure_all(run))
        sentences = [parse(text).sentences for text in run]
        done = acts(run, sentences, [one.language for one in found])
        vectors = embed(run).tolist() if embedding else [[]] * len(run)
        for one, act, vector in zip(found, done, vectors, strict=True):
            scores = _scores(one, act)
            if embedding:
                scores["embedding"] = [round(value, 5) for value in vector]
            yield scores


def _scores(found: "TextMeasures", done: "Acts") -> Scores:
    return {
        "language": found.language,
        "formality": _rounded(found.formality),
        "enthusiasm": _rounded(found.enthusiasm),
        "technicality": _rounded(found.technicality),
        "tone": found.tone,
        "tone_scores": {name: round(value, 4) for name, value in found.tone_scores.items()},
        "reading_ease": _rounded(found.reading_ease),
        "reading_grade": _rounded(found.reading_grade),
        "question_probability": _rounded(done.question),
        "is_question": done.is_question,
        "call_to_action_probability": _rounded(done.call_to_action),
        "is_call_to_action": done.is_call_to_action,
        "questions": found.questions,
        "calls_to_action": list(found.calls_to_action),
        "emoji": list(found.emoji),
        "hashtags": list(found.hashtags),
        "mentions": list(found.mentions),
        "links": list(found.links),
        "numbers": list(found.numbers),
        "words": found.words,
        "sentences": found.sentences,
    }


def _write(scores: Scores) -> None:
    try:
        sys.stdout.write(json.dumps(scores, ensure_ascii=False) + "\n")
    except UnicodeEncodeError:  # half a surrogate pair, or a terminal that is not UTF-8
        sys.stdout.write(json.dumps(scores) + "\n")


def _records(file: str) -> Iterator[tuple[int, Scores, str]]:
    """Number of each line that is not empty, what it holds, and what is wrong with it."""
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line.decode(), parse_float=_finite, parse_constant=_finite)
        except UnicodeDecodeError as error:
            yield number, {}, f"not UTF-8: byte {error.start + 1} is {line[error.start]:#04x}"
            continue
        except (ValueError, RecursionError) as error:
            yield number, {}, f"not JSON: {error}"[:_SHOWN]
            continue
        if not isinstance(given, dict):
            yield number, {}, "not a JSON object"
        elif not isinstance(given.get("text"), str):
            yield number, {}, '"text" is missing or no text'
        elif _SURROGATE.search(given["text"]):
            yield number, {}, '"text" holds half of a surrogate pair, which is no character'
        else:
            yield number, given, ""


def _lines(file: str) -> Iterator[bytes]:
    """The lines of a file or, for "-", of standard input, without a byte order mark."""
    name = "standard input" if file == "-" else file
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as lines:
            for number, line in enumerate(lines):
                yield line if number else line.removeprefix(b"\xef\xbb\xbf")
    # ValueError: a name with a zero character.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _UnreadableError(f"cannot read {name}: {reason}") from error


def _finite(number: str) -> float:
    """Reads a number; JSON has none for NaN and infinity, though Python writes them."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is no number of JSON")
    return value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
