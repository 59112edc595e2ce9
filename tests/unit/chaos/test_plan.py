"""Attacks and scripts: drawn from a seed, in the numbers asked for."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chaos.mesh import service_of
from chaos.plan import Blow, blows, script

REPLICAS = {"orchestrator": 3, "gateway": 2}
KINDS = {"gateway", "orchestrator", "planning", "research", "coder", "reporter", "envoy", "redis"}


def attack(seed: int, kills: int = 100, redis_kills: int = 20) -> list[Blow]:
    return blows(
        seed,
        kills=kills,
        redis_kills=redis_kills,
        seconds=60.0,
        lease_s=10.0,
        replicas=REPLICAS,
    )


@given(seed=st.integers(0, 10**6), kills=st.integers(9, 200), redis_kills=st.integers(1, 2))
def test_the_kills_asked_for_and_every_kind_of_process(
    seed: int, kills: int, redis_kills: int
) -> None:
    strikes = [strike for blow in attack(seed, kills, redis_kills) for strike in blow.strikes]
    killed = Counter(service_of(one.target) for one in strikes if one.kind == "kill")
    assert killed.total() == kills
    assert killed["redis"] == redis_kills
    assert set(killed) == KINDS
    frozen = {service_of(one.target): one.lasts_s for one in strikes if one.kind == "freeze"}
    assert set(frozen) == {"orchestrator", "redis"}
    assert frozen["orchestrator"] > 10.0
    assert any(one.kind == "reset" for one in strikes)


@given(seed=st.integers(0, 10**6))
def test_the_same_seed_gives_the_same_run(seed: int) -> None:
    assert attack(seed) == attack(seed)
    assert script(seed, 7, tenants=4) == script(seed, 7, tenants=4)


def test_another_seed_gives_another_run() -> None:
    assert attack(1) != attack(2)
    assert [script(1, n, tenants=4) for n in range(20)] != [
        script(2, n, tenants=4) for n in range(20)
    ]


def test_an_attack_takes_about_the_time_asked_for() -> None:
    assert 45 < sum(blow.pause_s for blow in attack(1)) < 75


def test_clients_behave_in_all_ways() -> None:
    scripts = [script(1, number, tenants=4) for number in range(300)]
    assert {one.behaviour for one in scripts} == {
        "poll",
        "watch_sse",
        "watch_grpc",
        "cancel",
        "pause",
        "retry",
    }
    assert {one.tenant for one in scripts} == {0, 1, 2, 3}
    assert {one.name for one in scripts} == {"plain", "flaky", "fail"}
    assert any(one.gives_up_s is not None for one in scripts)
