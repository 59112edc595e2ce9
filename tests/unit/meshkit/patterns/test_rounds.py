import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import Iteration, iterate
from tests.support import virtual_time


async def iterated(
    scores: list[float], *, accepts_from: float, revisions: int, same_from: int = 1000
):
    """Runs `iterate` with drafts 1, 2, … whose reviews have these scores.

    From draft `same_from` on nothing changes any more.
    """
    written: list[tuple[int, int | None, float | None]] = []

    async def write(number: int, previous: int | None, verdict: float | None) -> int:
        written.append((number, previous, verdict))
        return number

    async def review(number: int, draft: int) -> float:
        assert number == draft
        return scores[draft - 1]

    made = await iterate(
        write,
        review,
        accepted=lambda score: score >= accepts_from,
        score=lambda score: score,
        revised=lambda draft: draft < same_from,
        revisions=revisions,
    )
    return made, written


async def test_iterate_ends_with_the_first_accepted_draft():
    made, written = await iterated([1, 2, 9, 9], accepts_from=9, revisions=5)
    assert (made.draft, made.verdict, made.accepted, made.rounds) == (3, 9, True, 3)
    assert written == [(1, None, None), (2, 1, 1), (3, 2, 2)]


async def test_iterate_keeps_the_best_round():
    made, written = await iterated([1, 7, 3, 7, 2], accepts_from=9, revisions=4)
    assert (made.draft, made.verdict, made.accepted, made.rounds) == (2, 7, False, 5)
    assert len(written) == 5


async def test_iterate_ends_when_a_revision_changes_nothing():
    made, written = await iterated([5, 7, 6, 8], accepts_from=9, revisions=5, same_from=4)
    assert (made.draft, made.verdict, made.accepted, made.rounds) == (2, 7, False, 3)
    assert len(written) == 4


async def test_iterate_reviews_the_first_draft_whatever_it_says_of_changes():
    made, _ = await iterated([9], accepts_from=9, revisions=5, same_from=1)
    assert (made.accepted, made.rounds) == (True, 1)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8))
async def test_iterate_never_gives_back_less_than_the_best_it_saw(scores):
    made, written = await iterated(list(scores), accepts_from=8, revisions=len(scores) - 1)
    seen = scores[: len(written)]
    assert made.verdict == max(seen)
    assert made.accepted is (max(seen) >= 8)
    assert len(written) == made.rounds <= len(scores)


async def test_iterate_writes_at_least_once():
    with pytest.raises(ValueError, match="revisions"):
        await iterated([1], accepts_from=2, revisions=-1)


class Timed:
    """Writes and reviews that take their time, in a world where waiting takes none."""

    def __init__(self, writes_s: list[float], reviews_s: list[float], scores: list[float]) -> None:
        self.cancelled: list[str] = []
        self._writes_s, self._reviews_s, self._scores = writes_s, reviews_s, scores

    async def write(self, number: int, _previous: int | None, _verdict: float | None) -> int:
        await self._work(f"write {number}", self._writes_s[number - 1])
        return number

    async def review(self, number: int, draft: int) -> float:
        await self._work(f"review {number}", self._reviews_s[number - 1])
        return self._scores[draft - 1]

    async def _work(self, what: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled.append(what)
            raise

    async def iterated(self, within_s: float | None) -> Iteration[int, float | None]:
        return await iterate(
            self.write,
            self.review,
            accepted=lambda score: score >= 9,
            score=lambda score: score,
            revised=lambda _draft: True,
            revisions=len(self._writes_s) - 1,
            within_s=within_s,
        )


def test_iterate_cut_short_in_a_write_gives_the_best_reviewed_draft():
    timed = Timed([10, 10, 10], [5, 5, 5], [7, 3, 9])
    made = virtual_time.run(timed.iterated(35))
    assert made == Iteration(1, 7, accepted=False, rounds=2, cut_short=True)
    assert timed.cancelled == ["write 3"]


def test_iterate_cut_short_in_a_review_counts_what_was_written():
    timed = Timed([10, 10], [5, 5], [7, 9])
    made = virtual_time.run(timed.iterated(28))
    assert made == Iteration(1, 7, accepted=False, rounds=2, cut_short=True)
    assert timed.cancelled == ["review 2"]


def test_iterate_cut_short_before_any_review_gives_the_unreviewed_draft():
    timed = Timed([10], [5], [9])
    made = virtual_time.run(timed.iterated(12))
    assert made == Iteration(1, None, accepted=False, rounds=1, cut_short=True)
    assert timed.cancelled == ["review 1"]


def test_iterate_without_a_draft_in_time_fails():
    timed = Timed([10], [5], [9])
    with pytest.raises(MeshError, match="within 8 s") as raised:
        virtual_time.run(timed.iterated(8))
    assert raised.value.reason == Reason.DEADLINE_EXCEEDED
    assert timed.cancelled == ["write 1"]


@pytest.mark.parametrize("within_s", [None, 31])
def test_iterate_in_time_is_not_cut_short(within_s):
    timed = Timed([10, 10], [5, 5], [7, 9])
    made = virtual_time.run(timed.iterated(within_s))
    assert made == Iteration(2, 9, accepted=True, rounds=2)
    assert timed.cancelled == []


def test_iterate_leaves_a_timeout_around_it_to_whoever_set_it():
    timed = Timed([10, 10], [5, 5], [7, 9])

    async def around() -> bool:
        scope = asyncio.timeout(20)
        with pytest.raises(TimeoutError):
            async with scope:
                await timed.iterated(100)
        return scope.expired()

    assert virtual_time.run(around())
    assert timed.cancelled == ["write 2"]


def test_iterate_cancelled_from_outside_is_cancelled():
    timed = Timed([10, 10], [5, 5], [7, 9])

    async def around() -> None:
        work = asyncio.create_task(timed.iterated(100))
        await asyncio.sleep(20)
        work.cancel()
        await work

    with pytest.raises(asyncio.CancelledError):
        virtual_time.run(around())
    assert timed.cancelled == ["write 2"]


async def test_iterate_does_not_take_a_timeout_inside_it_for_its_own():
    async def write(_number: int, _draft: int | None, _verdict: float | None) -> int:
        raise TimeoutError

    async def review(_number: int, _draft: int) -> float:
        raise AssertionError

    with pytest.raises(TimeoutError):
        await iterate(
            write,
            review,
            accepted=lambda _score: True,
            score=lambda score: score,
            revised=lambda _draft: True,
            revisions=0,
            within_s=100,
        )
