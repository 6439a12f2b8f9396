"""Looking a project through for damage, and putting it right. A repair deletes nothing: what it cannot use is moved aside."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnClause, Connection, Table, delete, literal_column, select

from studio.core.errors import ProjectError, ProjectLockedError
from studio.store import backups, db, decisions, durable, jobs, layout, lock, models, plans, reviews, rows, take_rows
from studio.store.findings import Finding
from studio.store.jobs import JobRow
from studio.store.takes import TakeStore

_TAKES: Mapping[Table, Callable[[rows.Row], object]] = {  # and what reads a row of each: None is a bad one
    models.TAKES: take_rows.from_row,
    models.JOBS: jobs.from_row,
    models.REVIEWS: reviews.from_row,
    models.PICKS: reviews.pick_from_row,
}
_CONTENT = (*decisions.TABLES, models.PLAN, models.BOUNDARIES, *_TAKES)


def check(folder: Path, repair: bool = False, full: bool = True) -> list[Finding]:
    """Everything that is wrong in a project folder. `full` reads all sound, else sizes are compared only.

    Without `repair` nothing is changed. With it each finding says in `mended` what was done. Raises ProjectError when there is
    no project, ProjectLockedError when it should be repaired while another has it open.
    """
    if not (folder / layout.DATABASE).exists() and not (folder / layout.SCRIPT).exists():
        raise ProjectError("there is no project in this folder", where=folder, kept="nothing was changed")
    if not repair:
        return _check_closed(folder, False, full)
    held = lock.FolderLock(folder)
    try:
        return _check_closed(folder, True, full)
    finally:
        held.release()


def look_through(folder: Path, database: db.Database, takes: TakeStore, repair: bool, full: bool) -> list[Finding]:
    """The same for a project whose database is open already, for writing when it is to be repaired."""
    with database.begin() as connection:
        work = _Work(folder, connection, takes, repair, full)
        findings = [*_script(work), *_rows(work), *_takes(work), *_strays(work)]
        work.keep_aside()
    return findings


@dataclass(slots=True)
class _Work:
    """One look through one project."""

    folder: Path
    connection: Connection
    takes: TakeStore
    repair: bool
    full: bool
    aside: list[dict[str, Any]] = field(default_factory=list)  # rows taken out, as JSON

    def done(self, what: str) -> str:
        return what if self.repair else ""

    def keep_aside(self) -> None:
        """Write the rows that were taken out beside the project, before the transaction that drops them is committed."""
        if self.aside:
            data = json.dumps(
                self.aside, default=lambda value: value.hex() if isinstance(value, bytes) else str(value), indent=1
            )
            path = self.folder / layout.ASIDE / f"rows {time.strftime('%Y-%m-%d %H%M%S')}.json"
            durable.make_folder(path.parent)
            durable.write_bytes(path, data.encode())


def _check_closed(folder: Path, repair: bool, full: bool) -> list[Finding]:
    path = folder / layout.DATABASE
    live = not repair and lock.is_held(folder)
    findings: list[Finding] = []
    try:
        database = db.Database(path, db.PROJECT, write=repair, live=live)
    except ProjectLockedError:
        raise
    except ProjectError as error:
        findings.append(Finding("database", error.what, layout.DATABASE, _replace_database(folder) if repair else ""))
        if not repair:
            return findings
        database = db.Database(path, db.PROJECT)
    with closing(database):
        findings.extend(look_through(folder, database, TakeStore(folder / layout.TAKES), repair, full))
    return findings


def _replace_database(folder: Path) -> str:
    """Put the newest good backup in the place of a database that cannot be opened, or an empty one. A newer version's or a
    stranger's database is replaced too only because the user asked for a repair; it is kept aside."""
    path = folder / layout.DATABASE
    aside = folder / layout.ASIDE
    for name in (layout.DATABASE, f"{layout.DATABASE}-wal", f"{layout.DATABASE}-shm", f"{layout.DATABASE}-journal"):
        if (folder / name).exists() or (folder / name).is_symlink():
            durable.move(folder / name, aside / name)
    backup = backups.newest_good(folder)
    if backup is not None:
        temporary = path.with_name(path.name + durable.TEMPORARY)
        with durable.refusals(folder):
            shutil.copyfile(backup, temporary)
        durable.publish(temporary, path)
        return f"moved aside; replaced by the backup {backup.name}"
    db.create(path, db.PROJECT)
    return "moved aside; replaced by an empty one, and takes are found again by what is rendered"


def _script(work: _Work) -> Iterator[Finding]:
    try:
        layout.read_script(work.folder)
    except ProjectError as error:
        plan, _, _ = plans.load(work.connection)
        mended = ""
        if work.repair:
            path = work.folder / layout.SCRIPT
            if path.exists():
                durable.move(path, work.folder / layout.ASIDE / layout.SCRIPT)
            layout.write_script(work.folder, plan.text)
            mended = "written again from the text that was planned last"
        yield Finding("script", error.what, layout.SCRIPT, mended)


