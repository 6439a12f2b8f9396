"""Stable boundaries: a new version of the script is cut where the old one was, but for the stretch that was touched.

Works on streams (all spoken texts in order, one space behind each), so that comments, headings and line ends touch nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from studio.core.atoms import Atom, ticks_of
from studio.core.cost import TICKS, Cut, Terms
from studio.core.cut import cut, fits, recut
from studio.core.matching import Matching
from studio.core.plans import Boundary
from studio.core.script import Utterance

Spoken = Sequence[tuple[int, Utterance]]

# How many segments an edit may make stale, by the characters it adds: a word two, a sentence three.
WORD_CHARACTERS, WORD_STALE = 40, 2
SENTENCE_CHARACTERS, SENTENCE_STALE = 600, 3
LONG_STRETCH = 300  # atoms; who touches more than that has not edited a word
MORE = 4  # how far beyond that count a plan is looked for, before any will do


@dataclass(frozen=True, slots=True)
class Old:
    """A segment of the last plan: `start` to `stop` of the old stream."""

    id: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Run:
    """Atoms `first` to `end` make a segment; it goes by the id of old segment `old` (None: nobody's)."""

    first: int
    end: int
    old: int | None = None


def olds(boundaries: Iterable[Boundary], spoken: Spoken, texts: Sequence[str]) -> list[Old]:
    """The segments of the last plan. A boundary that lies where nothing is spoken moves to what is spoken next."""
    places = [(line, utterance.start) for line, utterance in spoken]
    ends = list(accumulate((len(text) + 1 for text in texts), initial=0))
    starts: dict[int, str] = {}
    for name, line, column in boundaries:
        index = bisect_right(places, (line, column)) - 1
        if index < 0:
            starts[0] = name
            continue
        starts.setdefault(ends[index] + _index_of(spoken[index][1], column, line > places[index][0]), name)
    stream = " ".join(texts)
    edges = [*sorted(starts), len(stream)]
    lengths = (len(stream[start:stop].rstrip()) for start, stop in pairwise(edges))
    return [Old(starts[start], start, start + length) for start, length in zip(edges, lengths, strict=False) if length]


def stable(atoms: Sequence[Atom], before: Sequence[Old], matching: Matching, terms: Terms) -> list[Run]:
    """Segments for all atoms, in order: the old ones wherever nothing changed, new ones between them."""
    result: list[Run] = []
    here = 0
    for run in [*_intact(atoms, before, matching, terms), Run(len(atoms), len(atoms))]:
        if here < run.first:
            left = result.pop() if result and result[-1].old is not None else None
            result += _touched(atoms, here, run.first, left, run, matching, terms)
            here = result[-1].end
        if here == run.first < run.end:  # else the stretch before has taken it in
            result.append(run)
            here = run.end
    return _named(result, atoms, before, matching)


def _index_of(utterance: Utterance, column: int, is_past: bool) -> int:
    """Index into the utterance's text of what stands at a column."""
    if is_past or column >= utterance.end:
        return len(utterance.text) + 1
    if utterance.columns is None:
        return column - utterance.start
    return bisect_left(utterance.columns, column)


def _intact(atoms: Sequence[Atom], before: Sequence[Old], matching: Matching, terms: Terms) -> list[Run]:
    """The old segments whose every character is still there and that may still be segments, in their new order."""
    starts = {atom.at: index for index, atom in enumerate(atoms)}
    ends = {atom.stop: index + 1 for index, atom in enumerate(atoms)}
    result = []
    for number, old in enumerate(before):
        start = matching.image(old.start, old.stop)
        if start is None:
            continue
        first, end = starts.get(start), ends.get(start + old.stop - old.start)
        if first is not None and end is not None and fits(atoms, first, end, terms):
            result.append(Run(first, end, number))
    result.sort(key=lambda run: run.first)
    return result


def _touched(
    atoms: Sequence[Atom], start: int, stop: int, left: Run | None, right: Run, matching: Matching, terms: Terms
) -> list[Run]:
    """The stretch between two intact segments cut again. `left` comes back, as it was or in what has taken it in; `right`
    does if it was looked at. A neighbour is drawn in only where the stretch alone makes a segment too short or too long."""
    most = _most(atoms, start, stop, matching)
    pieces = _limited(atoms, start, stop, most, terms)
    low, high = start, stop
    if not all(_is_good(atoms, first, end, terms) for first, end in pieces):
        if left is not None and atoms[start].cut is not Cut.HARD:
            low = left.first
        if right.first < right.end and atoms[stop].cut is not Cut.HARD:
            high = right.end
    kept = {(run.first, run.end): run for run in (left, right) if run is not None}
    if (low, high) != (start, stop):
        pieces = _limited(atoms, low, high, most, terms, kept)
    if left is not None and low == start:
        pieces = [(left.first, left.end), *pieces]
    return [kept.get(piece) or Run(*piece) for piece in pieces]


def _most(atoms: Sequence[Atom], start: int, stop: int, matching: Matching) -> int | None:
    """How many new segments the stretch may become; None: any number."""
    added = matching.added(atoms[start].at, atoms[stop - 1].stop)
    if stop - start > LONG_STRETCH or added > SENTENCE_CHARACTERS:
        return None
    return SENTENCE_STALE if added > WORD_CHARACTERS else WORD_STALE


def _limited(
    atoms: Sequence[Atom], start: int, stop: int, most: int | None, terms: Terms, kept: Collection[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """The cheapest segments, `most` of them new; more only where a hard place or the limits demand it."""
    if most is not None:
        parts = 1 + sum(atom.cut is Cut.HARD for atom in atoms[start + 1 : stop])
        for allowed in range(max(most, parts), max(most, parts) + MORE):
            pieces = recut(atoms, start, stop, terms, allowed, kept)
            if pieces:
                return pieces
    return [(start + first, start + end) for first, end in cut(atoms[start:stop], terms)]


def _is_good(atoms: Sequence[Atom], first: int, end: int, terms: Terms) -> bool:
    least, most = terms.limits.aim_seconds
    return least * TICKS <= ticks_of(atoms[first:end], terms) <= most * TICKS


def _named(runs: Sequence[Run], atoms: Sequence[Atom], before: Sequence[Old], matching: Matching) -> list[Run]:
    """Old ids for the new segments: of the old segment that most of the words come from, else of the one that stood there."""
    result = list(runs)
    claimed = {run.old for run in runs}
    for _, number, index in sorted(_shared(runs, atoms, before, matching)):
        if number not in claimed and result[index].old is None:
            result[index] = replace(result[index], old=number)
            claimed.add(number)
    for index, run in enumerate(result):
        last = result[index - 1].old if index else -1
        if run.old is None and last is not None and last + 1 < len(before) and last + 1 not in claimed:
            result[index] = replace(run, old=last + 1)
            claimed.add(last + 1)
    return result


def _shared(
    runs: Sequence[Run], atoms: Sequence[Atom], before: Sequence[Old], matching: Matching
) -> Iterator[tuple[int, int, int]]:
    """(minus the characters in common, old segment, new segment) for those that are not settled yet."""
    starts = [atoms[run.first].at for run in runs]
    settled = {run.old for run in runs}
    for number, old in enumerate(before):
        if number in settled:
            continue
        common: Counter[int] = Counter()
        for low, high in matching.images(old.start, old.stop):
            for index in range(max(bisect_right(starts, low) - 1, 0), bisect_left(starts, high)):
                if runs[index].old is None:
                    common[index] += min(high, atoms[runs[index].end - 1].stop) - max(low, starts[index])
        yield from ((-characters, number, index) for index, characters in common.items() if characters > 0)
