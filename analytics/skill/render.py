"""Turns a skill into YAML that reads well and stays data whatever the texts in it hold."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import yaml

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{2,}")
_INDENT: Final = "  "
_TURNING: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class _Dumper(yaml.SafeDumper):
    """Writes block style, with every text that is not a plain word in double quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002  # PyYAML's signature
        """Indent the items of a list under its key."""
        del indentless
        super().increase_indent(flow, False)  # noqa: FBT003  # PyYAML's signature


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quote a text, so that no loader takes it for a number, a date or a truth value.

    PyYAML itself quotes those plain words that stand for truth values or null.
    """
    style = None if _WORD.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def render_skill(data: Mapping[str, object], comments: Mapping[str, Sequence[str]]) -> str:
    """Return a skill as YAML.

    Args:
        data: The sections in the order to write.
        comments: Sentences to stand above a section, or above the guard of that name.

    Returns:
        The text; any safe loader of YAML 1.1 or 1.2 reads `data` back from it.
    """
    lines = [
        "# A skill of ManusMesh. The comments name the evidence, docs/skill-file.md the fields."
    ]
    for section, value in data.items():
        lines.append("")
        lines += [_comment(text, "") for text in comments.get(section, ())]
        if section == "guards" and isinstance(value, list):
            lines.append("guards:")
            for guard in value:
                lines += [_comment(text, _INDENT) for text in comments.get(guard["name"], ())]
                lines += [f"{_INDENT}{line}" for line in _dump([guard])]
        else:
            lines += _dump({section: value})
    return "\n".join(lines) + "\n"


def _dump(value: object) -> list[str]:
    """Return the lines of a value."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**20, indent=2
    )
    # Texts stand in double quotes, where controls that turn the direction of reading are escaped.
    text = _TURNING.sub(lambda found: f"\\u{ord(found[0]):04X}", text)
    # Not splitlines(): that also parts at characters which are no line ends in YAML.
    return text.rstrip("\n").split("\n")


def _comment(text: str, indent: str) -> str:
    """Return a comment of one line; characters that a YAML comment cannot hold are left out."""
    line = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    return f"{indent}# {line}"
