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
class Project:
    """All decisions of one project. `chosen` maps a segment's id to the key of the take that stands for it."""

    cast: Cast = field(default_factory=Cast)  # lies over the cast of the front matter
    chosen: Mapping[str, str] = field(default_factory=dict)
    clips: Mapping[str, ClipDecision] = field(default_factory=dict)
    tracks: Mapping[str, TrackDecision] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)  # title, author, engine …: see studio.core.settings
