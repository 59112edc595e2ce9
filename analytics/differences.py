"""What the better half of the posts does differently, and whether it could be chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.evidence import Difference
from analytics.statistics import cliffs_delta, holm, permutation_p_value
from analytics.traits import COVERAGE, TRAITS, Quantity, Sample, YesNo

MIN_FOR_DIFFERENCES: Final = 4
_MIN_GROUP: Final = 2
_SMALL: Final = 0.33
_LEVEL: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Compared:
    """One trait of the two groups, with the values of those posts where it could be measured."""

    trait: YesNo | Quantity
    better: list[float]
    rest: list[float]
    p_value: float


def find_differences(taken: Sequence[Sample]) -> tuple[Difference, ...]:
    """Compare the better half with the rest in every trait.

    Args:
        taken: The measured distinct posts.

    Returns:
        Differences whose effect is more than small (|Cliff's delta| of at least 0.33, Romano et
        al. 2006), the largest first; none for fewer than 4 posts or when all did equally well.
        A trait must be measured on 2 posts a group and on 60 % of all.
        Each sentence weighs its p value against the number of traits compared (Holm 1979).
    """
    better = [one for one in taken if one.post.better_half]
    rest = [one for one in taken if not one.post.better_half]
    if len(taken) < MIN_FOR_DIFFERENCES or not better or not rest:
        return ()
    compared = []
    for trait in TRAITS:
        first, second = values_of(trait, better), values_of(trait, rest)
        known = len(first) + len(second)
        enough = min(len(first), len(second)) >= _MIN_GROUP and known >= COVERAGE * len(taken)
        if enough and len({*first, *second}) > 1:
            compared.append(_Compared(trait, first, second, permutation_p_value(first, second)))
    corrected = holm([one.p_value for one in compared])
    found = [
        _difference(one, adjusted, len(compared))
        for one, adjusted in zip(compared, corrected, strict=True)
    ]
    worth = [one for one in found if abs(one.effect) >= _SMALL]
    return tuple(sorted(worth, key=lambda one: (-abs(one.effect), one.p_value, one.trait)))


def values_of(trait: YesNo | Quantity, taken: Sequence[Sample]) -> list[float]:
    """Return the trait of each sample as a number (yes is 1), those left out that have no value."""
    return [value for one in taken if (value := value_of(trait, one)) is not None]


def value_of(trait: YesNo | Quantity, one: Sample) -> float | None:
    """Return the trait of a sample as a number (yes is 1), None when it cannot be told."""
    value = trait.test(one) if isinstance(trait, YesNo) else trait.value(one)
    return None if value is None else float(value)


def _difference(one: _Compared, corrected: float, traits: int) -> Difference:
    """Put a comparison into words."""
    better = sum(one.better) / len(one.better)
    rest = sum(one.rest) / len(one.rest)
    if isinstance(one.trait, YesNo):
        has, has_not = round(sum(one.better)), round(sum(one.rest))
        what = (
            f"{has or 'None'} of the {len(one.better)} better examples ({100 * better:.0f} %) "
            f"{one.trait.verb}, against {has_not or 'none'} of the other {len(one.rest)} "
            f"({100 * rest:.0f} %)"
        )
    else:
        what = (
            f"The {len(one.better)} better examples {one.trait.average.format(f'{better:.3g}')}, "
            f"against {rest:.3g} for the other {len(one.rest)}"
        )
    name = one.trait.name
    return Difference(
        trait=name,
        sentence=f"{what}: {_weigh(one.p_value, corrected, traits)}.",
        better=better,
        rest=rest,
        better_size=len(one.better),
        rest_size=len(one.rest),
        effect=cliffs_delta(one.better, one.rest),
        p_value=one.p_value,
    )


def _weigh(p_value: float, corrected: float, traits: int) -> str:
    """Say how far chance explains a difference."""
    if corrected < _LEVEL:
        weighed = f"{corrected:.2g} for {traits} traits compared"
        return f"more than chance gives (p = {p_value:.2g}, {weighed})"
    if p_value < _LEVEL:
        return f"a hint, not a proof (p = {p_value:.2g}, but {traits} traits were compared)"
    return f"not more than chance can give (p = {p_value:.2g})"
