"""How long tasks and their steps really take: running medians in Redis, a tenant's own and all's.

A median moves towards each new value by a tenth of itself (a stochastic quantile estimate on the
logarithm), so that one number is all there is to keep and old loads are forgotten. Steps are kept
as the ratio of what they took to what their plan had estimated from the size of the input, so that
a large request is not judged by small ones; whole tasks, for those still waiting, in milliseconds.
"""

import math
from typing import Final

from meshkit.redis import Redis, Script, as_mapping
from meshkit.tasks import keys

_GAIN: Final = math.log1p(0.1)
_TASK: Final = "task"
"""Field of the whole task's median; no step has this name."""

_LEARN: Final = Script.load("meshkit.tasks.scripts", "learn.lua")


async def learn_step(redis: Redis, tenant_id: str, job: str, step: str, ratio: float) -> None:
    """Takes a step into the medians.

    Args:
        redis: Where they are.
        tenant_id: Whose task it was.
        job: Its job.
        step: The step.
        ratio: What it took divided by what its plan had estimated.
    """
    await _learn(redis, tenant_id, job, step, ratio)


async def learn_task(redis: Redis, tenant_id: str, job: str, milliseconds: float) -> None:
    """Takes the working time of a whole task into the medians."""
    await _learn(redis, tenant_id, job, _TASK, milliseconds)


async def step_ratios(redis: Redis, tenant_id: str, job: str) -> dict[str, float]:
    """The median ratio of each step, the tenant's own before all's."""
    everybody = as_mapping(await redis.execute("HGETALL", keys.durations(job)))
    own = as_mapping(await redis.execute("HGETALL", keys.durations(job, tenant_id)))
    medians = {field.decode(): float(value) for field, value in {**everybody, **own}.items()}
    medians.pop(_TASK, None)
    return medians


async def expected_task_ms(redis: Redis, tenant_id: str, job: str) -> int:
    """The median working time of a whole task, the tenant's own before all's; 0 when unknown."""
    own = await redis.execute("HGET", keys.durations(job, tenant_id), _TASK)
    known = own or await redis.execute("HGET", keys.durations(job), _TASK)
    return round(float(known)) if isinstance(known, bytes) else 0


async def _learn(redis: Redis, tenant_id: str, job: str, field: str, value: float) -> None:
    for key in (keys.durations(job), keys.durations(job, tenant_id)):
        await redis.run(_LEARN, [key], [field, f"{value:.6f}", f"{_GAIN:.6f}"])
