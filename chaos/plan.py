"""What is done to the mesh and what its clients do: drawn from a seed, the same every time."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rig import steering

_KILLS: Final[Mapping[str, float]] = {
    "orchestrator": 0.40,
    "gateway": 0.20,
    "envoy": 0.08,
    "planning": 0.08,
    "research": 0.08,
    "coder": 0.08,
    "reporter": 0.08,
}
"""How the kills of others than Redis are shared out; each gets one at least."""
_AT_ONCE: Final = 0.15
"""How often a strike comes together with the next ones."""
_FREEZES_PER_KILL: Final = 1 / 12
_REDIS_FREEZES_PER_KILL: Final = 1 / 25
_RESETS_PER_KILL: Final = 1 / 10
_PAST_LEASE_S: Final = 3.0

_BEHAVIOURS: Final[Mapping[str, float]] = {
    "poll": 0.46,
    "watch_sse": 0.16,
    "watch_grpc": 0.08,
    "cancel": 0.08,
    "pause": 0.14,
    "retry": 0.08,
}
_NAMES: Final[Mapping[str, float]] = {"plain": 0.90, steering.FLAKY: 0.06, steering.FAIL: 0.04}
_IMPATIENT: Final = 0.25
Receives = Literal["", "well", "fails", "hangs_up"]
"""How a webhook of a task is received at first; "" for a task that has none."""
_RECEIVES: Final[Mapping[Receives, float]] = {
    "": 0.50,
    "well": 0.40,
    "fails": 0.05,
    "hangs_up": 0.05,
}


@dataclass(frozen=True, slots=True)
class Strike:
    """One thing done to the mesh.

    Attributes:
        kind: "kill", "freeze" or "reset".
        target: The process; for "reset", whose connections are cut: always "redis".
        lasts_s: How long a process stays frozen; 0 for the others.
    """

    kind: str
    target: str
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Blow:
    """Strikes that come together.

    Attributes:
        pause_s: Time since the blow before.
        strikes: What is done, all at once.
    """

    pause_s: float
    strikes: Sequence[Strike]


@dataclass(frozen=True, slots=True)
class Script:
    """What the client of one task does.

    Attributes:
        number: The task's number in the run.
        tenant: Index of the tenant.
        name: The name that steers the rig's agents.
        behaviour: "poll", "watch_sse", "watch_grpc", "cancel", "pause" or "retry".
        gives_up_s: After how long the first start is broken off, unanswered; None for never.
        seed: For what it chooses on the way.
        receives: How the webhooks of the task are received at first.
    """

    number: int
    tenant: int
    name: str
    behaviour: str
    gives_up_s: float | None
    seed: str
    receives: Receives = ""


def blows(
    seed: int,
    *,
    kills: int,
    redis_kills: int,
    seconds: float,
    lease_s: float,
    replicas: Mapping[str, int],
) -> list[Blow]:
    """The attack.

    Args:
        seed: Of all choices.
        kills: Processes to kill, those of Redis included.
        redis_kills: How many of them are of Redis.
        seconds: How long the attack lasts, about.
        lease_s: Orchestrators are frozen for longer than this.
        replicas: Processes of each service, where it has other than one.
    """
    choose = random.Random(f"blows {seed}")  # noqa: S311 (nothing here is a secret)

    def replica(service: str) -> str:
        number = choose.randint(1, replicas.get(service, 1))
        return service if number == 1 else f"{service}-{number}"

    strikes = [Strike("kill", "redis") for _ in range(redis_kills)]
    for service, count in _shares(_KILLS, kills - redis_kills).items():
        strikes += [Strike("kill", replica(service)) for _ in range(count)]
    for _ in range(max(1, round(kills * _FREEZES_PER_KILL))):
        strikes.append(Strike("freeze", replica("orchestrator"), lease_s + _PAST_LEASE_S))
    for _ in range(max(1, round(kills * _REDIS_FREEZES_PER_KILL))):
        strikes.append(Strike("freeze", "redis", choose.uniform(1.0, 4.0)))
    strikes += [Strike("reset", "redis") for _ in range(max(1, round(kills * _RESETS_PER_KILL)))]
    choose.shuffle(strikes)
    grouped: list[list[Strike]] = []
    while strikes:
        together = choose.randint(2, 4) if choose.random() < _AT_ONCE else 1
        grouped.append(strikes[:together])
        del strikes[:together]
    mean_s = seconds / len(grouped)
    return [Blow(mean_s * choose.uniform(0.4, 1.6), group) for group in grouped]


def script(seed: int, number: int, *, tenants: int) -> Script:
    """What the client of the task of a number does."""
    choose = random.Random(f"script {seed} {number}")  # noqa: S311
    behaviour = choose.choices(list(_BEHAVIOURS), list(_BEHAVIOURS.values()))[0]
    return Script(
        number=number,
        tenant=choose.randrange(tenants),
        name=choose.choices(list(_NAMES), list(_NAMES.values()))[0],
        behaviour=behaviour,
        gives_up_s=choose.uniform(0.0, 0.03) if choose.random() < _IMPATIENT else None,
        seed=f"client {seed} {number}",
        receives=choose.choices(list(_RECEIVES), list(_RECEIVES.values()))[0],
    )


def _shares(weights: Mapping[str, float], count: int) -> dict[str, int]:
    """Whole numbers of 1 at least, in proportion to weights; `count` in all, if that is enough."""
    shares = dict.fromkeys(weights, 1)
    for _ in range(count - len(weights)):
        furthest = max(weights, key=lambda name: weights[name] * count - shares[name])
        shares[furthest] += 1
    return shares
