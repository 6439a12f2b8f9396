"""How long the rest will take, from seconds of speech already rendered. Loading is no part of the rate, so that a slow start
does not make everything look slow. A value: noting gives a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

RECENT = 9  # segments the rate is taken from: enough to be calm, few enough to follow a machine that gets busy


@dataclass(frozen=True, slots=True)
class Pace:
    """Wall-clock seconds per second of speech, segment by segment, newest last."""

    recent: tuple[float, ...] = ()

    def noted(self, speech_s: float, wall_s: float) -> Pace:
        """This pace with one finished segment more; segments without sound say nothing about the rate."""
        if speech_s <= 0 or wall_s < 0:
            return self
        return replace(self, recent=(*self.recent, wall_s / speech_s)[-RECENT:])

    def rate(self) -> float | None:
        """Wall-clock seconds that a second of speech takes; None before the first segment is finished."""
        return median(self.recent) if self.recent else None

    def seconds_left(self, speech_left_s: float) -> float | None:
        """Wall-clock seconds until `speech_left_s` more seconds of speech are rendered. Never negative; None if unknown."""
        rate = self.rate()
        return None if rate is None else max(0.0, speech_left_s) * rate


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
