"""What an intruder tries, and what it makes of the answers."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chaos import intruders

ID = f"task_{'0123456789abcdef' * 2}"


@given(choose=st.randoms())
def test_a_resembling_id_is_never_the_victims(choose: random.Random) -> None:
    made = intruders._mutated(ID, choose)
    assert made
    assert made != ID


def test_resembling_ids_are_of_many_kinds() -> None:
    choose = random.Random(1)  # noqa: S311 (nothing here is a secret)
    made = {intruders._mutated(ID, choose) for _ in range(300)}
    assert len(made) > 50
    assert {f"{ID}:events", f"task:{{{ID}}}", "task_*"} <= made


def test_answers_are_compared_without_what_differs_by_itself() -> None:
    other = f"task_{'f' * 32}"
    told = 'no {} (trace 4bf92f3577b34da6a3ce929d0e0e4736, {{"retry": 1}})'
    assert intruders._plain(told.format(ID), ID) == intruders._plain(
        told.format(other).replace("4bf92f35", "00000000"), other
    )
    assert intruders._plain("no such task", ID) != intruders._plain("not your task", ID)
