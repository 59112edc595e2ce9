"""From the bytes of a file to records: encodings, JSONL, JSON and CSV."""

import codecs
import csv
import io
import json
from collections.abc import Mapping
from typing import Final

from meshkit.cli.post_fields import Record, canonical

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = (",", ";", "\t", "|")
_LISTS: Final = ("examples", "posts")
_FIELD_CHARACTERS_MAX: Final = 1_000_000


class FileError(Exception):
    """A file as a whole cannot be read; the message says why."""


def decode(data: bytes, name: str) -> tuple[str, list[str]]:
    """Turns the bytes of a file into text: UTF-8, UTF-16 with its mark, else Windows-1252.

    Args:
        data: The file's bytes.
        name: Its name, for messages.

    Returns:
        The text, and notes for the reader.

    Raises:
        FileError: when the file is no text.
    """
    encoding = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            msg = f"{name} line {line}: neither UTF-8 nor Windows-1252 text"
            raise FileError(msg) from error
        if "\0" not in text:
            return text, [f"{name} is not UTF-8 (line {line}): read as Windows-1252"]
    if "\0" in text:
        msg = f"{name} is not a text file; save it as CSV or JSONL in UTF-8"
        raise FileError(msg)
    return text, []


def read_records(text: str, name: str) -> tuple[list[Record], list[str]]:
    """Splits the text of a file into records, whichever of the forms it has.

    Returns:
        The records, and what is wrong with lines that are none.

    Raises:
        FileError: when the file as a whole has no form that is understood.
    """
    start = text.lstrip()[:1]
    if start == "[":
        return _from_json(_parsed(text, name), name)
    if start != "{":
        return _from_csv(text, name)
    whole = _whole_object(text)
    if whole is not None:
        return _from_json(whole, name)
    return _from_jsonl(text, name)


def _from_jsonl(text: str, name: str) -> tuple[list[Record], list[str]]:
    records: list[Record] = []
    problems: list[str] = []
    # Not splitlines(): it also splits at separators that stand inside JSON strings.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            problems.append(f"{name} line {number}: not JSON: {reason}")
            continue
        if isinstance(value, dict):
            records.append(Record(number, canonical(value)))
        else:
            problems.append(f"{name} line {number}: not a JSON object")
    return records, problems


def _whole_object(text: str) -> list[object] | None:
    """The posts of a file that is one JSON object with a list of them."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for key in _LISTS:
        if isinstance(value, dict) and isinstance(value.get(key), list):
            posts: list[object] = value[key]
            return posts
    return None


def _parsed(text: str, name: str) -> list[object]:
    try:
        values: list[object] = json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"{name} line {error.lineno}: not JSON: {error.msg}"
        raise FileError(msg) from error
    except RecursionError as error:
        msg = f"{name}: not JSON that can be read: nested too deep"
        raise FileError(msg) from error
    return values


def _from_json(values: list[object], name: str) -> tuple[list[Record], list[str]]:
    records: list[Record] = []
    problems: list[str] = []
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            records.append(Record(number, canonical(value), unit="post"))
        else:
            problems.append(f"{name} post {number}: not a JSON object")
    return records, problems


def _from_csv(text: str, name: str) -> tuple[list[Record], list[str]]:
    header_end = text.find("\n") if "\n" in text else len(text)
    delimiter = max(_DELIMITERS, key=text[:header_end].count)
    csv.field_size_limit(_FIELD_CHARACTERS_MAX)
    # Line breaks are kept as they are: inside quotes they belong to the post.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    problems: list[str] = []
    header: list[str] = []
    # The line on which a row begins: the reader tells on which it ends.
    line, next_line = 1, 1
    try:
        for row in rows:
            line, next_line = next_line, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = row
                _check_header(header, name)
            elif len(row) != len(header):
                problems.append(
                    f"{name} line {line}: {len(row)} columns, but the header has {len(header)}"
                )
            else:
                fields: Mapping[str, object] = dict(zip(header, row, strict=True))
                records.append(Record(line, canonical(fields)))
    except csv.Error as error:
        problems.append(f"{name} line {rows.line_num}: not CSV: {error}")
    return records, problems


def _check_header(header: list[str], name: str) -> None:
    known = canonical(dict.fromkeys(header, ""))
    if "text" not in known:
        columns = ", ".join(header)[:200]
        msg = (
            f"{name} line 1: no column with the text of the posts (text, content, message, post); "
            f"the columns are: {columns}"
        )
        raise FileError(msg)
