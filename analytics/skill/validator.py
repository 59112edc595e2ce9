"""Checks skill files against their JSON Schema and the rules that a schema cannot say."""

import functools
import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from analytics.skill.document import Document, Path, describe_path, read_document
from analytics.skill.image_limits import TOLERANCE, ratio_limits
from analytics.skill.model import (
    TEXT_GUARDS,
    BrandVoice,
    Guard,
    Limits,
    Skill,
    SkillViolation,
)

if TYPE_CHECKING:
    from jsonschema import ValidationError

_MAX_VIOLATIONS: Final = 100
_MAX_SHOWN: Final = 80


class InvalidSkillError(ValueError):
    """A skill file does not keep to the schema.

    Attributes:
        violations: What is wrong with it, at least one.
    """

    def __init__(self, violations: list[SkillViolation]) -> None:
        first = violations[0]
        where = f"line {first.line}, {first.path}" if first.path else f"line {first.line}"
        super().__init__(f"{where}: {first.message}")
        self.violations = violations


def schema() -> dict[str, Any]:  # Any: JSON
    """Return the JSON Schema (draft 2020-12) of the skill file."""
    text = resources.files("analytics.skill").joinpath("skill.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate_skill(yaml_text: str) -> list[SkillViolation]:
    """Report every violation in a skill file, by line; at most 100.

    Hostile text (too large, too deep, aliases, tags) is refused before it is built.

    Args:
        yaml_text: The file, untrusted.

    Returns:
        The violations in the order of their lines; empty for a valid file.
    """
    return _validate(read_document(yaml_text))


def parse_skill(yaml_text: str) -> Skill:
    """Read a skill file.

    Raises:
        InvalidSkillError: It is not valid.
    """
    document = read_document(yaml_text)
    if violations := _validate(document):
        raise InvalidSkillError(violations)
    data: Any = document.value  # Any: the schema has been checked
    voice = data["brand_voice"]
    return Skill(
        skill_id=data["skill_id"],
        name=data["name"],
        version=data["version"],
        platforms=tuple(data["platforms"]),
        brand_voice=BrandVoice(
            tone=voice["tone"],
            formality=voice["formality"],
            technical_level=voice["technical_level"],
            keywords=tuple(voice["keywords"]),
        ),
        guards=tuple(_guard(guard) for guard in data["guards"]),
    )


def _guard(data: dict[str, Any]) -> Guard:  # Any: JSON, checked by the schema
    """Read one guard."""
    if data["name"] not in TEXT_GUARDS:
        return _image_guard(data)
    return Guard(
        name=data["name"],
        limits=Limits(data.get("min_score", data.get("min")), data.get("max")),
        platforms={
            name: Limits(limits["min"], limits["max"])
            for name, limits in data.get("platforms", {}).items()
        },
        words=tuple(data.get("words", ())),
    )


def _image_guard(data: dict[str, Any]) -> Guard:  # Any: as above
    """Read one guard on images."""
    limits = data.get("platforms", {}).items()
    return Guard(
        name=data["name"],
        limits=Limits(data.get("min"), data.get("max")),
        platforms={
            name: ratio_limits(limit["target"], limit.get("tolerance", TOLERANCE))
            for name, limit in limits
            if "target" in limit
        },
        words=tuple(data.get("palette", ())),
        sizes={
            name: (int(width), int(height))
            for name, limit in limits
            if "min_resolution" in limit
            for width, _, height in (limit["min_resolution"].partition("x"),)
        },
    )


def _validate(document: Document) -> list[SkillViolation]:
    """Collect the violations of a document."""
    found = list(document.violations)
    if document.value is not None or not found:
        errors = list(_schema_violations(document))
        found += errors or list(_rule_violations(document))
    return sorted(found, key=lambda one: (one.line, one.path))[:_MAX_VIOLATIONS]


@functools.cache
def _validator() -> Any:  # noqa: ANN401  # jsonschema makes the class at run time
    """Return the compiled schema; jsonschema takes 0.2 s to import, so only when it is needed."""
    from jsonschema import Draft202012Validator, exceptions  # noqa: PLC0415  # see docstring
    from jsonschema.validators import extend  # noqa: PLC0415

    def pattern(
        _: object, expression: str, value: object, __: object
    ) -> Iterator["ValidationError"]:
        # Python's $ also matches before a final line break, ECMA-262's does not; all patterns of
        # the schema are anchored at both ends.
        if isinstance(value, str) and not re.fullmatch(expression, value):
            yield exceptions.ValidationError(f"does not match {expression}")

    # jsonschema is typed but for this function.
    return extend(Draft202012Validator, {"pattern": pattern})(schema())  # type: ignore[no-untyped-call]


def _schema_violations(document: Document) -> Iterator[SkillViolation]:
    """Yield what contradicts the JSON Schema."""
    for error in _validator().iter_errors(document.value):
        path: Path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance:
                if key not in known:
                    inner = (*path, key)
                    message = f"“{_cut(key)}” is not known here; known are {', '.join(known)}."
                    yield _at(document, inner, message)
        else:
            yield _at(document, path, _message(error))


def _message(error: "ValidationError") -> str:
    """Put a schema error into words, with as little of the untrusted value as helps."""
    value: Any = error.instance  # Any: JSON, as the rule
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            # One error is raised a missing name: its message quotes it first.
            named = next(name for name in rule if error.message.startswith(f"'{name}'"))
            text = f"“{named}” is missing."
        case "type":
            wanted = rule if isinstance(rule, str) else " or ".join(rule)
            text = f"Must be {wanted}, is {_kind(value)}."
        case "enum":
            text = f"{_show(value)} is none of {', '.join(map(str, rule))}."
        case "const":
            text = f"Must be {_show(rule)}, is {_show(value)}."
        case "minimum" | "exclusiveMinimum" | "maximum":
            end = "most" if error.validator == "maximum" else "least"
            text = f"{_show(value)} is out of range, the {end} is {rule}."
        case "pattern":
            text = f"{_show(value)} does not match {rule}."
        case "uniqueItems":
            text = "Holds the same entry twice."
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties":
            noun = "characters" if str(error.validator).endswith("Length") else "entries"
            end = "least" if str(error.validator).startswith("min") else "most"
            text = f"Has {len(value)} {noun}, at {end} {rule} are allowed."
        case other:
            text = f"Breaks the rule {other}."
    return text


def _rule_violations(document: Document) -> Iterator[SkillViolation]:
    """Yield what is wrong between the parts of a file that keeps to the schema."""
    data: Any = document.value  # Any: the schema has been checked
    major = data["version"].split(".", 1)[0]
    if not data["skill_id"].endswith(f"_v{major}"):
        message = f"Must end in “_v{major}”, the major version of {data['version']}."
        yield _at(document, ("skill_id",), message)
    seen: set[str] = set()
    for index, guard in enumerate(data["guards"]):
        path: Path = ("guards", index)
        if guard["name"] in seen:
            yield _at(document, (*path, "name"), f"The guard “{guard['name']}” stands here twice.")
        seen.add(guard["name"])
        yield from _range_violations(document, path, guard)
        limits = guard.get("platforms", {})
        for name, inner in limits.items():
            yield from _range_violations(document, (*path, "platforms", name), inner)
            if name not in data["platforms"]:
                message = f"“{name}” is not one of the skill's platforms."
                yield _at(document, (*path, "platforms", name), message)
        missing = [name for name in data["platforms"] if limits and name not in limits]
        for name in missing:
            yield _at(document, (*path, "platforms"), f"“{name}” is missing.")


def _range_violations(
    document: Document, path: Path, limits: dict[str, Any]
) -> Iterator[SkillViolation]:
    """Yield a violation where the least is more than the most."""
    if "min" in limits and "max" in limits and limits["min"] > limits["max"]:
        message = f"{limits['min']} is more than max, {limits['max']}."
        yield _at(document, (*path, "min"), message)


def _at(document: Document, path: Path, message: str) -> SkillViolation:
    """Return a violation with the line of its path, or of the nearest part that holds it."""
    known = path
    while known and known not in document.lines:
        known = known[:-1]
    return SkillViolation(document.lines.get(known, 0), describe_path(path), message)


def _kind(value: object) -> str:
    """Name a value's JSON type."""
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "a truth value",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _show(value: object) -> str:
    """Quote a value, cut to a length that cannot flood a report."""
    return f"“{_cut(str(value))}”"


def _cut(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…"
