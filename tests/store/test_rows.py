"""Digests tell rows apart, and counts are kept whatever is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from studio.core.errors import ProjectError
from studio.core.project import ClipDecision, Project
from studio.store import db, models, rows
from studio.store.models import CLIPS, COUNTS, SETTINGS
from studio.store.project import ProjectStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[db.Database]:
    db.create(tmp_path / "project.db", db.PROJECT)
    with closing(db.Database(tmp_path / "project.db", db.PROJECT)) as opened:
        yield opened


def _setting(name: object, value: object) -> rows.Row:
    return {"name": name, "value": value}


def test_rows_that_differ_have_other_digests() -> None:
    alike = [
        _setting("a", "b"), _setting("ab", ""), _setting("", "ab"), _setting("a\ns1:b", ""), _setting("a", "b\n"),
        _setting("a", 1), _setting("a", "1"), _setting("a", 1.0), _setting("a", None), _setting("a", "n"), _setting("a", b"b"),
    ]  # fmt: skip
    assert len({rows.digest(SETTINGS, row) for row in alike}) == len(alike)


def test_the_same_content_in_another_table_is_another_row() -> None:
    row = {"segment": "a", "key": "b", "name": "a", "value": "b"}
    assert rows.digest(SETTINGS, row) != rows.digest(models.CHOSEN, row)


@pytest.mark.parametrize("metadata", [models.project, models.library])
def test_the_digest_is_the_last_column_of_every_table(metadata: object) -> None:
    for table in metadata.tables.values():  # type: ignore[attr-defined]
        assert list(table.columns)[-1].name == "digest"


def test_counts_are_right_after_adding_replacing_and_removing(database: db.Database) -> None:
    with database.begin() as connection:
        rows.put(connection, COUNTS, SETTINGS, [_setting(f"n{number}", "v") for number in range(500)])
        rows.put(connection, COUNTS, SETTINGS, [_setting("n1", "w"), _setting("new", "v")])
        rows.remove(connection, COUNTS, SETTINGS, [{"name": "n2"}, {"name": "nobody"}])
        assert rows.missing(connection, COUNTS, SETTINGS) == 0
        good, bad = rows.read(connection, SETTINGS)
        assert len(good) == 500
        assert bad == []
        connection.exec_driver_sql("DELETE FROM settings WHERE name = 'n3'")
        assert rows.missing(connection, COUNTS, SETTINGS) == 1
        rows.recount(connection, COUNTS, SETTINGS)
        assert rows.missing(connection, COUNTS, SETTINGS) == 0


def test_a_key_of_two_columns_names_one_row(database: db.Database) -> None:
    blank = {"engine": "", "seed": 0, "seconds": 1.0, "created_at": 0.0, "recipe_digest": "", "is_draft": 0}
    with database.begin() as connection:
        takes = [{"segment": segment, "key": key, **blank} for segment in "ab" for key in "xy"]
        rows.put(connection, COUNTS, models.TAKES, takes)
        rows.remove(connection, COUNTS, models.TAKES, [{"segment": "a", "key": "x"}])
        good, _ = rows.read(connection, models.TAKES)
        assert sorted(row["segment"] + row["key"] for row in good) == ["ay", "bx", "by"]
        assert rows.missing(connection, COUNTS, models.TAKES) == 0


@pytest.mark.parametrize("value", [-0.0, 0.1, 1e300, -1e-300, 12345678901234567890.0, 3.0])
def test_any_number_comes_back_and_is_sound(database: db.Database, value: float) -> None:
    row = {"segment": "s", "shift_s": value, "gain_db": 0.0, "trim_head_s": 0.0, "trim_tail_s": 0.0, "is_muted": 0}
    with database.begin() as connection:
        rows.put(connection, COUNTS, CLIPS, [row])
        [good], _ = rows.read(connection, CLIPS)
        assert good["shift_s"] == value


@pytest.mark.parametrize(
    "project",
    [
        Project(settings={"title": "half \ud800"}),
        Project(clips={"s": ClipDecision(float("nan"))}),
    ],
)
def test_what_cannot_be_stored_is_a_sentence_and_changes_nothing(store: ProjectStore, project: Project) -> None:
    with pytest.raises(ProjectError):
        store.save(store.load(), project)
    assert store.load() == Project()
    store.save(store.load(), Project(settings={"title": "whole"}))
