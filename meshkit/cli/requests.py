"""Requests of jobs from what people have: a file of posts, or the request as JSON."""

import json
import sys
from pathlib import Path
from typing import Final

from rich.markup import escape

from meshkit.cli.errors import ApiError, Json
from meshkit.cli.output import Output
from meshkit.cli.posts import load_posts

SKILL: Final = "generate-skill"
VOICE: Final = "analyze-brand-voice"
REFINE: Final = "refine-content"


def of_posts(output: Output, job: str, path: Path, platforms: list[str]) -> Json:
    """The request of a job that learns from posts.

    Args:
        output: Told what is used.
        job: Either of the two.
        path: The file of posts.
        platforms: The target platforms; the first is also that of posts that do not say theirs.

    Raises:
        PostsError: when the file cannot be used.
    """
    for_voice = job == VOICE
    chosen = load_posts(path, platform=platforms[0] if platforms else "", for_voice=for_voice)
    output.err.print(f"[dim]{escape(path.name)}: using {chosen.sentence()}[/]")
    for note in chosen.notes:
        output.err.print(f"[yellow]{escape(note)}[/]")
    if for_voice:
        return {"posts": chosen.voiced()}
    return {
        "examples": chosen.examples(),
        "target_platforms": platforms or chosen.platforms(),
    }


def of_json(path: Path | None) -> Json:
    """A request as it stands in a file, or on standard input for "-".

    Raises:
        ApiError: INVALID_ARGUMENT for anything but a JSON object.
    """
    text = sys.stdin.read() if str(path) == "-" else Path(str(path)).read_text(encoding="utf-8")
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ApiError("INVALID_ARGUMENT", f"{path} is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise ApiError("INVALID_ARGUMENT", f"{path} is not a JSON object.")
    return request
