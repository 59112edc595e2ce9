"""What the rules say of each wish decides, with the text; the words of their notes never do."""

from dataclasses import replace

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.refinement.model import (
    Outcome,
    RefinementCandidate,
    RefinementDraft,
    RefinementReview,
)
from analytics.refinement.reading import read_feedback
from analytics.refinement.review import review_refinement
from analytics.refinement.writer import refine_text
from analytics.text import words_of
from tests.unit.analytics.refinement.posts import FEEDBACK, PLATFORM, posts

POST = "We roast our coffee in this old house. Come by on Friday and taste it. #coffee #roast"
SHELF = "Our shelf holds coffee in the dark. The coffee stays fresh. Come and see it in Leeds."
LIST = "We sell:\n- Bread\n- Cake\n- Coffee"
NOTES = (
    "Nothing was changed: the text is already as wished.",
    "Beyond the wish, for a choice: Added a question: “What do you think?”",
    "Added a call to action: “Come by.”",
    "It cannot be made shorter without losing a fact: nothing was dropped.",
    "It has 2 hashtags: none was added.",
    "Added 1 hashtag (30 were asked for; there are no more).",
    "It has a question at its end already: it stays.",
    "The only sentence is a question: it stays.",
    "Found nothing casual to make formal: the wording stays.",
    "It does not reach 900 characters: more would have to be invented.",
    "It has too few sentences for a list.",
)


def with_notes(draft: RefinementDraft, *notes: str) -> RefinementDraft:
    return replace(
        draft, candidates=tuple(replace(one, changes_made=notes) for one in draft.candidates)
    )


def quotes_alone(draft: RefinementDraft) -> RefinementDraft:
    """Leaves nothing of the notes but what they quote: readers are told of each fact that went."""
    return replace(
        draft,
        candidates=tuple(
            replace(
                one,
                changes_made=tuple(
                    " ".join(regex.findall(r"“[^“”]*”", note)) for note in one.changes_made
                ),
            )
            for one in draft.candidates
        ),
    )


def on_wishes(review: RefinementReview) -> list[tuple[str, str, str]]:
    return [
        (one.guard, one.status, one.reason)
        for verdict in review.verdicts
        for one in verdict.checks
        if one.guard.startswith("wish:")
    ]


def statuses(review: RefinementReview) -> list[tuple[str, str]]:
    return [(one.guard, one.status) for verdict in review.verdicts for one in verdict.checks]


def by_hand(feedback: str, text: str, *notes: str) -> RefinementDraft:
    """A draft that no rules wrote, as a model's is."""
    reading = read_feedback(feedback, POST, "linkedin")
    return RefinementDraft(
        reading, "linkedin", (RefinementCandidate(text, notes, (), "close"),), "a model"
    )


def outcome(text: str, feedback: str, platform: str = "linkedin", at: int = 0):
    return refine_text(text, platform, feedback).candidates[0].outcomes[at]


@given(posts(), PLATFORM, FEEDBACK, st.lists(st.sampled_from(NOTES), max_size=3))
@settings(max_examples=60, deadline=None)
def test_other_words_in_the_notes_change_no_judgement_of_a_wish(text, platform, feedback, notes):
    draft = refine_text(text, platform, feedback)
    as_written = review_refinement(text, draft)
    for other in (with_notes(draft), with_notes(draft, *notes)):
        judged = review_refinement(text, other)
        assert on_wishes(judged) == on_wishes(as_written)
        assert judged.undone == as_written.undone


@given(posts(), PLATFORM, FEEDBACK)
@settings(max_examples=60, deadline=None)
def test_of_the_notes_only_the_facts_they_quote_are_looked_for(text, platform, feedback):
    draft = refine_text(text, platform, feedback)
    as_written = review_refinement(text, draft)
    judged = review_refinement(text, quotes_alone(draft))
    assert statuses(judged) == statuses(as_written)
    assert judged.accepted == as_written.accepted
    assert judged.undone == as_written.undone


@given(posts(), PLATFORM, FEEDBACK)
@settings(max_examples=60, deadline=None)
def test_the_rules_say_of_every_wish_that_can_be_had_what_became_of_it(text, platform, feedback):
    draft = refine_text(text, platform, feedback)
    wishes = [one for one in draft.reading.intents if one.supported]
    for candidate in draft.candidates:
        assert [one.intent for one in candidate.outcomes] == wishes
        for one in candidate.outcomes:
            assert one.outcome in {Outcome.DONE, Outcome.IDLE, Outcome.STUCK}
            assert not one.reason or one.outcome is Outcome.STUCK


