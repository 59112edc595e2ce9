"""Reads untrusted YAML into plain values with the line of each, refusing what is hostile.

Size, depth, count, aliases and tags are checked on the stream of parser events, before anything is
built. Plain scalars are read by the core schema of YAML 1.2: `no` is a word, a date is text.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import yaml

from analytics.skill.model import SkillViolation

MAX_BYTES: Final = 64 * 1024
_MAX_DEPTH: Final = 12
_MAX_EVENTS: Final = 10_000
_MAX_DIGITS: Final = 18
_NULL: Final = re.compile(r"(?:~|null|Null|NULL)?")
_BOOL: Final = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
# The C parser where PyYAML was built with it: 10 times as fast.
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file.

    Attributes:
        value: Its content: dict, list, str, int, float, bool or None; None when it is broken.
        lines: The line of each path's key or item, from 1.
        violations: Why it could not be read, and keys that stand there twice.
    """

    value: object
    lines: dict[Path, int]
    violations: tuple[SkillViolation, ...] = ()


def read_document(text: str) -> Document:
    """Read a YAML text in time linear in its length; never raises for bad text."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        message = f"The file has {size} bytes, at most {MAX_BYTES} are allowed."
        return _broken(SkillViolation(0, "", message))
    try:
        if refused := _refuse(text):
            return _broken(refused)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return _broken(
            SkillViolation(line, "", f"Not valid YAML: {error.problem or 'unreadable'}.")
        )
    except (yaml.YAMLError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        return _broken(SkillViolation(0, "", f"Not valid YAML: {reason}."))
    if node is None:
        return _broken(SkillViolation(0, "", "The file is empty."))
    lines: dict[Path, int] = {}
    violations: list[SkillViolation] = []
    value = _build(node, (), lines, violations)
    return Document(value, lines, tuple(violations))


def describe_path(path: Path) -> str:
    """Return a path for people, such as "guards[2].max"."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def _broken(violation: SkillViolation) -> Document:
    """Return the document that could not be read."""
    return Document(None, {}, (violation,))


def _refuse(text: str) -> SkillViolation | None:
    """Look through the parser's events for what a skill file never needs."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return SkillViolation(line, "", "Anchors and aliases (& and *) are not allowed.")
        if getattr(event, "tag", None):
            return SkillViolation(line, "", "Tags (!) are not allowed.")
        if depth > _MAX_DEPTH:
            return SkillViolation(line, "", f"Nested more than {_MAX_DEPTH} levels deep.")
        if documents > 1:
            return SkillViolation(line, "", "More than one document in the file.")
        if count > _MAX_EVENTS:
            return SkillViolation(line, "", "Too many values for a skill file.")
    return None


def _build(
    node: yaml.Node,
    path: Path,
    lines: dict[Path, int],
    violations: list[SkillViolation],
) -> object:
    """Turn a node into a plain value, noting the line of every path."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, index), lines, violations) for index, item in enumerate(node.value)
        ]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            violations.append(SkillViolation(line, describe_path(path), "A key must be a word."))
            continue
        key = str(key_node.value)
        inner = (*path, key)
        if key in mapping:
            message = f"“{key[:80]}” stands here a second time."
            violations.append(SkillViolation(line, describe_path(inner), message))
            continue
        lines[inner] = line
        mapping[key] = _build(value_node, inner, lines, violations)
    return mapping


def _scalar(node: yaml.Node) -> object:
    """Read a scalar by the core schema of YAML 1.2; a number too long for one stays text."""
    text = str(node.value)
    if getattr(node, "style", None) in {"'", '"', "|", ">"}:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) <= _MAX_DIGITS and _INT.fullmatch(text):
        return int(text)
    if len(text) <= 2 * _MAX_DIGITS and _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) < float("inf") else text
    return text
