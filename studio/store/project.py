"""A project folder: script.txt, project.db, takes, lock. Opens, saves, and knows nothing of rendering.

A ProjectStore belongs to one thread. Every change is one small transaction that is durable when the call returns.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from studio.core.errors import ProjectError, StudioError
from studio.core.project import Project
from studio.core.quality import Review
from studio.core.segments import Plan, Previous
from studio.store import backups, check, db, decisions, durable, jobs, layout, lock, models, plans, reviews, take_rows
from studio.store.findings import Finding
from studio.store.jobs import JobRow, State
from studio.store.take_rows import TakeRow
from studio.store.takes import TakeStore

BIN_S = 7 * 24 * 3600.0  # so long a deleted take stays where it is


class ProjectStore:
    """An open project. Use `create` or `open`, and close it (or use it in a `with`)."""

    def __init__(
        self, folder: Path, write: bool, held: lock.FolderLock | None, *, sync: bool = True, synchronous: str = "FULL"
    ) -> None:
        """For `create` and `open` only."""
        self.folder = folder
        self.is_writable = write
        self._sync = sync
        self._lock = held
        self.takes = TakeStore(folder / layout.TAKES, sync=sync)
        live = not write and lock.is_held(folder)
        was_cut_short = write and ((folder / f"{layout.DATABASE}-wal").exists() or (held is not None and held.was_stale))
        self._database = db.Database(folder / layout.DATABASE, db.PROJECT, write=write, live=live, synchronous=synchronous)
        try:
            self._project, self._plan, self._entries, self.damage = self._read_all()
            self._refuse_damage()
            self._script = layout.read_script(folder)
            if write:
                self._recover(was_cut_short)
            self._backed_up = self._database.changes()
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, folder: Path, text: str = "", *, sync: bool = True, synchronous: str = "FULL") -> ProjectStore:
        """Make a project in a new or empty folder, and open it for writing."""
        foreign = layout.foreign_names(folder, text)
        if foreign:
            raise ProjectError(
                f"this folder is not empty (it holds {foreign[0]!r})",
                where=folder,
                kept="nothing was changed",
                todo="choose another",
            )
        durable.make_folder(folder, sync=sync)
        held = lock.FolderLock(folder)
        try:
            durable.make_folder(folder / layout.TAKES, sync=sync)
            layout.write_script(folder, text, sync=sync)
            db.create(folder / layout.DATABASE, db.PROJECT)
            return cls(folder, True, held, sync=sync, synchronous=synchronous)
        except BaseException:
            with suppress(ProjectError):  # so that the same can be tried again
                durable.remove(folder / layout.DATABASE)
            held.release()
            raise

    @classmethod
    def open(
        cls, folder: Path, write: bool = True, *, take_over: bool = False, sync: bool = True, synchronous: str = "FULL"
    ) -> ProjectStore:
        """Open a project. Raises ProjectLockedError when another has it open for writing, ProjectError when it is missing,
        damaged, or newer and to be written; nothing in the folder is changed then. To read only always works beside a writer.

        `take_over` overrules the lock of another machine; `sync` and `synchronous` are for tests only.
        """
        if not (folder / layout.DATABASE).is_file():
            raise ProjectError(
                "there is no project in this folder",
                where=folder,
                kept="nothing was changed",
                todo="make a new one, or choose another folder",
            )
        if not write:
            return cls(folder, False, None)
        held = lock.FolderLock(folder, take_over=take_over)
        try:
            return cls(folder, True, held, sync=sync, synchronous=synchronous)
        except BaseException:
            held.release()
            raise

    def close(self) -> None:
        """Close and free the lock; a job that was running waits again. Doing it twice is harmless."""
        if self.is_writable and self._lock is not None and self._lock.is_held:
            with suppress(ProjectError):
                self.keep_backup()
                with self._database.begin() as connection:
                    jobs.release(connection)
        self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> ProjectStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # The script

    @property
    def text(self) -> str:
        """The script as it was last read or saved here."""
        return self._script.text

    def save_text(self, text: str, *, overwrite: bool = False) -> None:
        """Replace script.txt, whole. Raises ProjectError when somebody else changed it meanwhile, unless `overwrite`."""
        self._require_writable()
        if not overwrite and self.changed_outside():
            raise ProjectError(
                "the script was changed by another program",
                where=self.folder / layout.SCRIPT,
                kept="neither version was touched",
                todo="load the changed script, or save over it",
            )
        try:
            self._script = layout.write_script(self.folder, text, sync=self._sync)
        except ProjectError:
            with suppress(StudioError):  # the disk may have refused after the new script had its name: it is ours all the same
                found = layout.read_script(self.folder)
                self._script = found if found.text == text else self._script
            raise

    def changed_outside(self) -> bool:
        """Whether script.txt differs from what was last read or saved here. Cheap while its time and size are the same."""
        return layout.script_changed(self.folder, self._script)

    def reload_text(self) -> str:
        """Read script.txt again, after an outside change."""
        self._script = layout.read_script(self.folder)
        return self._script.text

    # The decisions

    def load(self) -> Project:
        """The decisions as last saved. In a damaged project that is open to read only: those that are sound; see `damage`."""
        return self._project

    def save(self, old: Project, new: Project) -> None:
        """Write what differs between two values, in one transaction."""
        self._require_writable()
        with self._database.begin() as connection:
            decisions.save(connection, old, new)
        self._project = new

    def boundaries(self) -> Previous:
        """The text that was planned last and where its segments began; empty before the first plan."""
        return self._plan

    def save_plan(self, plan: Plan, text: str) -> None:
        """Keep the plan of `text`, so that the next one keeps its ids."""
        self._require_writable()
        new = Previous(text, plan.boundaries())
        if new == self._plan:
            return
        with self._database.begin() as connection:
            entries = plans.save(connection, self._entries, self._plan.text, new)
        self._plan, self._entries = new, entries

    # Takes

    def add_take(
        self,
        segment: str,
        key: str,
        *,
        is_draft: bool = False,
        engine: str = "",
        seed: int | None = None,
        created_at: float | None = None,
        job: int | None = None,
        then: int | None = None,
        picks: Mapping[str, str] | None = None,
    ) -> TakeRow:
        """Record that a stored take was made for a segment; in the same transaction the job, if any, is done, the job `then`,
        which waited, is running, and `picks` are kept.

        Engine and seed come from the take's recipe where they are not given. Raises ProjectError when there is no such take.
        """
        self._require_writable()
        take = self.takes.info(key)
        row = take_rows.of_take(segment, take, is_draft=is_draft, engine=engine, seed=seed, created_at=created_at)
        with self._database.begin() as connection:
            take_rows.put(connection, row)
            if picks:
                reviews.put_picks(connection, picks)
            if job is not None:
                jobs.set_state(connection, job, "done", "")
            if then is not None:
                jobs.set_state(connection, then, "running", "")
        return row

    def takes_of(self, segment: str) -> list[TakeRow]:
        """The takes of one segment, oldest first."""
        with self._database.begin() as connection:
            return take_rows.load(connection, segment)

    def all_takes(self) -> list[TakeRow]:
        """The takes of all segments, oldest first."""
        with self._database.begin() as connection:
            return take_rows.load(connection)

    def forget_take(self, segment: str, key: str) -> None:
        """Drop the record; the sound stays until it is swept."""
        self._require_writable()
        with self._database.begin() as connection:
            take_rows.forget(connection, segment, key)

    def sweep(self) -> list[str]:
        """Move to the bin every take that no record and no choice names; returns their keys."""
        self._require_writable()
        referenced = {row.key for row in self.all_takes()} | set(self._project.chosen.values())
        return self.takes.sweep(referenced)

    def sweep_binned(self, older_than_s: float = BIN_S) -> list[str]:
        """Forget the takes that were deleted so long ago; their files go to the folder's bin where nothing else needs them.
        Returns their keys."""
        self._require_writable()
        until, old = time.time() - older_than_s, self._project
        gone = {place: mark for place, mark in old.marks.items() if mark.is_binned and mark.binned_at <= until}
        if not gone:
            return []
        new = replace(old, marks={place: mark for place, mark in old.marks.items() if place not in gone})
        with self._database.begin() as connection:
            for segment, key in gone:
                take_rows.forget(connection, segment, key)
            reviews.forget(connection, {key for _, key in gone})
            decisions.save(connection, old, new)
        self._project = new
        needed = {row.key for row in self.all_takes()} | set(new.chosen.values())
        keys = sorted({key for _, key in gone} - needed)
        for key in keys:
            self.takes.set_aside(key)
        return keys

    # What was found of takes

    def reviews(self, revision: int | None = None) -> Mapping[str, Review]:
        """What is known of takes by their keys; of this revision of the checks alone, where one is given."""
        with self._database.begin() as connection:
            return reviews.load(connection, revision)

    def put_review(self, review: Review, picks: Mapping[str, str] | None = None) -> None:
        """Keep a review, and what was picked by it, in one transaction."""
        self.put_reviews([review], picks)

    def put_reviews(self, found: Iterable[Review], picks: Mapping[str, str] | None = None) -> None:
        """The same for several."""
        self._require_writable()
        with self._database.begin() as connection:
            for review in found:
                reviews.put(connection, review)
            if picks:
                reviews.put_picks(connection, picks)

    def picks(self) -> Mapping[str, str]:
        """Which of several takes of one request is heard: the first one's key -> the best one's, "" while it is not settled."""
        with self._database.begin() as connection:
            return reviews.load_picks(connection)

    def put_picks(self, picks: Mapping[str, str]) -> None:
        self._require_writable()
        with self._database.begin() as connection:
            reviews.put_picks(connection, picks)

    # The queue

    def jobs(self) -> list[JobRow]:
        """All render jobs, in their order."""
        with self._database.begin() as connection:
            return jobs.load(connection)

    def put_jobs(self, new: Sequence[JobRow]) -> list[JobRow]:
        """Store new jobs (id 0) or replace old ones, in one transaction; returns them with ids and positions."""
        self._require_writable()
        with self._database.begin() as connection:
            return jobs.put(connection, new)

    def set_job_state(self, job_id: int, state: State, error: str = "") -> JobRow:
        """Move one job on; returns it as it is now."""
        self._require_writable()
        with self._database.begin() as connection:
            return jobs.set_state(connection, job_id, state, error)

    def forget_jobs(self, job_ids: Iterable[int]) -> None:
        self._require_writable()
        with self._database.begin() as connection:
            jobs.forget(connection, list(job_ids))

    # Health

    def check(self, repair: bool = False, full: bool = True) -> list[Finding]:
        """Everything that is wrong with the project; see `studio.store.check`. A repair deletes nothing."""
        if repair:
            self._require_writable()
        findings = check.look_through(self.folder, self._database, self.takes, repair, full)
        if repair:
            self._project, self._plan, self._entries, self.damage = self._read_all()
        return findings

    def keep_backup(self) -> None:
        """Copy the database into the folder's backups, when anything was written since the last copy; done at closing too."""
        self._require_writable()
        if self._database.changes() > self._backed_up:
            backups.keep(self._database, self.folder)
            self._backed_up = self._database.changes()

    @property
    def is_newer(self) -> bool:
        """Made by a newer version of this program (and so open to read only)."""
        return self._database.version > db.PROJECT.version

    def _read_all(self) -> tuple[Project, Previous, list[plans.Entry], tuple[Finding, ...]]:
        with self._database.begin() as connection:
            project, findings = decisions.load(connection)
            plan, entries, plan_findings = plans.load(connection)
            decisions.read_table(connection, models.JOBS, findings)
        return project, plan, entries, tuple(findings + plan_findings)

    def _refuse_damage(self) -> None:
        if self.damage and self.is_writable:
            names = ", ".join(finding.where for finding in self.damage[:3]) + (" …" if len(self.damage) > 3 else "")
            raise ProjectError(
                f"{len(self.damage)} rows of this project are damaged ({names})",
                where=self.folder / layout.DATABASE,
                kept="it was left exactly as it is",
                todo="check the project to set them aside, or open it to read only",
            )

    def _recover(self, was_cut_short: bool) -> None:
        with self._database.begin() as connection:
            self.set_aside = jobs.recover(connection)
        if was_cut_short:
            self.takes.sweep()
            for stray in self.folder.glob(f"*{durable.TEMPORARY}*"):
                durable.remove(stray, sync=self._sync)
        self.sweep_binned()

    def _require_writable(self) -> None:
        if not self.is_writable:
            raise ProjectError("this project is open to read only", where=self.folder, kept="nothing was changed")
