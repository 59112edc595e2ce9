import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.patterns import iterate


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
