"""Reads people's own posts from a file into examples for the API.

Three forms are understood: JSONL (one post a line), a JSON array (or an object with `examples` or
`posts`), and CSV with a header. Column names are matched by what exports commonly call them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshkit.cli import post_fields
from meshkit.cli.post_fields import Post
from meshkit.cli.post_records import FileError, decode, read_records

EXAMPLES_MAX: Final = 10
"""How many examples the API takes."""
VOICE_MAX: Final = 500
"""How many posts the API learns a voice from."""
_BYTES_MAX: Final = 64 * 1024 * 1024
_PROBLEMS_SHOWN: Final = 20


class PostsError(Exception):
    """A file of posts cannot be used.

    Attributes:
        problems: What is wrong, a sentence each with its line; at most the first 20.
        more: How many further problems there are.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems[:_PROBLEMS_SHOWN])
        self.more = len(problems) - len(self.problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """The problems for people."""
        more = [f"… and {self.more:,} more problems"] if self.more else []
        return [*self.problems, *more]


@dataclass(frozen=True, slots=True)
class ChosenPosts:
    """The posts to send.

    Attributes:
        posts: The posts, at least 1, in the order of the file.
        total: How many posts the file has.
        rule: How they were chosen: "all", "newest" or "first".
        notes: What the reader of the file should know: posts left out, missing numbers.
    """

    posts: tuple[Post, ...]
    total: int
    rule: str
    notes: tuple[str, ...]

    def examples(self) -> list[dict[str, object]]:
        """The posts as examples of a request."""
        return [post.example() for post in self.posts]

    def voiced(self) -> list[dict[str, object]]:
        """The posts as those that a brand's voice is learned from; all have dates."""
        return [post.voiced() for post in self.posts]

    def platforms(self) -> list[str]:
        """The distinct platforms of the posts, in the order in which they come."""
        return list(dict.fromkeys(post.platform for post in self.posts))

    def sentence(self) -> str:
        """How many of how many posts are used and why."""
        used = len(self.posts)
        if self.rule == "all" and used == self.total:
            return f"all {used} posts" if used > 1 else "1 post"
        which = {"newest": f"the newest {used} of ", "first": f"the first {used} of "}
        return f"{which.get(self.rule, f'{used} of ')}{self.total:,} posts"


def needs_platform(path: Path) -> bool:
    """Whether some post of a file does not say where it was published.

    Raises:
        PostsError: when the file cannot be read.
    """
    return any(not record.fields.get("platform") for record in _records(path)[0])


def load_posts(path: Path, *, platform: str = "", for_voice: bool = False) -> ChosenPosts:
    """Reads a file and chooses the posts to send: the newest if all have dates, else the first.

    Args:
        path: The file.
        platform: Where posts were published that do not say so.
        for_voice: Whether a brand's voice is learned from them, up to 500 with dates; otherwise
            they are examples of a skill, up to 10.

    Raises:
        PostsError: when the file cannot be read, when a post is malformed, when none is left.
    """
    records, notes = _records(path)
    posts: list[Post] = []
    problems: list[str] = []
    left_out: list[str] = []
    for record in records:
        post, wrong = post_fields.read_post(record.fields, platform=platform)
        where = f"{path.name} {record.unit} {record.line}"
        problems += [f"{where}: {sentence}" for sentence in wrong]
        shortest = 1 if for_voice else post_fields.CONTENT_MIN
        if post is not None and (
            reason := post_fields.unusable(post, shortest=shortest, dated=for_voice)
        ):
            left_out.append(f"{where}: left out: {reason}")
        elif post is not None:
            posts.append(post)
    if problems:
        raise PostsError(problems)
    if not posts:
        raise PostsError([*left_out, f"{path.name}: no post is left"])
    shown = left_out[:_PROBLEMS_SHOWN]
    if len(left_out) > len(shown):
        shown.append(f"{path.name}: {len(left_out) - len(shown):,} more posts left out")
    chosen, rule = _choose(posts, VOICE_MAX if for_voice else EXAMPLES_MAX)
    unknown = sum(post.impressions is None for post in chosen)
    if unknown and not for_voice:
        which = "none of the posts tells" if unknown == len(chosen) else f"{unknown} posts lack"
        notes.append(
            f"{which} impressions: engagement is compared by interactions relative to the median"
        )
    return ChosenPosts(tuple(chosen), len(records), rule, (*notes, *shown))


def _records(path: Path) -> tuple[list[post_fields.Record], list[str]]:
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise PostsError([f"{path}: larger than {_BYTES_MAX // 1024 // 1024} MiB"])
        text, notes = decode(path.read_bytes(), path.name)
        records, problems = read_records(text, path.name)
    except OSError as error:
        raise PostsError([f"cannot read {path}: {error.strerror}"]) from error
    except FileError as error:
        raise PostsError([str(error)]) from error
    if problems:
        raise PostsError(problems)
    if not records:
        raise PostsError([f"{path.name}: there is no post in it"])
    return records, notes


def _choose(posts: list[Post], most: int) -> tuple[list[Post], str]:
    if len(posts) <= most:
        return posts, "all"
    dates = [post.published for post in posts]
    if None in dates:
        return posts[:most], "first"
    # The order of the file stays; of equal dates the first in the file wins.
    newest = sorted(
        range(len(posts)), key=lambda index: (dates[index] or post_fields.EPOCH, -index)
    )[-most:]
    return [posts[index] for index in sorted(newest)], "newest"
