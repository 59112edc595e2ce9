"""The traits of a post that are counted: one table for patterns, differences and the estimate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.engagement import DistinctPost
from analytics.measures import TextMeasures, measure_all
from analytics.text import parse, spans

HOOK_WORDS: Final = 12
MIN_FOR_PATTERN: Final = 2
COVERAGE: Final = 0.6
"""Share of the posts that a trait must be measured on to say anything about them."""
_CASUAL, _FORMAL = 40, 60
_ENERGETIC = 60
CALL_TO_ACTION_LANGUAGES: Final = frozenset({"en", "de", "fr", "es"})
_PRONOUN_LANGUAGES = frozenset({"en", "de", "fr", "es"})
_EASY_GRADE = 8.0
_SHORT_SENTENCE = 12


@dataclass(frozen=True, slots=True)
class Sample:
    """A distinct post with its measures.

    Attributes:
        post: The post.
        measures: The measures of its text.
        first_line_words: Words in its first line.
        closing: Its last sentence, "" when it has none.
        hashtags_last: Whether it ends in hashtags, on a line of their own or not, after something
            else; emoji between and behind them do not count.
    """

    post: DistinctPost
    measures: TextMeasures
    first_line_words: int
    closing: str
    hashtags_last: bool


@dataclass(frozen=True, slots=True)
class YesNo:
    """A trait that a post has or has not.

    Attributes:
        name: snake_case.
        category: As in `Pattern.category`.
        test: Whether a sample has it; None when that cannot be told.
        verb: What several posts with the trait do, such as "have an image".
        absent_name: Name of the opposite where that is worth a pattern, else "".
        absent_verb: What several posts without it do.
        least: The share from which it is worth saying.
    """

    name: str
    category: str
    test: Callable[[Sample], bool | None]
    verb: str
    absent_name: str = ""
    absent_verb: str = ""
    least: float = 0.6


@dataclass(frozen=True, slots=True)
class Quantity:
    """A trait that a post has more or less of.

    Attributes:
        name: snake_case, without "_median".
        category: As in `Pattern.category`.
        value: Its value; None when it cannot be told.
        unit: As in `Measurement.unit`.
        verb: What several posts do, with "{}" for the range, such as "have {} words"; "" for no
            pattern.
        average: What they do on average, with "{}" for the mean, such as "average {} words".
        present_only: Whether only posts with more than 0 form a pattern.
        compared: Whether it counts among the differences; not when another trait says the same.
    """

    name: str
    category: str
    value: Callable[[Sample], float | None]
    unit: str
    verb: str
    average: str
    present_only: bool = False
    compared: bool = True


def sample(post: DistinctPost, measures: TextMeasures) -> Sample:
    """Look at a distinct post that has been measured."""
    parsed = parse(post.text)
    kinds = [kind for kind, _, _ in spans(parsed.text) if kind != "emoji"]
    return Sample(
        post=post,
        measures=measures,
        first_line_words=len(parse(parsed.lines[0]).words) if parsed.lines else 0,
        closing=parsed.sentences[-1] if parsed.sentences else "",
        hashtags_last=len({*kinds}) > 1 and kinds[-1] == "hashtag",
    )


def samples(posts: Sequence[DistinctPost]) -> list[Sample]:
    """Measure distinct posts, in their order."""
    return [sample(*one) for one in zip(posts, measure_all(p.text for p in posts), strict=True)]


def _calls(one: Sample, *, has: bool) -> bool | None:
    """Tell whether `has` is so; None in languages whose calls to action are not known."""
    return has if one.measures.language in CALL_TO_ACTION_LANGUAGES else None


def _sentence_length(one: Sample) -> float | None:
    """Return the mean length of a sentence in words; None without one: links alone have none."""
    return one.measures.words_per_sentence or None


def _person(one: Sample, share: float) -> bool | None:
    """Tell whether a grammatical person is used; None in languages whose pronouns are not known."""
    return share > 0 if one.measures.language in _PRONOUN_LANGUAGES else None


def _beyond(value: float | None, bound: float, *, above: bool) -> bool | None:
    """Tell whether a measure lies beyond a bound; None when there is no measure."""
    if value is None:
        return None
    return value > bound if above else value < bound


YES_NO: Final[tuple[YesNo, ...]] = (
    YesNo(
        "has_image",
        "image",
        lambda s: s.post.has_image,
        "have an image",
        "no_image",
        "have no image",
        least=0.5,
    ),
    YesNo(
        "hook_line",
        "layout",
        lambda s: s.measures.lines > 1 and 0 < s.first_line_words <= HOOK_WORDS,
        f"open with a short line of at most {HOOK_WORDS} words and go on below it",
    ),
    YesNo(
        "one_paragraph",
        "layout",
        lambda s: s.measures.paragraphs == 1,
        "are a single paragraph",
    ),
    YesNo(
        "short_paragraphs",
        "layout",
        lambda s: s.measures.paragraphs > 1 and s.measures.sentences_per_paragraph <= 2,
        "break the text into paragraphs of at most two sentences on average",
    ),
    YesNo("has_list", "layout", lambda s: s.measures.list_items > 1, "contain a list"),
    YesNo(
        "question_opening",
        "layout",
        lambda s: s.measures.opens_with_question,
        "open with a question",
    ),
    YesNo("number_opening", "layout", lambda s: s.measures.opens_with_number, "open with a number"),
    YesNo("emoji_opening", "layout", lambda s: s.measures.opens_with_emoji, "open with an emoji"),
    YesNo(
        "question_closing",
        "layout",
        lambda s: s.closing.rstrip().endswith("?") and s.measures.sentences > 1,
        "close with a question",
    ),
    YesNo(
        "call_to_action_closing",
        "layout",
        lambda s: _calls(s, has=s.measures.closes_with_call_to_action and s.measures.sentences > 1),
        "close with a call to action",
    ),
    YesNo(
        "hashtags_closing",
        "layout",
        lambda s: s.hashtags_last,
        "end in their hashtags",
    ),
    YesNo(
        "short_sentences",
        "structure",
        lambda s: _beyond(_sentence_length(s), _SHORT_SENTENCE, above=False),
        f"keep their sentences short, below {_SHORT_SENTENCE} words on average",
    ),
    YesNo(
        "casual",
        "tone",
        lambda s: _beyond(s.measures.formality, _CASUAL, above=False),
        f"sound casual (formality below {_CASUAL} of 100)",
    ),
    YesNo(
        "formal",
        "tone",
        lambda s: _beyond(s.measures.formality, _FORMAL, above=True),
        f"sound formal (formality above {_FORMAL} of 100)",
    ),
    YesNo(
        "energetic",
        "tone",
        lambda s: _beyond(s.measures.enthusiasm, _ENERGETIC, above=True),
        f"sound more energetic than {_ENERGETIC} % of organisations' posts",
    ),
    YesNo(
        "addresses_reader",
        "tone",
        lambda s: _person(s, s.measures.second_person),
        "address the reader as “you”",
    ),
    YesNo(
        "first_person",
        "tone",
        lambda s: _person(s, s.measures.first_person),
        "speak in the first person (“I” or “we”)",
    ),
    YesNo(
        "exclaims",
        "tone",
        lambda s: s.measures.exclamations > 0,
        "use an exclamation mark",
    ),
    YesNo(
        "easy_to_read",
        "readability",
        lambda s: (
            None if s.measures.reading_grade is None else s.measures.reading_grade <= _EASY_GRADE
        ),
        f"read easily, at US school grade {_EASY_GRADE:.0f} or below",
    ),
    YesNo(
        "has_hashtags",
        "hashtags",
        lambda s: bool(s.measures.hashtags),
        "use hashtags",
        "no_hashtags",
        "use no hashtags",
    ),
    YesNo(
        "has_emoji",
        "emoji",
        lambda s: bool(s.measures.emoji),
        "use emoji",
        "no_emoji",
        "use no emoji",
    ),
    YesNo(
        "has_call_to_action",
        "call_to_action",
        lambda s: _calls(s, has=bool(s.measures.calls_to_action)),
        "contain a call to action",
        "no_call_to_action",
        "contain no call to action",
    ),
    YesNo(
        "has_question",
        "questions",
        lambda s: s.measures.questions > 0 if s.measures.words else None,
        "ask a question",
        "no_question",
        "ask no question",
    ),
    YesNo(
        "has_number",
        "structure",
        lambda s: bool(s.measures.numbers),
        "name at least one number",
    ),
    YesNo(
        "has_link",
        "structure",
        lambda s: bool(s.measures.links),
        "contain a link",
        "no_link",
        "contain no link",
    ),
    YesNo(
        "has_mention",
        "structure",
        lambda s: bool(s.measures.mentions),
        "mention an account",
    ),
)

QUANTITIES: Final[tuple[Quantity, ...]] = (
    Quantity(
        "words",
        "length",
        lambda s: s.measures.words,
        "words",
        "have {} words",
        "average {} words",
        present_only=True,
    ),
    Quantity(
        "characters",
        "length",
        lambda s: s.measures.characters,
        "characters",
        "",
        "average {} characters",
        compared=False,
    ),
    Quantity(
        "sentences",
        "structure",
        lambda s: s.measures.sentences,
        "sentences",
        "",
        "average {} sentences",
    ),
    Quantity(
        "paragraphs",
        "structure",
        lambda s: s.measures.paragraphs,
        "paragraphs",
        "",
        "average {} paragraphs",
    ),
    Quantity(
        "words_per_sentence",
        "structure",
        _sentence_length,
        "words",
        "average {} words a sentence",
        "average {} words a sentence",
    ),
    Quantity(
        "hashtags",
        "hashtags",
        lambda s: len(s.measures.hashtags),
        "count",
        "use {} hashtags",
        "average {} hashtags",
        present_only=True,
    ),
    Quantity(
        "emoji",
        "emoji",
        lambda s: len(s.measures.emoji),
        "count",
        "use {} emoji",
        "average {} emoji",
        present_only=True,
    ),
    Quantity(
        "formality",
        "tone",
        lambda s: s.measures.formality,
        "score",
        "",
        "average {} of 100 in formality",
    ),
    Quantity(
        "enthusiasm",
        "tone",
        lambda s: s.measures.enthusiasm,
        "score",
        "",
        "average {} of 100 in enthusiasm",
    ),
    Quantity(
        "technicality",
        "readability",
        lambda s: s.measures.technicality,
        "score",
        "",
        "average {} of 100 in technicality",
    ),
    Quantity(
        "reading_grade",
        "readability",
        lambda s: s.measures.reading_grade,
        "grade",
        "",
        "read at US school grade {} on average",
    ),
)

TRAITS: Final[tuple[YesNo | Quantity, ...]] = (
    *YES_NO,
    *(trait for trait in QUANTITIES if trait.compared),
)
"""The traits in which posts are compared."""