@pytest.mark.parametrize(
    ("text", "feedback", "platform", "reason"),
    [
        (POST, "add hashtags", "twitter", "it has 2 hashtags, and Twitter/X posts usually have"),
        (POST, "add 9 hashtags", "linkedin", "the rules find no further word for a hashtag"),
        (SHELF, "add 40 hashtags", "linkedin", "40 were asked for; the rules find no further word"),
        (SHELF, "add 25 emojis", "linkedin", "25 were asked for; the rules find no further one"),
        (POST, "at least 900 characters", "linkedin", "it does not reach 900 characters"),
        (POST, "50% shorter", "linkedin", "not that much may go without losing facts or meaning"),
        ("Hi there, friends of coffee", "shorter", "linkedin", "nothing of it may go"),
        ("Hi there.", "shorter", "linkedin", "nothing of it may go"),
        ("Hi there!!!", "shorter", "linkedin", "nothing of it may go"),
        ("We utilize it.", "shorter", "linkedin", "nothing of it may go"),
        (LIST, "shorter", "linkedin", "nothing of it may go"),
        ("Hi there.", "as a list", "linkedin", "it has too few sentences for a list"),
        ("Hi there.", "add line breaks", "linkedin", "it is set in short paragraphs already"),
        ("Do you?", "no questions", "linkedin", "the only sentence is a question: it stays"),
        ("#a1 #b2", "no hashtags", "linkedin", "the text is nothing but hashtags: they stay"),
        (SHELF, "more formal", "linkedin", ""),
    ],
)
def test_what_no_rule_can_do_is_stuck_for_a_reason(text, feedback, platform, reason):
    said = outcome(text, feedback, platform)
    assert said.outcome is Outcome.STUCK
    assert said.reason.startswith(reason)
    [told] = review_refinement(text, refine_text(text, platform, feedback)).undone
    assert f"because {reason or 'no rule found a way'}" in told


@pytest.mark.parametrize("text", ["Hi there.", "Hi there!!!", "We utilize it.", LIST])
def test_a_text_is_shorter_by_a_word_or_it_is_said_that_it_cannot_be(text):
    for candidate in refine_text(text, "linkedin", "shorter").candidates:
        assert len(words_of(candidate.text)) == len(words_of(text))
        assert any("cannot be made shorter" in note for note in candidate.changes_made)


def test_a_list_that_a_limit_takes_is_told_and_not_said_to_be_there():
    draft = refine_text(LIST, "linkedin", "as a list, at most 12 characters")
    review = review_refinement(LIST, draft)
    assert review.undone == (
        "Not done: “as a list”, because there is no room for more than one item of it.",
    )
    assert not any("list already" in note for one in draft.candidates for note in one.changes_made)


def test_a_list_that_was_there_is_idle():
    said = outcome(LIST, "as a list")
    assert said.outcome is Outcome.IDLE
    review = review_refinement(LIST, refine_text(LIST, "linkedin", "as a list"))
    assert on_wishes(review)[0][1] == "skipped"
    assert not review.undone


def test_a_line_that_went_with_its_sentence_does_not_make_one_block():
    text = f"{LIST}\nCome by and say hello."
    review = review_refinement(text, refine_text(text, "linkedin", "one block, shorter"))
    why = "the line breaks that it has set off the items of a list, or hashtags"
    assert review.undone == (f"Not done: “one block”, because {why}.",)


@pytest.mark.parametrize(
    "feedback",
    ["remove the emojis", "no questions", "without the word tea", "mention Friday", "for LinkedIn"],
)
def test_what_is_as_wished_already_is_idle(feedback):
    assert outcome(POST, feedback).outcome is Outcome.IDLE


def test_a_sentence_that_was_added_counts_as_long_as_the_text_holds_it():
    draft = refine_text(POST, "linkedin", "add a call to action")
    [said] = draft.candidates[0].outcomes
    assert said.outcome is Outcome.DONE
    assert said.added in draft.candidates[0].text
    lost = replace(draft.candidates[0], text=POST.replace("old ", ""))
    review = review_refinement(POST, replace(draft, candidates=(lost,)))
    assert [status for _, status, _ in on_wishes(review)] == ["failed"]


@pytest.mark.parametrize("notes", [(), NOTES])
@pytest.mark.parametrize(
    "feedback",
    ["more formal", "longer", "add hashtags", "end with a question", "as a list", "2 emojis"],
)
def test_what_no_rules_wrote_is_judged_by_its_text_alone(feedback, notes):
    review = review_refinement(POST, by_hand(feedback, POST, *notes))
    failed = [guard for guard, status in statuses(review) if status == "failed"]
    assert failed[0] == "changed"
    assert failed[1].startswith("wish:")


def test_a_model_that_leaves_what_was_as_wished_is_accepted():
    assert review_refinement(POST, by_hand("remove the emojis", POST)).accepted
