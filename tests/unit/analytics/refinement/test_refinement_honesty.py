"""What a hostile reader of the answers found: wishes misread, untold, or done by breaking text."""

import pytest

from analytics.refinement.facts import holds, lost
from analytics.refinement.hanging import without
from analytics.refinement.reading import read_feedback
from analytics.refinement.review import review_refinement
from analytics.refinement.writer import refine_text
from tests.unit.analytics.refinement.answers import POST, answer, read

ARABIC = (
    "نحن سعداء بافتتاح متجرنا الجديد في المدينة القديمة. القهوة ساخنة والخبز طازج كل صباح. "
    "تعالوا لزيارتنا يوم الجمعة القادم مع العائلة والأصدقاء."
)


# Names


FIRMS = "Johnson & Johnson, Marks & Spencer, Kettle & Crane, R&D, Q&A, Smith-Jones & O'Neil"


def test_an_ampersand_between_names_is_a_part_of_them():
    text = f"We drink coffee & tea with {FIRMS}."
    for one in answer(text, "longer")[0]:
        assert f"coffee and tea with {FIRMS}" in one


def test_letters_beside_an_ampersand_are_no_words():
    text = (
        'We\'re gonna talk about R&D and Q&A. Our text "is totally fine", they say, and we like it.'
    )
    assert answer(text, "more formal")[0][0].startswith("We are going to talk about R&D and Q&A.")
    for one in answer(text, "shorter")[0]:
        assert '"is totally fine"' in one


def test_a_renamed_firm_is_a_lost_fact():
    text = "We work with Kettle & Crane on it."
    assert lost(text, text.replace("&", "and"), "en") == ["Kettle & Crane"]


# Length


@pytest.mark.parametrize("feedback", ["shorter", "kürzer", "más corto"])
def test_frills_go_when_shortening(feedback):
    texts, _, told = answer(POST, feedback)
    assert all(len(one) <= 0.95 * len(POST) for one in texts)
    assert "Not done" not in told
    for one in texts:
        assert "Kettle & Crane" in one
        assert "🎉" not in one
        assert "!!" not in one


def test_words_with_three_letters_in_a_row_stay():
    text = "Die Schifffahrt ist soooo schön. Wir fahren jeden Tag mit dem Schiff auf dem See."
    assert all("Schifffahrt" in one for one in answer(text, "kürzer")[0])


@pytest.mark.parametrize("feedback", ["double the length", "at least 900 characters"])
def test_a_length_that_is_not_reached_is_told(feedback):
    told = answer(POST, feedback)[2]
    assert f"Not done: “{feedback}”, because it does not reach" in told


def test_longer_needs_a_language_that_is_written():
    assert (
        "Not done: “longer”, because the text is in a language (ar)" in answer(ARABIC, "longer")[2]
    )
    texts, _, told = answer(ARABIC, "shorter")
    assert all(len(one) < len(ARABIC) for one in texts)
    assert "Not done" not in told


@pytest.mark.parametrize(
    "feedback",
    [
        "keep under 200 characters and at least 400 characters",
        "max 2 hashtags, at least 4 hashtags",
        "exactly 2 emojis, no, exactly 3 emojis",
        "exactly 5 hashtags, no hashtags",
        "no emojis, at least 2 emojis",
    ],
)
def test_bounds_that_cannot_both_hold_are_told(feedback):
    assert "it contradicts" in read_feedback(feedback, POST, "linkedin").interpretation


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ("start with Berlin", "not understood"),
        ("add a store to it", "not understood"),
        ("make it witty", "no humour"),
        ("tell a story", "no new content"),
        ("use 'we' less", "not use it less often"),
    ],
)
def test_a_reason_is_read_from_whole_words(wish, reason):
    assert reason in read_feedback(wish, POST, "linkedin").interpretation


# Praise


@pytest.mark.parametrize(
    ("feedback", "wishes"),
    [
        ("I love the emojis", [("keep", "emoji", None)]),
        ("we really like the emoji", [("keep", "emoji", None)]),
        ("the emojis are great", [("keep", "emoji", None)]),
        ("mir gefallen die Emojis", [("keep", "emoji", None)]),
        ("me gustan los emojis", [("keep", "emoji", None)]),
        ("I like the casual tone", [("keep", "tone", None)]),
        ("I'd love more emojis", [("add_emoji", "", None)]),
        ("I would like emojis", [("add_emoji", "", None)]),
        ("I don't like the emojis", [("remove_emoji", "", None)]),
        ("I love the emojis but drop the hashtags", [
            ("keep", "emoji", None), ("remove_hashtags", "", None),
        ]),
        ("keep it as is", [("keep", "text", None)]),
        ("lass es so", [("keep", "text", None)]),
        ("déjalo así", [("keep", "text", None)]),
        ("I love it", [("keep", "text", None)]),
        ("perfect", [("keep", "text", None)]),
        ("nice emojis!", [("keep", "emoji", None)]),
        ("lass die Emojis, sie sind super", [("keep", "emoji", None)]),
        ("lass die Emojis weg", [("remove_emoji", "", None)]),
        ("I hate the emojis", [("remove_emoji", "", None)]),
        ("ich mag die Emojis nicht", [("remove_emoji", "", None)]),
        ("los emojis no me gustan", [("remove_emoji", "", None)]),
        ("the emojis are not great", [("remove_emoji", "", None)]),
        ("die Emojis nerven", [("remove_emoji", "", None)]),
        ("Emojis bitte nicht", [("remove_emoji", "", None)]),
        ("Great, make it shorter", [("shorter", "", None)]),
        ("I like it shorter", [("shorter", "", None)]),
        ("I like how short it is", [("keep", "length", None)]),
    ],
)  # fmt: skip
def test_praise_is_no_order(feedback, wishes):
    assert read(feedback) == wishes


