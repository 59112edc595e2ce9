"""Writing the candidates: every wish applied, in three degrees, each change named."""

from collections.abc import Callable, Sequence
from typing import Final

from analytics.platforms import PLATFORMS
from analytics.refinement import (
    hashtags,
    keywords,
    layout,
    lengthen,
    lists,
    register,
    sentences,
    shorten,
    signs,
)
from analytics.refinement.document import normal
from analytics.refinement.model import (
    FeedbackReading,
    Outcome,
    RefinementCandidate,
    RefinementDraft,
    RefinementIntent,
    RefinementReview,
)
from analytics.refinement.reading import read_feedback
from analytics.refinement.topics import topic_phrase, topic_words
from analytics.refinement.variety import make_distinct
from analytics.refinement.wishes import MUCH, MUCH_SHARE
from analytics.refinement.work import LEVELS, Work, shortened, size
from analytics.text import parse

ENGINE: Final = "offline"
_GENTLER: Final = frozenset({"facts_kept", "meaning_kept", "text_whole", "nothing_invented"})


def refine_text(
    text: str,
    platform: str,
    feedback: str,
    *,
    has_image: bool = False,
    previous: RefinementDraft | None = None,
    review: RefinementReview | None = None,
) -> RefinementDraft:
    """Rewrites a text as feedback asks.

    Args:
        text: The text, 1 to 5,000 characters.
        platform: The platform it is for.
        feedback: What to change.
        has_image: Whether it comes with a picture.
        previous: The draft of the round before; its accepted candidates stay.
        review: The review of that draft.

    Returns:
        Two or three candidates with different texts; the same for the same arguments. One alone
        when no rule finds a second.

    Raises:
        KeyError: The platform is unknown.
    """
    original = normal(text)
    reading = read_feedback(feedback, original, platform)
    aim = next(
        (
            one.argument
            for one in reversed(reading.intents)
            if one.kind == "change_platform" and one.supported
        ),
        platform,
    )
    made: list[RefinementCandidate] = []
    taken: set[str] = set()
    if previous is not None:
        taken = {candidate.text for candidate in previous.candidates}
    for level in range(len(LEVELS)):
        kept = _accepted(previous, review, LEVELS[level])
        if kept is not None:
            made.append(kept)
            continue
        work = _written(original, reading, aim, platform, _eased(level, previous, review))
        known = taken | {candidate.text for candidate in made}
        if work.text in known and not make_distinct(work, known):
            continue
        made.append(_candidate(work, LEVELS[level], platform, has_image=has_image))
    if not made:  # every rule leads back to a text that was refused: the gentlest stands
        work = _written(original, reading, aim, platform, 0)
        made.append(_candidate(work, LEVELS[0], platform, has_image=has_image))
    return RefinementDraft(reading, aim, tuple(made), ENGINE)


def _accepted(
    previous: RefinementDraft | None, review: RefinementReview | None, variant: str
) -> RefinementCandidate | None:
    """The candidate of a variant that the review lets pass."""
    if previous is None or review is None:
        return None
    return next(
        (
            previous.candidates[verdict.index]
            for verdict in review.verdicts
            if verdict.accepted
            and 0 <= verdict.index < len(previous.candidates)
            and previous.candidates[verdict.index].variant == variant
        ),
        None,
    )


def _eased(level: int, previous: RefinementDraft | None, review: RefinementReview | None) -> int:
    """The degree for the next round: less where much was lost, more where little was done."""
    if previous is None or review is None:
        return level
    for verdict in review.verdicts:
        if not 0 <= verdict.index < len(previous.candidates):
            continue
        if previous.candidates[verdict.index].variant != LEVELS[level]:
            continue
        failed = {check.guard for check in verdict.checks if check.status == "failed"}
        if failed & _GENTLER:
            return max(0, level - 1)
        return min(len(LEVELS) - 1, level + 1)
    return level


def _written(original: str, reading: FeedbackReading, aim: str, before: str, level: int) -> Work:
    """Applies every wish in one degree, in the order in which they don't undo each other."""
    work = Work(
        original=original,
        text=original,
        language=reading.language,
        platform=aim,
        intents=tuple(one for one in reading.intents if one.supported),
        level=level,
    )
    for step in _STEPS:
        step(work)
    if aim != before or work.wishes("change_platform"):
        _move(work)
    shorten.fit(work)
    _hold(work)
    lists.judge_list(work)
    if work.text == original:
        for wish in work.wishes("change_platform"):
            work.idle(wish, f"It fits {PLATFORMS[aim].label} as it is.")
        for wish in work.wishes("keep"):
            work.idle(wish)
    for wish in work.intents:
        if wish not in work.outcomes:  # the rules had nothing to say against it
            work.done(wish)
    return work


def _unchanged(work: Work) -> str:
    """What is noted on a text that no rule changed."""
    why = "the text is already as wished"
    if not work.intents:
        why = "the feedback holds no wish that the offline engine can fulfil"
    elif work.keeps("text") and len(work.intents) == 1:
        why = "it was to stay as it is"
    elif any(one.outcome is Outcome.STUCK for one in work.outcomes.values()):
        why = "no rule found a way to do what was asked"
    return f"Nothing was changed: {why}."


_ROOM: Final = {
    "add_question": 30, "add_call_to_action": 45, "add_hashtags": 12, "limit_hashtags": 12,
}  # fmt: skip
"""Characters that what is added after shortening takes, about; hashtags each."""


