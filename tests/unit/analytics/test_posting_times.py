from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from analytics.posting_times import DAYS, TimedPost, posting_times

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


def posts(count=300, *, boost=1.0, trend=0.0):
    """Posts at all hours whose engagement is `boost` times as high at 18:00 to 20:59."""
    generator = np.random.default_rng(7)
    found = []
    for k in range(count):
        moment = START + timedelta(hours=11 * k)
        level = 100 * (1 + trend * k) * generator.lognormal(0, 0.3)
        found.append(
            TimedPost(moment, round(level * (boost if 18 <= moment.hour < 21 else 1)), "facebook")
        )
    return found


def test_a_good_time_is_found_and_named_as_a_range():
    found = posting_times(posts(boost=2))
    assert found.best_times == ("18:00-21:00",)
    assert found.hours[19].value > 20
    assert found.hours[19].low > 0
    assert found.hours[19].low < found.hours[19].value < found.hours[19].high
    assert [bucket.label for bucket in found.days] == list(DAYS)
    assert sum(bucket.count for bucket in found.hours) == found.sample_size == 300
    assert "no cause is claimed" in found.basis


def test_chance_is_no_best_time():
    found = posting_times(posts())
    assert found.best_times == found.best_days == ()
    assert "every interval reaches 0" in found.basis
    assert all(abs(bucket.value) < 10 for bucket in (*found.hours, *found.days))


def test_growth_is_no_best_time():
    assert posting_times(posts(trend=0.05)).best_times == ()


def test_multiplied_engagement_and_another_order_change_nothing_to_speak_of():
    given = posts(boost=2)
    assert posting_times(given[100:] + given[:100][::-1]) == posting_times(given)
    doubled = [TimedPost(p.published, 2 * p.interactions, p.kind) for p in given]
    assert posting_times(doubled).best_times == posting_times(given).best_times


def test_times_are_given_in_utc():
    zone = timezone(timedelta(hours=5))
    moved = [
        TimedPost(p.published.astimezone(zone), p.interactions, p.kind) for p in posts(boost=2)
    ]
    assert posting_times(moved) == posting_times(posts(boost=2))


def test_platforms_are_compared_within_themselves():
    given = [
        TimedPost(p.published, p.interactions * (50 if p.published.hour >= 12 else 1),
                  "instagram" if p.published.hour >= 12 else "linkedin")
        for p in posts()
    ]  # fmt: skip
    assert posting_times(given).best_times == ()


@pytest.mark.parametrize("count", [0, 1, 49])
def test_too_few_posts_are_refused(count):
    found = posting_times(posts(count))
    assert (found.sample_size, found.hours, found.days) == (count, (), ())
    assert "at least 50" in found.basis


def test_posts_that_all_did_alike_tell_nothing():
    found = posting_times([TimedPost(p.published, 5) for p in posts()])
    assert found.hours == ()
    assert "equally well" in found.basis
