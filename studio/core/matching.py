"""What two versions of a script have in common: blocks of equal text, found in linear time. Knows texts only, no segments.

Difflib is quadratic, and a book is long: unique lines anchor the match (as in patience diff), and what lies between two
anchors is trimmed from both ends, line by line and then character by character.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

LEAST_MOVED = 12  # characters; a shorter line that turns up elsewhere is chance


class Block(NamedTuple):
    """`length` characters of the old stream from `old` are those of the new stream from `new`."""

    old: int
    new: int
    length: int

    @property
    def shift(self) -> int:
        return self.new - self.old


class Matching:
    """Blocks in the order of the old stream. A stream is all texts in order with one space behind each."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.blocks = _merged(sorted(_blocks(old, new)))
        self._starts = [block.old for block in self.blocks]
        self._by_new = sorted(self.blocks, key=itemgetter(1))
        self._new_starts = [block.new for block in self._by_new]

    def image(self, start: int, stop: int) -> int | None:
        """Where `start` to `stop` of the old stream lie in the new one, if they are there unbroken."""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None
        block = self.blocks[index]
        return start + block.shift if stop <= block.old + block.length else None

    def images(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """The stretches of the new stream that `start` to `stop` of the old one became."""
        for index in range(max(bisect_right(self._starts, start) - 1, 0), bisect_left(self._starts, stop)):
            block = self.blocks[index]
            low, high = max(start, block.old), min(stop, block.old + block.length)
            if low < high:
                yield low + block.shift, high + block.shift

    def added(self, start: int, stop: int) -> int:
        """How many characters between `start` and `stop` of the new stream are in no block."""
        left = stop - start
        for index in range(max(bisect_right(self._new_starts, start) - 1, 0), bisect_left(self._new_starts, stop)):
            block = self._by_new[index]
            left -= max(0, min(stop, block.new + block.length) - max(start, block.new))
        return left


def common_prefix(old: Sequence[str], new: Sequence[str]) -> int:
    """How many texts at the start are equal."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    old_at = list(accumulate((len(text) + 1 for text in old), initial=0))
    new_at = list(accumulate((len(text) + 1 for text in new), initial=0))
    runs = _runs(old, new)
    gaps = [
        (range(one[0] + one[2], other[0]), range(one[1] + one[2], other[1]))
        for one, other in pairwise([(0, 0, 0), *runs, (len(old), len(new), 0)])
    ]
    moved = _moved(old, new, gaps)
    for old_index, new_index, count in (*runs, *((*pair, 1) for pair in moved.items())):
        if count:
            yield Block(old_at[old_index], new_at[new_index], old_at[old_index + count] - old_at[old_index])
    arrived = set(moved.values())
    for gone, come in gaps:
        if gone and come and moved.keys().isdisjoint(gone) and arrived.isdisjoint(come):
            yield from _characters(
                " ".join(old[gone.start : gone.stop]),
                " ".join(new[come.start : come.stop]),
                old_at[gone.start],
                new_at[come.start],
            )


def _moved(old: Sequence[str], new: Sequence[str], gaps: Sequence[tuple[range, range]]) -> dict[int, int]:
    """Old index -> new index of the texts that are gone from one place and have come to another, one of a kind."""
    gone = _unique((index, old[index]) for indices, _ in gaps for index in indices)
    come = _unique((index, new[index]) for _, indices in gaps for index in indices)
    return {index: come[text] for text, index in gone.items() if text in come and len(text) >= LEAST_MOVED}


def _unique(texts: Iterable[tuple[int, str]]) -> dict[str, int]:
    """The index of each text that occurs once."""
    result: dict[str, int] = {}
    twice = set()
    for index, text in texts:
        if text in result:
            twice.add(text)
        result[text] = index
    return {text: index for text, index in result.items() if text not in twice}


def _characters(old: str, new: str, old_at: int, new_at: int) -> Iterator[Block]:
    """What two changed stretches have in common at either end. The space behind them belongs to the end."""
    head = _equal(min(len(old), len(new)), lambda count: old[:count] == new[:count])
    tail = _equal(min(len(old), len(new)) - head, lambda count: old[len(old) - count :] == new[len(new) - count :])
    if head:
        yield Block(old_at, new_at, head)
    yield Block(old_at + len(old) - tail, new_at + len(new) - tail, tail + 1)


def _equal(most: int, same: Callable[[int], bool]) -> int:
    """The greatest count up to `most` for which `same` holds, given that it then holds for all smaller ones."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _merged(blocks: Iterable[Block]) -> list[Block]:
    """Blocks that run on into one another made one."""
    result: list[Block] = []
    for block in blocks:
        last = result[-1] if result else None
        if last is not None and last.shift == block.shift and last.old + last.length == block.old:
            result[-1] = Block(last.old, last.new, last.length + block.length)
        else:
            result.append(block)
    return result


def _runs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """(old index, new index, count) of equal texts, in order in both."""
    head = common_prefix(old, new)
    most = min(len(old), len(new)) - head
    tail = min(common_prefix(old[::-1], new[::-1]), most) if most else 0
    runs = [(0, 0, head)]
    old_end, new_end = len(old) - tail, len(new) - tail
    old_here = new_here = head
    for old_anchor, new_anchor in _anchors(old[head:old_end], new[head:new_end], head):
        if old_anchor < old_here:
            continue  # the run before it has reached it already
        back = 0
        while (
            min(old_anchor - old_here, new_anchor - new_here) > back
            and old[old_anchor - back - 1] == new[new_anchor - back - 1]
        ):
            back += 1
        ahead = 1
        while (
            old_anchor + ahead < old_end and new_anchor + ahead < new_end and old[old_anchor + ahead] == new[new_anchor + ahead]
        ):
            ahead += 1
        runs.append((old_anchor - back, new_anchor - back, back + ahead))
        old_here, new_here = old_anchor + ahead, new_anchor + ahead
    return [*runs, (old_end, new_end, tail)]


def _anchors(old: Sequence[str], new: Sequence[str], offset: int) -> list[tuple[int, int]]:
    """Pairs of texts that occur once on either side, the longest chain of them that is in order in both."""
    old_counts, new_counts = Counter(old), Counter(new)
    where = {text: index for index, text in enumerate(new) if new_counts[text] == 1}
    pairs = [(index, where[text]) for index, text in enumerate(old) if old_counts[text] == 1 and text in where]
    ends: list[int] = []  # smallest new index that ends a chain of each length
    chain: list[int] = []  # index into pairs of that end
    before: list[int] = []
    for number, (_, target) in enumerate(pairs):
        length = bisect_left(ends, target)
        before.append(chain[length - 1] if length else -1)
        if length == len(ends):
            ends.append(target)
            chain.append(number)
        else:
            ends[length] = target
            chain[length] = number
    result = []
    here = chain[-1] if chain else -1
    while here >= 0:
        result.append((pairs[here][0] + offset, pairs[here][1] + offset))
        here = before[here]
    return result[::-1]
