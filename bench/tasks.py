"""Whole tasks: started, and waited for to their end, as a client does it."""

import asyncio
import json
import time
from collections import Counter

from bench.load import AnswerError, Pool, Request, Sample, get

_FINAL = frozenset({"completed", "failed", "cancelled"})
_WAIT_S = 20


async def run_one(pool: Pool, start: Request, *, key: str) -> tuple[str, str]:
    """Starts a task and polls until it is final, each poll held until something changes.

    Args:
        pool: Has a connection to spare.
        start: The request that starts it.
        key: For the polls.

    Returns:
        Its id and its last status.

    Raises:
        AnswerError: when an answer is no 200.
    """
    task = await _json(pool, start)
    task_id = str(task["task_id"])
    poll = get(f"/api/generate-skill/status/{task_id}?wait_seconds={_WAIT_S}", key)
    while task["status"] not in _FINAL:
        task = await _json(pool, poll)
    return task_id, str(task["status"])


async def closed_loop(
    pool: Pool, start: Request, *, key: str, workers: int, seconds: float
) -> Sample:
    """Runs tasks one after another in each worker; begins none after `seconds`.

    Latency is from the start of a task to the answer that says it is completed; a task that ends
    otherwise counts as failed.
    """
    latencies: list[float] = []
    outcomes: Counter[str] = Counter()
    clock = time.perf_counter
    started = clock()

    async def work() -> None:
        while (begun := clock()) - started < seconds:
            try:
                _, outcome = await run_one(pool, start, key=key)
            except (AnswerError, OSError):
                outcome = "unanswered"
            outcomes[outcome] += 1
            if outcome == "completed":
                latencies.append(clock() - begun)

    await asyncio.gather(*(work() for _ in range(workers)))
    failures = outcomes.total() - outcomes["completed"]
    return Sample(latencies, failures, clock() - started)


async def _json(pool: Pool, request: Request) -> dict[str, object]:
    answer = await pool.send(request)
    if answer.status != 200:
        raise AnswerError(f"HTTP {answer.status}: {answer.body.decode(errors='replace')}")
    content: dict[str, object] = json.loads(answer.body)
    return content
