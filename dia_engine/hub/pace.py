"""How far a fetch is: bytes, rate and time left, as values for a window, and as words for a terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

WINDOW_S = 15.0  # the rate is that of the last seconds: a network's rate of a minute ago says little
LEAST_S = 1.0  # no guess about the time left before that
EVERY_S = 0.1  # a window repaints no faster


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be fetched, told before anything is written. `missing` of `total` bytes have yet to come."""

    id: str
    commit: str
    place: Path
    files: tuple[str, ...]
    total: int
    missing: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `done` counts what was there before; `seconds_left` is None while it cannot be told."""

    id: str
    doing: Literal["fetching", "checking"]
    file: str
    done: int
    total: int
    seconds_left: float | None = None


Told = Callable[[Plan | Progress], None]


class Pace:
    """Tells how far all files together are, not too often."""

    def __init__(self, plan: Plan, told: Told) -> None:
        self._plan = plan
        self._told = told
        self._there = 0  # bytes of finished files
        self._seen: deque[tuple[float, int]] = deque()
        self._last = 0.0

    def finished(self, size: int) -> None:
        """A file of that size is complete."""
        self._there += size

    def grew(self, name: str, size: int) -> None:
        """The file that is being fetched has that many bytes."""
        now, done = time.monotonic(), self._there + size
        self._seen.append((now, done))
        while now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        if now - self._last >= EVERY_S or done == self._plan.total:
            self._last = now
            self._told(Progress(self._plan.id, "fetching", name, done, self._plan.total, self._seconds_left(now, done)))

    def checking(self, name: str) -> None:
        self._told(Progress(self._plan.id, "checking", name, self._plan.total, self._plan.total))

    def _seconds_left(self, now: float, done: int) -> float | None:
        began, had = self._seen[0]
        if now - began < LEAST_S or done <= had:
            return None
        return (self._plan.total - done) * (now - began) / (done - had)


def in_bytes(count: int) -> str:
    """`6.44 GB`, `307 MB`, `2 kB`: decimal, as shops and the hub count."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.{2 if unit == 'GB' else 0}f} {unit}"
    return f"{count} bytes"


def in_words(progress: Progress) -> str:
    """`3.21 GB of 6.44 GB, 12 min left`."""
    if progress.doing == "checking":
        return f"checking {progress.file}"
    words = f"{in_bytes(progress.done)} of {in_bytes(progress.total)}"
    left = progress.seconds_left
    if left is None:
        return words
    return f"{words}, {f'{left:.0f} s' if left < 90 else f'{left / 60:.0f} min'} left"


def plan_in_words(plan: Plan) -> str:
    """What a user is told before the first byte comes."""
    size = in_bytes(plan.total)
    if plan.missing == 0:
        return f"{plan.id}: all of its {size} are here; they are checked."
    rest = f", of which {in_bytes(plan.missing)} are missing," if plan.missing < plan.total else ""
    return f"{plan.id}: {size}{rest} are fetched to {plan.place}."


class Steps:
    """Which reports to print as lines where there is no terminal: every tenth of the way, and every change of doing."""

    def __init__(self) -> None:
        self._last: tuple[str, str, int] | None = None

    def is_due(self, progress: Progress) -> bool:
        tenth = 10 * progress.done // max(progress.total, 1)
        now = (progress.id, progress.doing, tenth)
        due, self._last = now != self._last, now
        return due
