"""Tenants beside each other on a whole mesh: the long forms of the flood and of the intrusion."""

from collections.abc import Callable, Sequence
from typing import Final

import grpc

from chaos.figures import Promise
from chaos.flood import flood
from chaos.intruders import intrude
from chaos.mesh import Mesh
from chaos.tenants import new_tenants

_ANY_NUMBER: Final = 10_000
"""Tasks of the flooder that may run at once: more than there are slots."""
_BEGUN_BEFORE: Final = 400
"""Tasks of the flood that may be at work already when the other tenant's first one is accepted."""
_SHOWN: Final = 5


async def neighbours(
    mesh: Mesh, *, queued: int, tries: int, seed: int, told: Callable[[str], None]
) -> Sequence[Promise]:
    """Floods the queue and tries other tenants' doors, and says what came of it.

    Args:
        mesh: Whole and idle.
        queued: Tasks that one tenant has waiting at least when another starts its first.
        tries: Tries of one tenant to reach another's task, at least.
        seed: Of the ids that are tried.
        told: Hears what happens.

    Raises:
        httpx.HTTPError: when a start is refused.
        TimeoutError: when the flood does not drain.
    """
    address = mesh.url.removeprefix("http://")
    async with (
        new_tenants(mesh, 1, running=_ANY_NUMBER, patient=True) as [flooder],
        new_tenants(mesh, 3, patient=True) as [other, victim, attacker],
        grpc.aio.insecure_channel(address) as channel,
    ):
        told(f"one tenant queues {queued} tasks")
        # Some are begun before the other tenant comes.
        flooded = await flood(mesh, flooder, other, tasks=queued + _BEGUN_BEFORE)
        told(f"one tenant tries {tries} times to reach another's task")
        intrusion = await intrude(victim, attacker, channel, tries=tries, seed=seed)
    for leak in intrusion.leaks[:_SHOWN]:
        told(leak)
    return [
        Promise(
            f"behind {flooded.queued} tasks of one tenant another's first waits for one slot",
            f"{flooded.ahead} ahead, {flooded.waited_s:.2f} s",
            # Whose turn it was when the other's task came.
            flooded.queued >= queued and flooded.ahead <= 1,
        ),
        Promise(
            f"nothing read in {intrusion.tries} tries over {intrusion.calls} calls of both kinds",
            f"{len(intrusion.leaks)} leaks",
            not intrusion.leaks and intrusion.tries >= tries,
        ),
    ]
