"""Whole tasks: started, and waited for to their end, as a client does it."""

import asyncio
import json
import time
from collections import Counter

from bench.load import AnswerError, Pool, Request, Sample, get

_FINAL = frozenset({"completed", "failed", "cancelled"})
_WAIT_S = 20


async def run_one(pool: Pool, start: Request, *, key: str, poll_s: float = 0.0) -> tuple[str, str]:
    """Starts a task and polls until it is final.

    Args:
        pool: Has a connection to spare.
        start: The request that starts it.
        key: For the polls.
        poll_s: Seconds between polls; 0 has each poll held until something changes.

    Returns:
        Its id and its last status.

    Raises:
        AnswerError: when an answer is no 200.
    """
    task = await _json(pool, start)
    task_id = str(task["task_id"])
    held = "" if poll_s else f"?wait_seconds={_WAIT_S}"
    poll = get(f"/api/generate-skill/status/{task_id}{held}", key)
    while task["status"] not in _FINAL:
        if poll_s:
            await asyncio.sleep(poll_s)
        task = await _json(pool, poll)
    return task_id, str(task["status"])


async def closed_loop(
    pool: Pool, start: Request, *, key: str, workers: int, seconds: float, poll_s: float = 0.0
) -> Sample:
    """Runs tasks one after another in each worker; begins none after `seconds`.

    Latency is from the start of a task to the answer that says it is completed; a task that ends
    otherwise counts as failed.

    Args:
        pool: At least as many connections as workers.
        start: The request that starts a task.
        key: For the polls.
        workers: Tasks at once.
        seconds: How long to begin tasks.
        poll_s: As of `run_one`.
    """
    latencies: list[float] = []
    outcomes: Counter[str] = Counter()
    clock = time.perf_counter
    started = clock()

    async def work() -> None:
        while (begun := clock()) - started < seconds:
            try:
                _, outcome = await run_one(pool, start, key=key, poll_s=poll_s)
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
