"""How long the rest will take, from seconds of speech already rendered. Loading is no part of the rate, so that a slow start
does not make everything look slow. Segments that are rendered together share the time: each has its part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

RECENT = 9  # segments the rate is taken from: enough to be calm, few enough to follow a machine that gets busy


@dataclass(frozen=True, slots=True)
class Spent:
    """Wall-clock seconds that a segment took, and its share of them: with four in flight, a fourth."""

    wall_s: float
    share_s: float


class Meter:
    """Shares out the time among what is in flight. Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._begun: dict[int, tuple[float, float]] = {}  # when, and the shared time until then
        self._shared_s = 0.0  # what somebody in flight from the very beginning would have been given
        self._until = 0.0

    def start(self, job_id: int, now: float) -> None:
        """Begin; once more for one that is in flight begins anew."""
        self._go_on(now)
        self._begun[job_id] = (now, self._shared_s)

    def end(self, job_id: int, now: float) -> Spent:
        self._go_on(now)
        began, shared_s = self._begun.pop(job_id, (now, self._shared_s))
        return Spent(now - began, self._shared_s - shared_s)

    def _go_on(self, now: float) -> None:
        if self._begun:
            self._shared_s += (now - self._until) / len(self._begun)
        self._until = now


@dataclass(frozen=True, slots=True)
class Pace:
    """What seconds of speech cost, segment by segment, newest last: (share, wall clock) in seconds for each. A value: noting
    gives a new one."""

    recent: tuple[tuple[float, float], ...] = ()

    def noted(self, speech_s: float, spent: Spent) -> Pace:
        """This pace with one finished segment more; segments without sound say nothing about the rate."""
        if speech_s <= 0 or spent.share_s < 0:
            return self
        return replace(self, recent=(*self.recent, (spent.share_s / speech_s, spent.wall_s / speech_s))[-RECENT:])

    def rate(self) -> float | None:
        """Wall-clock seconds that a second of speech takes; None before the first segment is finished."""
        return median(share for share, _ in self.recent) if self.recent else None

    def seconds_left(self, speech_left_s: float, longest_s: float = 0.0) -> float | None:
        """Wall-clock seconds until `speech_left_s` more seconds of speech are rendered, of which `longest_s` are one segment's:
        that cannot be shared. Never negative; None if unknown."""
        rate = self.rate()
        if rate is None:
            return None
        return max(0.0, speech_left_s * rate, longest_s * median(wall for _, wall in self.recent))


def in_words(seconds: float) -> str:
    """`40 s`, `12 min`, `2 h 05 min`: as precise as an estimate deserves."""
    if seconds < 90:
        return f"{round(seconds):d} s"
    minutes = round(seconds / 60)
    return f"{minutes:d} min" if minutes < 60 else f"{minutes // 60:d} h {minutes % 60:02d} min"


def clock(seconds: float) -> str:
    """`3:07` or `1:02:03`: a length as players show it."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
