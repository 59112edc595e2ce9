import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.text import parse, plain, without_list_mark
from tests.support.pace import takes_less

HOSTILE = [
    *("a", ".", "#", "@", "1", "(", "[(", "a.", "a@", "1.", ".)", "$", "日", "👍", "👨‍", "🇩", "?a"),
    *(
        "\x00",
        "\ud800",
        "\u0301",
        "\u200d",
        "\ufe0f",
        "www.",
        "http://",
        "x.com/",
        "a'",
        "1)",
        "✅ ",
    ),
    *(".\n", "\n", " ", "more:", "if, ", "0️", "U.", "! ", "you can a ", "link in the ", "- a\n"),
]


def test_emoji_sequences_count_once() -> None:
    family, flag, thumb, keycap, heart = "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "1️⃣", "❤️"
    scotland = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    text = f"a {family}{flag}🇫🇷 {thumb} {keycap}{heart} {scotland} ☀ b"
    assert parse(text).emoji == (family, flag, "🇫🇷", thumb, keycap, heart, scotland, "☀")


@pytest.mark.parametrize("text", ["© 2024 Acme™", "5 * 3", "#1", "☀\ufe0e sun"])
def test_signs_that_are_no_emoji(text: str) -> None:
    assert parse(text).emoji == ()


def test_hashtags_mentions_links() -> None:
    parsed = parse(
        "#Café #100 #über_cool #日本: ask @user.name, @acme. Mail me@x.org, see bit.ly/a?b=c, "
        "(www.foo.de/x) and https://x.com/a?b=c. Hello.World"
    )
    assert parsed.hashtags == ("#Café", "#über_cool", "#日本")
    assert parsed.mentions == ("@user.name", "@acme")
    assert parsed.links == ("bit.ly/a?b=c", "www.foo.de/x", "https://x.com/a?b=c")
    assert parsed.words == ("100", "ask", "Mail", "see", "and", "Hello", "World")


def test_decomposed_accents_stay_in_their_word_and_hashtag() -> None:
    assert parse("cafe\u0301 #cafe\u0301").words == ("café",)
    assert parse("cafe\u0301 #cafe\u0301").hashtags == ("#café",)


def test_words_with_apostrophes_hyphens_and_dots() -> None:
    assert parse("don’t e-mail U.S. AT&T — it's 𝗕𝗼𝗹𝗱").words == (
        *("don’t", "e-mail", "U.S", "AT&T", "it's", "𝗕𝗼𝗹𝗱"),
    )


def test_numbers_keep_sign_currency_and_unit() -> None:
    text = "3.5% of $10k or €1,299.99 at 2:30pm, -5 in 2024; MP3 and B2B"
    assert parse(text).numbers == ("3.5%", "$10k", "€1,299.99", "2:30pm", "-5", "2024")


def test_numbers_of_list_items_are_no_numbers() -> None:
    parsed = parse("1. Buy 3 eggs\n2) Rest")
    assert parsed.numbers == ("3",)
    assert parsed.list_items == 2
    assert parsed.sentences == ("Buy 3 eggs", "Rest")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith met J. Doe. They left.", ("Dr. Smith met J. Doe.", "They left.")),
        ("Sales rose 3.5 percent. Wow!", ("Sales rose 3.5 percent.", "Wow!")),
        ("“Why?” she asked.", ("“Why?”", "she asked.")),
        ("Is it… really?", ("Is it… really?",)),
        ("See x.com/a?b. Then go", ("See x.com/a?b.", "Then go")),
        ("No. 5 is alive. I said no. Really.", ("No. 5 is alive.", "I said no.", "Really.")),
        ("A line\nanother line", ("A line", "another line")),
        ("今日は。そうですか？はい", ("今日は。", "そうですか？", "はい")),
        ("#one #two\n🎉\nhttps://x.com", ()),
    ],
)
def test_sentences(text: str, sentences: tuple[str, ...]) -> None:
    assert parse(text).sentences == sentences


def test_paragraphs_are_split_by_lines_that_only_make_space() -> None:
    parsed = parse("One\n\nTwo\n.\nThree\n⠀\n\nFour\nstill four")
    assert parsed.paragraphs == 4
    assert len(parsed.lines) == 5


def test_list_items() -> None:
    assert parse("- a\n• b\n✅ c\n1️⃣ d\n3) e").list_items == 5
    assert parse("🎉 Launch day").list_items == 0
    assert parse("🎉 Launch\n🚀 Growth").list_items == 2
    assert parse("*bold* words\n-5 degrees").list_items == 0


def test_spaceless_scripts_count_characters() -> None:
    assert len(parse("今日は good").words) == 4


def test_plain_drops_what_says_nothing_about_language() -> None:
    assert plain("“𝗕𝗼𝗹𝗱”  don’t #tag @me https://x.com") == '"Bold" don\'t'


def test_without_list_mark() -> None:
    assert without_list_mark("👉 ✅ Join us") == "Join us"
    assert without_list_mark("2. Join us") == "Join us"


@given(st.text(max_size=300))
def test_any_text_comes_apart(text: str) -> None:
    parsed = parse(text)
    for part in (parsed.emoji, parsed.hashtags, parsed.mentions, parsed.links, parsed.sentences):
        assert all(piece and piece in parsed.text for piece in part)
    assert parse(parsed.text) == parsed


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (5000 // len(unit))
    # Quadratic expressions take many seconds.
    assert takes_less(lambda more: (parse(text + more), plain(text + more)), 0.5)


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One. Two.\n\n#a #b", 1),
        ("#a #b", 1),
        ("A\n\nB\n\n#c #d", 2),
        ("A\n\n#b and more", 2),
        ("A\n#b", 1),
        ("", 0),
    ],
)
def test_a_block_of_hashtags_is_no_paragraph(text: str, paragraphs: int) -> None:
    assert parse(text).paragraphs == paragraphs
