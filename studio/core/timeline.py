"""The timeline as values: clips on tracks, in samples of the timeline's rate. Immutable: a snapshot is the value itself."""

from __future__ import annotations

from dataclasses import dataclass, field

RATE = 44_100


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a source that lies somewhere. All times are samples at the timeline's rate."""

    id: str  # the segment's id on the speech track; "music-0", "sfx-3" elsewhere
    source: str  # key of a take, or path of a sound file; "" for a segment that has no take yet
    start: int
    length: int
    offset: int = 0  # samples of the source that are skipped
    gain_db: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    loops: bool = False  # the source starts over until the clip ends
    title: str = ""

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Track:
    """A lane. `duck_db` is how far this track steps back while the speech track sounds."""

    name: str  # "speech" | "overlap" | "music" | "effects"
    clips: tuple[Clip, ...] = ()
    gain_db: float = 0.0
    mute: bool = False
    solo: bool = False
    duck_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Marker:
    """A chapter's start."""

    start: int
    title: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the mix needs: the player and every exporter pull from this one value."""

    tracks: tuple[Track, ...] = ()
    markers: tuple[Marker, ...] = ()
    length: int = 0
    rate: int = field(default=RATE)

    def track(self, name: str) -> Track | None:
        return next((track for track in self.tracks if track.name == name), None)
