"""Every reversible change to a project as a value: `apply` gives the changed project and the edit that undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from studio.core.errors import EditError
from studio.core.project import ClipDecision, Pickup, Project, TakeMark, TrackDecision
from studio.core.voices import CastEntry

K = TypeVar("K")
V = TypeVar("V")


class Edit(Protocol):
    """All or nothing: an edit that does not fit raises EditError and changes nothing."""

    def apply(self, project: Project) -> tuple[Project, Edit]: ...

    def merged_with(self, later: Edit) -> Edit | None:
        """The one edit that does both, when `later` continues this gesture; else None."""
        ...


@dataclass(frozen=True, slots=True)
class Together:
    """Several edits as one, in their order: all are made, or none."""

    edits: tuple[Edit, ...]

    def apply(self, project: Project) -> tuple[Project, Edit]:
        inverses: list[Edit] = []
        for edit in self.edits:
            project, inverse = edit.apply(project)
            inverses.append(inverse)
        return project, Together(tuple(reversed(inverses)))

    def merged_with(self, later: Edit) -> Edit | None:
        return None


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
    """Let the take `key` stand for a segment, or none with None. A locked take has to be unlocked first, a deleted one to be
    restored."""

    segment: str
    key: str | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.chosen.get(self.segment)
        if self.key != old:
            _refuse_locked(project, self.segment, self.key)
            if self.key is not None and project.marks.get((self.segment, self.key), TakeMark()).is_binned:
                raise EditError("this take was deleted", kept="the take that is heard is unchanged", todo="restore it first")
        return replace(project, chosen=_with(project.chosen, self.segment, self.key)), ChooseTake(self.segment, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return None


@dataclass(frozen=True, slots=True)
class MarkTake:
    """Note, favour, lock or delete one take of a segment; None takes all of that away.

    What is locked is chosen with it, and what is deleted is no longer chosen: taking the edit back brings the choice back, too.
    """

    segment: str
    key: str
    mark: TakeMark | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        place = (self.segment, self.key)
        old, new = project.marks.get(place, TakeMark()), self.mark or TakeMark()
        self._refuse(project, old, new)
        chosen = project.chosen.get(self.segment)
        will = self.key if new.is_locked else None if new.is_binned and chosen == self.key else chosen
        marks = _with(project.marks, place, new if new != TakeMark() else None)
        changed = replace(project, marks=marks, chosen=_with(project.chosen, self.segment, will))
        inverse: Edit = MarkTake(self.segment, self.key, project.marks.get(place))
        return changed, inverse if will == chosen else Together((inverse, ChooseTake(self.segment, chosen)))

    def merged_with(self, later: Edit) -> Edit | None:
        """The typing of a note is one gesture."""
        if not isinstance(later, MarkTake) or (later.segment, later.key) != (self.segment, self.key):
            return None
        mine, others = self.mark or TakeMark(), later.mark or TakeMark()
        return later if replace(mine, note=others.note) == others else None

    def _refuse(self, project: Project, old: TakeMark, new: TakeMark) -> None:
        if new.is_locked and new.is_binned:
            kept = "the take is where it was"
            raise EditError("a take cannot be locked and deleted at once", kept=kept, todo="unlock it first")
        if new.is_locked and not old.is_locked:
            _refuse_locked(project, self.segment, self.key)


@dataclass(frozen=True, slots=True)
class SetPickup:
    """Mark a segment to be spoken again, or take the mark away with None."""

    segment: str
    pickup: Pickup | None

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.pickups.get(self.segment)
        return replace(project, pickups=_with(project.pickups, self.segment, self.pickup)), SetPickup(self.segment, old)

    def merged_with(self, later: Edit) -> Edit | None:
        return later if isinstance(later, SetPickup) and later.segment == self.segment and later.pickup else None


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


def _refuse_locked(project: Project, segment: str, key: str | None) -> None:
    """Another take than the locked one cannot stand for a segment."""
    if project.marks and project.locked().get(segment, key) != key:
        raise EditError("another take of this segment is locked", kept="it still stands for it", todo="unlock it first")


def _with(mapping: Mapping[K, V], key: K, value: V | None) -> Mapping[K, V]:
    changed = dict(mapping)
    if value is None:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed
