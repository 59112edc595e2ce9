"""What the checks accept, and what they refuse."""

import pytest

from analytics.refinement.model import (
    RefinementCandidate,
    RefinementDraft,
    RefinementPrediction,
)
from analytics.refinement.reading import read_feedback
from analytics.refinement.review import NO_PREDICTION, NO_SCORE, NO_VOICE, review_refinement
from analytics.refinement.writer import refine_text

TEXT = (
    "We opened our new workshop in Berlin on Friday. It has 14 places for bikes and a garden. "
    "Write to @workshop or see https://example.com/x for more. Everyone is welcome there. #bikes"
)


def draft_of(feedback, *texts, notes=("Changed.",), platform="linkedin"):
    return RefinementDraft(
        reading=read_feedback(feedback, TEXT, platform),
        platform=platform,
        candidates=tuple(
            RefinementCandidate(text, tuple(notes), (), f"variant {number}")
            for number, text in enumerate(texts)
        ),
        engine="offline",
    )


def failed(feedback, text, **more):
    verdict = review_refinement(TEXT, draft_of(feedback, text, **more)).verdicts[0]
    return {one.guard for one in verdict.checks if one.status == "failed"}


WITHOUT_WELCOME = TEXT.replace(" Everyone is welcome there.", "")


def test_a_good_candidate_is_accepted():
    assert failed("shorter", WITHOUT_WELCOME) == set()


@pytest.mark.parametrize("fact", ["14 ", " in Berlin", "Friday", "@workshop", "#bikes"])
def test_a_lost_fact_is_refused(fact):
    assert failed("shorter", WITHOUT_WELCOME.replace(fact, "")) >= {"facts_kept"}


def test_a_lost_link_is_refused():
    assert "facts_kept" in failed("shorter", TEXT.replace("https://example.com/x", "our site"))


@pytest.mark.parametrize("fact", [" 99 more.", " See https://evil.example/.", " Ask @nobody."])
def test_an_invented_fact_is_refused(fact):
    assert "nothing_invented" in failed("longer", TEXT.replace(" #bikes", f"{fact} #bikes"))


def test_a_number_from_the_feedback_is_not_invented():
    text = TEXT.replace(" #bikes", " Also worth knowing: the 20% discount. #bikes")
    assert failed("mention the 20% discount", text) == set()


def test_a_fact_that_a_limit_costs_must_be_named():
    short = "We opened our new workshop in Berlin on Friday. #bikes"
    gone = ("14", "@workshop", "https://example.com/x")
    told = f"Dropped, for want of room: {', '.join(f'“{fact}”' for fact in gone)}."
    assert "facts_kept" in failed("under 60 characters", short)
    assert failed("under 60 characters", short, notes=(told,)) == set()
    # What shall be shorter may cost facts as well; what shall only be more formal may not.
    assert "facts_kept" in failed("shorter", short)
    assert "facts_kept" not in failed("shorter", short, notes=(told,))
    assert "facts_kept" in failed("more formal", short, notes=(told,))


def test_another_meaning_is_refused():
    other = (
        "Cats sleep all day in Berlin on Friday, 14 of them, says @workshop at "
        "https://example.com/x. They dream of fish and purr in the sun. #bikes"
    )
    assert failed("shorter", other) == {"meaning_kept"}


@pytest.mark.parametrize(
    ("feedback", "text", "guard"),
    [
        ("shorter", TEXT + " #more", "wish:shorter"),
        ("longer", WITHOUT_WELCOME, "wish:longer"),
        ("add emojis", WITHOUT_WELCOME, "wish:add_emoji"),
        ("no hashtags", WITHOUT_WELCOME, "wish:remove_hashtags"),
        ("max 1 hashtag", TEXT + " #more", "wish:limit_hashtags"),
        ("add a question", WITHOUT_WELCOME, "wish:add_question"),
        ("remove the call to action", WITHOUT_WELCOME, "wish:remove_call_to_action"),
        ("mention cake", WITHOUT_WELCOME, "wish:add_keyword"),
        ("without the word garden", WITHOUT_WELCOME, "wish:remove_keyword"),
        ("under 100 characters", WITHOUT_WELCOME, "wish:limit_length"),
        ("don't make it longer", TEXT.replace("#bikes", "Come by soon. #bikes"), "wish:keep"),
    ],
)
def test_a_wish_that_was_not_done_is_refused(feedback, text, guard):
    assert guard in failed(feedback, text)


@pytest.mark.parametrize(
    "broken", ["We (opened our", "our  new", "workshop , new", "the “new workshop"]
)
def test_broken_text_is_refused(broken):
    assert "text_whole" in failed("shorter", WITHOUT_WELCOME.replace("We opened our", broken))


def test_the_platforms_limit_is_a_gate():
    assert "platform_limits" in failed("longer", TEXT + " We bake." * 40, platform="twitter")


def test_the_original_is_refused_unless_nothing_was_to_do():
    assert "changed" in failed("add emojis", TEXT, notes=())
    assert failed("make it funnier", TEXT, notes=("Nothing was changed.",)) == set()


