import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.images.colours import contrast_ratio, distance, from_hex, luminance, palette, to_hex
from tests.support.pictures import card, noise, pixels

colours = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    # Figures that checkers of contrast agree on.
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0a66c2", "#ffffff", 5.69),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(first, second, ratio):
    assert contrast_ratio(from_hex(first), from_hex(second)) == pytest.approx(ratio, abs=0.01)


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_lies_within_1_and_21(one, other):
    ratio = float(contrast_ratio(one, other))
    assert ratio == pytest.approx(float(contrast_ratio(other, one)))
    assert 1 <= ratio <= 21.0001


@given(colours)
def test_a_colour_is_its_own_name(colour):
    assert tuple(from_hex(to_hex(colour))) == colour
    assert 0 <= float(luminance(colour)) <= 1.0001
    assert float(distance(colour, colour)) == pytest.approx(0)


def test_distance_is_that_of_cie_1976():
    # White and black are 100 apart in lightness and nothing else.
    assert float(distance((0, 0, 0), (255, 255, 255))) == pytest.approx(100, abs=0.05)


def test_the_palette_names_the_colours_with_their_shares():
    image = card(400, 400, text="", ground="#102030")
    image.paste("#ffcc00", (0, 0, 400, 100))
    image.paste("#cc0044", (0, 100, 100, 400))
    found = palette(pixels(image))
    assert [one.colour for one in found] == ["#102030", "#ffcc00", "#cc0044"]
    assert [one.share for one in found] == pytest.approx([0.5625, 0.25, 0.1875], abs=0.01)


def test_a_picture_of_all_colours_has_at_most_eight():
    found = palette(pixels(noise(200, 200)))
    assert 1 < len(found) <= 8
    assert sum(one.share for one in found) <= 1.0001
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)


def test_the_palette_of_one_pixel():
    assert [one.colour for one in palette(np.zeros((1, 1, 3), dtype=np.uint8))] == ["#000000"]
