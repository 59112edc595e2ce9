"""Hashtags: taking them out, putting them in, counting them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import regex

from analytics.platforms import PLATFORMS
from analytics.refinement.document import capitalize, join, split
from analytics.refinement.signs import how_many_stay, remove_spans
from analytics.refinement.topics import tag_words
from analytics.refinement.wishes import named_hashtags
from analytics.refinement.work import Work
from analytics.text import parse, spans

_TAG_COUNTS: Final = {
    "linkedin": (3, 4, 5),
    "twitter": (1, 2, 2),
    "facebook": (1, 1, 1),
    "instagram": (5, 8, 11),
}
MOST_TAGS: Final = 30
"""So many are added at most, whatever number is asked for."""
_CAMEL: Final = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|_+")


def remove_hashtags(work: Work) -> None:
    """Removes the hashtags, all of them or down to a number; in a sentence the word stays.

    Those that a wish names stay, whatever the number.
    """
    named = named_hashtags(work.intents)
    for wish in work.wishes("remove_hashtags", "limit_hashtags"):
        tags = parse(work.text).hashtags
        if not tags:
            if wish.kind == "remove_hashtags":
                work.idle(wish, "There was no hashtag to remove.")
            continue
        staying = sum(tag.lower() in named for tag in tags)
        keep = max(0, how_many_stay(wish, len(tags), work.level) - staying)
        if keep + staying < len(tags) and not strip_hashtags(work, keep=keep, named=named):
            work.stuck(wish, "the text is nothing but hashtags: they stay")


def strip_hashtags(
    work: Work, *, keep: int = 0, note: str = "", named: Collection[str] = ()
) -> bool:
    """Removes all hashtags but the first `keep`; one inside a sentence becomes a word.

    Those in `named`, small letters, stay besides.

    Returns:
        Whether they went: a text of nothing else keeps them.
    """
    tags = parse(work.text).hashtags
    left = keep
    pieces = []
    gone: list[str] = []
    for piece in split(work.text):
        stay: list[str] = []
        for tag in parse(piece.text).hashtags:
            if tag.lower() in named:
                stay.append(tag)
            elif left > 0:
                stay.append(tag)
                left -= 1
            else:
                gone.append(tag)
        if piece.kind == "tags":
            if stay:
                pieces.append(replace(piece, text=" ".join(stay)))
            elif pieces and "\n" in piece.gap and "\n" not in pieces[-1].gap:
                pieces[-1] = replace(pieces[-1], gap=piece.gap)
            continue
        pieces.append(replace(piece, text=_worded(piece.text, stay)))
    told = ", ".join(gone[:8]) + (f" and {len(gone) - 8} more" if len(gone) > 8 else "")
    text = join(pieces)
    while not named and len(parse(text).hashtags) > keep:
        text = remove_spans(text, "hashtag", keep)
    return work.change(text, note or f"Removed {len(gone)} of {len(tags)} hashtags: {told}.")


def _worded(text: str, stay: Sequence[str]) -> str:
    """Writes the hashtags of a sentence as words, but for those that stay, in their order."""
    out: list[str] = []
    last = 0
    staying = list(stay)
    for kind, start, end in spans(text):
        if kind != "hashtag":
            continue
        if staying and text[start:end] == staying[0]:
            del staying[0]
            continue
        out += [text[last:start], _CAMEL.sub(" ", text[start + 1 : end])]
        last = end
    return "".join(out) + text[last:]


def add_hashtags(work: Work) -> None:
    """Adds hashtags from the text's own words, as many as asked or as the platform expects."""
    have = len(parse(work.text).hashtags)
    platform = PLATFORMS[work.platform]
    for wish in work.wishes("add_hashtags", "limit_hashtags"):
        if wish.kind == "limit_hashtags":
            if wish.argument == "at most" or have >= (wish.amount or 0):
                continue
            count = int(wish.amount or 0) - have
        elif wish.amount is not None:
            count = int(wish.amount)
        elif have >= platform.max_hashtags:
            work.stuck(
                wish,
                f"it has {have} hashtag{'s' if have > 1 else ''}, and {platform.label} posts "
                f"usually have {platform.min_hashtags} to {platform.max_hashtags}: none was "
                "added; name a number to have more",
            )
            continue
        else:
            count = _usual(work, have)
        place = wish.argument if wish.kind == "add_hashtags" else ""
        if short := put_hashtags(work, count, place=place, named=wish.amount is not None):
            work.stuck(wish, short, note="")


def _usual(work: Work, have: int) -> int:
    """How many more hashtags a usual post has, of which this one has fewer than the most."""
    wanted = max(1, _TAG_COUNTS[work.platform][work.level] - have)
    return min(wanted, PLATFORMS[work.platform].max_hashtags - have)


def put_hashtags(work: Work, count: int, *, place: str = "", named: bool = False) -> str:
    """Adds up to `count` hashtags, within the platform's limit, and notes it.

    Args:
        work: The text on its way.
        count: How many.
        place: Where: "start", or "" for the end.
        named: Whether the feedback named the number, or it is what is usual.

    Returns:
        Why fewer were added, a clause; "" when all were.
    """
    tags = parse(work.text).hashtags
    platform = PLATFORMS[work.platform]
    asked = count
    count = min(count, (platform.hashtag_limit or MOST_TAGS + len(tags)) - len(tags))
    have = {tag.lower() for tag in tags}
    fresh = [
        tag
        for tag in (f"#{word}" for word in tag_words(work.original, work.language))
        if tag.lower() not in have
    ][: max(0, count)]
    if asked < 1:
        return ""
    if not fresh:
        why = "the rules find no further word for a hashtag: none was added"
        if count < 1:
            why = f"it has the {len(tags)} hashtags that {platform.label} accepts: none was added"
        work.notes.append(f"{capitalize(why)}.")
        return why
    pieces = split(work.text)
    line = " ".join(fresh)
    closing = bool(pieces) and pieces[-1].kind == "tags"
    text = f"{work.text} {line}" if closing else f"{work.text}\n\n{line}"
    if place == "start":
        text = f"{line}\n\n{work.text}"
    short = ""
    if len(fresh) < asked:
        why = (
            "the rules find no further word for one"
            if len(fresh) < count
            else f"{count:,} is the most that {'are added' if count == MOST_TAGS else 'have room'}"
        )
        short = f"{asked:,} {'were asked for' if named else 'would be usual'}; {why}"
    note = f"Added {len(fresh)} hashtag{'s' if len(fresh) > 1 else ''} from its words: {line}"
    note += f" ({short})" if short else ""
    total = len(tags) + len(fresh)
    if total > platform.max_hashtags:
        note += f"; {total} are more than the {platform.min_hashtags} to {platform.max_hashtags} "
        note += f"that {platform.label} posts usually have"
    if work.change(text, f"{note}."):
        work.added += fresh
    return short
