"""Any bytes in the place of a project's database: a sentence or a project, never a crash, and nothing is changed."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.store import rows
from studio.store.check import check
from studio.store.models import CLIPS, SETTINGS
from studio.store.project import ProjectStore
from tests.store.conftest import tree_hash

SAVED = Path(__file__).parents[1] / "data" / "project-v2"
MUTATIONS = 240


def _mutated(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    match dice.randrange(6):
        case 0:
            for _ in range(dice.choice((1, 1, 3, 30))):
                changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        case 1:
            del changed[dice.randrange(len(changed)) :]
        case 2:
            at = dice.randrange(len(changed))
            changed[at : at + dice.randrange(1, 5000)] = dice.randbytes(dice.randrange(1, 5000))
        case 3:
            at = dice.randrange(0, len(changed), 4096)
            changed[at : at + 4096] = bytes(4096)
        case 4:
            one, other = (dice.randrange(0, len(changed), 4096) for _ in range(2))
            changed[one : one + 4096], changed[other : other + 4096] = changed[other : other + 4096], changed[one : one + 4096]
        case 5:
            at = dice.randrange(100)
            changed[at] = dice.choice((0, 1, 127, 255))
    return bytes(changed)


def test_mutated_databases_are_refused_or_read_and_never_changed(tmp_path: Path) -> None:
    dice = random.Random(20261121)
    folder = tmp_path / "project"
    shutil.copytree(SAVED, folder)
    data = (folder / "project.db").read_bytes()
    with ProjectStore.open(folder, write=False) as store:
        sound = _content(store)
    outcomes = {"refused": 0, "damage shown": 0, "unharmed": 0}
    for number in range(MUTATIONS):
        mutated = _mutated(data, dice)
        (folder / "project.db").write_bytes(mutated)
        before = tree_hash(folder)
        outcomes[_opened(folder, sound)] += 1
        assert tree_hash(folder) == before
        if number % 4 == 0:
            check(folder)
            assert tree_hash(folder) == before
    assert all(outcomes.values()), outcomes  # the mutations reach every way of dealing with them


def _opened(folder: Path, sound: object) -> str:
    try:
        with ProjectStore.open(folder, write=False) as store:
            content, found = _content(store), store.check(full=False)
    except StudioError as error:
        assert error.what
        return "refused"
    assert content == sound or found, "content changed, and nobody noticed"
    return "damage shown" if found else "unharmed"


def _content(store: ProjectStore) -> tuple[object, ...]:
    return store.load(), store.boundaries(), store.jobs(), store.all_takes(), store.reviews(), store.picks()


@pytest.mark.parametrize("ending", ["-wal", "-journal", "-shm"])
def test_garbage_beside_the_database_changes_nothing(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(SAVED, folder)
    (folder / f"project.db{ending}").write_bytes(random.Random(3).randbytes(9000))
    before = tree_hash(folder)
    try:
        with ProjectStore.open(folder, write=False) as store:
            assert store.load().settings["title"] == "A saved project"
    except StudioError as error:
        assert error.kept
    assert tree_hash(folder) == before


def _rewrite(folder: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(folder / "project.db")) as connection:
        change(connection)
        connection.commit()


def _put(table: object, values: dict[str, object]) -> Callable[[sqlite3.Connection], object]:
    """A row with a sound digest, as only somebody who knows how can make it."""
    row = {**values, "digest": rows.digest(table, values)}  # type: ignore[arg-type]
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    return lambda connection: connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


CLIP = {"segment": "evil", "shift_s": 0.0, "gain_db": 0.0, "trim_head_s": 0.0, "trim_tail_s": 0.0, "is_muted": 0}


@pytest.mark.parametrize(
    "change",
    [
        _put(CLIPS, {**CLIP, "gain_db": "loud"}),
        _put(CLIPS, {**CLIP, "gain_db": float("inf")}),
        _put(CLIPS, {**CLIP, "is_muted": "yes"}),
        _put(SETTINGS, {"name": "evil", "value": b"bytes"}),
        _put(SETTINGS, {"name": "x" * 1_000_000, "value": "y" * 1_000_000}),
        lambda connection: connection.execute("UPDATE takes SET key = '../../../../etc/passwd' WHERE created_at = 1.0"),
        lambda connection: connection.execute("UPDATE plan SET text = zeroblob(1000000)"),
        lambda connection: connection.execute("UPDATE boundaries SET rank = 'x', line_step = 'y'"),
        lambda connection: connection.execute("UPDATE row_counts SET rows = -5"),
        lambda connection: connection.execute("DROP TABLE settings"),
        lambda connection: connection.execute("ALTER TABLE settings RENAME COLUMN value TO other"),
        lambda connection: connection.execute("UPDATE alembic_version SET version_num = '../../x'"),
        lambda connection: connection.execute("PRAGMA user_version = 0"),
        lambda connection: connection.execute("PRAGMA user_version = -1"),
    ],
)
def test_crafted_content_is_refused_or_shown(tmp_path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    folder = tmp_path / "project"
    shutil.copytree(SAVED, folder)
    _rewrite(folder, change)
    before = tree_hash(folder)
    for write in (False, True):
        try:
            with ProjectStore.open(folder, write=write) as store:
                assert "evil" not in store.load().clips
                store.jobs(), store.all_takes(), store.check()
        except StudioError as error:
            assert error.what
            assert tree_hash(folder) == before or write
