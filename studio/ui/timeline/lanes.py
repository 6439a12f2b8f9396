"""Where the lanes lie, and which clip is under a point. Knows the timeline value and a scale; draws nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from studio.core.timeline import Clip, Timeline, Track
from studio.ui.timeline.scale import Scale

HEADER_PX = 124
RULER_PX = 28
LANE_PX = 60
LANE_GAP_PX = 6

TITLES = {"speech": "Speech", "overlap": "Overlap", "music": "Music", "effects": "Effects"}


@dataclass(frozen=True, slots=True)
class Lane:
    """One track's strip. `starts` is sorted like `track.clips`, for bisection."""

    track: Track
    starts: tuple[int, ...]
    longest: int  # samples of the longest clip: how far left of a point a clip that covers it may start
    top: int

    def between(self, first: int, last: int) -> tuple[Clip, ...]:
        """The clips that touch the samples from `first` to `last`, in order."""
        low = bisect_left(self.starts, first - self.longest)
        high = bisect_right(self.starts, last)
        return tuple(clip for clip in self.track.clips[low:high] if clip.end > first)


def lanes_of(timeline: Timeline) -> tuple[Lane, ...]:
    """A lane for speech always, and for every other track that holds something."""
    shown = [track for track in timeline.tracks if track.clips or track.name == "speech"]
    lanes = []
    for number, track in enumerate(shown):
        ordered = Track(
            name=track.name,
            clips=tuple(sorted(track.clips, key=lambda clip: clip.start)),
            gain_db=track.gain_db,
            mute=track.mute,
            solo=track.solo,
            duck_db=track.duck_db,
        )
        starts = tuple(clip.start for clip in ordered.clips)
        longest = max((clip.length for clip in ordered.clips), default=0)
        lanes.append(Lane(ordered, starts, longest, RULER_PX + number * (LANE_PX + LANE_GAP_PX)))
    return tuple(lanes)


def clip_at(lanes: tuple[Lane, ...], scale: Scale, rate: int, x: float, y: float) -> tuple[Lane, Clip] | None:
    """The clip under a point of the lanes' area (x = 0 is right of the headers)."""
    sample = round(scale.seconds(x) * rate)
    for lane in lanes:
        if lane.top <= y < lane.top + LANE_PX:
            return next(((lane, clip) for clip in reversed(lane.between(sample, sample))), None)
    return None
