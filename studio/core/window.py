"""Which part of a plan an edit can have touched. Found from the paragraphs that are still the same objects, so that the price
of an edit is that of its own paragraphs, and of a few list operations over the others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count, repeat
from operator import attrgetter, is_not, itemgetter, ne, or_, sub

from studio.core.matching import common_prefix
from studio.core.parse import line_count
from studio.core.plans import Place, Plan
from studio.core.script import Script, Utterance

Spoken = list[tuple[int, Utterance]]

TOP = Place(-1, 0)
BOTTOM = Place(1 << 60, 0)

_LINE = attrgetter("line")
_FIRST, _SECOND = itemgetter(0), itemgetter(1)
_ALL_BUT_LINE = attrgetter("text", "character", "gap", "start", "end", "pause_s", "pace", "voice", "seed", "solo", "columns")


@dataclass(frozen=True, slots=True)
class Window:
    """Old segments `first` to `end`, and what is spoken there in the old and in the new script. Outside of it nothing has
    changed but that what follows lies `shift` lines further down. It starts and ends where an utterance does."""

    first: int
    end: int
    old: Spoken
    new: Spoken
    before: Utterance | None  # what is spoken last before it
    shift: int


def changed(old: Plan, old_script: Script, script: Script) -> Window:
    """The window of everything that differs, a whole segment to either side included."""
    shift = line_count(script) - line_count(old_script)
    above, below = _edges(old_script, script, shift)
    total = len(old.segments)
    first = max(_segment_at(old, above) - 1, 0)
    reach = 2  # segments from the one that holds the first unchanged words
    while True:
        end = min(_segment_at(old, below) + reach, total) if below < BOTTOM else total
        while 0 < first < total and not _starts_utterance(old, old_script, first):
            first -= 1
        while end < total and not _starts_utterance(old, old_script, end):
            end += 1
        top = Place(old.lines[first], old.lies[first].column) if 0 < first < total else TOP
        bottom = Place(old.lines[end], old.lies[end].column) if end < total else BOTTOM
        was = list(_between(old_script, top, bottom))
        now = list(_between(script, top, Place(bottom.line + shift, bottom.column)))
        if end == total or not _may_slide([one.text for _, one in was], [one.text for _, one in now]):
            return Window(first, end, was, now, _last_before(script, top), shift)
        reach *= 4


def _edges(old: Script, new: Script, shift: int) -> tuple[Place, Place]:
    """Old places: of the last utterance before the difference, and of the first one behind it."""
    head = _same(old.paragraphs, new.paragraphs)
    most = min(len(old.paragraphs), len(new.paragraphs)) - head
    tail = min(_same(old.paragraphs[::-1], new.paragraphs[::-1]), most)
    was, now = _unsettled(old, new, head, tail)
    start = _alike(was, now, 0)
    end = min(_alike(was[::-1], now[::-1], shift), min(len(was), len(now)) - start)
    if start:
        above = _place(was[start - 1])
    else:
        above = Place(old.starts[head] - 1 if head < len(old.starts) else line_count(old), 1 << 60)
    rest = iter(was[len(was) - end :]) if end else _spoken(old, len(old.paragraphs) - tail, len(old.paragraphs))
    return above, next(map(_place, rest), BOTTOM)


def _unsettled(old: Script, new: Script, head: int, tail: int) -> tuple[Spoken, Spoken]:
    """What the changed paragraphs say. Of a single one, only what its changed lines say, and an utterance to either side: it
    may be a whole transcript without a blank line.

    An utterance depends on its line, and on what went before by nothing that it does not show. So where lines are the same
    objects, all above the first that differs is the same; and all below the last, if the first utterance there is.
    """
    ends = len(old.paragraphs) - tail, len(new.paragraphs) - tail
    one, other = old.paragraphs[head : ends[0]], new.paragraphs[head : ends[1]]
    was, now = _spoken(old, head, ends[0]), _spoken(new, head, ends[1])
    if not len(one) == len(other) == 1 or one[0].before != other[0].before or old.front != new.front:
        return list(was), list(now)
    (one_lines, one_spoken), (other_lines, other_spoken) = ((each[0].lines, each[0].utterances) for each in (one, other))
    above = _same(one_lines, other_lines)
    below = min(_same(one_lines[::-1], other_lines[::-1]), min(len(one_lines), len(other_lines)) - above)
    first = max(bisect_left(one_spoken, above, key=_LINE) - 1, 0)
    rest = len(one_spoken) - bisect_left(one_spoken, len(one_lines) - below, key=_LINE)
    end = max(rest - 1, 0)
    return (
        [(old.starts[head] + each.line, each) for each in one_spoken[first : len(one_spoken) - end]],
        [(new.starts[head] + each.line, each) for each in other_spoken[first : len(other_spoken) - end]],
    )


def _same(old: Sequence[object], new: Sequence[object]) -> int:
    """How many at the start are the same objects."""
    return next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))


def _alike(old: Spoken, new: Spoken, shift: int) -> int:
    """How many at the start say the same in the same manner, `shift` lines further down."""
    moved = map(ne, map(sub, map(_FIRST, new), map(_FIRST, old)), repeat(shift))
    differ = map(ne, map(_ALL_BUT_LINE, map(_SECOND, old)), map(_ALL_BUT_LINE, map(_SECOND, new)))
    return next(compress(count(), map(or_, moved, differ)), min(len(old), len(new)))


def _may_slide(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the first difference may lie further down than the window: lines were added to, or taken from, a run of the
    like of them, and the first difference of the whole texts is at the end of that run."""
    same = common_prefix(old, new)
    return len(old) != len(new) and same == min(len(old), len(new))


