import dataclasses

import numpy as np
import pytest

from analytics.brand_voice.features import SURFACE, post_features
from analytics.brand_voice.model import FULL, NEUTRAL_ONLY, fit_voice, score_texts

LOUD = tuple(
    f"{a} {b} is HERE!!! 🎉 #{tag} #wow"
    for a, b, tag in (
        ("Pizza", "party", "pizza"), ("Burger", "night", "burger"), ("Taco", "time", "tacos"),
        ("Pasta", "week", "pasta"), ("Ramen", "day", "ramen"), ("Sushi", "hour", "sushi"),
        ("Curry", "feast", "curry"), ("Salad", "season", "salad"),
    )
)  # fmt: skip
CALM = (
    "The committee published its annual report on water quality in rural districts.",
    "Researchers at the institute describe a new method of measuring river sediment.",
    "According to the ministry, imports of grain fell by four percent in March.",
)


def test_posts_of_the_brand_score_above_others():
    fitted = fit_voice(LOUD, english=True)
    unseen = score_texts(fitted.model, ["Noodle month is HERE!!! 🎉 #noodles #wow"])[0]
    others = score_texts(fitted.model, CALM)
    assert unseen > 50 > max(others)
    assert all(0 <= score <= 100 for score in (*others, *fitted.held_out))
    assert np.mean(fitted.above) > 0.8
    assert fitted.model.features == FULL
    assert fitted.model.sample_size == len(LOUD)


def test_every_order_gives_the_same_model():
    shuffled = LOUD[3:] + LOUD[:3][::-1]
    one, other = fit_voice(LOUD, english=True), fit_voice(shuffled, english=True)
    assert one.model == other.model
    held_out = dict(zip(LOUD, one.held_out, strict=True))
    assert [held_out[text] for text in shuffled] == list(other.held_out)


def test_a_post_is_scored_by_a_model_that_has_not_seen_it():
    odd = "The committee published its annual report on water quality."
    fitted = fit_voice([*LOUD, odd], english=True)
    seen = score_texts(fitted.model, [odd])[0]
    assert fitted.held_out[-1] < seen


def test_other_languages_are_told_by_their_surface_alone():
    german = ("Pizza ist da!!! 🎉 #pizza", "Pasta ist da!!! 🎉 #pasta", "Suppe ist da!!! 🎉 #suppe")
    fitted = fit_voice(german, english=False)
    assert fitted.model.features == NEUTRAL_ONLY
    close, far = score_texts(
        fitted.model, ["Salat ist da!!! 🎉 #salat", "Der Ausschuss legte den Jahresbericht vor."]
    )
    assert close > far
    swapped = score_texts(fitted.model, ["Zasat ist da!!! 🎉 #zasat"])[0]
    assert swapped == pytest.approx(close, abs=1e-6)


def test_too_few_posts_make_no_model():
    with pytest.raises(ValueError, match="3 distinct posts"):
        fit_voice(LOUD[:2], english=True)


def test_a_model_of_other_features_is_refused():
    model = fit_voice(LOUD, english=True).model
    for broken in (
        dataclasses.replace(model, features="surface_0"),
        dataclasses.replace(model, weights=model.weights[:-1]),
    ):
        with pytest.raises(ValueError, match="can be used"):
            score_texts(broken, LOUD)
    assert score_texts(model, []) == ()


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "a" * 100_000, "日本語", "https://", "#", "\n\n"]
)
def test_any_text_has_features(text):
    found = post_features(text)
    assert found.surface.shape == (SURFACE,)
    assert np.isfinite(found.surface).all()
    assert np.isfinite(found.values).all()
    assert (np.diff(found.slots) > 0).all()


def test_a_voice_that_nobody_mistakes_still_ranks_its_posts():
    fitted = fit_voice(LOUD, english=True)
    assert 50 < np.mean(fitted.held_out) < 91
    assert len({round(score, 1) for score in fitted.held_out}) > len(LOUD) / 2
