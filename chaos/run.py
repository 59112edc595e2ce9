"""A whole run: the mesh, its clients, its attacker, the judgement."""

import argparse
import asyncio
import contextlib
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx
import structlog
from rich.console import Console

from chaos import figures, report, rules
from chaos.clients import Client
from chaos.figures import Figures, Floor, Promise
from chaos.harvest import harvest
from chaos.history import History, save
from chaos.mesh import Mesh, running
from chaos.neighbours import neighbours
from chaos.nemesis import Nemesis, NemesisError
from chaos.plan import blows, script
from chaos.receiver import Receiver, receiving
from chaos.tenants import Tenant, new_tenants
from chaos.violation import Violation
from chaos.watch import Lookout, probe
from chaos.webhooks import webhooks_arrive
from meshkit.local.errors import LocalMeshError

_OUT: Final = Path(__file__).parent / "out"
_IN_FLIGHT_MAX: Final = 60
"""Tasks under way at once: what a blow has held up is not to become a flood."""
_TENANTS: Final = 4
_HEALED_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """What to run.

    Attributes:
        seed: Of all choices.
        tasks: Tasks to start at least; more are started for as long as the attack lasts.
        kills: Processes to kill, Redis included.
        redis_kills: How many of them are of Redis.
        minutes: How long the attack lasts, about.
        lease_s: The lease of the orchestrators.
        step_ms: How long each of a task's four steps takes.
        replicas: Processes of a service, where there is other than one.
        settle_s: How long after the attack the last task may take to its end, and its webhook after
            that.
        takeovers: Takeovers that must have been seen.
        completed_share: Share of the tasks that could complete that must have.
        slack: Factor on every limit of time that is judged.
    """

    seed: int
    tasks: int = 1000
    kills: int = 100
    redis_kills: int = 20
    minutes: float = 8.0
    lease_s: float = 10.0
    step_ms: int = 600
    replicas: Mapping[str, int] = field(
        default_factory=lambda: {
            "gateway": 2,
            "orchestrator": 3,
            **dict.fromkeys(("planning", "research", "coder", "reporter"), 2),
        }
    )
    settle_s: float = 120.0
    takeovers: int = 30
    completed_share: float = 0.95
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    history: History
    figures: Figures
    promises: Sequence[Promise]
    violations: Sequence[Violation]

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return all(promise.holds for promise in self.promises)


