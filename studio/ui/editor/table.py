"""What is known of every line: its text, spans, problems and segments, in lists that move with the lines when text is edited.

An edit costs one splice of each list, whatever the length of the script. Knows no Qt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.core.front import find_end, is_fence
from studio.core.parse import parse_line
from studio.core.script import Line

if TYPE_CHECKING:
    from studio.core.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class SegmentMark:
    """What the margin shows of one segment. Lines count from 0, the last one included; `state` is a key of marks.STATES;
    `progress` is the seconds rendered so far, or None."""

    first_line: int
    last_line: int
    state: str
    seconds: float = 0.0
    is_estimate: bool = True
    progress: float | None = None
    id: str = ""
    note: str = ""  # why, in a sentence, for the tooltip
    signs: tuple[tuple[str, str], ...] = ()  # keys of marks.SIGNS beside the state, each with what is said of it


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic as it lies now: columns `start` to `end` of the line it is listed under, moved along with typing."""

    start: int
    end: int
    diagnostic: Diagnostic
    moved: int = 0  # columns by which the text before it has grown since it was found


@dataclass(frozen=True, slots=True)
class LinesChange:
    """Lines `first` to `first + removed` were replaced by `lines`."""

    first: int
    removed: int
    lines: tuple[str, ...]


class LineTable:
    """Parallel lists, one entry a line. A script has at least one line."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._spans: list[Line | None] = [None]
        self.problems: list[tuple[Problem, ...]] = [()]
        self.segments: list[tuple[SegmentMark, ...]] = [()]
        self.front_end = 0

    def __len__(self) -> int:
        return len(self.texts)

    def load(self, texts: list[str]) -> None:
        """Start over with other lines."""
        self.texts = texts
        self._spans = [None] * len(texts)
        self.problems = [()] * len(texts)
        self.segments = [()] * len(texts)
        self.front_end = find_end(texts)

    def line(self, number: int) -> Line:
        """The spans of a line, read when first asked for."""
        found = self._spans[number]
        if found is None:
            found = self._spans[number] = parse_line(self.texts[number], number < self.front_end)
        return found

    def splice(self, first: int, removed: int, lines: Sequence[str]) -> LinesChange | None:
        """Put `lines` in place of `removed` old ones. Returns what really differs, or None."""
        old = self.texts[first : first + removed]
        head = _common(old, lines)
        tail = _common(old[head:][::-1], lines[head:][::-1])
        change = LinesChange(first + head, removed - head - tail, tuple(lines[head : len(lines) - tail]))
        if not change.removed and not change.lines:
            return None
        self._replace(change)
        return change

    def _replace(self, change: LinesChange) -> None:
        first, end, count = change.first, change.first + change.removed, len(change.lines)
        old = self.texts[first:end]
        self.segments[first:end] = [self._segments_at(first, change.removed)] * count
        if change.removed == count == 1:
            self.problems[first] = tuple(_moved(self.problems[first], old[0], change.lines[0]))
        else:
            self.problems[first:end] = [()] * count
        self.texts[first:end] = change.lines
        self._spans[first:end] = [None] * count
        if first < max(1, self.front_end) or any(map(is_fence, (*old, *change.lines))):
            self._find_front()

    def _find_front(self) -> None:
        before, self.front_end = self.front_end, find_end(self.texts)
        end = max(before, self.front_end)
        self._spans[:end] = [None] * min(end, len(self.texts))

    def _segments_at(self, first: int, removed: int) -> tuple[SegmentMark, ...]:
        """The segments that new lines fall into until the planner has spoken."""
        if removed:
            return self.segments[first]
        if 0 < first < len(self.segments):
            after = self.segments[first]
            return tuple(mark for mark in self.segments[first - 1] if mark in after)
        return ()

    def put_problems(self, found: Iterable[Diagnostic], first: int, last: int) -> None:
        """Let `found` be the problems of lines `first` to `last`."""
        self.problems[first : last + 1] = [()] * (min(last, len(self) - 1) - first + 1)
        for one in found:
            if first <= one.line <= last and one.line < len(self):
                length = len(self.texts[one.line])
                end = one.end_column if one.end_line == one.line else length
                start = min(one.column, length)
                self.problems[one.line] = (*self.problems[one.line], Problem(start, max(start, min(end, length)), one))

    def put_segments(self, marks: Iterable[SegmentMark], first: int, last: int) -> None:
        """Let `marks` be the segments of lines `first` to `last`. On lines beyond, a mark takes the place of its older self."""
        last = min(last, len(self) - 1)
        self.segments[first : last + 1] = [()] * (last - first + 1)
        segments = self.segments
        for mark in marks:
            for number in range(mark.first_line, min(mark.last_line, len(segments) - 1) + 1):
                if first <= number <= last:
                    segments[number] = (*segments[number], mark)
                else:
                    segments[number] = tuple(mark if one.id and one.id == mark.id else one for one in segments[number])

    def extent(self, number: int, mark: SegmentMark) -> tuple[int, int]:
        """First and last line on which `mark` lies now, around line `number`."""
        first = last = number
        while first > 0 and mark in self.segments[first - 1]:
            first -= 1
        while last + 1 < len(self.segments) and mark in self.segments[last + 1]:
            last += 1
        return first, last


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _moved(problems: tuple[Problem, ...], old: str, new: str) -> Iterable[Problem]:
    """The problems of an edited line: those before the edit stay, those after it move, those within are gone."""
    if not problems:
        return
    head = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    room = min(len(old), len(new)) - head
    tail = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    grown = len(new) - len(old)
    for one in problems:
        if one.end <= head:
            yield one
        elif one.start >= len(old) - tail:
            yield replace(one, start=one.start + grown, end=one.end + grown, moved=one.moved + grown)
