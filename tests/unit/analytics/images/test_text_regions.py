import io

import pytest
from PIL import Image, ImageDraw

from analytics.image_guards import SURE
from analytics.images.measures import measure_image
from analytics.images.text_regions import text_regions
from tests.support.pictures import card, encoded, noise, pixels, write


def boxes(image):
    found = text_regions(pixels(image))
    assert found is not None
    return found


def test_a_line_is_found_where_it_is():
    found = boxes(card(text="Fresh coffee every morning", at=(150, 250), size=60))
    left = min(box.left for box in found)
    right = max(box.left + box.width for box in found)
    assert left == pytest.approx(152, abs=8)
    assert 700 < right < 1000
    assert all(250 <= box.top <= 320 for box in found)
    # The highest stroke to the lowest.
    assert max(box.height for box in found) == pytest.approx(58, abs=6)
    assert max(box.confidence for box in found) > 0.9


@pytest.mark.parametrize(
    ("colour", "ground", "ratio"),
    [
        ("#ffffff", "#0a66c2", 5.69),
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#5599dd", "#0a66c2", 1.90),
        ("#ffcc00", "#ffffff", 1.47),
    ],
)
def test_the_contrast_is_that_of_the_text_and_its_ground(colour, ground, ratio):
    found = boxes(card(colour=colour, ground=ground))
    for box in found:
        assert box.contrast_ratio == pytest.approx(ratio, rel=0.03)
        assert (box.colour, box.ground) == (colour, ground)


def compressed(image, quality):
    return Image.open(io.BytesIO(encoded(image, "JPEG", quality=quality)))


@pytest.mark.parametrize("quality", [75, 85, 95])
@pytest.mark.parametrize(("colour", "ratio"), [("#ffffff", 5.69), ("#5599dd", 1.90)])
def test_the_contrast_is_right_after_compression(quality, colour, ratio):
    found = [
        box for box in boxes(compressed(card(colour=colour), quality)) if box.confidence >= SURE
    ]
    assert sum(box.width for box in found) > 500
    for box in found:
        assert box.contrast_ratio == pytest.approx(ratio, rel=0.1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(30, 17), (60, 34), (24, 60)])
def test_soft_shapes_are_not_surely_text(seed, size):
    image = noise(*size, seed=seed).resize((1200, 675), Image.BICUBIC)
    found = text_regions(pixels(compressed(image, 80)))
    assert all(box.confidence < SURE for box in found or ())


def test_the_contrast_over_a_changing_ground_is_that_of_its_worst_part():
    image = Image.linear_gradient("L").rotate(90).resize((1000, 500)).convert("RGB")
    write(image, "Text that fades away", (150, 200), 70, "#ffffff")
    assert min(box.contrast_ratio for box in boxes(image)) < 2.5


def test_two_lines_are_two():
    image = card(text="The first line here", at=(150, 150))
    write(image, "and the second one", (150, 350), 40, "#ffffff")
    tops = [box.top for box in boxes(image)]
    assert any(top < 250 for top in tops)
    assert any(top > 340 for top in tops)


@pytest.mark.parametrize(
    "image",
    [card(text=""), Image.linear_gradient("L")],
    ids=["plain", "gradient"],
)
def test_no_text_is_found_where_there_is_none(image):
    assert boxes(image) == ()


def test_shapes_are_no_text():
    image = card(text="")
    draw = ImageDraw.Draw(image)
    draw.ellipse((100, 100, 300, 300), fill="white")
    draw.rectangle((500, 150, 900, 400), fill="#ffcc00")
    assert boxes(image) == ()


def test_a_busy_picture_cannot_be_told():
    assert text_regions(pixels(noise(1200, 1200))) is None
    measured = measure_image(pixels(noise(1200, 1200)), kind="png", width=1200, height=1200)
    assert (measured.text_known, measured.text_boxes) == (False, ())


def test_sizes_are_those_of_the_image_and_not_of_the_copy_that_is_measured():
    small = card(600, 300, at=(60, 100), size=40)
    one = measure_image(pixels(small), kind="png", width=600, height=300)
    four = measure_image(pixels(small), kind="png", width=2400, height=1200)
    assert [box.height for box in four.text_boxes] == [4 * box.height for box in one.text_boxes]
    assert [box.left for box in four.text_boxes] == [4 * box.left for box in one.text_boxes]
    assert one.palette == four.palette
