"""The habits of writing of a set of posts, in words."""

from collections.abc import Sequence
from typing import Final

from analytics.brand_voice.records import VoiceStyle
from analytics.statistics import median, quantile
from analytics.text import parse, words_of
from analytics.traits import Sample

_SHORT, _LONG = 11, 18
_RARE, _MODERATE = 0.5, 3.0
_ONE_LONG: Final = 4  # sentences from which a single paragraph is called long
_PER_TEN: Final = (
    (0.9, "nearly every post"),
    (0.6, "most posts"),
    (0.4, "about half of the posts"),
)


def describe_style(taken: Sequence[Sample]) -> VoiceStyle:
    """Describes how posts are written; the same for every order of them."""
    lengths = [
        len(words_of(sentence)) for one in taken for sentence in parse(one.post.text).sentences
    ]
    return VoiceStyle(
        sentence_length=_sentence_length(median(lengths)) if lengths else "",
        paragraph_structure=_paragraphs(taken),
        emoji_usage=_emoji(sum(len(one.measures.emoji) for one in taken) / len(taken)),
        hashtag_strategy=_hashtags(taken),
    )


def _sentence_length(words: float) -> str:
    if words < _SHORT:
        return "short"
    return "medium" if words <= _LONG else "long"


def _emoji(mean: float) -> str:
    if mean == 0:
        return "none"
    if mean < _RARE:
        return "rare"
    return "moderate" if mean < _MODERATE else "heavy"


def _paragraphs(taken: Sequence[Sample]) -> str:
    several = sum(one.measures.paragraphs > 1 for one in taken)
    lists = sum(one.measures.list_items > 1 for one in taken)
    if 2 * several > len(taken):
        counts = [one.measures.paragraphs for one in taken if one.measures.paragraphs > 1]
        said = f"{_range(counts)} paragraphs in {_often(several, len(taken))}"
    else:
        single = [one.measures.sentences for one in taken if one.measures.paragraphs <= 1]
        size = "long" if median(single) >= _ONE_LONG else "short"
        said = f"one {size} paragraph in {_often(len(single), len(taken))}"
    return f"{said}, a list in {_often(lists, len(taken))}" if 4 * lists >= len(taken) else said


def _hashtags(taken: Sequence[Sample]) -> str:
    counts = [len(one.measures.hashtags) for one in taken if one.measures.hashtags]
    if not counts:
        return "none"
    last = sum(one.hashtags_last for one in taken)
    place = "at the end of" if 3 * last >= 2 * len(counts) else "within"
    return f"{_range(counts)} {place} {_often(len(counts), len(taken))}"


def _range(counts: Sequence[int]) -> str:
    """Returns the middle half of counts, such as "3 to 5"."""
    low, high = round(quantile(counts, 0.25)), round(quantile(counts, 0.75))
    return str(low) if low == high else f"{low} to {high}"


def _often(count: int, total: int) -> str:
    """Says how many posts do something."""
    if count == total:
        return "every post"
    share = count / total
    said = next((said for least, said in _PER_TEN if share >= least), "")
    return said or f"{count} of {total} posts ({100 * share:.0f} %)"
