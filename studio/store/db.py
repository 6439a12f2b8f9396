"""Opening a SQLite database that may be foreign, damaged, older or newer: a look that changes nothing, then pragmas, a backup
and the migrations. Every error of the database becomes a StudioError. A Database belongs to one thread at a time."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from studio.core.errors import ProjectError, ProjectLockedError, StudioError
from studio.store import durable, models

LOOK_S = 5.0  # a database that takes longer to look through is refused, not waited for
MAX_CELL_BYTES = 64_000_000

_FULL_OR_REFUSED = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH})


@dataclass(frozen=True, slots=True)
class Schema:
    """What makes a database ours. `version` is the newest migration's number; `application_id` lies in the file's header."""

    name: str
    application_id: int
    version: int
    metadata: MetaData
    counts_name: str = "row_counts"
    migrations: Path = Path(__file__).parent / "migrations"


PROJECT = Schema("project", 0x44696150, 2, models.project)  # "DiaP"
LIBRARY = Schema("library", 0x4469614C, 2, models.library)  # "DiaL"


class Database:
    """An open database. `version` is the schema's version in the file: above our own when a newer program made it."""

    def __init__(
        self, path: Path, schema: Schema, *, write: bool = True, live: bool = False, synchronous: str = "FULL"
    ) -> None:
        """Open, and migrate when it is older. Raises ProjectError for what is not ours, damaged, or newer and to be written.

        `live` says that others may have it open now: then its log is theirs, else the log is what a crash left behind.
        `synchronous` is for the tests that prove FULL matters; no product code passes it.
        """
        self.path = path
        self.schema = schema
        self._live = live
        self._workplace: tempfile.TemporaryDirectory[str] | None = None
        self.version = look(path, schema, live=live)
        if write and self.version > schema.version:
            raise _newer(path)
        try:
            self._connect(write, synchronous)
            if write and self.version < schema.version:
                self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close; the write-ahead log is folded into the file. Doing it twice is harmless."""
        if hasattr(self, "_engine"):
            self._engine.dispose()
        if self._workplace is not None:
            self._workplace.cleanup()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: committed and durable when the block ends, undone when it raises."""
        with translated(self.path), self._engine.begin() as connection:
            try:
                yield connection
            except (UnicodeEncodeError, OverflowError) as error:  # half a character; a number of more than 64 bits
                raise ProjectError(
                    f"a value cannot be stored ({error})", where=self.path, kept="nothing was changed"
                ) from error

    def backup(self, target: Path) -> None:
        """A consistent copy, whole or absent, for the eyes of those who may read this one."""
        temporary = target.with_name(target.name + durable.TEMPORARY)
        with translated(self.path), durable.refusals(target.parent):
            temporary.unlink(missing_ok=True)
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL, self.path.stat().st_mode & 0o777))
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(temporary)) as copy:
                source.backup(copy)
            durable.publish(temporary, target)

    def changes(self) -> int:
        """How many rows were written since this database was opened."""
        with closing(self._engine.raw_connection()) as connection:
            return int(connection.driver_connection.total_changes) if connection.driver_connection else 0

    def truncate_log(self) -> bool:
        """Fold the write-ahead log into the file and empty it, so that deleted content is in neither. False when another
        program is reading."""
        with translated(self.path), closing(self._engine.raw_connection()) as connection:
            return bool(connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)

    def _connect(self, write: bool, synchronous: str) -> None:
        uri = _uri(self.path, "mode=rw") if write else self._uri_for_reading()

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
            _guard(connection)
            if write:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(f"PRAGMA synchronous={synchronous}")
                connection.execute("PRAGMA secure_delete=ON")
            elif self.version < self.schema.version:
                _stand_in(connection, self.schema.metadata)
            return connection

        self._engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=1, max_overflow=0)
        start = "BEGIN IMMEDIATE" if write else "BEGIN"
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql(start))

    def _uri_for_reading(self) -> str:
        """A live log needs its neighbours, so read beside the writer; a log left by a crash is replayed in a copy; else the
        file is all there is and nothing needs to be created beside it."""
        if not _beside(self.path, "-wal").exists():
            return _uri(self.path, "mode=ro&immutable=1")
        if self._live:
            return _uri(self.path, "mode=ro")
        self._workplace = tempfile.TemporaryDirectory(prefix="dia-studio-")
        return _uri(_copy(self.path, Path(self._workplace.name)), "mode=rw")

    def _migrate(self) -> None:
        from studio.store.migrate import upgrade  # Alembic takes a quarter of a second to import, and is seldom needed

        if self.version > 0:
            self.backup(self.path.with_name(f"{self.path.name}.bak-{self.version}"))
        try:
            with self.begin() as connection:
                upgrade(connection, self.schema)
        except ValueError as error:
            raise damaged(self.path, " ".join(str(error).split())[:120]) from error
        self.truncate_log()
        self.version = self.schema.version


