"""What a program in the sandbox may call besides the language: statistics on lists of numbers.

They run outside the interpreter of the sandbox, in the process that holds it, so each refuses lists
that are longer than `ITEMS_MAX` and everything that is no finite number.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

ITEMS_MAX: Final = 100_000


def _numbers(values: object, least: int = 1) -> list[float]:
    if not isinstance(values, list | tuple):
        raise TypeError("a list of numbers is needed")
    if not least <= len(values) <= ITEMS_MAX:
        raise ValueError(f"the list must have {least} to {ITEMS_MAX} numbers")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError("a list of numbers is needed")
    try:
        numbers = [float(value) for value in values]
    except OverflowError as error:
        raise ValueError("the list holds a number that is too large") from error
    if not all(map(math.isfinite, numbers)):
        raise ValueError("the list holds what is no finite number")
    return numbers


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return statistics.fmean(_numbers(values))


def median(values: Sequence[float]) -> float:
    """The median; between the two in the middle of an even number of values."""
    return statistics.median(_numbers(values))


def stdev(values: Sequence[float]) -> float:
    """The sample standard deviation, of two numbers or more."""
    return statistics.stdev(_numbers(values, 2))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share, 0 to 1, of the values lie, interpolated linearly."""
    numbers = sorted(_numbers(values))
    (place,) = _numbers([share])
    if not 0 <= place <= 1:
        raise ValueError("the share must lie between 0 and 1")
    at = place * (len(numbers) - 1)
    low = math.floor(at)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (at - low) * (numbers[high] - numbers[low])


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's correlation of two lists of the same length, neither of them constant."""
    return statistics.correlation(_numbers(first, 2), _numbers(second, 2))


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = MappingProxyType(
    {function.__name__: function for function in (mean, median, stdev, quantile, correlation)}
)
"""The functions by the names that programs call them by."""
