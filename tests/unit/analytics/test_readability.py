import pytest

from analytics.readability import MIN_WORDS, readability, syllables
from analytics.text import parse

EASY = (
    "The dog ran to the park. It saw a cat. The cat went up a tree. The dog sat and looked at it."
)
HARD = (
    "Notwithstanding the aforementioned methodological limitations, contemporary epidemiological "
    "investigations unequivocally demonstrate considerable heterogeneity among geographically "
    "dispersed populations, necessitating comprehensive longitudinal surveillance."
)


def rate(text: str) -> tuple[float | None, float | None]:
    parsed = parse(text)
    return readability(parsed.words, len(parsed.sentences), "en")


def test_hard_texts_need_a_higher_grade() -> None:
    (easy_grade, easy_ease), (hard_grade, hard_ease) = rate(EASY), rate(HARD)
    assert easy_grade is not None
    assert hard_grade is not None
    assert easy_ease is not None
    assert hard_ease is not None
    assert 0 <= easy_grade < 5
    assert 16 < hard_grade <= 18
    assert 0 <= hard_ease < 20
    assert 80 < easy_ease <= 100


def test_splitting_sentences_makes_easier() -> None:
    one = "We went to the shop and we bought bread and we ate it all on the way home with my mother"
    three = one.replace(" and", ".")
    assert (rate(one)[1] or 0) < (rate(three + " and so")[1] or 0)


def test_needs_enough_english_words() -> None:
    words = parse(EASY).words
    assert readability(words[: MIN_WORDS - 1], 1, "en") == (None, None)
    assert readability(words[:MIN_WORDS], 1, "en") != (None, None)
    assert readability(words, 1, "de") == (None, None)
    assert readability(("12",) * MIN_WORDS, 1, "en") == (None, None)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("make", 1), ("table", 2), ("houses", 2), ("makes", 1), ("walked", 1), ("wanted", 2)),
        *(("movies", 2), ("the", 1), ("beautiful", 3), ("hmm", 1), ("whole", 1), ("churches", 2)),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count
