"""How far texts and times tell which of two posts did better."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.better_posts import OwnPost, compare_pairs, folds_of, pairs_told

START = datetime(2026, 1, 5, tzinfo=UTC)
GOOD = ("Our puppies learned to swim today", "Look at this puppy asleep", "A puppy found a home")
BAD = (
    "Quarterly figures are out",
    "The quarterly report on figures",
    "New figures for the quarter",
)


def posts(count=80, *, telling=True):
    """Posts on puppies or on figures; those on puppies did ten times better if `telling`."""
    generator = np.random.default_rng(3)
    found = []
    for k in range(count):
        good = bool(generator.integers(2))
        text = f"{(GOOD if good else BAD)[k % 3]}, number {k}"
        level = 1000 if good and telling else 100
        found.append(
            OwnPost(
                text, START + timedelta(hours=31 * k), round(level * generator.lognormal(0, 0.6))
            )
        )
    return found


def test_texts_that_tell_are_found_to():
    told = pairs_told(posts(), "en")
    assert told.share > 0.75
    assert 0.5 < told.low < told.share < told.high <= 1
    assert told.pairs > 100


def test_texts_that_tell_nothing_are_near_chance():
    told = pairs_told(posts(telling=False), "en")
    assert told.low < 0.5 < told.high


@pytest.mark.parametrize("language", ["en", "pt"])
def test_order_and_a_multiple_of_all_counts_change_nothing(language):
    given = posts()
    told = pairs_told(given, language)
    assert pairs_told(given[40:] + given[:40][::-1], language) == told
    doubled = pairs_told([replace(p, interactions=2 * p.interactions) for p in given], language)
    assert (doubled.share, doubled.pairs) == (told.share, told.pairs)


def test_copies_of_a_text_are_dealt_to_the_same_fold():
    given = posts(20)
    copies = [replace(p, text=f"  {p.text.upper()} ") for p in given]
    folds = folds_of([*given, *copies])
    assert list(folds[:20]) == list(folds[20:])
    assert set(folds) == set(range(5))


def test_a_tie_counts_half():
    given = [OwnPost("a", START, 10), OwnPost("b", START, 1)]
    told = compare_pairs(given, np.zeros(2), np.zeros(2, dtype=np.intp))
    assert (told.share, told.pairs) == (0.5, 1)


def test_too_few_posts_and_posts_that_all_did_alike_tell_nothing():
    assert pairs_told(posts(49), "en") is None
    assert pairs_told([replace(p, interactions=7) for p in posts()], "en") is None
    assert pairs_told([replace(p, interactions=0) for p in posts()], "en") is None
