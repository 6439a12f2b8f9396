"""What the timeline is made of besides the script: lengths of takes and imported sounds. Read off the GUI thread, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.project import Project
from studio.core.script import Script
from studio.core.segments import Plan
from studio.core.timeline import Timeline
from studio.qt.sounds import Sounds
from studio.render.arrange import Heard, Materials, arrange
from studio.store import places


class MaterialStore:
    """Belongs to one worker at a time; see `Arranging`. What was found once is kept: takes never change."""

    def __init__(self, sounds: Sounds, folder: Path) -> None:
        self._sounds = sounds
        self._folder = folder
        self._heard: dict[str, Heard | None] = {}
        self._files: dict[tuple[str, int, int], tuple[str, int] | None] = {}

    def timeline(self, script: Script, plan: Plan, project: Project, takes: Mapping[str, str]) -> Timeline:
        """The show as it stands; `takes` maps segments to the take that is heard."""
        heard = {segment: take for segment, key in takes.items() if (take := self._take(key)) is not None}
        sounds = {name: found for name in _named(script) if (found := self._file(name)) is not None}
        return arrange(script, plan, project, Materials(heard, sounds))

    def _take(self, key: str) -> Heard | None:
        """None for a take that is missing or cannot be read: its segment lies there unrendered."""
        if key not in self._heard:
            try:
                self._heard[key] = Heard(key, self._sounds.samples_of_take(key))
            except StudioError:
                return None
        return self._heard[key]

    def _file(self, name: str) -> tuple[str, int] | None:
        """The cached FLAC of a sound the script names, and its length; None where it cannot be read, as lint says too."""
        from studio.audio import files, foreign
        from studio.render.arrange import samples_of

        path = self._folder / name
        try:
            stat = path.stat()
        except OSError:
            return None
        about = (name, stat.st_size, stat.st_mtime_ns)
        if about not in self._files:
            try:
                flac = foreign.cached(path, places.cache() / "sounds")
                told = files.info(flac)
                self._files[about] = (str(flac), samples_of(told.frames, told.rate))
            except StudioError:
                self._files[about] = None
        return self._files[about]


def _named(script: Script) -> Iterable[str]:
    cues = {cue.file for paragraph in script.paragraphs for cue in paragraph.cues if not cue.stop}
    return sorted({name for name in (*cues, script.front.music) if name})
