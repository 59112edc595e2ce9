"""The state directory of a local mesh: its files, and who holds it.

key, admin-key     API keys for people, readable by the owner only
processes.json     name -> {pid, port, started}; written whole at every change
lock               held by the supervisor as long as it lives; contains its process id
envoy.json         Envoy's configuration
redis/             Redis's configuration and append-only file
knowledge/         the tenants' documents
logs/<name>.log    what each process writes, bounded
"""

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from meshkit.local.errors import LocalMeshError, MeshRunningError

_TAIL_BYTES: Final = 16 * 1024
_LOCK_WAIT_S: Final = 0.5
"""How long to try for the lock: whoever asks who holds it holds it for an instant, too."""


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process of the mesh.

    Attributes:
        pid: Its process id.
        port: The TCP port it serves on loopback; None for the supervisor.
        started: Clock ticks from the machine's boot to its start; with the id, its identity.
    """

    pid: int
    port: int | None
    started: int


@dataclass(frozen=True, slots=True)
class StateDir:
    """Where a mesh keeps everything."""

    root: Path

    @property
    def key(self) -> Path:
        """A key of the development tenant."""
        return self.root / "key"

    @property
    def admin_key(self) -> Path:
        """A key of the operator."""
        return self.root / "admin-key"

    @property
    def processes(self) -> Path:
        """The processes as JSON."""
        return self.root / "processes.json"

    @property
    def lock(self) -> Path:
        """The lock of the supervisor."""
        return self.root / "lock"

    @property
    def redis(self) -> Path:
        """Redis's directory."""
        return self.root / "redis"

    @property
    def knowledge(self) -> Path:
        """The directory of the tenants' documents, which the research agent makes."""
        return self.root / "knowledge"

    @property
    def envoy(self) -> Path:
        """Envoy's configuration."""
        return self.root / "envoy.json"

    @property
    def logs(self) -> Path:
        """The directory of the logs."""
        return self.root / "logs"

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Creates the directories; the first ones are readable by the owner only.

        Raises:
            LocalMeshError: when the path cannot be a directory.
        """
        try:
            for folder in (self.root, self.logs, self.redis):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            msg = f"cannot use {self.root} as state directory: {error.strerror}"
            raise LocalMeshError(msg) from error


def write_file(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Writes a file whole or not at all: readers see the old text or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_processes(state: StateDir, records: Mapping[str, ProcessRecord]) -> None:
    """Writes processes.json."""
    content = {name: asdict(record) for name, record in records.items()}
    write_file(state.processes, json.dumps(content, indent=2) + "\n", mode=0o644)


def read_processes(state: StateDir) -> dict[str, ProcessRecord]:
    """Reads processes.json; empty when no mesh has run or the last one has stopped.

    Raises:
        LocalMeshError: when the file is not what `write_processes` writes.
    """
    try:
        content = json.loads(state.processes.read_text(encoding="utf-8"))
        return {name: ProcessRecord(**record) for name, record in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        msg = f"cannot read {state.processes}: {error}"
        raise LocalMeshError(msg) from error


@contextlib.contextmanager
def hold(state: StateDir) -> Iterator[None]:
    """Holds the state directory for this process, until the block or the process ends.

    Raises:
        MeshRunningError: when another process holds it.
    """
    with state.lock.open("a+", encoding="ascii") as file:
        give_up_at = time.monotonic() + _LOCK_WAIT_S
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up_at:
                    pid = state.lock.read_text(encoding="ascii").strip()
                    msg = (
                        f"a mesh already runs in {state.root} (supervisor {pid}); "
                        f"stop it with: manusmesh down --state-dir {state.root}"
                    )
                    raise MeshRunningError(msg) from None
                time.sleep(0.02)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def holder(state: StateDir) -> int | None:
    """The process id of the supervisor that holds the state directory, or None."""
    try:
        with state.lock.open("r", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read().strip()
                return int(text) if text.isdecimal() else None
    except FileNotFoundError:
        pass
    return None


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log; none when it does not exist."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-lines:]