def _rows(work: _Work) -> Iterator[Finding]:
    plan, entries, plan_findings = plans.load(work.connection)
    project_findings = decisions.load(work.connection)[1]
    others: list[Finding] = []
    for table in _TAKES:
        decisions.read_table(work.connection, table, others)
    findings = [*project_findings, *plan_findings, *others]
    if work.repair and findings:
        for table in _CONTENT:
            _take_out_bad_rows(work, table)
        if plan_findings:
            plans.save(work.connection, entries, None, plan)
        for table in _CONTENT:
            rows.recount(work.connection, models.COUNTS, table)
    for finding in findings:
        what = "set aside" if finding.kind == "bad-row" else "counted again"
        yield replace(finding, mended=work.done("what is sound was kept" if finding.kind == "bad-boundaries" else what))


def _take_out_bad_rows(work: _Work, table: Table) -> None:
    rowid: ColumnClause[int] = literal_column("rowid")
    for row in work.connection.execute(select(rowid.label("rowid"), table)).mappings().all():
        if not rows.is_sound(table, row) or not _is_readable(table, row):
            work.aside.append({"table": table.name, **row})
            work.connection.execute(delete(table).where(rowid == row["rowid"]))


def _is_readable(table: Table, row: rows.Row) -> bool:
    if table in _TAKES:
        return _TAKES[table](row) is not None
    return decisions.is_readable(table, row)


def _takes(work: _Work) -> Iterator[Finding]:
    recorded = take_rows.load(work.connection)
    chosen = decisions.load(work.connection)[0].chosen
    wanted: dict[str, list[str]] = {}
    for segment, key in [*((row.segment, row.key) for row in recorded), *chosen.items()]:
        wanted.setdefault(key, []).append(segment)
    present = set(work.takes.keys())
    faults = {key: work.takes.fault(key, deep=work.full) for key in {*wanted, *present}}
    queue = {job.key: job for job in jobs.load(work.connection)}
    awaited = {key for key, job in queue.items() if job.state in ("waiting", "running")}
    sound_segments = {row.segment for row in recorded if not faults[row.key]}
    for key, segments in wanted.items():
        if faults[key] and (key in present or key not in awaited):
            kind = "damaged-take" if key in present else "missing-take"
            again = [one for one in dict.fromkeys(segments) if chosen.get(one) == key or one not in sound_segments]
            yield Finding(kind, faults[key], f"take {key} of {segments[0]}", _render_again(work, key, segments, again))
    for key in sorted(present - wanted.keys()):
        if faults[key]:
            yield Finding("damaged-take", faults[key], f"take {key}", _to_bin(work, key))
        else:
            yield Finding("orphan-take", f"take {key} belongs to no line", f"take {key}", _adopt(work, key, queue.get(key)))
    for key in sorted(key for key in present if not faults[key] and work.takes.contains(key)):
        if fault := work.takes.codes_fault(key, deep=work.full):
            if work.repair:
                work.takes.drop_codes(key)
            yield Finding("damaged-codes", fault, f"take {key}", work.done("moved to the bin; the sound is untouched"))


def _render_again(work: _Work, key: str, segments: list[str], again: list[str]) -> str:
    if not work.repair:
        return ""
    work.takes.set_aside(key)
    for segment in segments:
        take_rows.forget(work.connection, segment, key)
    waiting = {(job.segment, job.key) for job in jobs.load(work.connection) if job.state in ("waiting", "running")}
    new = [JobRow(segment, key, reason="damaged") for segment in again if (segment, key) not in waiting]
    jobs.put(work.connection, new)
    return "queued to be rendered again" if again else "moved to the bin; the line has other takes"


def _to_bin(work: _Work, key: str) -> str:
    if work.repair:
        work.takes.set_aside(key)
    return work.done("moved to the bin")


def _adopt(work: _Work, key: str, job: JobRow | None) -> str:
    """A take that was finished just before the power went has a job that asked for it."""
    if not work.repair or job is None:
        return _to_bin(work, key)
    row = take_rows.of_take(job.segment, work.takes.info(key), is_draft=False, engine="", seed=None, created_at=None)
    take_rows.put(work.connection, row)
    jobs.set_state(work.connection, job.id, "done", "")
    return f"given to {job.segment}, for which it was made"


def _strays(work: _Work) -> Iterator[Finding]:
    temporary = [path for path in work.folder.glob(f"*{durable.TEMPORARY}*") if path.is_file()]
    for path in [*work.takes.stray(), *temporary]:
        if work.repair:
            durable.move(path, work.takes.bin / path.name)
        name = path.relative_to(work.folder).as_posix()
        yield Finding("stray-file", "a file that was never finished", name, work.done("moved to the bin"))
