"""Tenants beside each other on a whole mesh: the long forms of the flood and of the intrusion."""

from collections.abc import Callable, Sequence
from typing import Final

import grpc

from chaos.clients import tenants
from chaos.figures import Promise
from chaos.flood import flood
from chaos.intruders import intrude
from chaos.mesh import Mesh

_ANY_NUMBER: Final = 10_000
"""Tasks of the flooder that may run at once: more than there are slots."""
_SHOWN: Final = 5


async def neighbours(
    mesh: Mesh, *, queued: int, tries: int, seed: int, told: Callable[[str], None]
) -> Sequence[Promise]:
    """Floods the queue and tries other tenants' doors, and says what came of it.

    Args:
        mesh: Whole and idle.
        queued: Tasks that one tenant queues before another starts its first.
        tries: Tries of one tenant to reach another's task, about.
        seed: Of the ids that are tried.
        told: Hears what happens.

    Raises:
        httpx.HTTPError: when a start is refused.
        TimeoutError: when the flood does not drain.
    """
    address = mesh.url.removeprefix("http://")
    async with (
        tenants(mesh, 1, running=_ANY_NUMBER) as [flooder],
        tenants(mesh, 3) as [other, victim, attacker],
        grpc.aio.insecure_channel(address) as channel,
    ):
        told(f"one tenant queues {queued} tasks")
        flooded = await flood(mesh, flooder, other, tasks=queued)
        told(f"one tenant tries {tries} times to reach another's task")
        intrusion = await intrude(victim, attacker, channel, tries=tries, seed=seed)
    for leak in intrusion.leaks[:_SHOWN]:
        told(leak)
    replicas = len(mesh.names("orchestrator"))
    return [
        Promise(
            f"behind {flooded.queued} tasks of one tenant another's first waits for one slot",
            f"{flooded.ahead} ahead, {flooded.waited_s:.2f} s",
            # Each replica may have been about to claim one when the other's task came.
            flooded.queued >= queued // 2 and flooded.ahead <= replicas,
        ),
        Promise(
            f"nothing read in {intrusion.tries} tries over {intrusion.calls} calls of both kinds",
            f"{len(intrusion.leaks)} leaks",
            not intrusion.leaks and intrusion.tries >= tries * 0.9,
        ),
    ]
