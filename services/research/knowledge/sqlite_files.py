"""The files of knowledge in SQLite: one a tenant, made whole, read and written in transactions."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from meshkit import logs
from meshkit.errors import MeshError, Reason
from services.research.knowledge import words

_SCHEMA_VERSION: Final = 1
_TENANT: Final = re.compile(r"tenant_[a-z0-9]{1,32}")
_BUSY_S: Final = 10.0
"""How long to wait for another writer."""

_log = logs.get("research.knowledge")


class TenantFiles:
    """The files below a directory.

    What a disk or a lock does to a block is UPSTREAM_UNAVAILABLE for its caller.
    """

    def __init__(self, directory: Path) -> None:
        """Touches nothing yet; the directory is made at the first write."""
        self._directory = directory

    @contextlib.contextmanager
    def reading(self, tenant_id: str) -> Iterator[sqlite3.Connection | None]:
        """One state of a tenant's file; None when there is none."""
        with _explained(), self._opened(tenant_id, create=False) as database:
            if database is None:
                yield None
                return
            database.execute("BEGIN")
            try:
                yield database
            finally:
                database.rollback()

    @contextlib.contextmanager
    def writing(self, tenant_id: str, *, create: bool) -> Iterator[sqlite3.Connection | None]:
        """A change of a tenant's file, whole or not at all; None when there is no file."""
        with _explained(), self._opened(tenant_id, create=create) as database:
            if database is None:
                yield None
                return
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                # Not a counter: a file that was removed and made anew must not look like the old.
                database.execute("UPDATE state SET generation = ?", (os.urandom(12).hex(),))
            except BaseException:
                database.rollback()
                raise
            database.commit()

    @contextlib.contextmanager
    def _opened(self, tenant_id: str, *, create: bool) -> Iterator[sqlite3.Connection | None]:
        if _TENANT.fullmatch(tenant_id) is None:
            # Contracts see to it; no path is ever built of anything else.
            msg = f"{tenant_id!r} is not the id of a tenant"
            raise ValueError(msg)
        path = self._directory / f"{tenant_id}.sqlite"
        if not path.exists():
            if not create:
                yield None
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
        with contextlib.closing(_connect(path)) as database:
            _check_version(database)
            yield database


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Makes of what a disk or a lock does an answer for callers."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError):
        # Bugs of ours.
        raise
    except (sqlite3.DatabaseError, OSError) as error:
        _log.error("knowledge_unavailable", error=f"{type(error).__name__}: {error}")
        message = "The knowledge base cannot be read or written now; try again shortly."
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, message) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)


def _make(path: Path) -> None:
    """Makes a tenant's file, all of it at once: others see none, or one that is complete."""
    new = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        with contextlib.closing(_connect(new)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            for statement in _schema():
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)


def _check_version(database: sqlite3.Connection) -> None:
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found != _SCHEMA_VERSION:
        msg = f"the file has version {found} of the schema, this process knows {_SCHEMA_VERSION}"
        raise sqlite3.DatabaseError(msg)


def _schema() -> list[str]:
    text = resources.files("services.research.knowledge").joinpath("schema.sql").read_text("utf-8")
    statements = [statement for statement in text.split(";") if statement.strip()]
    # The words of titles and chunks; FTS5 keeps no copy of the texts.
    options = f"content='', tokenize='{words.TOKENIZER}'"
    return [*statements, f"CREATE VIRTUAL TABLE words USING fts5(title, text, {options})"]
