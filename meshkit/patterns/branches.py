"""The parallel pattern: many branches of one step, and what came of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from meshkit.errors import Detail, MeshError
from meshkit.patterns import pace
from meshkit.redis import RedisAwayError

In = TypeVar("In")
Out = TypeVar("Out")

_LISTED_MAX: Final = 10
"""Failures that the error of a missed quorum lists; an error must fit into the metadata of gRPC."""
_MESSAGE_MAX: Final = 200
"""Characters of each of their messages."""


class NotNowError(Exception):
    """A step was not begun, because its task is to rest: nothing has failed.

    Whoever runs steps raises a class of this. `parallel` then begins no further branch, lets those
    at work come to their end, and raises the first of these errors.
    """


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[In, Out]):
    """What came of a parallel run.

    Attributes:
        results: Input and result of each branch that succeeded, in the order of the inputs.
        failures: Input and error of each branch that failed, in the order of the inputs.
    """

    results: list[tuple[In, Out]]
    failures: list[tuple[In, MeshError]]

    @property
    def partial(self) -> bool:
        """Whether what builds on the results rests on part of the inputs: `failures` says which."""
        return bool(self.failures)


async def parallel(
    step: Callable[[In], Awaitable[Out]],
    inputs: Sequence[In],
    *,
    limit: int,
    quorum: int = 1,
    missed: Callable[[In, MeshError], None] | None = None,
    success: str = "parts succeeded",
) -> Outcomes[In, Out]:
    """Runs a step on every input and waits for all; a `MeshError` fails its branch alone.

    A rate limit (RATE_LIMITED, OVERLOADED) met by a branch, or by anything inside it, halves how
    many run at once and holds new starts for as long as it asks for; `limit` successes without
    another let one more run, up to `limit`.

    Args:
        step: What to do with each input.
        inputs: The inputs; they are begun in this order.
        limit: How many branches run at once at most, at least 1.
        quorum: How many must succeed, all of them when there are fewer inputs.
        missed: Told of each input whose branch failed, in their order, once the quorum is met: what
            builds on the results is then partial. It may raise the error instead.
        success: Of what an error says how many there were, as in "None of 3 parts succeeded".

    Raises:
        MeshError: the first failure, in the order of the inputs, when fewer than `quorum`
            succeeded. Of several inputs its message says how many succeeded; its details list
            `failures`, of which there may be more than 10.
        RedisAwayError: at once; it says nothing about a branch.
        NotNowError: when a branch raised it, after those at work have ended.
        Exception: any other is a bug and cancels the rest.
    """
    outcomes: Outcomes[In, Out] = Outcomes([], [])
    for item, outcome in zip(inputs, await _settled(step, inputs, limit), strict=True):
        if isinstance(outcome, MeshError):
            outcomes.failures.append((item, outcome))
        else:
            outcomes.results.append((item, outcome))
    needed = min(quorum, len(inputs))
    if len(outcomes.results) < needed:
        errors = [error for _, error in outcomes.failures]
        raise _missed(errors, len(outcomes.results), needed, success)
    if missed is not None:
        for item, error in outcomes.failures:
            missed(item, error)
    return outcomes


async def _settled(
    step: Callable[[In], Awaitable[Out]], inputs: Sequence[In], limit: int
) -> list[Out | MeshError]:
    """What came of each input, in their order."""
    settled: dict[int, Out | MeshError] = {}
    held: list[NotNowError] = []
    shared = pace.Pace(limit)

    async def branch(index: int) -> None:
        place = pace.Place(shared)
        place.occupy()
        since = shared.tick()
        try:
            settled[index] = await step(inputs[index])
            shared.succeeded()
        except RedisAwayError:
            raise
        except MeshError as error:
            pace.tell(error, since)
            settled[index] = error
        except NotNowError as error:
            held.append(error)
            starting.cancel()
        finally:
            place.leave()

    async def start() -> None:
        for index in range(len(inputs)):
            await shared.enter()
            group.create_task(branch(index))

    try:
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(start())
    except ExceptionGroup as raised:
        # Whoever catches one of them knows it by its own type, however deep it was nested.
        raise raised.exceptions[0] from raised
    if held:
        raise held[0]
    return [settled[index] for index in range(len(inputs))]


def _missed(failures: Sequence[MeshError], succeeded: int, needed: int, success: str) -> MeshError:
    """The error of a missed quorum: the first failure, with what became of all."""
    first = failures[0]
    total = succeeded + len(failures)
    message = first.message
    if total > 1:
        told = f"{succeeded} of {total} {success}, {needed} are needed; the first that failed"
        if not succeeded:
            told = f"None of {total} {success}; the first"
        message = f"{told}: {first.message}"
    listed: list[Detail] = [
        {"code": str(error.reason), "message": error.message[:_MESSAGE_MAX]}
        for error in failures[:_LISTED_MAX]
    ]
    passing = [error for error in failures if error.retryable]
    return MeshError(
        first.reason,
        message,
        details={
            **first.details,
            "succeeded": succeeded,
            "needed": needed,
            "failed": len(failures),
            "failures": listed,
        },
        retry_after_s=max(
            (error.retry_after_s for error in passing if error.retry_after_s is not None),
            default=None,
        ),
        violations=first.violations,
        # Another try helps when enough of them may then succeed.
        retryable=succeeded + len(passing) >= needed,
    )
