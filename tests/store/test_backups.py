"""Copies of a project's database: made when there is something new, few, and good to go back to."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from studio.core.project import Project
from studio.store import backups, db
from studio.store.project import ProjectStore
from tests.store.conftest import TEXT


def _titled(title: str) -> Project:
    return Project(settings={"title": title})


def test_closing_keeps_a_copy_only_of_what_is_new(folder: Path) -> None:
    ProjectStore.create(folder, TEXT).close()
    assert backups.found(folder) == []
    for title in ("one", "two"):
        with ProjectStore.open(folder) as store:
            store.save(store.load(), _titled(title))
        ProjectStore.open(folder).close()
    assert len(backups.found(folder)) == 2


def test_a_copy_holds_what_was_saved_by_then(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        store.save(store.load(), _titled("then"))
        store.keep_backup()
        store.keep_backup()
        [copy] = backups.found(folder)
        store.save(_titled("then"), _titled("later"))
        with closing(db.Database(copy, db.PROJECT, write=False)) as old, old.begin() as connection:
            assert connection.exec_driver_sql("SELECT value FROM settings").scalars().all() == ["then"]


def test_ten_newest_and_one_a_day_stay(folder: Path) -> None:
    start = datetime(2026, 11, 1, 12)
    with ProjectStore.create(folder, TEXT) as store, closing(db.Database(store.folder / "project.db", db.PROJECT)) as database:
        for hour in range(0, 24 * 12, 6):
            backups.keep(database, folder, now=time.mktime((start + timedelta(hours=hour)).timetuple()))
    names = [path.name for path in backups.found(folder)]
    assert len(names) == 10 + 4  # the ten newest reach back into the third day; four more days have one each
    assert names[0] == "project 2026-11-13 060000.db"
    assert names == sorted(names, reverse=True)
    assert len({name[8:18] for name in names}) == 7


def test_two_copies_within_a_second_are_two(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store, closing(db.Database(store.folder / "project.db", db.PROJECT)) as database:
        made = [backups.keep(database, folder, now=1e9) for _ in range(3)]
    assert backups.found(folder) == made[::-1]


def test_a_damaged_copy_is_passed_over(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        for title in ("one", "two"):
            store.save(store.load(), replace(_titled(title)))
            store.keep_backup()
    newest, older = backups.found(folder)
    newest.write_bytes(b"garbage")
    assert backups.newest_good(folder) == older
