"""Every reversible change to a project as a value: `apply` gives the changed project and the edit that undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from studio.core.errors import EditError
from studio.core.project import ClipDecision, Project, TrackDecision
from studio.core.voices import CastEntry

V = TypeVar("V")


class Edit(Protocol):
    """All or nothing: an edit that does not fit raises EditError and changes nothing."""

    def apply(self, project: Project) -> tuple[Project, Edit]: ...

    def merged_with(self, later: Edit) -> Edit | None:
        """The one edit that does both, when `later` continues this gesture; else None."""
        ...


@dataclass(frozen=True, slots=True)
class SetCast:
    """Give a character a voice, or take the override away with None."""

    character: str
    entry: CastEntry | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.cast.get(self.character)
        if not self.character:
            raise EditError("a character needs a name", kept="the cast is unchanged")
        return replace(project, cast=project.cast.with_entry(self.character, self.entry)), SetCast(self.character, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return None


@dataclass(frozen=True, slots=True)
class ChooseTake:
    """Let the take `key` stand for a segment, or none with None."""

    segment: str
    key: str | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.chosen.get(self.segment)
        return replace(project, chosen=_with(project.chosen, self.segment, self.key)), ChooseTake(self.segment, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return None


@dataclass(frozen=True, slots=True)
class SetClip:
    """Move, trim, level or mute one segment's clip."""

    segment: str
    decision: ClipDecision | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        if self.decision is not None and min(self.decision.trim_head_s, self.decision.trim_tail_s) < 0:
            raise EditError("a clip cannot be trimmed by less than nothing", kept="the clip is unchanged")
        old = project.clips.get(self.segment)
        return replace(project, clips=_with(project.clips, self.segment, self.decision)), SetClip(self.segment, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return later if isinstance(later, SetClip) and later.segment == self.segment else None


@dataclass(frozen=True, slots=True)
class SetTrack:
    """Level, mute or solo a track."""

    track: str
    decision: TrackDecision | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.tracks.get(self.track)
        return replace(project, tracks=_with(project.tracks, self.track, self.decision)), SetTrack(self.track, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return later if isinstance(later, SetTrack) and later.track == self.track else None


@dataclass(frozen=True, slots=True)
class SetSetting:
    """Set one of the project's settings, or forget it with None."""

    name: str
    value: str | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.settings.get(self.name)
        return replace(project, settings=_with(project.settings, self.name, self.value)), SetSetting(self.name, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return later if isinstance(later, SetSetting) and later.name == self.name else None


def _with(mapping: Mapping[str, V], key: str, value: V | None) -> Mapping[str, V]:
    changed = dict(mapping)
    if value is None:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed
