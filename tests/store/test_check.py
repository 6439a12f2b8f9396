"""A check finds every fault and no other; a repair puts right and deletes nothing."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import ProjectError, ProjectLockedError
from studio.core.project import ClipDecision, Pickup, Project, TakeMark
from studio.core.quality import Defect, Finding, Review
from studio.store.check import check
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from tests.store.conftest import TEXT, execute, key, plan_at, sound, tree_hash

COUNT = 6
DECISIONS = Project(
    chosen={f"s{number}": key(number) for number in range(COUNT)},
    clips={f"s{number}": ClipDecision(number / 4) for number in range(COUNT)},
    settings={"title": "A title", "author": "An author"},
    marks={(f"s{number}", key(number)): TakeMark(f"Note {number}") for number in range(COUNT)},
    pickups={f"s{number}": Pickup("Say it again.", 0.5, 1.0) for number in range(COUNT)},
)


@pytest.fixture
def project(folder: Path) -> Path:
    """A closed, healthy project with a take for each of its segments."""
    with ProjectStore.create(folder, TEXT) as store:
        for number in range(COUNT):
            store.takes.write(key(number), sound(number), 8000, codes=bytes(number + 30), codec="dac")
            store.add_take(f"s{number}", key(number))
            review = Review(key(number), 1, (Finding(Defect.HUM, 9.0, 6.0),), (), 150.0, -20.0)
            store.put_review(review, {key(number): key(number)})
        store.save(store.load(), DECISIONS)
        store.save_plan(plan_at(*range(COUNT)), TEXT)
        store.put_jobs([JobRow("s0", key(0), state="done"), JobRow("s1", key(20))])
    return folder


def _flac(project: Path, number: int) -> Path:
    return project / "takes" / "00" / f"{key(number)}.flac"


def _codes(project: Path, number: int) -> Path:
    return _flac(project, number).with_suffix(".codes")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 16
    path.write_bytes(data)


def _execute(statement: str) -> Callable[[Path], None]:
    return lambda project: execute(project / "project.db", statement)


def _with_store(act: Callable[[ProjectStore], object]) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        with ProjectStore.open(project) as store:
            act(store)

    return change


FAULTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "missing": ("missing-take", lambda project: _flac(project, 1).unlink()),
    "short": ("damaged-take", lambda project: _flac(project, 1).write_bytes(_flac(project, 1).read_bytes()[:-7])),
    "flipped": ("damaged-take", lambda project: _flip(_flac(project, 1))),
    "emptied": ("damaged-take", lambda project: _flac(project, 1).write_bytes(b"")),
    "no sidecar": ("damaged-take", lambda project: _flac(project, 1).with_suffix(".json").unlink()),
    "sidecar": ("damaged-take", lambda project: _flip(_flac(project, 1).with_suffix(".json"))),
    "orphan": ("orphan-take", _with_store(lambda store: store.takes.write(key(30), sound(1), 8000))),
    "asked for": ("orphan-take", _with_store(lambda store: store.takes.write(key(20), sound(1), 8000))),
    "short codes": ("damaged-codes", lambda project: _codes(project, 1).write_bytes(b"short")),
    "flipped codes": ("damaged-codes", lambda project: _flip(_codes(project, 1))),
    "no codes": ("damaged-codes", lambda project: _codes(project, 1).unlink()),
    "lone codes": ("stray-file", lambda project: _codes(project, 40).write_bytes(b"codes")),
    "half take": ("stray-file", lambda project: _flac(project, 40).with_suffix(".flac.tmp").write_bytes(b"half")),
    "lone sidecar": ("stray-file", lambda project: _flac(project, 40).with_suffix(".json").write_bytes(b"{}")),
    "half script": ("stray-file", lambda project: (project / "script.txt.tmp").write_bytes(b"half")),
    "bad choice": ("bad-row", _execute("UPDATE chosen_takes SET key = 'x' WHERE segment = 's2'")),
    "bad clip": ("bad-row", _execute("UPDATE clips SET gain_db = 9.0 WHERE segment = 's2'")),
    "bad take": ("bad-row", _execute("UPDATE takes SET seconds = 9.0 WHERE segment = 's2'")),
    "bad job": ("bad-row", _execute("UPDATE jobs SET attempts = 9 WHERE segment = 's1'")),
    "bad mark": ("bad-row", _execute("UPDATE take_marks SET is_locked = 1 WHERE segment = 's2'")),
    "bad pickup": ("bad-row", _execute("UPDATE pickups SET note = 'x' WHERE segment = 's2'")),
    "bad review": ("bad-row", _execute("UPDATE take_reviews SET findings = '[]' WHERE rowid = 2")),
    "bad pick": ("bad-row", _execute("UPDATE take_picks SET take = 'x' WHERE rowid = 2")),
    "bad boundary": ("bad-row", _execute("UPDATE boundaries SET line_step = 9 WHERE segment = 's2'")),
    "bad digest": ("bad-row", _execute("UPDATE settings SET digest = x'0011223344556677' WHERE name = 'title'")),
    "lost row": ("row-count", _execute("DELETE FROM clips WHERE segment = 's3'")),
    "lost boundary": ("row-count", _execute("DELETE FROM boundaries WHERE segment = 's3'")),
    "lost take": ("row-count", _execute("DELETE FROM takes WHERE segment = 's3'")),
    "lost mark": ("row-count", _execute("DELETE FROM take_marks WHERE segment = 's3'")),
    "lost review": ("row-count", _execute("DELETE FROM take_reviews WHERE rowid = 3")),
    "lost count": ("row-count", _execute("UPDATE row_counts SET rows = 99 WHERE name = 'clips'")),
    "no script": ("script", lambda project: (project / "script.txt").unlink()),
    "binary script": ("script", lambda project: (project / "script.txt").write_bytes(b"\xff\xfe\x00")),
    "garbage": ("database", lambda project: (project / "project.db").write_bytes(b"garbage" * 999)),
    "no database": ("database", lambda project: (project / "project.db").unlink()),
}


def test_a_healthy_project_has_no_findings_and_is_not_touched(project: Path) -> None:
    before = tree_hash(project)
    assert check(project) == []
    assert check(project, full=False) == []
    assert tree_hash(project) == before
    assert check(project, repair=True) == []


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_put_right_without_deleting(project: Path, name: str) -> None:
    kind, break_it = FAULTS[name]
    break_it(project)
    before, sounds = tree_hash(project), _contents(project)
    found = check(project)
    assert kind in {finding.kind for finding in found}
    assert all(finding.mended == "" for finding in found)
    assert tree_hash(project) == before
    mended = check(project, repair=True)
    assert kind in {finding.kind for finding in mended}
    assert all(finding.mended for finding in mended)
    assert check(project) == []
    assert sounds <= _contents(project)
    with ProjectStore.open(project) as store:
        assert store.text == TEXT


def test_a_damaged_take_is_queued_again_with_the_choice_kept(project: Path) -> None:
    _flip(_flac(project, 1))
    check(project, repair=True)
    with ProjectStore.open(project) as store:
        assert ("s1", key(1), "waiting") in [(job.segment, job.key, job.state) for job in store.jobs()]
        assert store.load().chosen["s1"] == key(1)
        assert store.takes_of("s1") == []


def test_a_damaged_take_that_is_queued_already_is_not_queued_twice(project: Path) -> None:
    with ProjectStore.open(project) as store:
        store.put_jobs([JobRow("s1", key(1))])
    _flip(_flac(project, 1))
    check(project, repair=True)
    with ProjectStore.open(project) as store:
        assert [job.key for job in store.jobs()].count(key(1)) == 1


def test_a_finished_take_that_was_not_recorded_goes_to_its_line(project: Path) -> None:
    FAULTS["asked for"][1](project)
    [finding] = check(project, repair=True)
    assert "s1" in finding.mended
    with ProjectStore.open(project) as store:
        assert [row.key for row in store.takes_of("s1")] == [key(1), key(20)]
        assert [job.state for job in store.jobs()] == ["done", "done"]


def test_a_damaged_database_is_replaced_by_its_backup(project: Path) -> None:
    with ProjectStore.open(project) as store:
        store.save(DECISIONS, DECISIONS)
    (project / "project.db").write_bytes(b"garbage")
    assert "backup" in check(project, repair=True)[0].mended
    assert (project / "damaged" / "project.db").read_bytes() == b"garbage"
    with ProjectStore.open(project) as store:
        assert store.load() == DECISIONS


def test_quick_looks_at_sizes_full_at_the_sound(project: Path) -> None:
    _flip(_flac(project, 2))
    assert check(project, full=False) == []
    assert [finding.where for finding in check(project)] == [f"take {key(2)} of s2"]


def test_what_is_taken_out_is_kept_beside(project: Path) -> None:
    FAULTS["bad clip"][1](project)
    check(project, repair=True)
    [aside] = (project / "damaged").glob("rows *.json")
    assert '"s2"' in aside.read_text()
    with ProjectStore.open(project) as store:
        assert store.load() == replace(DECISIONS, clips={name: clip for name, clip in DECISIONS.clips.items() if name != "s2"})


def test_after_a_bad_boundary_those_before_it_keep_their_ids(project: Path) -> None:
    FAULTS["bad boundary"][1](project)
    check(project, repair=True)
    with ProjectStore.open(project) as store:
        assert [boundary.id for boundary in store.boundaries().boundaries] == ["s0", "s1"]
        assert store.boundaries().text == TEXT


def test_no_repair_while_somebody_has_it_open_but_looking_is_free(project: Path) -> None:
    with ProjectStore.open(project) as store:
        assert check(project) == []
        with pytest.raises(ProjectLockedError):
            check(project, repair=True)
        _flip(_flac(project, 1))
        assert store.check(repair=True)[0].mended
        assert store.check() == []


def test_an_open_project_that_was_repaired_goes_on(project: Path) -> None:
    with ProjectStore.open(project) as store:
        store.save(DECISIONS, replace(DECISIONS, settings={"title": "Another"}))
        assert store.check(repair=True) == []
        assert store.load().settings == {"title": "Another"}


def test_no_project_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        check(tmp_path)


def test_many_seeded_faults_are_all_found(project: Path, tmp_path: Path) -> None:
    dice = random.Random(7)
    names = [name for name in FAULTS if FAULTS[name][0] not in ("database", "script")]
    for number in range(15):
        broken = tmp_path / f"broken {number}"
        shutil.copytree(project, broken)
        chosen = dice.sample(names, 3)
        kinds = set()
        for name in chosen:
            try:
                FAULTS[name][1](broken)
            except (OSError, ProjectError):  # two of them on one file, or a store that a first fault keeps shut
                continue
            kinds.add(FAULTS[name][0])
        found = {finding.kind for finding in check(broken)}
        assert kinds - {"damaged-take", "missing-take", "damaged-codes"} <= found, chosen
        check(broken, repair=True)
        assert check(broken) == [], chosen


def _contents(project: Path) -> set[bytes]:
    """The bytes of every file that holds something of the user's."""
    return {path.read_bytes() for path in project.rglob("*") if path.is_file() and path.suffix not in (".db", ".json")}
