"""How far the music steps back while somebody speaks: a pure function of where the speech clips lie."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.core.timeline import Timeline, Track

ATTACK_S = 0.3  # the music is down when the speech begins
RELEASE_S = 0.9  # and comes back after it
SPEECH_TRACKS = ("speech", "overlap")


class Ducking:
    """The envelope over a timeline: 1 under speech, 0 far from it, raised-cosine ramps between, in decibels."""

    def __init__(self, timeline: Timeline) -> None:
        self._attack = max(1, round(ATTACK_S * timeline.rate))
        self._release = max(1, round(RELEASE_S * timeline.rate))
        spoken = [
            (clip.start, clip.end)
            for track in timeline.tracks
            if track.name in SPEECH_TRACKS and audible(track, timeline.tracks)
            for clip in track.clips
            if clip.source and clip.length > 0
        ]
        # A gap too short for the music to come back and step down again stays ducked, so ramps never meet.
        self._spans = merged(sorted(spoken), self._attack + self._release)
        self._starts = [start for start, _ in self._spans]

    def gain(self, duck_db: float, start: int, count: int) -> npt.NDArray[np.float32] | float:
        """Linear gain for the samples [start, start + count): one number where it does not change, else float32 [count, 1]."""
        depth = -abs(duck_db)
        envelope = self._envelope(start, count)
        if envelope is None:
            return 1.0
        gain: npt.NDArray[np.float64] = 10.0 ** (depth * envelope / 20.0)
        return gain.astype(np.float32)[:, None]

    def _envelope(self, start: int, count: int) -> npt.NDArray[np.float64] | None:
        end = start + count
        index = max(0, bisect_right(self._starts, start) - 1)
        envelope: npt.NDArray[np.float64] | None = None
        while index < len(self._spans) and self._starts[index] - self._attack < end:
            begin, finish = self._spans[index]
            first, last = max(begin - self._attack, start), min(finish + self._release, end)
            if first < last:
                envelope = np.zeros(count) if envelope is None else envelope
                at = np.arange(first, last, dtype=np.float64)
                distance = np.maximum((begin - at) / self._attack, (at - finish) / self._release)
                ramp = 0.5 + 0.5 * np.cos(np.pi * np.clip(distance, 0.0, 1.0))
                envelope[first - start : last - start] = ramp
            index += 1
        return envelope


def audible(track: Track, tracks: Sequence[Track]) -> bool:
    """A muted track is silent; when any track is soloed, only soloed ones sound."""
    return not track.mute and (track.solo or not any(other.solo for other in tracks))


def merged(spans: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Sorted spans, those closer than `gap` samples joined into one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start - out[-1][1] < gap:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
