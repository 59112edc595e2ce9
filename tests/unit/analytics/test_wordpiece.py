import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.embeddings import load
from analytics.wordpiece import WordPiece

VOCABULARY = ["[PAD]", "[UNK]", "[", "]", "play", "##ing", "##ed", "cafe", "!", "$", "日", "##日"]


# As the reference (tokenizers 0.23 with the model's own tokenizer.json) splits them.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't stop believin'", "don ' t stop bel ##ie ##vin '"),
        ("it's $5.00", "it ' s $ 5 . 00"),
        ("Café ÜBER-cool", "cafe uber - cool"),
        ("#ManusMesh @user_1", "# man ##us ##mes ##h @ user _ 1"),
        ("日本 ©", "日 本 ©"),
        ("tokenization\u200b of\tembeddings\n", "token ##ization of em ##bed ##ding ##s"),
    ],
)
def test_text_is_split_as_the_model_learned_it(text: str, tokens: str) -> None:
    numbers = load().tokens
    by_number = {number: token for token, number in numbers._ids.items()}
    assert " ".join(by_number[number] for number in numbers(text)) == tokens


def test_longest_token_wins_and_unknown_words_have_none() -> None:
    split = WordPiece(VOCABULARY)
    assert split("Playing playeds played!") == [4, 5, 4, 6, 8]


def test_marks_of_the_model_are_no_text() -> None:
    assert WordPiece(VOCABULARY)("[PAD] [UNK]") == [2, 3, 2, 3]


def test_emoji_and_currencies_keep_apart_from_words() -> None:
    split = WordPiece([*VOCABULARY, "£", "5"])
    assert split("play😀play £5") == [4, 4, 12, 13]


def test_han_characters_stand_alone() -> None:
    assert WordPiece(VOCABULARY)("日日") == [10, 10]


@given(st.text())
def test_any_text_has_tokens_of_the_vocabulary(text: str) -> None:
    assert all(
        4 <= number < len(VOCABULARY) or number in {2, 3} for number in WordPiece(VOCABULARY)(text)
    )
