"""What the demo sends, a job each: requests made of invented samples, in three languages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo import sites
from meshkit.cli.errors import Json
from meshkit.cli.posts import ChosenPosts
from meshkit.cli.requests import REFINE, SKILL, VOICE

COMPETITION: Final = "competitive-analysis"
JOBS: Final = (SKILL, VOICE, REFINE, COMPETITION)
LANGUAGES: Final = ("en", "de", "es")
_HERE: Final = Path(__file__).parent
_POSTS: Final = {"en": "posts.jsonl", "de": "posts_de.jsonl", "es": "posts_es.jsonl"}
_SKILL_NAMES: Final = {
    "en": "Kettle & Crane posts",
    "de": "Beiträge von Speiche & Kette",
    "es": "Publicaciones de Horno Luna Llena",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one demo sends.

    Attributes:
        request: The request.
        allow_private: Networks that the mesh may reach for it although they are private.
    """

    request: Json
    allow_private: tuple[str, ...] = ()


def posts_of(job: str, language: str) -> Path | None:
    """The sample posts of a job; None for a job that does not learn from posts."""
    if job == SKILL:
        return _HERE / _POSTS[language]
    return _HERE / f"voice_{language}.jsonl" if job == VOICE else None


@contextmanager
def sample(
    job: str,
    language: str,
    chosen: ChosenPosts | None = None,
    *,
    own: bool = False,
    host: str = "127.0.0.1",
) -> Iterator[Sample]:
    """What to send; the sample web stands as long as the block runs.

    Args:
        job: One of `JOBS`.
        language: One of `LANGUAGES`.
        chosen: The posts, for a job that learns from some.
        own: Whether they are the user's own.
        host: The loopback address of the sample web.
    """
    if job == COMPETITION:
        with sites.serve(language, host=host) as web:
            request = {
                "competitors": web.competitors,
                "analysis_period_days": 28,
                "focus_areas": web.focus_areas,
            }
            yield Sample(request, allow_private=("127.0.0.0/8",))
    elif job == REFINE:
        texts = json.loads((_HERE / "texts.json").read_text(encoding="utf-8"))[language]
        content = {"text": texts["text"], "platform": "linkedin"}
        yield Sample({"original_content": content, "feedback": texts["feedback"], "iteration": 1})
    elif chosen is not None and job == VOICE:
        yield Sample({"posts": chosen.voiced()})
    elif chosen is not None:
        name = {} if own else {"skill_name": _SKILL_NAMES[language]}
        examples = chosen.examples()
        yield Sample({"examples": examples, "target_platforms": chosen.platforms(), **name})
