"""Files as documents of the knowledge base: which there are, and what is sent of each."""

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from meshkit.cli.post_records import FileError, decode

TYPES: Final = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
}
"""Content type by the ending of a file's name."""

_BYTES_MAX: Final = 4 * 1024 * 1024
"""What the mesh takes of one request."""
_NAMELESS: Final = ("text/plain", "text/csv", "application/pdf")
"""What seldom says its own title: the file's name is a better one than the first line."""


class DocumentError(Exception):
    """A file cannot be sent; the message is a sentence for people."""


def find(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that are meant, each once: folders with all in them, by name.

    Of a folder only files with a known ending count, and nothing hidden.

    Raises:
        DocumentError: when a path is not there, or a folder holds no such file.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise DocumentError(f"{path} does not exist")
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            raise DocumentError(f"{path} holds no document ({', '.join(TYPES)})")
        found |= dict.fromkeys(inside)
    yield from found


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in TYPES and path.is_file():
            yield path


def body(path: Path, *, title: str = "", source_url: str = "") -> dict[str, object]:
    """The request that takes a file up.

    Args:
        path: The file.
        title: What to call it; by what it says itself, or its name, when empty.
        source_url: Where it comes from; may be empty.

    Raises:
        DocumentError: when it can't be read or is nothing that the mesh takes.
    """
    content_type = TYPES.get(path.suffix.lower())
    if content_type is None:
        raise DocumentError(f"{path}: the ending says no type that is taken ({', '.join(TYPES)})")
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise DocumentError(f"{path}: larger than {_BYTES_MAX // 1024 // 1024} MiB")
        data = path.read_bytes()
        if content_type == "application/pdf":
            content = base64.b64encode(data).decode()
        else:
            content, _ = decode(data, path.name)
    except OSError as error:
        raise DocumentError(f"cannot read {path}: {error.strerror}") from error
    except FileError as error:
        raise DocumentError(str(error)) from error
    if not title and content_type in _NAMELESS:
        title = path.stem
    made: dict[str, object] = {"content": content.lstrip("\ufeff"), "content_type": content_type}
    given = {"title": title, "source_url": source_url}
    return made | {name: value for name, value in given.items() if value}
