import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import iterate, parallel, retrying


async def test_parallel_keeps_the_order_and_collects_failures():
    async def step(number: int) -> int:
        # Later ones finish first.
        for _ in range(5 - number):
            await asyncio.sleep(0)
        if number % 2:
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, f"no {number}")
        return number * 10

    outcomes = await parallel(step, [0, 1, 2, 3, 4], limit=5)
    assert outcomes.results == [(0, 0), (2, 20), (4, 40)]
    assert [(item, error.message) for item, error in outcomes.failures] == [
        (1, "no 1"),
        (3, "no 3"),
    ]


@pytest.mark.parametrize("limit", [1, 3])
async def test_parallel_runs_no_more_than_the_limit_at_once(limit):
    running, most = 0, 0

    async def step(_: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await parallel(step, range(10), limit=limit)
    assert most == limit


async def test_parallel_ends_with_a_bug():
    cancelled = asyncio.Event()

    async def step(number: int) -> None:
        if number == 0:
            await asyncio.sleep(0)
            raise KeyError("bug")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(ExceptionGroup) as raised:
        await parallel(step, [0, 1], limit=2)
    assert raised.group_contains(KeyError)
    assert cancelled.is_set()


async def test_parallel_of_nothing():
    async def step(_: int) -> None:
        raise AssertionError

    outcomes = await parallel(step, [], limit=1)
    assert (outcomes.results, outcomes.failures) == ([], [])


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


class Retried:
    """Runs `retrying` on an attempt that raises these errors one after another, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.pauses: list[float] = []
        self.told: list[tuple[int, str, float]] = []
        self.attempts: list[int] = []
        self._errors = list(errors)

    async def attempt(self, number: int) -> str:
        self.attempts.append(number)
        if self._errors:
            raise self._errors.pop(0)
        return "done"

    async def failed(self, number: int, error: MeshError, pause_s: float) -> None:
        self.told.append((number, str(error.reason), pause_s))

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def run(self, attempts: int = 4) -> str:
        return await retrying(self.attempt, attempts=attempts, failed=self.failed, sleep=self.sleep)


async def test_retrying_waits_longer_each_time():
    errors = [MeshError(Reason.DEADLINE_EXCEEDED, "late")] * 8
    retried = Retried(*errors)
    assert await retried.run(attempts=9) == "done"
    assert retried.attempts == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [pause for _, _, pause in retried.told] == retried.pauses
    for pause, middle in zip(retried.pauses[:4], (2, 4, 8, 16), strict=True):
        assert 0.75 * middle <= pause <= 1.25 * middle
    assert all(22 <= pause <= 30 for pause in retried.pauses[4:])


@pytest.mark.parametrize("asked_s", [7.0, 45.0])
async def test_retrying_never_comes_back_before_it_may(asked_s):
    for _ in range(20):
        retried = Retried(MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=asked_s))
        await retried.run()
        assert retried.pauses == [asked_s]


async def test_retrying_gives_up_with_the_last_error():
    errors = [MeshError(Reason.UPSTREAM_UNAVAILABLE, f"{n}") for n in range(4)]
    retried = Retried(*errors)
    with pytest.raises(MeshError, match="3"):
        await retried.run(attempts=4)
    assert len(retried.told) == len(retried.pauses) == 3


@pytest.mark.parametrize(
    "error", [MeshError(Reason.INVALID_ARGUMENT, "x"), MeshError(Reason.INTERNAL, "x"), KeyError()]
)
async def test_retrying_does_not_repeat_what_cannot_pass(error):
    retried = Retried(error)
    with pytest.raises(type(error)):
        await retried.run()
    assert retried.attempts == [1]
    assert retried.pauses == []
