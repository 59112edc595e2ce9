from dataclasses import replace
from types import SimpleNamespace

import pytest

from analytics.guards import run_guards, similarity, voice_score
from analytics.post import Post
from analytics.skill.model import IMAGE_GUARDS, BrandVoice, Guard, Limits, Skill

TEXT = "We roasted 40 beans this week and one of them won. Come and try it today! #coffee #beans"


def skill(*guards, platforms=("linkedin", "twitter"), voice=None):
    blank = BrandVoice("", None, None)
    return Skill("skill_x_v1", "Skill", "1.0.0", platforms, voice or blank, guards)


def result(guard, text=TEXT, *, platform="linkedin", examples=(), has_image=False):
    post = Post(platform, text, has_image, 0, 0, 0, None)
    (found,) = run_guards(skill(guard), post, examples)
    assert found.guard == guard.name
    assert found.passed == (found.status == "passed")
    return found


@pytest.mark.parametrize(("low", "high", "status"), [(10, 90, "passed"), (10, 80, "failed")])
def test_length_counts_characters_of_the_platform(low, high, status):
    guard = Guard("length", platforms={"linkedin": Limits(low, high)})
    found = result(guard)
    assert (found.status, found.score) == (status, len(TEXT))


def test_a_bare_text_must_fit_every_platform():
    guard = Guard("length", platforms={"linkedin": Limits(1, 3000), "twitter": Limits(1, 280)})
    (found,) = run_guards(skill(guard), "word " * 100)
    assert found.status == "failed"
    assert "Twitter/X" in found.reason


def test_a_post_of_another_platform_is_skipped():
    found = result(Guard("length", platforms={"linkedin": Limits(1, 10)}), platform="facebook")
    assert (found.status, found.passed, found.score) == ("skipped", False, None)
    assert "not for Facebook" in found.reason


@pytest.mark.parametrize(("low", "high", "status"), [(1, 2, "passed"), (3, 5, "failed")])
def test_hashtags_are_counted(low, high, status):
    found = result(Guard("hashtag_count", platforms={"linkedin": Limits(low, high)}))
    assert (found.status, found.score) == (status, 2)


def test_calls_to_action_are_counted():
    assert result(Guard("call_to_action", Limits(1, 1))).status == "passed"
    assert result(Guard("call_to_action", Limits(0, 0))).status == "failed"
    unknown = result(Guard("call_to_action", Limits(1, 1)), "これは新しい豆です。とてもおいしい。")
    assert unknown.status == "skipped"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("WON",), "failed"),
        (("bean",), "passed"),
        (("one of them",), "failed"),
        ((".*",), "passed"),
        ((), "skipped"),
    ],
)
def test_banned_words_are_found_whole_and_in_any_case(words, status):
    assert result(Guard("banned_words", words=words)).status == status


def test_a_copy_is_not_original():
    guard = Guard("originality", Limits(high=0.5))
    assert result(guard, examples=[TEXT.upper()]).status == "failed"
    assert result(guard, examples=["Something else altogether, on tea."]).status == "passed"
    assert result(guard).status == "skipped"
    assert result(guard, "🎉 🎉 🎉 🎉 🎉", examples=[TEXT]).status == "skipped"


def test_similarity_is_the_share_of_the_first_text():
    assert similarity("a b c d", "a b c d e f g h") == 1
    assert similarity("a b c d e f g h", "a b c d") == pytest.approx(2 / 6)
    assert similarity("hello", "well hello there") == 1
    assert similarity("", "words") == 0


@pytest.mark.parametrize("name", IMAGE_GUARDS)
def test_image_guards_are_skipped_and_never_passed(name):
    without, with_image = result(Guard(name)), result(Guard(name), has_image=True)
    assert (without.status, without.passed) == (with_image.status, with_image.passed)
    assert (without.status, without.passed) == ("skipped", False)
    assert "no image" in without.reason
    assert "not been examined" in with_image.reason


def measured(**values):
    blank = SimpleNamespace(formality=None, technicality=None, tone_scores={})
    return SimpleNamespace(**(vars(blank) | values))


def test_voice_score_falls_with_the_distance():
    voice = BrandVoice("joyful", 60, 40)
    same = measured(formality=60, technicality=40, tone_scores={"joyful": 0.8, "angry": 0.2})
    assert voice_score(voice, same) == 100
    other = measured(formality=20, technicality=40, tone_scores={"joyful": 0.2, "angry": 0.8})
    assert voice_score(voice, other) == pytest.approx((60 + 100 + 25) / 3)


def test_voice_score_is_unknown_without_measures():
    assert voice_score(BrandVoice("joyful", 60, 40), measured()) is None
    assert voice_score(BrandVoice("", None, None), measured(formality=60)) is None


def test_guards_without_a_measure_or_a_limit_are_skipped():
    assert result(Guard("readability", Limits(high=8)), "よい一日を。").status == "skipped"
    assert result(Guard("brand_voice_score", Limits(low=50))).status == "skipped"
    voiced = replace(skill(Guard("brand_voice_score")), brand_voice=BrandVoice("", 50, None))
    (found,) = run_guards(voiced, TEXT)
    assert (found.status, found.reason) == ("skipped", "Skipped: the skill sets no least score.")


def test_every_guard_of_the_skill_gives_one_result():
    guards = [Guard("banned_words"), *(Guard(name) for name in IMAGE_GUARDS)]
    assert [one.guard for one in run_guards(skill(*guards), TEXT)] == [one.name for one in guards]
