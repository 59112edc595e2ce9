"""Capitals, exclamation marks, emoji and hashtags: gone or added as asked, and no others."""

import pytest

from analytics.refinement.facts import lost
from analytics.refinement.keycaps import spelled
from analytics.refinement.review import review_refinement
from analytics.refinement.writer import refine_text
from analytics.text import parse
from tests.unit.analytics.refinement.answers import POST, answer, read

LOUD = "WE ARE OPENING OUR THIRD SHOP IN BERLIN ON MONDAY. FREE COFFEE FOR ALL NASA FANS."


# Capitals


@pytest.mark.parametrize(
    "feedback", ["write it in all caps", "all caps please", "in Großbuchstaben", "en mayúsculas"]
)
def test_asking_for_capitals_is_not_read_as_calming_them(feedback):
    texts, _, told = answer(LOUD, feedback)
    assert texts[0] == LOUD
    assert "does not write in capitals" in told


@pytest.mark.parametrize("feedback", ["I like the all caps, keep them", "keep the caps"])
def test_capitals_that_are_liked_stay(feedback):
    assert read(feedback, LOUD) == [("keep", "capitals", None)]
    assert all("WE ARE OPENING" in one for one in answer(LOUD, feedback)[0])


@pytest.mark.parametrize("feedback", ["no caps", "fix the caps", "stop shouting", "less shouting"])
def test_calmed_capitals_keep_known_names_and_say_what_they_do_not_know(feedback):
    texts, notes, _ = answer(LOUD, feedback)
    assert texts[0] == (
        "We are opening our third shop in Berlin on Monday. Free coffee for all NASA fans."
    )
    assert "other names need a look" in " ".join(notes)


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        (
            "JOIN US IN THE USA. OUR CEO ANNA AND DR KOWALSKI SPEAK ABOUT AI ON MAY 5.",
            "Join us in the USA. Our CEO Anna and Dr KOWALSKI speak about AI on May 5.",
        ),
        ("KOMMT AM SAMSTAG NACH MÜNCHEN MIT UNS.", "Kommt am Samstag nach München mit uns."),
        ("ABRIMOS EN SEVILLA EL LUNES CON LA ONU.", "Abrimos en Sevilla el lunes con la ONU."),
    ],
)
def test_known_names_are_written_as_such(text, calm):
    assert answer(text, "no caps")[0][0] == calm


def test_the_english_i_stays_large():
    assert answer("I'M SO HAPPY TO SEE ALL OF YOU.", "no caps")[0][0] == (
        "I'm so happy to see all of you."
    )


# Signs


def test_no_exclamation_mark_is_left():
    for text in (POST, "Wow!!! Really?! Yes! And Yahoo! mail from P!nk.", "¡Hola! ¡Venid todos!"):
        for one in answer(text, "no exclamation marks")[0]:
            assert "!" not in one.replace("P!nk", "")
            assert "¡" not in one
    assert answer(POST, "fewer exclamation marks")[0][0].count("!") == 1


def test_an_exclamation_mark_that_stays_fails_the_check():
    draft = refine_text(POST, "linkedin", "no exclamation marks")
    spoiled = draft.candidates[0].text + " Yes!"
    candidates = (type(draft.candidates[0])(spoiled, ("Changed.",), (), "close"),)
    review = review_refinement(POST, type(draft)(draft.reading, "linkedin", candidates, "offline"))
    failed = [one.guard for one in review.verdicts[0].checks if one.status == "failed"]
    assert failed == ["wish:fix_style"]


@pytest.mark.parametrize("feedback", ["add 2 emojis at the start", "start with 2 emojis"])
def test_emoji_go_where_they_are_wanted(feedback):
    assert read(feedback) == [("add_emoji", "start", 2)]
    for one in answer(POST, feedback)[0]:
        first, second = one.split()[:2]
        assert parse(f"{first} {second}").emoji == (first, second)


def test_a_question_at_the_end_and_an_emoji_at_the_start():
    texts, _, told = answer(POST, "end with a question and start with an emoji")
    assert "1 at the start" in told
    for one in texts:
        assert parse(one.split()[0]).emoji
        assert "?\n\n#coffee" in one


def test_emoji_at_the_end_stand_before_the_hashtags():
    assert regular(answer(POST, "add 2 emojis at the end")[0][0]).startswith(
        "Order before Friday. "
    )


def regular(text):
    tail = text[text.index("Order before") :]
    assert len(parse(tail).emoji) == 2
    assert tail.index("#coffee") > tail.index(parse(tail).emoji[1])
    return tail