def create(path: Path, schema: Schema, *, mode: int = 0o666) -> None:
    """Make an empty database at `path`, whole or absent; the files that SQLite puts beside it get the same mode."""
    from studio.store.migrate import upgrade

    with translated(path), closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        memory.execute(f"PRAGMA application_id={schema.application_id}")
        engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
        with engine.connect() as connection:
            upgrade(connection, schema)
        data = bytearray(memory.serialize())
    data[18:20] = b"\2\2"  # the file format's mark of write-ahead logging, which a database in memory cannot be switched to
    durable.write_bytes(path, bytes(data), mode=mode)


def look(path: Path, schema: Schema, *, live: bool = False) -> int:
    """The schema's version in the file, after a look that changes nothing. Raises ProjectError for what should stay closed."""
    _look_at_files(path)
    if not _beside(path, "-wal").exists():
        return _look_inside(path, _uri(path, "mode=ro&immutable=1"), schema)
    if live:
        return _look_inside(path, _uri(path, "mode=ro"), schema)
    with tempfile.TemporaryDirectory(prefix="dia-studio-") as workplace:
        return _look_inside(path, _uri(_copy(path, Path(workplace)), "mode=rw"), schema)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of the database into StudioErrors."""
    try:
        yield
    except DBAPIError as error:
        raise _error(path, error.orig) from error
    except sqlite3.Error as error:
        raise _error(path, error) from error
    except UnicodeDecodeError as error:
        raise damaged(path, "its texts are no texts") from error


def damaged(path: Path, detail: str) -> ProjectError:
    return ProjectError(
        f"this file is damaged ({detail})",
        where=path,
        kept="it was left exactly as it is",
        todo="check the project, or use a backup",
    )


def _look_at_files(path: Path) -> None:
    """Never opens the file itself: closing any descriptor of it would drop the locks that SQLite holds in this process."""
    if path.is_symlink() or not path.is_file():
        what = "this is not a plain file" if path.is_symlink() or path.exists() else "there is no such file"
        raise ProjectError(what, where=path, kept="nothing was changed")
    if _beside(path, "-journal").exists():  # ours never has one, and replaying a stranger's can remove other files
        raise ProjectError("a foreign journal lies beside this file", where=path, kept="it was left exactly as it is")


def _look_inside(path: Path, uri: str, schema: Schema) -> int:
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)) as connection:
            _guard(connection)
            deadline = time.monotonic() + LOOK_S
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
            if connection.execute("PRAGMA application_id").fetchone()[0] != schema.application_id:
                raise ProjectError(
                    f"this is not a {schema.name} of Dia Studio", where=path, kept="it was left exactly as it is"
                )
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            _check_objects(path, connection, schema, version)
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise _error(path, error) from error
    except UnicodeDecodeError as error:  # Python could not even read what SQLite had to say
        raise damaged(path, "its texts are no texts") from error
    if fault != "ok":
        raise damaged(path, " ".join(str(fault).split())[:120])
    return version


def _check_objects(path: Path, connection: sqlite3.Connection, schema: Schema, version: int) -> None:
    """Views and triggers run when a table is merely read or written, so a file holding any is not ours."""
    ours = set(schema.metadata.tables) | {"alembic_version"}
    for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        is_plain = kind in ("table", "index") and not str(sql or "").upper().lstrip().startswith("CREATE VIRTUAL")
        if not is_plain or (version <= schema.version and table not in ours):
            raise ProjectError(
                f"this file holds something that Dia Studio did not make ({kind} {str(name)[:40]})",
                where=path,
                kept="it was left exactly as it is",
                todo="open only projects from people you trust",
            )


def _guard(connection: sqlite3.Connection) -> None:
    """What protects us from a stranger's file, and keeps wrong bytes from hiding a whole row."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")


def _stand_in(connection: sqlite3.Connection, metadata: MetaData) -> None:
    """Tables that an older version did not have stand empty in memory, where it is only read and so not migrated."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in metadata.tables.values():
        if table.name not in there:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(f'CREATE TEMP TABLE "{table.name}" ({columns})')


def _copy(path: Path, folder: Path) -> Path:
    target = folder / path.name
    with durable.refusals(folder):
        shutil.copyfile(path, target)
        with suppress(FileNotFoundError):
            shutil.copyfile(_beside(path, "-wal"), _beside(target, "-wal"))
    return target


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _uri(path: Path, options: str) -> str:
    return f"{path.absolute().as_uri()}?{options}"


def _newer(path: Path) -> ProjectError:
    return ProjectError(
        "this was made by a newer version of Dia Studio",
        where=path,
        kept="it was left exactly as it is",
        todo="open it to read only, or update Dia Studio",
    )


def _error(path: Path, error: BaseException | None) -> StudioError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ProjectLockedError(
            "another program is using this file", where=path, kept="nothing was changed", todo="try again"
        )
    if code in _FULL_OR_REFUSED:
        return durable.full_or_refused(path.parent, str(error))
    if code in _DAMAGED:
        return damaged(path, str(error))
    return ProjectError(f"the database failed ({error})", where=path, kept="everything saved so far is kept")
