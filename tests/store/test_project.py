"""A project folder keeps what it is given, and tells when somebody else changed it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from studio.core.errors import ProjectError, ProjectLockedError
from studio.core.project import ClipDecision, Pickup, Project, TakeMark, TrackDecision
from studio.core.quality import Defect, Finding, Review
from studio.core.render import Word
from studio.core.voices import Cast, CastEntry
from studio.store import layout
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from tests.store.conftest import TEXT, execute, key, plan_at, sound, tree_hash

AddTake = Callable[[int], str]

PROJECT = Project(
    cast=Cast((("Maya", CastEntry("maya", "calm", 2**31 - 1)), ("Ben", CastEntry()))),
    chosen={"s1": key(1), "s2": key(2)},
    clips={"s1": ClipDecision(0.25, -3.0, 0.1, 0.2, True)},
    tracks={"Maya": TrackDecision(1.5, True, False)},
    settings={"title": "Zoë’s play", "author": ""},
    marks={
        ("s1", key(1)): TakeMark("Warmer, with the “th” whole.", is_favourite=True, is_locked=True),
        ("s1", key(2)): TakeMark(is_binned=True, binned_at=2e9),
    },
    pickups={"s2": Pickup("He says “boat”.", 1.25, 2e9)},
)


def test_a_new_project_holds_its_script_and_no_decisions(store: ProjectStore) -> None:
    assert (store.folder / "script.txt").read_text("utf-8") == TEXT
    assert store.text == TEXT
    assert store.load() == Project()
    assert store.check() == []


def test_all_decisions_come_back(store: ProjectStore, add_take: AddTake) -> None:
    for number in (1, 2):
        add_take(number)
    store.save(store.load(), PROJECT)
    assert store.load() == PROJECT
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.load() == PROJECT
        assert list(again.load().cast) == ["Maya", "Ben"]
        assert again.check() == []


def test_decisions_can_be_taken_back(store: ProjectStore) -> None:
    store.save(store.load(), PROJECT)
    store.save(PROJECT, replace(PROJECT, chosen={}, clips={}, marks={}, pickups={}, cast=PROJECT.cast.with_entry("Maya", None)))
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.load() == replace(PROJECT, chosen={}, clips={}, marks={}, pickups={}, cast=Cast((("Ben", CastEntry()),)))


def test_one_decision_writes_one_row(store: ProjectStore) -> None:
    old = Project(chosen={f"s{number}": key(number) for number in range(500)})
    store.save(store.load(), old)
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        store.save(old, replace(old, chosen={**old.chosen, "s7": key(9)}))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(written) == 1


def test_a_project_is_not_made_over_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(ProjectError, match="not empty"):
        ProjectStore.create(tmp_path, TEXT)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_script_that_lies_there_becomes_the_projects(tmp_path: Path) -> None:
    (tmp_path / "script.txt").write_text(TEXT)
    with ProjectStore.create(tmp_path, TEXT) as store:
        assert store.text == TEXT
    other = tmp_path / "other"
    other.mkdir()
    (other / "script.txt").write_text("another script")
    with pytest.raises(ProjectError):
        ProjectStore.create(other, TEXT)
    assert (other / "script.txt").read_text() == "another script"


def test_closing_leaves_plain_files_only(store: ProjectStore) -> None:
    store.close()
    store.close()
    assert sorted(path.name for path in store.folder.iterdir()) == ["project.db", "script.txt", "takes"]
    with ProjectStore.open(store.folder) as again:
        again.save(again.load(), PROJECT)
    assert sorted(path.name for path in store.folder.iterdir()) == ["backups", "project.db", "script.txt", "takes"]


def test_no_project_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project in this folder"):
        ProjectStore.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "no line end", "a\r\nb\r\n", "RIFF raff\n", "ünï → 🎭\n", "a\0b\n"])
def test_any_script_comes_back_as_it_was(store: ProjectStore, text: str) -> None:
    store.save_text(text)
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.text == text


def test_half_a_character_is_refused_and_the_script_kept(store: ProjectStore) -> None:
    with pytest.raises(ProjectError, match="half a character"):
        store.save_text("broken \ud800")
    assert store.text == TEXT
    assert (store.folder / "script.txt").read_text() == TEXT


def test_a_script_that_is_no_text_is_refused(store: ProjectStore) -> None:
    store.close()
    (store.folder / "script.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProjectError, match="UTF-8"):
        ProjectStore.open(store.folder)
    assert not (store.folder / "lock").exists()


def test_an_outside_change_is_seen_and_never_overwritten(store: ProjectStore) -> None:
    assert not store.changed_outside()
    path = store.folder / "script.txt"
    path.write_text("written elsewhere\n")
    assert store.changed_outside()
    with pytest.raises(ProjectError, match="changed by another program"):
        store.save_text("mine\n")
    assert path.read_text() == "written elsewhere\n"
    assert store.reload_text() == "written elsewhere\n"
    store.save_text("mine\n")
    assert path.read_text() == "mine\n"


def test_saving_over_an_outside_change_when_told_to(store: ProjectStore) -> None:
    (store.folder / "script.txt").write_text("written elsewhere\n")
    store.save_text("mine\n", overwrite=True)
    assert (store.folder / "script.txt").read_text() == "mine\n"
    assert not store.changed_outside()


def test_a_touched_file_is_no_change(store: ProjectStore) -> None:
    os.utime(store.folder / "script.txt", (1, 1))
    assert not store.changed_outside()


def test_takes_are_recorded_with_what_made_them(store: ProjectStore) -> None:
    job = store.put_jobs([JobRow("s1", key(1))])[0]
    store.takes.write(key(1), sound(), 8000, recipe='{"engine": "fake", "seed": 7}')
    row = store.add_take("s1", key(1), is_draft=True, job=job.id)
    assert (row.engine, row.seed, row.seconds, row.is_draft) == ("fake", 7, 0.25, True)
    assert store.jobs()[0].state == "done"
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.takes_of("s1") == [row]
        assert again.takes_of("s2") == []
        assert again.all_takes() == [row]


def test_a_take_without_sound_cannot_be_recorded(store: ProjectStore) -> None:
    with pytest.raises(ProjectError, match="missing"):
        store.add_take("s1", key(1))
    assert store.all_takes() == []


def test_adding_a_take_to_an_unknown_job_records_nothing(store: ProjectStore) -> None:
    store.takes.write(key(1), sound(), 8000)
    with pytest.raises(ProjectError, match="no render job"):
        store.add_take("s1", key(1), job=5)
    assert store.all_takes() == []


def test_sweeping_keeps_what_is_recorded_or_chosen(store: ProjectStore, add_take: AddTake) -> None:
    recorded = add_take(1)
    for number in (2, 3):
        store.takes.write(key(number), sound(number), 8000)
    store.save(store.load(), Project(chosen={"s2": key(2)}))
    assert store.sweep() == [key(3)]
    assert sorted(store.takes.keys()) == [recorded, key(2)]
    store.forget_take("s1", recorded)
    assert store.sweep() == [recorded]


def test_beside_a_writer_one_may_read(store: ProjectStore) -> None:
    store.save(store.load(), PROJECT)
    with pytest.raises(ProjectLockedError, match=str(os.getpid())):
        ProjectStore.open(store.folder)
    with ProjectStore.open(store.folder, write=False) as reader:
        assert reader.load() == PROJECT
        for change in (
            lambda: reader.save(PROJECT, Project()),
            lambda: reader.save_text("x"),
            lambda: reader.set_job_state(1, "done"),
            lambda: reader.check(repair=True),
        ):
            with pytest.raises(ProjectError, match="read only"):
                change()


def test_reading_changes_nothing(store: ProjectStore, add_take: AddTake) -> None:
    add_take(1)
    store.close()
    before = tree_hash(store.folder)
    with ProjectStore.open(store.folder, write=False) as reader:
        assert len(reader.all_takes()) == 1
        assert reader.check() == []
    assert tree_hash(store.folder) == before


def test_reading_after_a_crash_sees_the_log_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    store = ProjectStore.create(folder, TEXT)
    store.save(store.load(), PROJECT)
    crashed = tmp_path / "crashed"
    shutil.copytree(folder, crashed)  # as a power cut leaves it: a log, no lock
    (crashed / "project.db-shm").unlink()
    (crashed / "lock").unlink()
    store.close()
    before = tree_hash(crashed)
    with ProjectStore.open(crashed, write=False) as reader:
        assert reader.load() == PROJECT
    assert tree_hash(crashed) == before
    with ProjectStore.open(crashed) as again:
        assert again.load() == PROJECT


def test_damaged_rows_keep_writers_out_and_readers_informed(store: ProjectStore) -> None:
    store.save(store.load(), PROJECT)
    store.close()
    execute(store.folder / "project.db", "UPDATE settings SET value = 'other' WHERE name = 'title'")
    before = tree_hash(store.folder)
    with pytest.raises(ProjectError, match="settings title"):
        ProjectStore.open(store.folder)
    with ProjectStore.open(store.folder, write=False) as reader:
        assert [finding.where for finding in reader.damage] == ["settings title"]
        assert reader.load() == replace(PROJECT, settings={"author": ""})
    assert tree_hash(store.folder) == before


@pytest.mark.parametrize("table", ["cast_entries", "chosen_takes", "clips", "tracks", "settings", "boundaries", "plan", "jobs"])
def test_a_missing_row_is_noticed_in_every_table(store: ProjectStore, table: str) -> None:
    store.save(store.load(), PROJECT)
    store.save_plan(plan_at(0, 2), TEXT)
    store.put_jobs([JobRow("s1", key(1))])
    store.close()
    execute(store.folder / "project.db", f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1)")
    with pytest.raises(ProjectError, match="damaged"):
        ProjectStore.open(store.folder)


def test_what_a_crash_left_unfinished_is_swept_at_the_next_opening(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        store.takes.write(key(1), sound(), 8000)
    (folder / "takes" / "00" / f"{key(2)}.flac.tmp").write_bytes(b"half")
    (folder / "script.txt.tmp").write_bytes(b"half")
    (folder / "lock").write_text(json.dumps({"user": "me", "host": socket.gethostname(), "pid": 1, "since": 0}))
    with ProjectStore.open(folder):
        pass
    assert not list(folder.rglob("*.tmp"))
    assert (folder / layout.TAKES / "00" / f"{key(1)}.flac").exists()


def test_a_take_ends_its_job_and_starts_the_next_or_nothing_is_noted(store: ProjectStore) -> None:
    first, second = store.put_jobs([JobRow("s1", key(1)), JobRow("s2", key(2))])
    store.takes.write(key(1), sound(), 8000)
    with pytest.raises(ProjectError, match="no render job"):
        store.add_take("s1", key(1), job=first.id, then=77)
    assert [row.state for row in store.jobs()] == ["waiting", "waiting"]
    assert store.all_takes() == []
    store.add_take("s1", key(1), job=first.id, then=second.id)
    assert [(row.state, row.attempts) for row in store.jobs()] == [("done", 0), ("running", 1)]


def test_reviews_come_back_and_those_of_older_checks_count_as_none(store: ProjectStore) -> None:
    words = (Word(0, 0, 5, 0.1, 0.25), Word(1, 2, 4, 0.3, 0.5))
    review = Review(key(1), 2, (Finding(Defect.CUT_TAIL, 3.5, 2.0, 0.5, 0.75),), words, 148.5, -19.25)
    store.put_review(replace(review, findings=(), words=()))
    store.put_review(review, {key(1): ""})
    store.put_picks({key(1): key(2), key(3): ""})
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.reviews() == again.reviews(2) == {key(1): review}
        assert again.reviews(3) == {}
        assert again.picks() == {key(1): key(2), key(3): ""}
        assert again.check() == []


def test_a_deleted_take_stays_for_a_week_and_then_goes_to_the_bin(store: ProjectStore, add_take: AddTake) -> None:
    for number in (1, 2, 3):
        add_take(number)
    store.add_take("other", key(3))
    now = time.time()
    ages = {("s1", key(1)): 8, ("s2", key(2)): 6, ("s3", key(3)): 8}
    marks = {place: TakeMark("Gone?", is_binned=True, binned_at=now - days * 86_400) for place, days in ages.items()}
    store.save(store.load(), Project(marks=marks))
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert set(again.load().marks) == {("s2", key(2))}
        assert sorted(row.segment for row in again.all_takes()) == ["other", "s2"]
        assert not again.takes.contains(key(1))
        assert again.takes.contains(key(3)), "another segment speaks with it"
        assert again.sweep_binned(0) == [key(2)]
        assert sorted(path.name for path in again.takes.bin.glob("*.flac")) == [f"{key(1)}.flac", f"{key(2)}.flac"]
        assert again.check() == []
