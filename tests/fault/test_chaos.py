"""The short form of `make chaos`: tasks go on while processes are killed, frozen and cut off."""

import io

import pytest
from rich.console import Console

from chaos import report
from chaos.mesh import Mesh
from chaos.run import Options, run
from tests.fault.support import LEASE_S, REPLICAS, STEP_MS

SHORT = Options(
    seed=20,
    tasks=60,
    kills=10,
    redis_kills=2,
    minutes=0.3,
    lease_s=LEASE_S,
    step_ms=STEP_MS,
    replicas=REPLICAS,
    settle_s=90.0,
    # Whether a holder is struck is luck here; `test_kills.py` strikes it.
    takeovers=0,
    # A task that is unlucky in its agents fails; of so few each counts much.
    completed_share=0.8,
    # How fast it is on a quiet machine is what `make chaos` tells.
    slack=4.0,
)


async def test_no_task_is_lost_or_doubled_under_attack(mesh: Mesh) -> None:
    said: list[str] = []
    outcome = await run(SHORT, mesh, told=said.append)
    if not outcome.holds:
        page = Console(file=io.StringIO(), width=120, record=True)
        report.show(page, outcome.figures, outcome.promises, outcome.violations, outcome.history)
        pytest.fail("\n".join([*said, page.export_text()]))
