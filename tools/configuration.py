"""Writes docs/configuration.md and .env.example from the settings; --check only compares.

Every variable, its default and its meaning stand in the classes; this keeps the two pages true.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from analytics import embeddings, encoder
from gateway.settings import GatewaySettings
from meshkit.config import ServiceSettings
from services.coder.settings import CoderSettings
from services.orchestrator.settings import OrchestratorSettings
from services.research.settings import ResearchSettings

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    ("Every service", ServiceSettings),
    ("The gateway and the orchestrator, besides", GatewaySettings),
    ("The orchestrator, besides", OrchestratorSettings),
    ("The research agent, besides", ResearchSettings),
    ("The coder agent, besides", CoderSettings),
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable."""

    name: str
    default: str | None
    meaning: str


ANALYTICS: Final = (
    # The analytics know no settings: what they read stands with them.
    Variable(
        embeddings.PATH_VARIABLE,
        "",
        "The file of word vectors, where it is not in `share/manusmesh` of the environment; "
        "`make env` builds it.",
    ),
    Variable(
        encoder.PATH_VARIABLE,
        "",
        "The encoder that formality and enthusiasm of English texts shall hear, a file "
        f"`{encoder.FILE_NAME}` that `make encoder` builds: closer to human judgement, and eleven "
        "times as slow ([figures](analyze.md#with-an-encoder)). The same for all services.",
    ),
)


def variables(settings: type[BaseModel], prefix: str) -> Iterator[Variable]:
    """The variables of a settings class, nested sections included."""
    meanings = _docstrings(settings)
    for name, info in settings.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from variables(info.annotation, f"{prefix}{name.upper()}__")
            continue
        default = info.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        shown = None if default is PydanticUndefined else str(default)
        meaning = " ".join(meanings[name].split())
        # Keys of other people's services keep their usual names.
        alias = info.validation_alias
        yield Variable(
            alias if isinstance(alias, str) else f"{prefix}{name.upper()}", shown, meaning
        )


def _docstrings(settings: type[BaseModel]) -> dict[str, str]:
    """What stands under each field, also of the classes above."""
    found: dict[str, str] = {}
    for owner in reversed(settings.__mro__):
        if not issubclass(owner, BaseModel) or owner.__module__.startswith("pydantic"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        if not isinstance(body, ast.ClassDef):
            continue
        for field, text in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            ):
                found[field.target.id] = str(text.value.value)
    return found


def render() -> dict[Path, str]:
    """The two files with their contents."""
    page = [
        "# Configuration",
        "",
        "Each service reads its settings from environment variables when it starts and checks them",
        "before its port opens. `manusmesh up` sets them for its children. This page is written by",
        "`tools/configuration.py`.",
    ]
    env = ["# Every variable with its default; docs/configuration.md says what they mean.", ""]
    seen: set[str] = set()
    pages = [(title, variables(settings, "MESH_")) for title, settings in PAGES]
    for title, listed in [*pages, ("What measures texts, `manusmesh analyze` too", ANALYTICS)]:
        page += ["", f"## {title}", "", "| variable | default | meaning |", "| --- | --- | --- |"]
        for variable in listed:
            if variable.name in seen:
                continue
            seen.add(variable.name)
            default = f"`{variable.default}`" if variable.default else "empty"
            if variable.default is None:
                default = "none: required"
            page.append(f"| `{variable.name}` | {default} | {variable.meaning} |")
            env.append(f"#{variable.name}={variable.default or ''}")
    return {
        ROOT / "docs" / "configuration.md": "\n".join(page) + "\n",
        ROOT / ".env.example": "\n".join(env) + "\n",
    }


def main() -> int:
    """Writes the files, or with --check says which is stale."""
    stale = []
    for path, text in render().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        print(f"stale: {', '.join(stale)}; run tools/configuration.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
