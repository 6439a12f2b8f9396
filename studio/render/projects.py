"""Which project a script file belongs to, and how its text gets there without overwriting what somebody wrote in the project.

A script rendered without `--project` has a project of its own in the user's cache, under a name made from the script's path:
rendering again finds the takes again, and deleting the cache costs only rendering time.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from studio.core import text as texts
from studio.core.errors import ProjectError
from studio.core.project import Project
from studio.core.script import Script
from studio.core.segments import Boundary, Plan, Previous
from studio.store import durable, layout, places
from studio.store.project import ProjectStore


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be rendered: the text, its file, the folder its files are relative to, and its project."""

    text: str
    file: Path
    folder: Path
    project: Path
    is_project: bool  # a project was named, not a script


def source_of(path: Path, project: Path | None = None) -> Source:
    """The script and project that a path names. Reads, and changes nothing. Raises ScriptError or ProjectError."""
    if not path.is_dir():
        return Source(texts.read(path), path, path.absolute().parent, project or default_project(path), is_project=False)
    if project is not None and project.absolute() != path.absolute():
        raise ProjectError("this is a project already", where=path, kept="nothing was changed", todo="leave --project out")
    if not (path / layout.DATABASE).is_file():
        raise ProjectError(
            "there is no project in this folder",
            where=path,
            kept="nothing was changed",
            todo="name a script file, or the folder of a project",
        )
    return Source(texts.read(path / layout.SCRIPT), path / layout.SCRIPT, path, path, is_project=True)


def default_project(script: Path) -> Path:
    """Where the takes of a script lie that belongs to no project."""
    resolved = script.resolve()
    digest = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return places.renders() / f"{resolved.stem[:40]}-{digest}"


def exists(source: Source) -> bool:
    return (source.project / layout.DATABASE).is_file()


@contextmanager
def opened(source: Source, *, write: bool = True) -> Iterator[ProjectStore | None]:
    """The source's project, or None where there is none yet. With `write`, raises ProjectLockedError while another writes, and
    ProjectError where the source would replace words that were written in the project."""
    if not exists(source):
        if source.project.exists() and not source.project.is_dir():
            raise ProjectError("this is a file, not the folder of a project", where=source.project, kept="nothing was changed")
        yield None
        return
    with ProjectStore.open(source.project, write=write) as store:
        if write and not source.is_project:
            _refuse_other_text(store, source)
        yield store


def files_named(script: Script) -> frozenset[str]:
    """The sounds and the cover that a script names, as it writes them."""
    cues = {cue.file for paragraph in script.paragraphs for cue in paragraph.cues if not cue.stop}
    return frozenset(name for name in (*cues, script.front.music, script.front.cover) if name)


def brought_in(store: ProjectStore | None, source: Source, plan: Plan, files: Collection[str] = ()) -> ProjectStore:
    """The project with the source's text, its plan and copies of the files it names; made now if it does not exist. The caller
    closes it."""
    made = store or _created(source)
    if not source.is_project:
        for name in files:
            _copy(source.folder / name, source.project, name)
        if made.text != source.text:
            made.save_text(source.text, overwrite=True)
        old = made.load()
        new = replace(old, settings={**old.settings, "source": _digest(source.text)})
        if new != old:
            made.save(old, new)
    made.save_plan(plan, source.text)
    return made


def previous_of(store: ProjectStore | None) -> Previous | None:
    """What the planner needs of the last plan, so that only what was touched is cut again."""
    if store is None:
        return None
    saved = store.boundaries()
    if not saved.boundaries:
        return None
    return Previous(saved.text, tuple(Boundary(one.id, one.line, one.column) for one in saved.boundaries))


def decisions_of(store: ProjectStore | None) -> Project:
    return store.load() if store is not None else Project()


def _created(source: Source) -> ProjectStore:
    if not source.is_project and source.project == default_project(source.file):
        shutil.rmtree(source.project, ignore_errors=True)  # a cache without a database: somebody stopped us while making it
    return ProjectStore.create(source.project, source.text)


def _copy(original: Path, project: Path, name: str) -> None:
    """Keep a file that the script names beside the project's script, so that the project can be opened and moved on its own.
    Names that lead out of the folder stay as they are, and so does a copy that is as new as the original."""
    target = project / name
    if PurePath(name).is_absolute() or ".." in PurePath(name).parts or not original.is_file():
        return
    if target.exists() and target.stat().st_mtime_ns >= original.stat().st_mtime_ns:
        return
    with durable.refusals(project, original.stat().st_size):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(target.name + durable.TEMPORARY)
        shutil.copy2(original, temporary)
        durable.publish(temporary, target)


def _refuse_other_text(store: ProjectStore, source: Source) -> None:
    """A script may replace the project's text only if that came from a script as well."""
    if store.text in ("", source.text) or _digest(store.text) == store.load().settings.get("source"):
        return
    raise ProjectError(
        "the script in this project was written or changed there",
        where=source.project,
        kept="neither text was changed",
        todo=f"render the project itself, or name another folder for {source.file.name}",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
