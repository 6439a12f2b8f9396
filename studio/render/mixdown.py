"""From an episode and its takes to the file people listen to: timeline, mix, tags, export."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.audio import export, files, foreign
from studio.audio.export import FORMATS, Tags
from studio.audio.mix import mix
from studio.audio.sources import Source
from studio.core.errors import AudioError, ExportError, ProjectError, StudioError, UsageError, reason
from studio.core.settings import text, whole
from studio.core.timeline import Clip, Timeline
from studio.render.arrange import Heard, Materials, arrange, samples_of
from studio.render.episode import Episode, is_same_file
from studio.render.plan import Status
from studio.render.projects import files_named
from studio.render.runner import Stopped
from studio.store import places
from studio.store.project import ProjectStore


@dataclass(frozen=True, slots=True)
class Written:
    """An episode as a file. `problems` are sounds that could not be read and are silent in it."""

    path: Path
    timeline: Timeline
    seconds: float
    problems: tuple[AudioError, ...]


def refuse_output(path: Path, inputs: Sequence[Path]) -> None:
    """Raise ExportError (or UsageError) for an output that cannot be written, before hours of rendering: an unknown format, a
    folder that is missing or cannot be written, one of the inputs. Leaves nothing behind."""
    for one in inputs:
        if is_same_file(path, one):
            raise UsageError(
                "the output is the script itself", where=path, kept="it was not touched", todo="give another name with -o"
            )
    export.format_of(path)
    if not path.parent.is_dir():
        raise ExportError("the folder does not exist", where=path, kept=export.KEPT, todo="make it, or choose another one")
    if path.is_dir():
        raise ExportError("this is a folder", where=path, kept=export.KEPT, todo="choose a file name")
    probe = path.with_name(f".{path.name}.tmp")
    try:
        sweep_leftovers(path)
        probe.touch()
        probe.unlink()
    except OSError as error:
        what = f"it cannot be written there ({reason(error).lower()})"
        raise ExportError(what, where=path, kept=export.KEPT, todo="choose another folder") from error


def sweep_leftovers(path: Path) -> None:
    """Remove what exports of this file left behind that were killed; one that is still being written is left alone."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        pid = leftover.name.split(".")[-2]
        if pid.isdecimal() and not _is_alive(int(pid)):
            leftover.unlink(missing_ok=True)


def timeline_of(made: Episode, standing: Sequence[Status]) -> Timeline:
    """Where everything lies, with the takes there are: stale ones too, since an old take is better than a hole."""
    store = _store(made)
    heard = {one.segment: _heard(store, one.take) for one in standing if one.take}
    named = files_named(made.script) - {made.script.front.cover}
    sounds = {name: found for name in named if (found := _sound(made.source.folder / name)) is not None}
    return arrange(made.script, made.plan, made.project, Materials(heard, sounds))


def missing(standing: Sequence[Status]) -> list[Status]:
    """The segments that nothing can be heard of."""
    return [one for one in standing if not one.take]


def outdated(standing: Sequence[Status]) -> list[Status]:
    """The segments that an old take stands for."""
    return [one for one in standing if one.take and (one.reason is not None or one.changed is not None)]


def write(made: Episode, timeline: Timeline, path: Path, progress: Callable[[float], None], stopped: Stopped) -> Written:
    """Mix and export. `progress` hears the share that is done. Raises ExportError, or Cancelled when `stopped` answers True."""
    store = _store(made)
    settings = made.settings
    channels = whole(settings, "channels")
    problems: list[AudioError] = []

    def open_source(source: str) -> Source:
        try:
            return files.Reader(store.takes.path(source) if len(source) == 32 and "/" not in source else Path(source))
        except ProjectError as error:
            raise AudioError(error.what, where=error.where, todo=error.todo) from error

    def report(clip: Clip, error: AudioError) -> None:
        problems.append(error)

    blocks = mix(timeline, open_source, channels=channels, report=report)
    told = max(timeline.length, 1)
    frames = export.write(
        path,
        blocks,
        timeline.rate,
        channels,
        tags_of(made, timeline),
        _options(path, settings),
        lambda done: progress(done / told),
        stopped,
        inputs=(made.source.file,),
    )
    return Written(path, timeline, frames / timeline.rate, tuple(problems))


def tags_of(made: Episode, timeline: Timeline) -> Tags:
    """What a player shows. Without a title the script's file name has to do."""
    settings = made.settings
    ends = [*(marker.start for marker in timeline.markers[1:]), timeline.length]
    chapters = tuple(
        (marker.start / timeline.rate, end / timeline.rate, marker.title)
        for marker, end in zip(timeline.markers, ends, strict=False)
        if end > marker.start
    )
    return Tags(
        title=text(settings, "title") or made.source.file.stem,
        author=text(settings, "author"),
        album=text(settings, "album"),
        year=text(settings, "year"),
        comment=text(settings, "comment"),
        cover=cover_of(made),
        chapters=chapters,
    )


def cover_of(made: Episode) -> bytes | None:
    """The cover picture. Raises ExportError for one that is named and cannot be read."""
    name = text(made.settings, "cover")
    if not name:
        return None
    path = made.source.folder / name
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"the cover cannot be read ({reason(error).lower()})"
        raise ExportError(what, where=path, kept=export.KEPT, todo="mend the name, or leave it out") from error


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, asking would end it; but a file in use cannot be removed there, either
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _store(made: Episode) -> ProjectStore:
    if made.store is None:
        raise ValueError("only an episode with a project has takes: see `episode.kept`")
    return made.store


def _heard(store: ProjectStore, key: str) -> Heard:
    take = store.takes.info(key)
    return Heard(key, samples_of(take.frames, take.rate))


def _sound(path: Path) -> tuple[str, int] | None:
    """A FLAC of a user's sound and its length; None where it cannot be read (lint has said so)."""
    try:
        flac = foreign.cached(path, places.cache() / "sounds")
        told = files.info(flac)
    except StudioError:
        return None
    return str(flac), samples_of(told.frames, told.rate)


def _options(path: Path, settings: Mapping[str, str]) -> dict[str, str | int]:
    """The project's settings that this format has an option for."""
    names = {option.name for option in FORMATS[path.suffix.lower()].options}
    chosen = {name: text(settings, name) for name in names if name in ("bitrate",)}
    return {name: int(value) for name, value in chosen.items() if value}
