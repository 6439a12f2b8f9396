"""The cutter: dynamic programming over the places where atoms meet. It finds the cheapest plan there is, not a greedy one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from studio.core.atoms import TAG_BYTES, Atom
from studio.core.cost import STALE, Cut, Terms, cut_cost

IMPOSSIBLE = 1 << 60  # more than any plan costs


def cut(atoms: Sequence[Atom], terms: Terms) -> list[tuple[int, int]]:
    """The cheapest segments, as (first atom, end).

    Minimises the sum of `duration_cost` and `cut_cost`; of equal plans, the one whose first segment is longest, and so on.
    A single atom is a segment however long it is: text is never lost.
    """
    count = len(atoms)
    ends = [count] * count
    tails = [0] * (count + 1)  # cost of the best plan from here on, the cut before it included
    for first in range(count - 1, -1, -1):
        best = IMPOSSIBLE
        for end, cost in reaches(atoms, first, count, terms):
            total = cost + tails[end]
            if total <= best:
                best = total
                ends[first] = end
        tails[first] = best + _cost_before(atoms, first, 0)
    result = []
    here = 0
    while here < count:
        result.append((here, ends[here]))
        here = ends[here]
    return result


def recut(
    atoms: Sequence[Atom], start: int, stop: int, terms: Terms, most: int, kept: Collection[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """The cheapest segments of atoms `start` to `stop` of which `most` are new. Empty if there is no such plan.

    `kept` are segments that there were before; to lose one costs STALE.
    """
    size = stop - start
    ends = [[stop] * size for _ in range(most + 1)]
    tails = [[IMPOSSIBLE] * size + [0] for _ in range(most + 1)]  # by number of new segments that may follow
    for first in range(stop - 1, start - 1, -1):
        before = _cost_before(atoms, first, start)
        for end, cost in reaches(atoms, first, stop, terms):
            is_kept = (first, end) in kept
            price = before + cost - (STALE if is_kept else 0)
            for layer in range(0 if is_kept else 1, most + 1):
                tail = tails[layer if is_kept else layer - 1][end - start]
                if tail < IMPOSSIBLE and price + tail <= tails[layer][first - start]:
                    tails[layer][first - start] = price + tail
                    ends[layer][first - start] = end
    result: list[tuple[int, int]] = []
    here, layer = start, most
    while here < stop and tails[layer][here - start] < IMPOSSIBLE:
        end = ends[layer][here - start]
        result.append((here, end))
        layer -= (here, end) not in kept
        here = end
    return result


def fits(atoms: Sequence[Atom], first: int, end: int, terms: Terms) -> bool:
    """Whether atoms `first` to `end` may be one segment."""
    return reaches(atoms, first, end, terms)[-1][0] == end


def reaches(atoms: Sequence[Atom], first: int, stop: int, terms: Terms) -> list[tuple[int, int]]:
    """(end, duration cost) of every segment that may begin with atom `first` and end by `stop`, shortest first. Never empty."""
    result: list[tuple[int, int]] = []
    durations, max_ticks, max_bytes = terms.durations, terms.max_ticks, terms.limits.max_text_bytes
    turn_ticks, overhead = terms.turn_ticks, terms.overhead
    head = atoms[first].utterance
    may_join = not head.solo and terms.limits.max_speakers > 1
    one = last = head.character
    two: str | None = None
    size = TAG_BYTES + overhead.get(one, 0)
    ticks = turn_ticks
    for index in range(first, stop):
        atom = atoms[index]
        if index > first:
            if atom.cut is Cut.HARD:
                break
            who = atom.utterance.character
            if who == last:
                size += atoms[index - 1].space
            else:
                if who != one and who != two:
                    if two is not None or not may_join:
                        break
                    two = who
                    size += overhead.get(who, 0) + TAG_BYTES  # its transcript, and the tag at the end
                size += TAG_BYTES + 1
                ticks += turn_ticks
                last = who
        size += atom.size
        ticks += atom.ticks
        if (size > max_bytes or ticks > max_ticks) and index > first:
            break
        result.append((index + 1, durations[min(ticks, max_ticks)]))
    return result


def _cost_before(atoms: Sequence[Atom], first: int, start: int) -> int:
    return cut_cost(atoms[first].cut, atoms[first].asks) if first > start else 0
