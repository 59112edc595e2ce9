from hypothesis import given
from hypothesis import strategies as st

from analytics.text import parse
from analytics.vocabulary import UNLISTED, keywords, technicality, zipf

POSTS = [
    "Our roastery just released a new espresso blend, and the espresso is wonderful.",
    "How we brew espresso at the roastery: water, time and patience are all you need.",
    "Visit the roastery this weekend and taste the new blend with our baristas.",
]


def test_common_words_have_a_higher_frequency() -> None:
    assert zipf("the", "en") > zipf("coffee", "en") > zipf("espresso", "en") >= UNLISTED
    assert zipf("xqzzy", "en") == UNLISTED
    assert zipf("DON’T", "en") == zipf("don't", "en") > 5


def test_rare_words_are_more_technical() -> None:
    plain = technicality(parse("we had a very good day at home with the family").words, "en")
    jargon = technicality(
        parse("we containerise the idempotent middleware with asynchronous serialisation").words,
        "en",
    )
    assert plain is not None
    assert jargon is not None
    assert 0 <= plain < 30
    assert 90 < jargon <= 100


def test_names_do_not_make_technical() -> None:
    with_names = technicality(
        parse("we met Xantippe Oczkowski and had a very good day").words, "en"
    )
    assert with_names is not None
    assert with_names < 30


def test_slang_is_not_technical() -> None:
    slang = "lol omg this is sooo gr8 u guys!!! gonna grab 1 rn lmao"
    assert technicality(parse(slang).words, "en") is None  # too few words are left
    plain = "we had a very good day at home with the family"
    said = technicality(parse(plain).words, "en")
    assert technicality(parse(f"omg {plain} lol u gotta come m8, luv it").words, "en") == (
        technicality(parse(f"{plain} come it").words, "en")
    )
    assert said is not None
    assert said < 30


def test_acronyms_with_digits_stay_technical() -> None:
    plain = technicality(parse("we sell the best of our tools to all of them").words, "en")
    technical = technicality(parse("we sell the best of our B2B API to all of them").words, "en")
    assert plain is not None
    assert technical is not None
    assert technical > plain


def test_technicality_needs_english_words() -> None:
    assert technicality(("wir", "haben", "gestern", "sehr", "gut", "gegessen"), "de") is None
    assert technicality(("too", "short"), "en") is None
    assert technicality(("ALL", "OF", "THESE", "WORDS", "ARE", "SHOUTED", "HERE"), "en") is None


def test_keywords_mark_the_texts() -> None:
    assert set(keywords(POSTS)[:2]) == {"espresso", "roastery"}
    assert "blend" in keywords(POSTS)
    assert not {"the", "our", "and", "new"} & set(keywords(POSTS))


def test_keywords_stand_in_two_texts_and_obey_the_limit() -> None:
    assert "patience" not in keywords(POSTS)
    assert "patience" in keywords([POSTS[1]])
    assert keywords(POSTS, limit=1) == keywords(POSTS)[:1]


def test_keywords_of_nothing() -> None:
    assert keywords([]) == []
    assert keywords(["", "🔥", "12"]) == []


@given(st.lists(st.text(alphabet="abcdeg ’'-#@é", max_size=60), max_size=4))
def test_keywords_stand_in_the_texts(texts: list[str]) -> None:
    whole = "\n".join(parse(text).text for text in texts).lower()
    assert all(word in whole for word in keywords(texts))
