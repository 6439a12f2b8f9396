"""The one mixer: a timeline becomes blocks of samples. The player and every exporter pull from it.

A sample of the mix depends on the timeline and its place alone, not on block size, start or what was read before. Fades are
equal-power (a quarter sine). The sum is held within ±1 by plain clipping; levelling is the caller's art.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from studio.audio.ducking import Ducking, audible
from studio.audio.files import Samples
from studio.audio.sources import AtRate, Source
from studio.core.errors import AudioError, StudioError
from studio.core.timeline import Clip, Timeline, Track

BLOCK = 1 << 15
SPARE_SOURCES = 4  # open sources kept beyond those that sound now


def mix(
    timeline: Timeline,
    open_source: Callable[[str], Source],
    *,
    channels: int = 2,
    start: int = 0,
    end: int | None = None,
    block: int = BLOCK,
    report: Callable[[Clip, AudioError], None] | None = None,
) -> Iterator[Samples]:
    """Yield float32 [n, channels], n <= `block`, from sample `start` up to `end` (the timeline's length by default).

    `open_source` is called with a clip's source when it first sounds and may raise a StudioError or OSError: such a clip is
    silent and told to `report`, once per source. Clips whose source is "" are silent. Memory does not grow with the length.
    """
    stop = timeline.length if end is None else end
    ducking = Ducking(timeline)
    lanes = [_Lane(track, start) for track in timeline.tracks if audible(track, timeline.tracks) and track.clips]
    bank = _Bank(open_source, timeline.rate, channels, report)
    try:
        for at in range(start, stop, block):
            out = np.zeros((min(block, stop - at), channels), np.float32)
            sounding = [(lane, lane.at(at, at + len(out))) for lane in lanes]
            for lane, clips in sounding:
                _mix_track(lane.track, clips, bank, ducking, at, out)
            bank.trim({clip.source for _, clips in sounding for clip in clips})
            yield np.clip(out, -1.0, 1.0, out=out)
    finally:
        bank.close()


class _Lane:
    """A track's clips in order of time, swept once from left to right."""

    def __init__(self, track: Track, start: int) -> None:
        self.track = track
        self._clips = sorted((clip for clip in track.clips if clip.length > 0 and clip.source), key=lambda clip: clip.start)
        self._starts = [clip.start for clip in self._clips]
        self._next = bisect_left(self._starts, start)
        self._active = [clip for clip in self._clips[: self._next] if clip.end > start]

    def at(self, start: int, end: int) -> list[Clip]:
        """The clips that touch [start, end). `start` never goes back."""
        reached = bisect_left(self._starts, end, self._next)
        self._active = [clip for clip in self._active if clip.end > start]
        self._active += [clip for clip in self._clips[self._next : reached] if clip.end > start]
        self._next = reached
        return self._active


class _Bank:
    """The open sources: those that sound, and a few that did."""

    def __init__(
        self,
        open_source: Callable[[str], Source],
        rate: int,
        channels: int,
        report: Callable[[Clip, AudioError], None] | None,
    ) -> None:
        self._open, self._rate, self._channels, self._report = open_source, rate, channels, report
        self._sources: OrderedDict[str, AtRate | None] = OrderedDict()
        self._reported: set[str] = set()

    def get(self, clip: Clip) -> AtRate | None:
        """The clip's source, or None where it cannot be opened."""
        if clip.source not in self._sources:
            try:
                self._sources[clip.source] = AtRate(self._open(clip.source), self._rate, self._channels)
            except (StudioError, OSError) as error:
                self.lose(clip, error)
        self._sources.move_to_end(clip.source)
        return self._sources[clip.source]

    def lose(self, clip: Clip, error: Exception) -> None:
        """From here on the clip's source is silence; say so once."""
        lost = self._sources.get(clip.source)
        self._sources[clip.source] = None
        if lost is not None:
            lost.close()
        if self._report is not None and clip.source not in self._reported:
            self._reported.add(clip.source)
            self._report(clip, _as_audio_error(error, clip.source))

    def trim(self, in_use: set[str]) -> None:
        """Close the sources used longest ago, but none of those in use."""
        for name in [name for name in self._sources if name not in in_use][
            : max(0, len(self._sources) - len(in_use) - SPARE_SOURCES)
        ]:
            self._close(self._sources.pop(name))

    def close(self) -> None:
        for source in self._sources.values():
            self._close(source)
        self._sources.clear()

    @staticmethod
    def _close(source: AtRate | None) -> None:
        if source is not None:
            source.close()


def _as_audio_error(error: Exception, source: str) -> AudioError:
    if isinstance(error, AudioError):
        return error
    if isinstance(error, StudioError):
        return AudioError(error.what, where=error.where or source, kept=error.kept, todo=error.todo)
    return AudioError(f"the audio cannot be read ({error})", where=source)


def _mix_track(track: Track, clips: list[Clip], bank: _Bank, ducking: Ducking, at: int, out: Samples) -> None:
    """Add a track's clips to `out`, which begins at sample `at`."""
    if not clips:
        return
    duck = ducking.gain(track.duck_db, at, len(out)) if track.duck_db else 1.0
    for clip in clips:
        source = bank.get(clip)
        if source is None:
            continue
        level = 10.0 ** ((clip.gain_db + track.gain_db) / 20.0)
        first, last = max(clip.start, at), min(clip.end, at + len(out))
        try:
            for position, piece in _pieces(clip, source, first, last):
                low, high = position - at, position - at + len(piece)
                gain = np.float32(level) * _fade(clip, position, len(piece))
                gain = gain * (duck if isinstance(duck, float) else duck[low:high])
                out[low:high] += piece * gain
        except (StudioError, OSError) as error:
            bank.lose(clip, error)


def _pieces(clip: Clip, source: AtRate, first: int, last: int) -> Iterator[tuple[int, Samples]]:
    """The clip's sound between two places of the timeline, as (place, samples)."""
    if not clip.loops:
        for position, piece in source.pieces(first - clip.start + clip.offset, last - first):
            yield first + position, piece
        return
    at = first
    while at < last and source.frames:
        inside = (at - clip.start + clip.offset) % source.frames
        count = min(last - at, source.frames - inside)
        for position, piece in source.pieces(inside, count):
            yield at + position, piece
        at += count


def _fade(clip: Clip, at: int, count: int) -> npt.NDArray[np.float32] | np.float32:
    """The clip's fade gain for [at, at + count): 1 where no fade reaches, else float32 [count, 1]."""
    inside = at - clip.start
    rising, falling = inside < clip.fade_in, inside + count > clip.length - clip.fade_out
    if not (rising or falling):
        return np.float32(1.0)
    place = np.arange(inside, inside + count, dtype=np.float64) + 0.5
    gain = np.ones(count)
    if rising:
        gain *= np.sin(np.pi / 2 * np.clip(place / clip.fade_in, 0.0, 1.0))
    if falling and clip.fade_out > 0:
        gain *= np.sin(np.pi / 2 * np.clip((clip.length - place) / clip.fade_out, 0.0, 1.0))
    return gain.astype(np.float32)[:, None]
