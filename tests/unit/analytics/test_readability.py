import pytest

from analytics.linear import features_of
from analytics.readability import MIN_WORDS, measure_difficulty, readability, syllables
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
    return readability(parsed.words, features_of(parsed.sentences, "en"), "en")


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


def test_commoner_words_and_wording_make_easier() -> None:
    plain = "The town will help old people who live alone and have little money to buy food."
    heavy = "The municipality will assist elderly residents in solitary poverty to procure food."
    context = " We met at the hall and had tea with our friends before we all went home again."
    assert (rate(plain + context)[1] or 0) > (rate(heavy + context)[1] or 0)


def test_one_long_sentence_among_short_ones_is_harder_than_even_ones() -> None:
    words = ("we went to the shop and bought some bread for tea " * 3).split()
    even = [words[:11], words[11:22], words[22:]]
    uneven = [words[:4], words[4:8], words[8:]]
    lengths = []
    for split in (even, uneven):
        found = measure_difficulty(words, features_of([" ".join(one) for one in split], "en"))
        assert found is not None
        lengths.append(found.sentence_length)
    assert lengths[0] < lengths[1]


def test_repeating_a_text_leaves_its_wording_and_lengths() -> None:
    one, three = (parse(" ".join([HARD] * times)) for times in (1, 3))
    first = measure_difficulty(one.words, features_of(one.sentences, "en"))
    again = measure_difficulty(three.words, features_of(three.sentences, "en"))
    assert first is not None
    assert again is not None
    assert again.sentence_length == pytest.approx(first.sentence_length)
    assert again.syllables == pytest.approx(first.syllables)
    assert again.wording == pytest.approx(first.wording, rel=1e-4)
    assert again.uncommon < first.uncommon


def test_needs_enough_english_words() -> None:
    words, sentences = parse(EASY).words, features_of(parse(EASY).sentences, "en")
    assert readability(words[: MIN_WORDS - 1], sentences, "en") == (None, None)
    assert readability(words[:MIN_WORDS], sentences, "en") != (None, None)
    assert readability(words, sentences, "de") == (None, None)
    assert readability(words, [], "en") == (None, None)
    assert readability(("12",) * MIN_WORDS, sentences, "en") == (None, None)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("make", 1), ("table", 2), ("houses", 2), ("makes", 1), ("walked", 1), ("wanted", 2)),
        *(("movies", 2), ("the", 1), ("beautiful", 3), ("hmm", 1), ("whole", 1), ("churches", 2)),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count
