"""What is done to a project while faults strike, and what must hold afterwards.

A scenario prepares a folder, then makes steps in it. Each finished step is acknowledged; what was acknowledged must be found
again, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.core.errors import StorageFullError, StudioError
from studio.core.project import Project
from studio.core.segments import Place, Plan, Segment
from studio.core.voices import CastEntry, Sample, Voice
from studio.store import check, db
from studio.store.jobs import JobRow
from studio.store.library import VoiceLibrary, sample_digest
from studio.store.project import ProjectStore

RATE = 8000
TEXT = "[S1] Hello. [S2] Good evening.\n"
TAKES = 3
CODES = bytes(range(200))
NEWER = db.PROJECT.version + 1


@dataclass(frozen=True, slots=True)
class Weakness:
    """How the product is weakened, to prove that the tests would notice."""

    sync: bool = True
    synchronous: str = "FULL"


class Run:
    """Makes steps: acknowledges each when it is done, and waits for space and tries again when there is none."""

    def __init__(self, folder: Path, note: Callable[[str], None], free_space: Callable[[], None], weakness: Weakness) -> None:
        self.folder = folder
        self.weakness = weakness
        self.refused: list[str] = []
        self._note = note
        self._free_space = free_space

    def step(self, name: str, action: Callable[[], object]) -> None:
        try:
            action()
        except StorageFullError as error:
            self.refused.append(str(error))
            self._free_space()
            action()
        self._note(name)

    @contextmanager
    def project(self) -> Iterator[ProjectStore]:
        """The project, open for writing; steps use it as an action may: opened again after space was freed."""
        try:
            store = self._open()
        except StorageFullError as error:
            self.refused.append(str(error))
            self._free_space()
            store = self._open()
        with store:
            yield store

    def _open(self) -> ProjectStore:
        return ProjectStore.open(self.folder, sync=self.weakness.sync, synchronous=self.weakness.synchronous)


@dataclass(frozen=True, slots=True)
class Scenario:
    """`run` makes the steps; `faults` lists what is wrong afterwards, given the names of the acknowledged steps."""

    prepare: Callable[[Path], None]
    run: Callable[[Run], None]
    faults: Callable[[Path, set[str]], list[str]]


def key(number: int) -> str:
    return f"{number:032x}"


def sound(number: int) -> np.ndarray:
    return np.sin(np.arange(2000, dtype=np.float32) * 0.01 * (number + 1)) * 0.5


def plan_of(count: int) -> Plan:
    segments = tuple(Segment(f"s{number}", ()) for number in range(count))
    starts = tuple(Place(number * 2, 0) for number in range(count))
    ends = tuple(Place(number * 2 + 1, 0) for number in range(count))
    return Plan(segments, starts, ends, (0,) * count)


def _prepare_project(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        store.put_jobs([JobRow(f"s{number}", key(number)) for number in range(TAKES)])


def _prepare_takes(folder: Path) -> None:
    _prepare_project(folder)
    with ProjectStore.open(folder) as store:
        for number in range(TAKES):
            store.takes.write(key(number), sound(number), RATE)
            store.add_take(f"s{number}", key(number), job=number + 1)


def _render(run: Run) -> None:
    """The first take, and one that comes after it; another segment is left waiting."""
    with run.project() as store:
        for number in range(TAKES - 1):

            def finish(number: int = number) -> None:
                store.takes.write(
                    key(number), sound(number), RATE, recipe='{"engine":"fake","seed":1}', codes=CODES, codec="dac"
                )
                store.add_take(f"s{number}", key(number), job=number + 1)

            run.step(f"running {number}", lambda number=number: store.set_job_state(number + 1, "running"))
            run.step(f"take {number}", finish)


def _edit(run: Run) -> None:
    with run.project() as store:
        project = store.load()
        for number in range(3):
            changed = replace(
                project,
                cast=project.cast.with_entry(f"Character {number}", CastEntry("voice", seed=number)),
                chosen={**project.chosen, f"s{number}": key(number)},
            )
            run.step(f"edit {number}", lambda old=project, new=changed: store.save(old, new))
            project = changed
            run.step(f"text {number}", lambda number=number: store.save_text(TEXT * (number + 2)))
            run.step(f"plan {number}", lambda number=number: store.save_plan(plan_of(number + 2), TEXT * (number + 2)))


def _project_faults(folder: Path, done: set[str]) -> list[str]:
    try:
        with ProjectStore.open(folder) as store:
            return [*_take_faults(store, done), *_edit_faults(store, done), *_found_faults(store)]
    except StudioError as error:
        return [f"does not open: {error}"]


def _take_faults(store: ProjectStore, done: set[str]) -> Iterator[str]:
    jobs = {job.segment: job for job in store.jobs()}
    for number in range(TAKES):
        rows = store.takes_of(f"s{number}")
        if f"take {number}" in done and (len(rows) != 1 or jobs[f"s{number}"].state != "done"):
            yield f"take {number} was acknowledged and is lost"
        for row in rows:
            fault = store.takes.fault(row.key)
            if fault:
                yield fault


def _edit_faults(store: ProjectStore, done: set[str]) -> Iterator[str]:
    project, plan = store.load(), store.boundaries()
    numbers = [number for number in range(3) if f"edit {number}" in done]
    if len(project.chosen) < len(numbers) or len(project.cast) != len(project.chosen):
        yield f"{len(project.chosen)} choices of {len(numbers)} acknowledged, {len(project.cast)} of the cast"
    texts = max((number + 2 for number in range(3) if f"text {number}" in done), default=1)
    if store.text.count("\n") < texts or store.text != TEXT * store.text.count("\n"):
        yield "the script went back or is torn"
    plans = max((number + 2 for number in range(3) if f"plan {number}" in done), default=0)
    if len(plan.boundaries) < plans or plan.text != TEXT * len(plan.boundaries):
        yield "the plan went back or does not fit its text"


def _found_faults(store: ProjectStore) -> Iterator[str]:
    for finding in store.check():
        if finding.kind != "orphan-take":  # a take that was written and not yet recorded is no damage
            yield f"{finding.kind}: {finding.what}"


def _create(run: Run) -> None:
    run.step("create", lambda: ProjectStore.create(run.folder / "new", TEXT).close())


def _create_faults(folder: Path, done: set[str]) -> list[str]:
    new = folder / "new"
    if "create" in done or (new / "project.db").exists():
        try:
            with ProjectStore.open(new) as store:
                return [] if store.text == TEXT and store.load() == Project() else ["the new project is not what was asked for"]
        except StudioError as error:
            return [f"does not open: {error}"]
    try:
        ProjectStore.create(new, TEXT).close()  # trying again must work
    except StudioError as error:
        return [f"cannot be made again: {error}"]
    return []


def _repair(run: Run) -> None:
    run.step("repair", lambda: check.check(run.folder, repair=True))


def _prepare_damaged(folder: Path) -> None:
    _prepare_takes(folder)
    with ProjectStore.open(folder) as store:
        store.takes.write(key(9), sound(9), RATE)
        damaged = store.takes.path(key(1))
        store.save(store.load(), replace(store.load(), settings={"title": "A title", "author": "An author"}))
        store.save_plan(plan_of(3), TEXT)
        with store._database.begin() as connection:
            connection.exec_driver_sql("UPDATE settings SET value = 'other' WHERE name = 'title'")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    (folder / "script.txt").write_bytes(b"\xff\xfe")


def _repair_faults(folder: Path, done: set[str]) -> list[str]:
    findings = check.check(folder, repair=False)
    if "repair" in done and findings:
        return [f"not mended: {finding}" for finding in findings]
    check.check(folder, repair=True)
    left = check.check(folder)
    sounds = {path.name for path in folder.rglob("*.flac")}
    return [f"not mended: {one}" for one in left] + (
        [] if len(sounds) == 4 else [f"only {sorted(sounds)} of 4 sounds are left"]
    )


VOICE_BYTES = b"RIFF" + bytes(range(256)) * 16


def _maya(seed: int) -> Voice:
    return Voice("Maya", seed, (Sample(sample_digest(VOICE_BYTES), 2.0, "Words that nobody else has spoken before."),))


def _prepare_library(folder: Path) -> None:
    folder.mkdir()
    with VoiceLibrary.open(folder / "library.db") as library:
        library.add(_maya(0), {_maya(0).samples[0].digest: VOICE_BYTES})
        library.add(Voice("Ben", 2))


def _voices(run: Run) -> None:
    def with_library(action: Callable[[VoiceLibrary], None]) -> Callable[[], None]:
        def act() -> None:
            with VoiceLibrary.open(run.folder / "library.db") as library:
                action(library)

        return act

    def remove(library: VoiceLibrary) -> None:
        if any(voice.name == "Maya" for voice in library.list()):
            library.remove("Maya")
        else:  # it went in a first try that found no space for the rest
            library.wipe_unused()

    run.step("replace", with_library(lambda library: library.replace("Maya", _maya(7))))
    run.step("remove", with_library(remove))


def _voice_faults(folder: Path, done: set[str]) -> list[str]:
    try:
        with VoiceLibrary.open(folder / "library.db") as library:
            found = {voice.name: voice for voice in library.list()}
            faults = [f"{finding}" for finding in library.damage()]
    except StudioError as error:
        return [f"does not open: {error}"]
    if "Ben" not in found:
        faults.append("Ben is lost")
    if "replace" in done and "remove" not in done and found.get("Maya", _maya(7)) != _maya(7):
        faults.append("Maya went back")
    if "remove" in done and "Maya" in found:
        faults.append("Maya came back")
    if "Maya" not in found:
        faults += [f"bytes of Maya are left in {path.name}" for path in folder.rglob("*") if path.is_file() and _has_maya(path)]
    return faults


def _has_maya(path: Path) -> bool:
    data = path.read_bytes()
    return b"nobody else has spoken" in data or VOICE_BYTES[4:68] in data


def newer_schema(folder: Path) -> db.Schema:
    """The project's schema with one more migration, written to `folder`."""
    migrations = folder / "migrations"
    if not migrations.exists():
        import shutil

        shutil.copytree(db.PROJECT.migrations, migrations)
        now, then = db.PROJECT.version, NEWER
        (migrations / "project" / "versions" / f"{then:04}_later.py").write_text(
            f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{then:04}'\ndown_revision = '{now:04}'\n\n\n"
            "def upgrade():\n    op.add_column('tracks', sa.Column('pan', sa.REAL))\n"
            "    op.execute(\"UPDATE settings SET value = value || '!'\")\n"
        )
    return replace(db.PROJECT, version=NEWER, migrations=migrations)


