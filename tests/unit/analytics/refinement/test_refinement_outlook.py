"""What is expected of versions: a comparison where the model tells them apart, else nothing."""

import pytest

from analytics.refinement.outlook import OTHER_LANGUAGE, UNCHANGED, compare

TEXT = (
    "We opened our new workshop in Berlin on Friday. It has 14 places for bikes and a garden. "
    "Write to @workshop for more. Everyone is welcome there. #bikes"
)
SHORT = "We opened our new workshop in Berlin on Friday."


def told(prediction):
    return prediction.engagement_rate_change, prediction.confidence


def test_a_difference_within_its_uncertainty_is_none():
    found = compare(TEXT, TEXT.replace("Everyone is", "All are"), "en")
    assert told(found) == (0, 0)
    assert "which includes none" in found.basis


def test_a_clear_difference_is_told_with_what_it_rests_on():
    found = compare(TEXT, SHORT, "en")
    assert -20 < found.engagement_rate_change < 0
    assert 0 < found.confidence < 20
    for said in ("no promise", "29 organisations", "headlines of one site", "were not measured"):
        assert said in found.basis


def test_there_and_back_is_no_change():
    there, back = compare(TEXT, SHORT, "en"), compare(SHORT, TEXT, "en")
    assert there.confidence == back.confidence
    both = (1 + there.engagement_rate_change / 100) * (1 + back.engagement_rate_change / 100)
    assert both == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize("version", ["", "🎉", "42", "x" * 5000, "\ud800"])
def test_any_text_can_be_compared(version):
    change, confidence = told(compare(TEXT, version, "en"))
    assert (change == 0) == (confidence == 0)
    assert -100 < change < 100


def test_the_same_text_and_other_languages_are_not_compared():
    assert (*told(compare(TEXT, TEXT, "en")), compare(TEXT, TEXT, "en").basis) == (0, 0, UNCHANGED)
    for language in ("de", "es", "und"):
        found = compare(TEXT, SHORT, language)
        assert (*told(found), found.basis) == (0, 0, OTHER_LANGUAGE)