def _shorter(work: Work) -> None:
    """Shortens to what is asked, or to the share of the level."""
    for wish in work.wishes("shorter"):
        whole = size(work.original, "characters", work.platform)
        share = _asked_share(wish) or shorten.share_of(work.level, much=wish.argument == MUCH)
        additions = sum(len(one) + 1 for one in work.added) + sum(
            _ROOM.get(one.kind, 0) * (int(one.amount or 3) if "hashtags" in one.kind else 1)
            for one in work.intents
        )
        shorten.shorten(work, max(1.0, whole * share - additions))


def _asked_share(wish: RefinementIntent) -> float | None:
    """The share of the length that a wish names; None where it names none."""
    return 1 - wish.amount / 100 if wish.amount else None


def _hold(work: Work) -> None:
    """Keeps a text that is to be shorter below the original after all additions."""
    for wish in work.wishes("shorter"):
        whole = size(work.original, "characters", work.platform)
        if size(work.text, "characters", work.platform) >= whole:
            shorten.shorten(work, whole - 1)
        if not shortened(work.original, work.text, work.platform):  # by a mark alone, so far
            least = size(work.original, "words", work.platform) - 1
            shorten.shorten(work, max(1, least), unit="words")
        if not shortened(work.original, work.text, work.platform):
            _at_a_cost(work)
        now = size(work.text, "characters", work.platform)
        note = ""
        if not shortened(work.original, work.text, work.platform):
            note = "It cannot be made shorter without losing a fact: no word of it was dropped."
            if work.added:
                note = (
                    "It cannot be made shorter with what was to be added and without losing a fact."
                )
        share = _asked_share(wish) or (MUCH_SHARE if wish.argument == MUCH else 1.0)
        if share < 1 and now > share * whole:
            work.stuck(wish, "not that much may go without losing facts or meaning", note=note)
        elif note:
            work.stuck(wish, "nothing of it may go without losing facts or meaning", note=note)


def _at_a_cost(work: Work) -> None:
    """Gives up a fact, unless even that does not make the text shorter."""
    before = work.text, list(work.notes), list(work.named)
    shorten.shorten_at_a_cost(work)
    if not shortened(work.original, work.text, work.platform):
        work.text, work.notes, work.named = before


def _move(work: Work) -> None:
    """Brings the hashtags to what the platform expects."""
    platform = PLATFORMS[work.platform]
    if work.keeps("hashtags") or work.wishes("add_hashtags", "remove_hashtags", "limit_hashtags"):
        return
    count = len(parse(work.text).hashtags)
    if count > platform.max_hashtags:
        hashtags.strip_hashtags(
            work,
            keep=platform.max_hashtags,
            note=f"Kept {platform.max_hashtags} of {count} hashtags: {platform.label} posts have "
            f"{platform.min_hashtags} to {platform.max_hashtags}.",
        )
    elif count < platform.min_hashtags and not work.wishes("shorter", "limit_length"):
        hashtags.put_hashtags(work, platform.min_hashtags - count)


def _hashtag_limit(work: Work) -> None:
    """Holds to the most hashtags that the platform accepts."""
    platform = PLATFORMS[work.platform]
    count = len(parse(work.text).hashtags)
    if platform.hashtag_limit is not None and count > platform.hashtag_limit:
        hashtags.strip_hashtags(
            work,
            keep=platform.hashtag_limit,
            note=f"Kept {platform.hashtag_limit} of {count} hashtags, the most that "
            f"{platform.label} accepts.",
        )


_STEPS: Final[Sequence[Callable[[Work], None]]] = (
    keywords.apply_replacements,
    signs.remove_others,
    hashtags.remove_hashtags,
    signs.remove_emoji,
    sentences.remove_requests,
    layout.apply_style,
    register.apply_register,
    keywords.apply_numbers,
    keywords.apply_mentions,
    lists.list_enumeration,
    _shorter,
    sentences.apply_requests,
    lengthen.lengthen,
    lists.list_sentences,
    layout.apply_layout,
    signs.add_emoji,
    hashtags.add_hashtags,
    _hashtag_limit,
)


def _candidate(work: Work, variant: str, before: str, *, has_image: bool) -> RefinementCandidate:
    return RefinementCandidate(
        text=work.text,
        changes_made=tuple(dict.fromkeys(work.notes)) or (_unchanged(work),),
        image_suggestions=_images(work, before, has_image=has_image),
        variant=variant,
        outcomes=tuple(work.outcomes[wish] for wish in work.intents),
    )


def _images(work: Work, before: str, *, has_image: bool) -> tuple[str, ...]:
    """Ideas for the picture, from the platform's format and the text's topic."""
    platform = PLATFORMS[work.platform]
    pixels = f"{platform.image_width}×{platform.image_height} pixels"
    if has_image:
        if work.platform == before:
            return ()
        return (f"Crop the picture to {pixels}, the format of {platform.label}.",)
    phrase = topic_phrase(work.original, work.language) if work.language != "de" else ""
    words = [phrase] if phrase else topic_words(work.original, work.language, limit=2)
    if not words:
        return (f"Add a picture of {pixels}, the format of {platform.label}.",)
    told = " and ".join(f"“{word}”" for word in words)
    return (f"Add a picture that shows {told}, {pixels} for {platform.label}.",)
