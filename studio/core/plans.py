"""The values of a plan: segments, their turns, and where they lie. `studio.core.segments` makes them and hands them on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise, repeat
from operator import attrgetter
from typing import NamedTuple

from studio.core.cost import Terms
from studio.core.script import Chapter, Gap, Script


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in the script: 0-based line and column, in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SegmentTurn:
    """What one character says within a segment. `speaker` is 1 or 2, in the order in which they speak."""

    speaker: int
    character: str
    text: str
    voice: str = ""  # a {voice …} override
    # (index into text, line, column) wherever the source does not simply run on; lines count from the segment's first line.
    anchors: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """What is rendered in one breath. Knows nothing of where in the script it lies: that is `Plan.starts` and `Plan.ends`,
    so that text above can grow without touching it."""

    id: str
    turns: tuple[SegmentTurn, ...]
    gap: Gap = Gap.NONE  # what parts it from the segment before
    pause_s: float = 0.0  # silence asked for before it
    pace: float = 1.0
    seed: int | None = None
    estimated_s: float = 0.0

    @property
    def content(self) -> tuple[object, ...]:
        """All that decides the sound, as far as the script decides it. Equal content never needs rendering again."""
        return (tuple((turn.speaker, turn.character, turn.text, turn.voice) for turn in self.turns), self.pace, self.seed)


class Boundary(NamedTuple):
    """Where a segment starts, as a project keeps it."""

    id: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Previous:
    """What a project keeps of its last plan: the script's text and the boundaries within it, in speaking order."""

    text: str
    boundaries: tuple[Boundary, ...]


class Lie(NamedTuple):
    """Where a segment lies: `lead` lines below the start of the one before, so that an edit moves only one of them."""

    lead: int
    column: int
    lines: int  # from its start to its end
    end_column: int


class Plan:
    """Segments in speaking order, and where each lies. A value: never changed, equal to a plan of equal parts.

    `starts`, `ends` (just behind the last spoken character) and `chapters` (for each segment, the index into
    `Script.chapters`) are worked out when first asked for: an edit of one line shall not touch thousands of places.
    """

    def __init__(
        self,
        segments: Sequence[Segment] = (),
        starts: Sequence[Place] = (),
        ends: Sequence[Place] = (),
        chapters: Sequence[int] = (),
    ) -> None:
        self.segments = tuple(segments)
        self.lies = tuple(_lies(starts, ends))
        self.headings: tuple[Chapter, ...] = ()
        self.script: Script | None = None
        self.terms: Terms | None = None
        self.__dict__["chapters"] = tuple(chapters)

    @classmethod
    def made(
        cls, segments: tuple[Segment, ...], lies: tuple[Lie, ...], script: Script | None = None, terms: Terms | None = None
    ) -> Plan:
        """A plan that remembers what it was made of, so that the next one can be made from the difference."""
        plan = cls()
        del plan.__dict__["chapters"]
        plan.segments, plan.lies, plan.script, plan.terms = segments, lies, script, terms
        plan.headings = script.chapters if script is not None else ()
        return plan

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """The line on which each segment starts."""
        return tuple(accumulate(map(_LEAD, self.lies)))

    @cached_property
    def starts(self) -> tuple[Place, ...]:
        return tuple(map(Place, self.lines, map(_COLUMN, self.lies)))

    @cached_property
    def ends(self) -> tuple[Place, ...]:
        return tuple(Place(line + lie.lines, lie.end_column) for line, lie in zip(self.lines, self.lies, strict=True))

    @cached_property
    def chapters(self) -> tuple[int, ...]:
        firsts = [bisect_left(self.lines, heading.line) for heading in self.headings[1:]]
        counts = (end - start for start, end in pairwise((0, *firsts, len(self.lines))))
        return tuple(chain.from_iterable(map(repeat, range(len(firsts) + 1), counts)))

    def boundaries(self) -> tuple[Boundary, ...]:
        """What a project keeps of this plan, beside the text."""
        return self.boundaries_of(0, len(self.segments))

    def boundaries_of(self, first: int, end: int) -> tuple[Boundary, ...]:
        """Those of segments `first` to `end`."""
        part = slice(first, end)
        return tuple(map(Boundary, map(_ID, self.segments[part]), self.lines[part], map(_COLUMN, self.lies[part])))

    def at(self, line: int) -> range:
        """Indices of the segments that speak on a line; an empty range, where the next one would be, if none does."""
        stop = bisect_right(self.lines, line)
        start = stop
        while start > 0 and self.lines[start - 1] + self.lies[start - 1].lines >= line:
            start -= 1
        return range(start, stop)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plan):
            return NotImplemented
        return self.segments == other.segments and self.lies == other.lies and self.chapters == other.chapters

    def __hash__(self) -> int:
        return hash((self.segments, self.lies))

    def __repr__(self) -> str:
        return f"Plan({self.segments!r}, {self.starts!r}, {self.ends!r}, {self.chapters!r})"


def _lies(starts: Iterable[Place], ends: Iterable[Place]) -> Iterator[Lie]:
    line = 0
    for start, end in zip(starts, ends, strict=True):
        yield Lie(start.line - line, start.column, end.line - start.line, end.column)
        line = start.line


_LEAD = attrgetter("lead")
_COLUMN = attrgetter("column")
_ID = attrgetter("id")