def _prepare_old(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        store.save(store.load(), Project(settings={"title": "Old"}))
    newer_schema(folder.parent)


def _migrate(run: Run) -> None:
    run.step("migrate", lambda: db.Database(run.folder / "project.db", newer_schema(run.folder.parent)).close())


def _migrate_faults(folder: Path, done: set[str]) -> list[str]:
    faults = []
    version = db.look(folder / "project.db", newer_schema(folder.parent))
    if "migrate" in done and version != NEWER:
        faults.append("the migration is lost")
    backup = folder / f"project.db.bak-{db.PROJECT.version}"
    if version == NEWER and db.look(backup, db.PROJECT) != db.PROJECT.version:
        faults.append("there is no good backup")
    database = db.Database(folder / "project.db", newer_schema(folder.parent))
    with database.begin() as connection:
        titles = connection.exec_driver_sql("SELECT value FROM settings").scalars().all()
        connection.exec_driver_sql("SELECT pan FROM tracks")
    database.close()
    return faults if titles == ["Old!"] else [*faults, f"the migration ran {titles}"]


SCENARIOS = {
    "render": Scenario(_prepare_project, _render, _project_faults),
    "edit": Scenario(_prepare_takes, _edit, _project_faults),
    "create": Scenario(lambda folder: folder.mkdir(), _create, _create_faults),
    "repair": Scenario(_prepare_damaged, _repair, _repair_faults),
    "voices": Scenario(_prepare_library, _voices, _voice_faults),
    "migrate": Scenario(_prepare_old, _migrate, _migrate_faults),
}
