"""How long tasks and their steps really take: running medians in Redis, a tenant's own and all's.

A median moves towards each new value by a tenth of itself (a stochastic quantile estimate on the
logarithm), so that one number is all there is to keep and old loads are forgotten. Steps are kept
as the ratio of what they took to what their plan had estimated from the size of the input, so that
a large request is not judged by small ones. Whole tasks, for those still waiting, are kept twice:
in milliseconds, and in milliseconds by the size of the request (`size_kib`).
"""

import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from meshkit.redis import Redis, Script, as_mapping
from meshkit.tasks import keys

_GAIN: Final = math.log1p(0.1)
_TASK: Final = "task"
"""Field of the whole task's median in milliseconds; no step has this name."""
_TASK_BY_SIZE: Final = "task/kib"
"""Field of the median of its milliseconds by `size_kib`; no step has this name."""
_FIXED_KIB: Final = 1.0
"""What a request costs whatever is in it, such as planning and writing a report, as a size."""
_BELIEVED_S: Final = 5.0
"""How long medians that were read are believed: they move slowly."""
_LEARN_EVERY_S: Final = 1.0
"""Between two tasks of one tenant and job that are learned from: a median needs no more of them."""
_CACHE_MAX: Final = 10_000

_LEARN: Final = Script.load("meshkit.tasks.scripts", "learn.lua")


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a task may take; zeros when unknown.

    Attributes:
        task_ms: This task, by the size of its request.
        usual_ms: Another of its job.
    """

    task_ms: int
    usual_ms: int


@dataclass(frozen=True, slots=True)
class Whole:
    """What a whole task has taken.

    Attributes:
        task_ms: Its working time.
        request_bytes: Size of its serialized request.
    """

    task_ms: float
    request_bytes: int


def size_kib(request_bytes: int) -> float:
    """By which the times of tasks of different requests compare: a fixed share and the bytes."""
    return _FIXED_KIB + request_bytes / 1024


class Durations:
    """The medians, a tenant's own before all's.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._learned_at: dict[tuple[str, str], float] = {}
        self._cache: OrderedDict[tuple[str, str], tuple[float, Mapping[str, float]]] = OrderedDict()

    async def step_ratios(self, tenant_id: str, job: str) -> dict[str, float]:
        """The median ratio of each step: what it took, divided by what its plan had estimated."""
        medians = await self._medians(tenant_id, job)
        whole = (_TASK, _TASK_BY_SIZE)
        return {step: ratio for step, ratio in medians.items() if step not in whole}

    async def expected_task(self, tenant_id: str, job: str, request_bytes: int) -> Expected:
        """The median working time of a whole task, of its size and of any."""
        medians = await self._medians(tenant_id, job)
        usual_ms = medians.get(_TASK, 0.0)
        by_size = medians.get(_TASK_BY_SIZE, 0.0)
        # Nothing by size yet: tasks were learned from before sizes were.
        task_ms = by_size * size_kib(request_bytes) if by_size else usual_ms
        return Expected(task_ms=round(task_ms), usual_ms=round(usual_ms))

    async def learn(
        self, tenant_id: str, job: str, ratios: Mapping[str, float], whole: Whole | None
    ) -> None:
        """Takes what a task has taken into the medians; one task a second of each job is enough.

        Args:
            tenant_id: Whose task it was.
            job: Its job.
            ratios: For each of its steps, what it took divided by what its plan had estimated.
            whole: What the whole task has taken; None when it was not watched as a whole.
        """
        learned = dict(ratios)
        if whole is not None:
            learned[_TASK] = whole.task_ms
            learned[_TASK_BY_SIZE] = whole.task_ms / size_kib(whole.request_bytes)
        now = time.monotonic()
        if not learned or now - self._learned_at.get((tenant_id, job), -math.inf) < _LEARN_EVERY_S:
            return
        if len(self._learned_at) >= _CACHE_MAX:
            self._learned_at.clear()
        self._learned_at[tenant_id, job] = now
        seen = [part for field, value in learned.items() for part in (field, f"{value:.6f}")]
        for key in (keys.durations(job), keys.durations(job, tenant_id)):
            await self._redis.run(_LEARN, [key], [f"{_GAIN:.6f}", *seen])

    async def _medians(self, tenant_id: str, job: str) -> Mapping[str, float]:
        now = time.monotonic()
        read_at, medians = self._cache.get((tenant_id, job), (-math.inf, {}))
        if now - read_at < _BELIEVED_S:
            return medians
        everybody, own = await self._redis.pipeline(
            ("HGETALL", keys.durations(job)), ("HGETALL", keys.durations(job, tenant_id))
        )
        found = {**as_mapping(everybody), **as_mapping(own)}
        medians = {field.decode(): float(value) for field, value in found.items()}
        self._cache[tenant_id, job] = (now, medians)
        self._cache.move_to_end((tenant_id, job))
        while len(self._cache) > _CACHE_MAX:
            self._cache.popitem(last=False)
        return medians