def test_keycaps_are_numbers():
    text = "1️⃣ first we roast 2️⃣ second we brew"
    assert answer(text, "more formal")[0][0] == text
    assert lost(text, "first we roast second we brew", "en") == ["1", "2"]
    assert spelled(text) == "1. first we roast 2. second we brew"
    assert spelled("Room 1️⃣2️⃣.") == "Room 1 2."
    assert spelled("2️⃣ dogs for 1️⃣ cat, 1️⃣ day only") == "2. dogs for 1 cat, 1 day only"
    assert spelled("Take 2️⃣ for 1️⃣ today") == "Take 2 for 1 today"


def test_a_list_keeps_its_numbers_when_emoji_go():
    text = "Top 3:\n1️⃣ Coffee\n2️⃣ Tea\n3️⃣ Cake\nCome by today 🎉"
    plain = "Top 3:\n1. Coffee\n2. Tea\n3. Cake\nCome by today"
    assert answer(text, "remove the emojis")[0][0] == plain
    assert answer(text, "max 2 emojis")[0][0] == f"{plain} 🎉"
    assert answer(text, "max 3 emojis")[0][0] == text.removesuffix(" 🎉")


def test_repeated_emoji_go_before_words():
    text = "🎉" * 139 + " party"
    for one in refine_text(text, "twitter", "add a call to action").candidates:
        assert "party" in one.text
        assert "emoji to make room" in " ".join(one.changes_made)


# Hashtags


@pytest.mark.parametrize(("platform", "tags"), [("twitter", "#a1 #b2"), ("facebook", "#a1")])
def test_hashtags_without_a_number_stay_within_what_is_usual(platform, tags):
    texts, notes, told = answer(
        f"We roast our coffee in this old house. {tags}", "add hashtags", platform
    )
    assert len(parse(texts[0]).hashtags) == len(tags.split())
    assert "usually have" in notes[0]
    assert "Not done: “add hashtags”, because it has" in told


def test_hashtags_beyond_what_is_usual_are_added_and_told():
    texts, _, told = answer(
        "We sell our coffee, our bread and our honey.", "add 3 hashtags", "twitter"
    )
    assert len(parse(texts[0]).hashtags) == 3
    assert "Twitter/X posts usually have 1 to 2 hashtags, and 3 were asked for." in told


def test_the_most_hashtags_are_told_and_no_other_number():
    _, notes, told = answer(POST, "add 1000000 hashtags")
    assert "At most 30 hashtags are added." in told
    assert "Not done: “add 1000000 hashtags”, because 1,000,000 were asked for" in told
    assert "no more words" not in " ".join(notes)


def test_names_and_what_is_counted_make_hashtags():
    texts, _, told = answer(POST, "no hashtags but add three hashtags")
    assert len(parse(texts[0]).hashtags) == 6
    assert "Not done: “no hashtags”, because it contradicts" in told


# What is named to be kept


@pytest.mark.parametrize(
    ("feedback", "tags"),
    [
        ("keep #roast, remove the other hashtags", ("#roast",)),
        ("no hashtags but keep #Coffee", ("#coffee",)),
        ("mantén #new y quita los demás hashtags", ("#new",)),
        ("keep #new and at most 2 hashtags", ("#coffee", "#new")),
        ("remove the hashtags and add #decaf", ("#decaf",)),
    ],
)
def test_hashtags_that_are_named_stay(feedback, tags):
    draft = refine_text(POST, "linkedin", feedback)
    review = review_refinement(POST, draft)
    assert all(tuple(parse(one.text).hashtags) == tags for one in draft.candidates)
    assert not review.undone


def test_a_hashtag_in_a_sentence_stays_where_it_is_named():
    text = "Our #coffee comes from #Peru. #new #roast"
    texts, _, _ = answer(text, "keep #peru, remove the other hashtags")
    assert texts[0] == "Our coffee comes from #Peru."


def test_what_was_to_be_kept_and_went_is_told():
    draft = refine_text(POST, "linkedin", "keep @maria_k, remove the mentions")
    assert "@maria_k" not in draft.candidates[0].text
    assert any("keep @maria_k" in one for one in review_refinement(POST, draft).undone)


@pytest.mark.parametrize("feedback", ["sans emojis", "senza emoji", "sem emojis", "zonder emoji's"])
def test_without_is_known_in_other_languages_too(feedback):
    assert not parse(answer(POST, feedback)[0][0]).emoji