def test_copies_count_once_and_feedback_names_what_failed():
    draft = draft_of("shorter", WITHOUT_WELCOME, WITHOUT_WELCOME, TEXT + " more")
    review = review_refinement(TEXT, draft)
    assert [verdict.accepted for verdict in review.verdicts] == [True, False, False]
    assert (review.accepted, review.accepted_count) == (False, 1)
    assert 0 < review.score < 100
    assert any("variant 1" in line and "distinct" in line for line in review.feedback)
    assert any("variant 2" in line and "wish:shorter" in line for line in review.feedback)


def test_scores_of_voice_and_prediction_come_from_what_is_given_or_say_why_not():
    draft = draft_of("shorter", WITHOUT_WELCOME)
    bare = review_refinement(TEXT, draft).verdicts[0]
    assert (bare.brand_voice_score, bare.voice_basis) == (0, NO_VOICE)
    assert bare.prediction == RefinementPrediction(0, 0, NO_PREDICTION)
    unknown = review_refinement(TEXT, draft, score_voice=lambda _: None).verdicts[0]
    assert (unknown.brand_voice_score, unknown.voice_basis) == (0, NO_SCORE)
    expected = RefinementPrediction(3.5, 40, "A test.")
    known = review_refinement(
        TEXT, draft, score_voice=lambda _: (81.26, "Model."), predict=lambda *_: expected
    ).verdicts[0]
    assert (known.brand_voice_score, known.voice_basis) == (81.3, "Model.")
    assert known.prediction == expected
    assert known.score > unknown.score


def test_what_is_expected_decides_between_versions_that_are_as_good():
    other = WITHOUT_WELCOME.replace("We opened", "Today we opened")
    draft = draft_of("shorter", WITHOUT_WELCOME, other)

    def predict(_, text):
        return RefinementPrediction(5.0 if "Today" in text else 0.0, 14.0, "A test.")

    bare, told = review_refinement(TEXT, draft), review_refinement(TEXT, draft, predict=predict)
    assert told.verdicts[0].score == bare.verdicts[0].score
    assert 0 < told.verdicts[1].score - bare.verdicts[1].score < 1


def test_the_better_voice_ranks_higher():
    other = WITHOUT_WELCOME.replace("We opened", "Today we opened")
    draft = draft_of("shorter", WITHOUT_WELCOME, other)
    review = review_refinement(
        TEXT, draft, score_voice=lambda text: (90.0 if "Today" in text else 10.0, "Model.")
    )
    assert review.verdicts[1].score > review.verdicts[0].score


def test_the_next_round_keeps_what_was_accepted_and_repairs_the_rest():
    first = refine_text(TEXT, "linkedin", "shorter")
    spoiled = RefinementDraft(
        first.reading,
        first.platform,
        (
            first.candidates[0],
            RefinementCandidate("Something else altogether.", ("Spoiled.",), (), "balanced"),
        ),
        first.engine,
    )
    review = review_refinement(TEXT, spoiled)
    assert not review.accepted
    second = refine_text(TEXT, "linkedin", "shorter", previous=spoiled, review=review)
    assert second.candidates[0] == first.candidates[0]
    assert review_refinement(TEXT, second).accepted


def undone(feedback, text=TEXT):
    draft = refine_text(text, "linkedin", feedback)
    return review_refinement(text, draft)


def status_of(review, guard):
    checks = [one for verdict in review.verdicts for one in verdict.checks]
    return [one.status for one in checks if one.guard == guard]


@pytest.mark.parametrize("feedback", ["shorter", "kürzer", "más corto"])
def test_a_text_that_cannot_be_shortened_is_not_called_shorter(feedback):
    review = undone(feedback, "Hi there, friends of coffee")
    assert set(status_of(review, "wish:shorter")) == {"skipped"}
    [told] = review.undone
    assert told.startswith(f"Not done: “{feedback}”")


def test_a_lost_full_stop_is_no_shortening():
    review = review_refinement(TEXT, draft_of("shorter", TEXT[:-8] + TEXT[-7:]))
    assert status_of(review, "wish:shorter") == ["skipped"]
    assert review.undone


def test_half_the_length_is_not_done_by_a_fifth_less():
    short = "Our shelf holds coffee in the dark. It keeps fresh for weeks. See it in Leeds."
    review = undone("make it 50% shorter", short)
    assert "passed" not in status_of(review, "wish:shorter")
    assert "not that much" in review.undone[0]


def test_paragraphs_are_no_formality():
    plain = "Our shelf holds coffee in the dark. The coffee stays fresh. Come and see it in Leeds."
    review = undone("more formal", plain)
    assert "passed" not in status_of(review, "wish:more_formal")
    assert review.undone == ("Not done: “more formal”, because no rule found a way on this text.",)


def test_what_is_done_is_not_listed_as_undone():
    assert undone("shorter, no hashtags and add a question").undone == ()


def test_nothing_to_do_is_not_undone():
    review = undone("remove the emojis")
    assert set(status_of(review, "wish:remove_emoji")) == {"skipped"}
    assert review.undone == ()


def test_no_candidate_says_unchanged_and_changed_at_once():
    for candidate in refine_text(TEXT, "linkedin", "remove the emojis").candidates:
        beginnings = [note.partition(":")[0] for note in candidate.changes_made]
        assert not {"Nothing was changed", "Beyond the wish, for a choice"} <= set(beginnings)