def test_what_is_to_stay_stays_and_that_is_said():
    texts, notes, told = answer(POST, "keep it as is")
    assert texts[0] == POST
    assert notes == ("Nothing was changed: it was to stay as it is.",)
    assert told.startswith("Understood: keep the text as it is")
    assert "Not done" not in told


# Whole sentences


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        ("It was roasted on Monday by Maria Keller.", "Maria Keller", "It was roasted on Monday."),
        ("It was roasted by Maria Keller and Ben.", "Maria Keller", "It was roasted by Ben."),
        ("It was roasted by Ben and Maria Keller.", "Maria Keller", "It was roasted by Ben."),
        ("We met at the Maria Keller shop.", "Maria Keller", None),
        ("Maria Keller roasted it.", "Maria Keller", None),
        ("Er wurde von Maria Keller geröstet.", "Maria Keller", "Er wurde geröstet."),
        ("Lo tostamos con Maria Keller el lunes.", "Maria Keller", "Lo tostamos el lunes."),
        ("More at a.de/x and at the door.", "a.de/x", "More at the door."),
        ("Order at a.de/x", "a.de/x", None),
        ("Thanks @ana and Ben & Co for all.", "@ana", "Thanks Ben & Co for all."),
        ("Write to @ana or call us.", "@ana", "Write or call us."),
    ],
)
def test_a_phrase_goes_with_its_object(text, part, left):
    start = text.index(part)
    assert without(text, start, start + len(part)) == left


BLEND = (
    "Our new blend was roasted on Monday by Maria Keller. It is really, really good and very tasty "
    "in our humble opinion. Order at https://kettle.example/roast #coffee"
)


def test_a_name_goes_with_its_preposition():
    texts, notes, _ = answer(BLEND, "don't mention Maria Keller")
    assert texts[0].startswith("Our new blend was roasted on Monday. It is")
    assert notes[0] == "Left out “Maria Keller”."


def test_a_link_goes_with_what_pointed_to_it():
    texts, notes, _ = answer(BLEND, "remove the link")
    assert texts[0].endswith("in our humble opinion. #coffee")
    assert "“Order at https://kettle.example/roast”" in notes[0]


def test_no_verb_is_left_without_its_object():
    text = (
        "We had a great week with Anna. Visit https://a.de/x for more. Write to @kettle or call us."
    )
    assert answer(text, "remove the links")[0][0] == (
        "We had a great week with Anna. Write to @kettle or call us."
    )
    assert "Write or call us." in answer(text, "remove the mentions")[0][0]


def test_doubled_words_leave_no_comma():
    text = "It is really, really good and very tasty. We roast it in Leeds on Monday for @kettle."
    for one in answer(text, "under 75 characters")[0] + answer(text, "shorter")[0]:
        assert "is," not in one


def test_what_the_text_still_holds_is_not_named_as_lost():
    text = "新しいコーヒーが登場しました。価格は1,200円です。ぜひお試しください。" * 12
    assert holds(text, "1,200円です")
    for candidate in refine_text(text, "twitter", "shorter").candidates:
        assert "1,200円" in candidate.text
        assert "With it went" not in " ".join(candidate.changes_made)


# Reading


@pytest.mark.parametrize(
    ("feedback", "text"),
    [
        ("erwähne Maria Keller nicht", "Die Röstung ist von Maria Keller. Sie schmeckt gut."),
        ("no menciones a Maria Keller", "El tueste es de Maria Keller. Está muy rico."),
    ],
)
def test_what_not_to_mention_is_not_mentioned(feedback, text):
    assert read(feedback, text) == [("remove_keyword", "Maria Keller", None)]


@pytest.mark.parametrize("feedback", ["make it for X", "for X", "für X", "para X", "for X please"])
def test_x_is_a_platform(feedback):
    assert read(feedback) == [("change_platform", "twitter", None)]
    assert read("for x-rays") == []


def test_formal_but_with_emoji_is_not_nothing_to_do():
    draft = refine_text(POST, "linkedin", "make it formal but keep the emojis")
    review = review_refinement(POST, draft)
    reasons = [one.reason for one in review.verdicts[0].checks if one.guard.startswith("wish:")]
    assert all("nothing to do" not in reason for reason in reasons)
    assert all("🎉" in one.text for one in draft.candidates)


def test_quotations_keep_their_words():
    text = "She said \"we're gonna win, guys!\" and hey, we can't wait to see you."
    assert answer(text, "more formal")[0][0] == (
        'She said "we\'re gonna win, guys!" and we look forward to seeing you.'
    )
    for one in answer(text, "more formal")[0]:
        assert '"we\'re gonna win, guys!"' in one


def test_a_formal_text_stretches_no_words():
    draft = refine_text("We are sooo happy to see you in Leeds.", "linkedin", "more formal")
    assert all("sooo" not in candidate.text for candidate in draft.candidates)
