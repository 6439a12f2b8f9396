"""The project's decisions as one immutable value. The script's text and the takes are kept beside it, not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.voices import Cast


@dataclass(frozen=True, slots=True)
class ClipDecision:
    """What the user decided about one segment's clip; everything else about it is derived."""

    shift_s: float = 0.0  # later (or earlier) than the default gap, moving all that follows
    gain_db: float = 0.0
    trim_head_s: float = 0.0
    trim_tail_s: float = 0.0
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class TrackDecision:
    gain_db: float = 0.0
    mute: bool = False
    solo: bool = False


@dataclass(frozen=True, slots=True)
class TakeMark:
    """What the user said of one take of one segment. `binned_at` is seconds since 1970, where it is binned."""

    note: str = ""
    is_favourite: bool = False
    is_locked: bool = False  # it stands for its segment whatever becomes of the text
    is_binned: bool = False
    is_accepted: bool = False  # what was found of it is as it should be
    binned_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Pickup:
    """What was marked while listening for proof: `at_s` seconds into the segment's take, noted at `made_at` (since 1970)."""

    note: str = ""
    at_s: float = 0.0
    made_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Project:
    """All decisions of one project. `chosen` maps a segment's id to the key of the take that stands for it; `marks` has what
    was said of (segment, take)."""

    cast: Cast = field(default_factory=Cast)  # lies over the cast of the front matter
    chosen: Mapping[str, str] = field(default_factory=dict)
    clips: Mapping[str, ClipDecision] = field(default_factory=dict)
    tracks: Mapping[str, TrackDecision] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)  # title, author, engine …: see studio.core.settings
    marks: Mapping[tuple[str, str], TakeMark] = field(default_factory=dict)
    pickups: Mapping[str, Pickup] = field(default_factory=dict)  # by segment

    def locked(self) -> Mapping[str, str]:
        """The locked take of each segment that has one."""
        return {segment: key for (segment, key), mark in self.marks.items() if mark.is_locked}

    def binned(self) -> frozenset[tuple[str, str]]:
        """The takes in the bin, each with its segment: neither heard nor shown, and there all the same."""
        return frozenset(pair for pair, mark in self.marks.items() if mark.is_binned)
