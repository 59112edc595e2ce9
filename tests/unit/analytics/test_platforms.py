import pytest

from analytics.platforms import PLATFORMS, count_characters


def test_facts_are_those_of_the_product():
    facts = {
        name: (
            one.max_characters,
            (one.image_width, one.image_height),
            (one.min_hashtags, one.max_hashtags),
        )
        for name, one in PLATFORMS.items()
    }
    assert facts == {
        "linkedin": (3000, (1200, 627), (3, 5)),
        "twitter": (280, (1200, 675), (1, 2)),
        "facebook": (63_206, (1200, 630), (0, 1)),
        "instagram": (2200, (1080, 1080), (0, 30)),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 280, 280),
        ("é" * 10, 10),
        ("日本", 4),
        ("👨‍👩‍👧", 2),
        ("see https://example.com/" + "x" * 200, 4 + 23),
    ],
)
def test_twitter_weighs_links_emoji_and_scripts(text, expected):
    assert count_characters(text, "twitter") == expected


def test_other_platforms_count_code_points():
    assert count_characters("日本 https://example.com", "linkedin") == 22
