"""How a brand's posts differ from its competitors': sentences with the figures behind them."""

from collections.abc import Sequence
from typing import Final

from analytics.brand_voice.records import CompetitorDifferentiation
from analytics.engagement import distinct_posts, text_key
from analytics.post import Post
from analytics.statistics import wilson_interval
from analytics.traits import YES_NO, Sample, YesNo, samples
from analytics.vocabulary import keywords

MAX_SENTENCES: Final = 8
_FEWEST: Final = 5  # posts on either side below which nothing is compared
_NOTABLE: Final = 0.25  # difference of shares worth a sentence
_HARDLY: Final = 0.1
_COMMON: Final = 0.3
_WORDS: Final = 5


def differentiate(
    texts: Sequence[str], competitors: Sequence[Sequence[str]]
) -> CompetitorDifferentiation:
    """Compare a customer's posts with those of its competitors, all competitors' posts together.

    Args:
        texts: The customer's distinct posts.
        competitors: Each competitor's posts.

    Returns:
        What the customer does and they hardly do, where the 95 % intervals of both shares part,
        and the other way round; a sentence that says so where there are too few posts.
    """
    own = _measured(texts)
    theirs = _measured([text for posts in competitors for text in posts])
    if min(len(own), len(theirs)) < _FEWEST:
        return CompetitorDifferentiation(
            (),
            (
                (
                    f"Nothing can be compared yet: that takes {_FEWEST} posts on either side, "
                    f"there are {len(own)} of the customer and {len(theirs)} of competitors."
                ),
            ),
        )
    unique: list[tuple[float, str]] = []
    chances: list[tuple[float, str]] = []
    for trait in YES_NO:
        if trait.name == "has_image":  # nobody tells of the customer's posts
            continue
        first, second = _share(trait, own), _share(trait, theirs)
        if first is None or second is None:
            continue
        if _apart(first, second):
            gap = first[0] / first[1] - second[0] / second[1]
            unique.append(
                (-gap, f"{_told('The customer’s', first)} {trait.verb}, {_against(second)}.")
            )
        elif _apart(second, first):
            gap = second[0] / second[1] - first[0] / first[1]
            sentence = f"{_told('Competitors’', second)} {trait.verb}, {_against(first, own=True)}."
            chances.append((-gap, sentence))
        elif first[0] + second[0] <= _HARDLY * (first[1] + second[1]) and trait.absent_name:
            sentence = (
                f"Hardly anybody does it: {first[0]} of {first[1]} posts of the customer and "
                f"{second[0]} of {second[1]} of competitors {trait.verb}."
            )
            chances.append((0.0, sentence))
    unique += _words(own, theirs)
    return CompetitorDifferentiation(
        tuple(sentence for _, sentence in sorted(unique)[:MAX_SENTENCES]),
        tuple(sentence for _, sentence in sorted(chances)[:MAX_SENTENCES]),
    )


def _measured(texts: Sequence[str]) -> list[Sample]:
    posts = [Post("", text, False, 0, 0, 0, None) for text in texts]  # noqa: FBT003 - not told
    return samples(distinct_posts(posts))


def _share(trait: YesNo, taken: Sequence[Sample]) -> tuple[int, int] | None:
    """Counts the posts with a trait among those where it can be told; None for too few."""
    answers = [answer for one in taken if (answer := trait.test(one)) is not None]
    return (sum(answers), len(answers)) if len(answers) >= _FEWEST else None


def _apart(more: tuple[int, int], less: tuple[int, int]) -> bool:
    """Tells whether the first share is notably larger, and more than chance makes it."""
    return (
        more[0] / more[1] - less[0] / less[1] >= _NOTABLE
        and more[0] / more[1] >= _COMMON
        and wilson_interval(*more)[0] > wilson_interval(*less)[1]
    )


def _words(own: Sequence[Sample], theirs: Sequence[Sample]) -> list[tuple[float, str]]:
    """Names the keywords that competitors never use."""
    texts = [one.post.text for one in own]
    used = [text_key(one.post.text) for one in theirs]
    found = [
        word for word in keywords(texts, limit=3 * _WORDS) if not any(word in text for text in used)
    ][:_WORDS]
    if not found:
        return []
    named = ", ".join(f"“{word}”" for word in found)
    return [(0.0, f"Words that none of the {len(theirs)} posts of competitors holds: {named}.")]


def _told(whose: str, share: tuple[int, int]) -> str:
    return f"{whose} posts: {share[0]} of {share[1]} ({100 * share[0] / share[1]:.0f} %)"


def _against(share: tuple[int, int], *, own: bool = False) -> str:
    whose = "the customer’s" if own else "competitors’"
    return f"against {share[0]} of {share[1]} of {whose} ({100 * share[0] / share[1]:.0f} %)"
