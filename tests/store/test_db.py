"""Databases of every age and origin: ours open, old ones are brought up to date, all others are left exactly as they are."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from studio.core.codes import FRAME_BYTES
from studio.core.errors import ProjectError, StorageFullError
from studio.core.project import Pickup, TakeMark
from studio.core.quality import Defect, Finding
from studio.core.render import Word
from studio.core.voices import Consent
from studio.store import db, migrate
from studio.store.db import Database, Schema
from studio.store.library import VoiceLibrary
from studio.store.project import ProjectStore
from tests.faults.scenarios import NEWER, newer_schema
from tests.store.conftest import execute, tree_hash

DATA = Path(__file__).parents[1] / "data"
SCHEMAS = [db.PROJECT, db.LIBRARY]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "place").mkdir()
    db.create(tmp_path / "place" / "project.db", db.PROJECT)
    yield tmp_path / "place" / "project.db"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_the_migrations_end_at_the_models(tmp_path: Path, schema: Schema) -> None:
    db.create(tmp_path / "new.db", schema)
    with closing(Database(tmp_path / "new.db", schema)) as database, database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_the_newest_migration_has_the_schemas_number(schema: Schema) -> None:
    head = ScriptDirectory.from_config(migrate.config(schema)).get_current_head()
    assert head is not None
    assert int(head) == schema.version


def test_a_saved_project_of_version_1_opens(tmp_path: Path) -> None:
    shutil.copytree(DATA / "project-v1", tmp_path / "old")
    with ProjectStore.open(tmp_path / "old") as store:
        assert store.load().settings["title"] == "A saved project"
        assert store.load().cast["Maya"].voice == "maya"
        assert [boundary.id for boundary in store.boundaries().boundaries] == ["s0", "s1"]
        assert [row.segment for row in store.all_takes()] == ["s0"]
        assert store.jobs()[0].state == "waiting"
        assert store.check() == []


def test_a_saved_project_of_version_1_can_be_read_where_it_is_and_stays_as_it_is(tmp_path: Path) -> None:
    shutil.copytree(DATA / "project-v1", tmp_path / "old")
    before = tree_hash(tmp_path / "old")
    with ProjectStore.open(tmp_path / "old", write=False) as store:
        assert store.load().settings["title"] == "A saved project"
        assert (store.load().marks, store.reviews(), store.picks()) == ({}, {}, {})
        assert store.check() == []
    assert tree_hash(tmp_path / "old") == before


def test_a_saved_project_of_version_2_opens(tmp_path: Path) -> None:
    shutil.copytree(DATA / "project-v2", tmp_path / "old")
    with ProjectStore.open(tmp_path / "old") as store:
        first, second = (row.key for row in store.all_takes())
        assert store.load().marks == {
            ("s0", first): TakeMark("Warm.", True, True),
            ("s0", second): TakeMark("Dull.", is_accepted=True),
        }
        assert store.load().pickups == {"s1": Pickup("Say it again.", 0.5, 1.0)}
        assert store.reviews(1)[first].findings == (Finding(Defect.HUM, 9.0, 6.0, 0.1, 0.2),)
        assert store.reviews(1)[first].words == (Word(0, 0, 5, 0.1, 0.2),)
        assert store.picks() == {first: second}
        assert store.takes.codes(second) == (b"codes", "dac")
        assert store.check() == []


def test_a_saved_library_of_version_1_opens(tmp_path: Path) -> None:
    shutil.copytree(DATA / "library-v1", tmp_path / "old")
    with VoiceLibrary.open(tmp_path / "old" / "library.db") as library:
        maya = library.get("maya")
        assert maya.consent == Consent("I agree.")
        assert [(one.codes, one.codec) for one in maya.samples] == [("", "")]
        assert library.sample_path(maya.samples[0].digest).exists()
        assert library.damage() == []
    assert (tmp_path / "old" / "library.db.bak-1").exists()


def test_a_library_of_version_1_is_brought_up_to_date_for_a_reader_too_and_its_copy_goes_with_a_voice(tmp_path: Path) -> None:
    shutil.copytree(DATA / "library-v1", tmp_path / "old")
    path = tmp_path / "old" / "library.db"
    path.chmod(0o600)
    execute(path, "UPDATE voices SET notes = 'changed by hand' WHERE name_key = 'ben'")
    execute(path, "UPDATE samples SET style = 'changed by hand'")
    with VoiceLibrary.open(path, write=False) as library:
        assert [voice.name for voice in library.list()] == ["Maya"]
        assert library.get("Maya").samples == ()
        assert [finding.kind for finding in library.damage()] == ["bad-row", "bad-row"]
    copy = tmp_path / "old" / "library.db.bak-1"
    assert copy.stat().st_mode & 0o777 == 0o600
    with VoiceLibrary.open(path) as library:
        library.remove("Maya")
    assert not copy.exists()


def test_a_saved_library_of_version_2_opens(tmp_path: Path) -> None:
    shutil.copytree(DATA / "library-v2", tmp_path / "saved")
    with VoiceLibrary.open(tmp_path / "saved" / "library.db") as library:
        assert [voice.name for voice in library.list()] == ["Ben", "Maya"]
        maya = library.get("maya")
        assert (maya.colour, maya.folder, maya.consent.by, maya.consent.at) == ("#3a86c8", "Show/Guests", "Maya", "2026-11-21")
        assert [(one.seed, one.wins, one.tries) for one in maya.seeds] == [(7, 1, 3), (9, 2, 2)]
        assert all(library.sample_path(digest).exists() for digest in maya.files)
        assert [one.codec for one in maya.samples] == ["dac-44100", ""]
        assert len(library.sample_codes(maya.samples[0].codes)) == 9 * FRAME_BYTES
        assert library.uses("Maya") == [] and library.damage() == []


def test_an_older_database_is_backed_up_and_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    with closing(Database(path, newer_schema(tmp_path))) as database:
        assert database.version == NEWER
        with database.begin() as connection:
            connection.exec_driver_sql("SELECT pan FROM tracks")
    assert db.look(path, newer_schema(tmp_path)) == NEWER
    assert db.look(path.with_name(f"project.db.bak-{NEWER - 1}"), db.PROJECT) == NEWER - 1


def test_a_failed_migration_leaves_the_old_version(path: Path, tmp_path: Path) -> None:
    schema = newer_schema(tmp_path)
    step = schema.migrations / "project" / "versions" / f"{NEWER:04}_later.py"
    step.write_text(step.read_text() + "    op.execute('SELECT * FROM nowhere')\n")
    with pytest.raises(ProjectError):
        Database(path, schema)
    with closing(Database(path, db.PROJECT)) as database:
        assert database.version == NEWER - 1


def test_a_newer_database_can_be_read_and_is_never_written(path: Path) -> None:
    execute(path, "PRAGMA user_version=9", "ALTER TABLE tracks ADD COLUMN pan REAL", "CREATE TABLE later (a)")
    before = tree_hash(path.parent)
    with pytest.raises(ProjectError, match="newer version"):
        Database(path, db.PROJECT)
    with closing(Database(path, db.PROJECT, write=False)) as database:
        assert database.version == 9
    assert tree_hash(path.parent) == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM cast_entries; END",
        "CREATE VIEW v AS SELECT * FROM settings",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
        "CREATE TABLE other (a)",
        "PRAGMA application_id=1",
    ],
)
def test_what_we_did_not_make_is_refused_untouched(path: Path, statement: str) -> None:
    execute(path, statement)
    before = tree_hash(path.parent)
    for write in (True, False):
        with pytest.raises(ProjectError, match=r"did not make|not a project"):
            Database(path, db.PROJECT, write=write)
    assert tree_hash(path.parent) == before


def test_a_view_in_a_newer_database_is_refused_too(path: Path) -> None:
    execute(path, "PRAGMA user_version=9", "CREATE VIEW v AS SELECT 1")
    with pytest.raises(ProjectError, match="did not make"):
        Database(path, db.PROJECT, write=False)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"no database" * 100, bytes(100_000)])
def test_what_is_no_database_is_refused_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ProjectError):
        Database(path, db.PROJECT)
    assert path.read_bytes() == content
    assert [one.name for one in path.parent.iterdir()] == ["project.db"]


def test_a_library_is_no_project(tmp_path: Path) -> None:
    db.create(tmp_path / "library.db", db.LIBRARY)
    with pytest.raises(ProjectError, match="not a project"):
        Database(tmp_path / "library.db", db.PROJECT)


def test_a_foreign_journal_is_never_replayed(path: Path) -> None:
    journal = path.with_name("project.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(1000))
    before = tree_hash(path.parent)
    with pytest.raises(ProjectError, match="journal"):
        Database(path, db.PROJECT)
    assert tree_hash(path.parent) == before


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "project.db").symlink_to(path)
    with pytest.raises(ProjectError, match="not a plain file"):
        Database(tmp_path / "other" / "project.db", db.PROJECT)


def test_an_endless_look_is_cut_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(path, "INSERT INTO settings SELECT hex(randomblob(9)), value, x'' FROM (WITH RECURSIVE n(value) AS "
            "(SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 20000) SELECT value FROM n)")  # fmt: skip
    monkeypatch.setattr(db, "LOOK_S", -1.0)
    with pytest.raises(ProjectError):
        Database(path, db.PROJECT)


def test_a_failed_transaction_changes_nothing(path: Path) -> None:
    with closing(Database(path, db.PROJECT)) as database:
        with pytest.raises(ZeroDivisionError), database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', 'b', x'00')")
            _ = 1 / 0
        with database.begin() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM settings").scalar() == 0


def test_a_full_disk_is_a_sentence_and_saving_goes_on_afterwards(path: Path) -> None:
    with closing(Database(path, db.PROJECT)) as database:
        with database.begin() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StorageFullError, match="no space is left"), database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', hex(randomblob(100000)), x'00')")
        with database.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=100000")
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', hex(randomblob(100000)), x'00')")


def test_writes_are_durable_and_private_content_is_overwritten(path: Path) -> None:
    with closing(Database(path, db.PROJECT)) as database, database.begin() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (
            "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1}


def test_a_backup_is_whole_and_opens(path: Path) -> None:
    with closing(Database(path, db.PROJECT)) as database:
        with database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', 'b', x'00')")
        database.backup(path.with_name("copy.db"))
    with closing(sqlite3.connect(path.with_name("copy.db"))) as copy:
        assert copy.execute("SELECT name FROM settings").fetchall() == [("a",)]
    assert db.look(path.with_name("copy.db"), db.PROJECT) == db.PROJECT.version


def test_a_name_with_odd_characters_opens(tmp_path: Path) -> None:
    folder = tmp_path / "50% #1? & más"
    folder.mkdir()
    db.create(folder / "project.db", db.PROJECT)
    schema = replace(db.PROJECT)
    Database(folder / "project.db", schema).close()
    Database(folder / "project.db", schema, write=False).close()