def _spoken(script: Script, first: int, end: int) -> Iterator[tuple[int, Utterance]]:
    """What paragraphs `first` to `end` say."""
    for index in range(first, end):
        start = script.starts[index]
        for utterance in script.paragraphs[index].utterances:
            yield start + utterance.line, utterance


def _between(script: Script, top: Place, bottom: Place) -> Iterator[tuple[int, Utterance]]:
    """The utterances that start at `top` or later and before `bottom`."""
    for index in range(max(bisect_right(script.starts, top.line) - 1, 0), len(script.paragraphs)):
        start = script.starts[index]
        if start > bottom.line:
            return
        spoken = script.paragraphs[index].utterances
        for number in range(bisect_left(spoken, top.line - start, key=_LINE), len(spoken)):
            line, utterance = start + spoken[number].line, spoken[number]
            if (line, _first_column(utterance)) >= (bottom.line, bottom.column):
                return
            if (line, _first_column(utterance)) >= (top.line, top.column):
                yield line, utterance


def _last_before(script: Script, top: Place) -> Utterance | None:
    """The last utterance with a word in it that starts before `top`."""
    if top == TOP:
        return None
    for index in range(bisect_right(script.starts, top.line) - 1, -1, -1):
        start = script.starts[index]
        for utterance in reversed(script.paragraphs[index].utterances):
            if (start + utterance.line, _first_column(utterance)) < (top.line, top.column) and utterance.text.strip():
                return utterance
    return None


def _segment_at(plan: Plan, place: Place) -> int:
    """Index of the segment that speaks at a place, or last before it; -1 above the first."""
    index = bisect_right(plan.lines, place.line)
    while index and plan.lines[index - 1] == place.line and plan.lies[index - 1].column > place.column:
        index -= 1
    return index - 1


def _starts_utterance(plan: Plan, script: Script, index: int) -> bool:
    """Whether a segment starts where an utterance does."""
    line, column = plan.lines[index], plan.lies[index].column
    number = bisect_right(script.starts, line) - 1
    spoken = script.paragraphs[number].utterances
    for here in range(bisect_left(spoken, line - script.starts[number], key=_LINE), len(spoken)):
        utterance = spoken[here]
        if script.starts[number] + utterance.line > line:
            return False
        if _first_column(utterance) == column:
            return True
    return False


def _place(spoken: tuple[int, Utterance]) -> Place:
    return Place(spoken[0], _first_column(spoken[1]))


def _first_column(utterance: Utterance) -> int:
    """Where its first word stands."""
    return utterance.column(len(utterance.text) - len(utterance.text.lstrip()))
