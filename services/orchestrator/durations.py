"""How long the steps of a job really take: a running median a step, kept in Redis.

The median moves towards each new duration by a tenth of itself (a stochastic quantile estimate on
the logarithm), so that one value a step is all there is to keep and old loads are forgotten.
"""

import math
from typing import Final

from meshkit.auth.keys import as_mapping
from meshkit.redis import Redis, Script
from meshkit.tasks import keys

_GAIN: Final = 0.1

_LEARN: Final = Script.of(
    """
    local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
    local seen = tonumber(ARGV[2])
    local new = seen
    if old then new = old * math.exp(seen > old and ARGV[3] or -ARGV[3]) end
    -- The step towards a value never goes past it.
    if old and ((seen > old and new > seen) or (seen < old and new < seen)) then new = seen end
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.1f', new))
    return 1
    """
)


async def learn(redis: Redis, job: str, step: str, milliseconds: float) -> None:
    """Takes a duration into the running median of a step."""
    seen = max(1.0, milliseconds)
    await redis.run(_LEARN, [keys.durations(job)], [step, f"{seen:.1f}", math.log1p(_GAIN)])


async def known(redis: Redis, job: str) -> dict[str, float]:
    """The running medians of a job's steps, in milliseconds."""
    stored = as_mapping(await redis.execute("HGETALL", keys.durations(job)))
    return {step.decode(): float(value) for step, value in stored.items()}