async def run(options: Options, mesh: Mesh, *, told: Callable[[str], None]) -> Outcome:
    """Loads and attacks a running mesh, and judges what it did.

    Args:
        options: What to do.
        mesh: A rig with the lease, step time and replicas of the options.
        told: Hears what happens.

    Raises:
        NemesisError: when a process does not come back after a blow.
        httpx.HTTPError: when tenants cannot be created, or the histories not be read.
    """
    history = History(options.seed, options.lease_s)
    async with contextlib.AsyncExitStack() as stack:
        tenants = await stack.enter_async_context(new_tenants(mesh, _TENANTS))
        lookout = Lookout(history, mesh.redis_url(), [tenant.active for tenant in tenants])
        receiver = await stack.enter_async_context(
            receiving(history, {one.tenant_id: one.webhook_secret for one in tenants})
        )
        looking = asyncio.create_task(lookout.run())
        probing = asyncio.create_task(probe(history, tenants[0].http))
        try:
            nemesis = Nemesis(history, mesh, lookout)
            await _play(options, nemesis, _Load(history, tenants, receiver), told)
            told("reading every task's history")
            await _healed(mesh, tenants[0])
            await harvest(history, tenants, mesh.redis_url())
            await _all_told(history, options.settle_s)
        finally:
            for task in (looking, probing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    return judge(options, history)


def judge(options: Options, history: History) -> Outcome:
    """Judges a history by the rules, the promises and the floor of the options."""
    violations = rules.check(history)
    measured = figures.measure(history)
    broken = Counter(violation.rule for violation in violations)
    floor = Floor(
        options.tasks,
        options.kills,
        options.redis_kills,
        options.takeovers,
        options.completed_share,
        options.slack,
    )
    kept = figures.promises(measured, history, floor, broken)
    return Outcome(history, measured, kept, violations)


@dataclass(frozen=True, slots=True)
class _Load:
    """Whose tasks are driven, and where their webhooks arrive."""

    history: History
    tenants: Sequence[Tenant]
    receiver: Receiver

    def client(self, seed: int, number: int) -> Client:
        plan = script(seed, number, tenants=len(self.tenants))
        tenant = self.tenants[plan.tenant]
        url = self.receiver.url(tenant.tenant_id, number, plan.receives)
        return Client(self.history, tenant, plan, callback_url=url)

    def state(self) -> str:
        under_way = sum(len(tenant.active) for tenant in self.tenants)
        return f"{len(self.history.starts):5d} started, {under_way:3d} under way"


async def _play(
    options: Options,
    nemesis: Nemesis,
    load: _Load,
    told: Callable[[str], None],
) -> None:
    """The load and the attack, until every task is final or `settle_s` has passed."""
    seconds = options.minutes * 60
    attack = blows(
        options.seed,
        kills=options.kills,
        redis_kills=options.redis_kills,
        seconds=seconds,
        lease_s=options.lease_s,
        replicas=options.replicas,
    )
    pause_s = seconds / options.tasks
    at_once = asyncio.Semaphore(_IN_FLIGHT_MAX)
    load.history.began_s = time.time()

    async def one(number: int) -> None:
        async with at_once:
            await load.client(options.seed, number).run()

    async with asyncio.TaskGroup() as group:
        attacking = group.create_task(
            nemesis.attack(attack, told=lambda says: told(f"{load.state()}  {says}"))
        )
        driven: list[asyncio.Task[None]] = []
        while len(driven) < options.tasks or not attacking.done():
            driven.append(group.create_task(one(len(driven))))
            await asyncio.sleep(pause_s)
            # Waits for a place: what a blow has held up is not to become a flood of clients.
            async with at_once:
                pass
        await attacking
        told(f"{load.state()}  the attack is over")
        _, late = await asyncio.wait(driven, timeout=options.settle_s)
        for client in late:
            client.cancel()
    load.history.ended_s = time.time()


async def _all_told(history: History, seconds: float) -> None:
    """Waits until the webhooks of all ends have arrived, or for so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while any(webhooks_arrive(history)):  # noqa: ASYNC110 (a list is all there is)
                await asyncio.sleep(0.5)


async def _healed(mesh: Mesh, tenant: Tenant) -> None:
    """Waits until the mesh says that it is ready; goes on without that after 30 s."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_HEALED_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await tenant.http.get("/ready")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.1)


def main(arguments: Sequence[str]) -> int:
    """The command `python -m chaos`.

    Returns:
        The exit code: 0, 1 when a promise was broken, 2 when there was nothing to judge.
    """
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--tasks", type=int, default=1000, help="to start, at least")
    parser.add_argument("--kills", type=int, default=100, help="Redis's included")
    parser.add_argument("--redis-kills", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=8.0, help="of attack, about")
    parser.add_argument("--queued", type=int, default=5000, help="tasks with which one floods")
    parser.add_argument("--tries", type=int, default=10_000, help="to reach another's task")
    parser.add_argument("--out", type=Path, default=_OUT, help="directory of the history")
    given = parser.parse_args(arguments)
    options = Options(
        seed=given.seed,
        tasks=given.tasks,
        kills=given.kills,
        redis_kills=given.redis_kills,
        minutes=given.minutes,
        takeovers=max(1, given.kills // 4),
    )
    # What the harness's own connection to Redis says about an outage is no news.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    console = Console()
    outcome = None
    try:
        outcome = _run_on_own_mesh(options, console, queued=given.queued, tries=given.tries)
    except* (LocalMeshError, NemesisError, httpx.HTTPError, TimeoutError) as failures:
        for failure in _single(failures):
            console.print(f"[bold red]no verdict:[/] {failure}", highlight=False)
    if outcome is None:
        return 2
    report.show(console, outcome.figures, outcome.promises, outcome.violations, outcome.history)
    path = given.out / f"chaos-{time.strftime('%Y%m%dT%H%M%S')}-seed{options.seed}.json"
    save(outcome.history, figures.as_plain(outcome.figures), path)
    console.print(f"\n[dim]history: {path}[/]", highlight=False)
    return 0 if outcome.holds else 1


def _single(failures: BaseExceptionGroup[Exception]) -> Iterator[BaseException]:
    """The exceptions of a group and of the groups within it."""
    for failure in failures.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from _single(failure)
        else:
            yield failure


def _run_on_own_mesh(options: Options, console: Console, *, queued: int, tries: int) -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as directory,
        running(
            Path(directory),
            replicas=options.replicas,
            step_ms=options.step_ms,
            lease_s=options.lease_s,
        ) as mesh,
    ):
        began = time.monotonic()

        def told(says: str) -> None:
            console.print(f"[dim]{time.monotonic() - began:6.1f} s[/]  {says}", highlight=False)

        async def everything() -> Outcome:
            outcome = await run(options, mesh, told=told)
            besides = await neighbours(
                mesh, queued=queued, tries=tries, seed=options.seed, told=told
            )
            return replace(outcome, promises=[*outcome.promises, *besides])

        return asyncio.run(everything())
