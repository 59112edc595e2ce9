"""What attacks the mesh."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from chaos.history import Fault, History
from chaos.mesh import Mesh, service_of
from chaos.plan import Blow, Strike
from chaos.watch import Lookout
from meshkit.local.process import alive, send
from meshkit.local.state import ProcessRecord

_BACK_S: Final = 30.0
"""A process that was killed must be there again within this time, to be struck again."""
_POLL_S: Final = 0.05


class NemesisError(Exception):
    """A strike could not be carried out; the message says why."""


class Nemesis:
    """Carries out blows and records what it did."""

    def __init__(self, history: History, mesh: Mesh, lookout: Lookout) -> None:
        self._history = history
        self._mesh = mesh
        self._lookout = lookout
        self._frozen_one = asyncio.Lock()
        self.delivered = 0

    async def attack(self, blows: Sequence[Blow], *, told: Callable[[str], None]) -> None:
        """Carries out blows one after another; those who are frozen stay so meanwhile.

        Raises:
            NemesisError: when a process does not come back to be struck again.
        """
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await asyncio.sleep(blow.pause_s)
                records = [await self._living(strike.target) for strike in blow.strikes]
                told(", ".join(f"{strike.kind} {strike.target}" for strike in blow.strikes))
                for strike, record in zip(blow.strikes, records, strict=True):
                    if strike.kind == "freeze":
                        group.create_task(self._freeze(strike, record))
                    elif strike.kind == "kill":
                        await self._kill(strike, record)
                    else:
                        await self._reset(strike)

    async def _kill(self, strike: Strike, record: ProcessRecord) -> None:
        at_s = time.time()
        # One process may be named twice in a blow: the other one waits for its successor.
        while not send(record.pid, signal.SIGKILL, still=partial(alive, record)):
            record = await self._living(strike.target)
            at_s = time.time()
        if strike.target == "redis":
            self._lookout.redis_hurt(at_s)
        held = await self._held(strike.target)
        self._record(Fault("kill", strike.target, at_s, at_s, held))

    async def _freeze(self, strike: Strike, record: ProcessRecord) -> None:
        # With every orchestrator frozen nobody could take a task over.
        lock = self._frozen_one if strike.target != "redis" else contextlib.nullcontext()
        async with lock:
            if not alive(record):
                record = await self._living(strike.target)
            at_s = time.time()
            send(record.pid, signal.SIGSTOP, still=partial(alive, record))
            try:
                if strike.target == "redis":
                    self._lookout.redis_hurt(at_s)
                held = await self._held(strike.target)
                await asyncio.sleep(strike.lasts_s)
            finally:
                send(record.pid, signal.SIGCONT, still=partial(alive, record))
            self._record(Fault("freeze", strike.target, at_s, time.time(), held))

    async def _reset(self, strike: Strike) -> None:
        at_s = time.time()
        await self._lookout.cut_redis_clients()
        self._record(Fault("reset", strike.target, at_s, at_s))

    def _record(self, fault: Fault) -> None:
        self._history.faults.append(fault)
        self.delivered += 1

    async def _held(self, target: str) -> Sequence[str]:
        if service_of(target) != "orchestrator":
            return ()
        return await self._lookout.held_by(target)

    async def _living(self, name: str) -> ProcessRecord:
        """The process of a name, once it lives."""
        give_up_at = time.monotonic() + _BACK_S
        while True:
            record = self._mesh.processes().get(name)
            if record is not None and alive(record):
                return record
            if time.monotonic() > give_up_at:
                raise NemesisError(f"{name} did not come back within {_BACK_S:.0f} s")
            await asyncio.sleep(_POLL_S)
