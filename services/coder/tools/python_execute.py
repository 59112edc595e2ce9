"""PythonExecute: runs a program that nobody has checked, and answers what it made.

The program runs in a child process, never in the agent's. Which sandbox holds it is a setting:

- `monty`: an interpreter of a subset of Python that has no files, no network and no processes to
  give, on every system; besides, its process is confined where the kernel has Landlock and seccomp.
- `hardened`: full CPython with the standard library, confined by the kernel alone. Linux on x86-64
  with Landlock; everywhere else every program is refused.
- `off`: every program is refused.
"""

import contextlib
import importlib.util
import json
import time
from collections.abc import AsyncIterator
from typing import Final, Literal

from manusmesh.coder.v1 import coder_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.isolation import confinement
from meshkit.isolation.workers import IsolatedError, Workers
from services.coder.tools.program import Program, Ran

Sandbox = Literal["monty", "hardened", "off"]

TIMEOUT_MS: Final = 2000
"""How long a program may take when nobody says."""
_START_S: Final = 20.0
"""What a child may take to start on a busy machine, beyond the program's own time."""
_CHILDREN: Final = {
    "monty": "services.coder.tools.monty_child:run",
    "hardened": "services.coder.tools.cpython_child:run",
}
_MEMORY_MAX: Final = {"monty": 512 * 1024 * 1024, "hardened": 256 * 1024 * 1024}
"""Bytes of address space; Monty reserves more than it uses and bounds its heap itself."""
_WHY: Final = {"timeout": "it took too long", "memory": "it took more memory than it may"}


class PythonSandbox:
    """Runs programs, a few at a time."""

    def __init__(self, sandbox: Sandbox, *, size: int = 2) -> None:
        """Starts nothing yet.

        Args:
            sandbox: Which sandbox.
            size: How many programs run at a time; further ones wait.
        """
        self.sandbox = sandbox
        self._workers = Workers(
            size=size,
            memory_max=_MEMORY_MAX.get(sandbox, _MEMORY_MAX["hardened"]),
            cpu_s=15,
            reuse=sandbox == "monty",
        )

    async def run(self, request: pb.ExecutePythonRequest) -> pb.PythonOutcome:
        """Runs a program.

        Raises:
            MeshError: PERMISSION_DENIED where there is no sandbox, INVALID_ARGUMENT for inputs that
                are no JSON. What the program does wrong is the outcome.
        """
        if why := unavailable(self.sandbox):
            raise MeshError(Reason.PERMISSION_DENIED, f"No program is run here: {why}")
        _check_json(request.inputs_json)
        timeout_s = (request.timeout_ms or TIMEOUT_MS) / 1000
        program = Program(request.code, request.inputs_json, timeout_s)
        started = time.perf_counter()
        ran = await self._ran(program)
        return pb.PythonOutcome(
            outcome=ran.outcome,
            output_json=ran.output_json,
            printed=ran.printed,
            error=ran.error,
            duration_ms=round((time.perf_counter() - started) * 1000),
            sandbox=self.sandbox,
        )

    async def close(self) -> None:
        """Ends the children; to be called when no program runs."""
        await self._workers.close()

    async def _ran(self, program: Program) -> Ran:
        try:
            answer = await self._workers.run(
                _CHILDREN[self.sandbox],
                program.encode(),
                timeout_s=program.timeout_s + _START_S,
            )
            return Ran.decode(answer)
        except IsolatedError as error:
            if error.why in ("timeout", "memory"):
                return Ran(error.why, error=_WHY[error.why])
            return Ran("crashed", error=f"its process failed: {error}")
        except ValueError as error:
            return Ran("crashed", error=f"what its process answered makes no sense: {error}")


@contextlib.asynccontextmanager
async def open_sandbox(sandbox: Sandbox, *, size: int = 2) -> AsyncIterator[PythonSandbox]:
    """A sandbox whose children end with the block."""
    opened = PythonSandbox(sandbox, size=size)
    try:
        yield opened
    finally:
        await opened.close()


def unavailable(sandbox: Sandbox) -> str:
    """Why a sandbox cannot be used on this machine, a sentence; empty when it can."""
    if sandbox == "off":
        return "it is switched off (MESH_PYTHON__SANDBOX)."
    if sandbox == "hardened":
        missing = confinement.missing()
        return f"the hardened sandbox needs Linux with Landlock. {missing}" if missing else ""
    if importlib.util.find_spec("pydantic_monty") is None:
        return "the interpreter of the sandbox, pydantic-monty, is not installed."
    return ""


def _check_json(text: str) -> None:
    try:
        json.loads(text or "null")
    except (ValueError, RecursionError) as error:
        message = "inputs_json must hold one JSON value."
        raise MeshError(Reason.INVALID_ARGUMENT, message) from error
