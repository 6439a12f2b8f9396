"""Dynamic time warping of speech against a reference whose words are known: which word is where, which were left out or said
twice, and what no word explains.

The path goes through every frame of the take in turn. Within and between neighbouring words it follows the reference at up to
twice its speed, or stands still for a price. Between words it may wait in silence, or in sound that no word explains; for a
price it may leave words out or go back to words that were said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.features import Features, Frames

Costs = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

_FAR = np.float32(1e9)
_STEP = 0.7  # for standing still, and for a frame of the reference that is left out
_MISSING, _MISSING_FRAME = 3.0, 0.03  # for words left out, and for each of their frames
_REPEATED = 3.5  # for going back
_FURTHEST = 10  # words, either way
_UNKNOWN = 8.0  # for entering sound that no word explains
UNKNOWN_SHARE = 0.8  # of a frame's mean distance, within
_SILENT_DB, _SILENT, _SOUNDING = -38.0, 0.15, 0.1  # a frame of a pause costs that, and so much more for each dB above
_RIDGE, _KEPT, _DIAGONAL, _EVEN = 20.0, 0.85, 0.3, 0.3

WORD, PAUSE, UNKNOWN = 0, 1, 2  # what a frame of the take is


@dataclass(frozen=True, slots=True)
class Reference:
    """The frames of the words alone, [frames, d]. Word i has frames `first[i]` to `last[i]`, at least one. Where `is_free`
    [words + 1], any sound may stand before that word, or at the end."""

    vectors: Frames
    first: Indices
    last: Indices
    is_free: npt.NDArray[np.bool_]

    def thinned(self) -> Reference:
        """Every other frame."""
        lengths = (self.last - self.first) // 2 + 1
        last = np.cumsum(lengths) - 1
        first = last - lengths + 1
        taken = np.repeat(self.first - 2 * first, lengths) + 2 * np.arange(int(lengths.sum()))
        return Reference(self.vectors[taken], first, last, self.is_free)


@dataclass(frozen=True, slots=True)
class Path:
    """For each frame of the take what it is (`kinds`: WORD, PAUSE, UNKNOWN) and where: the reference's frame, or the number of
    the word before which it stands. `price` is the whole path's."""

    kinds: npt.NDArray[np.int8]
    places: Indices
    price: float


def distances(take: Frames, reference: Frames) -> Costs:
    """The distance of every frame of the take from every one of the reference: Euclidean, for one dimension."""
    size = take.shape[1]
    ones = np.ones((1, 1), np.float32)
    ours = np.concatenate([take * (-2 / size), _squares(take) / size, np.broadcast_to(ones, (len(take), 1))], axis=1)
    theirs = np.concatenate([reference, np.broadcast_to(ones, (len(reference), 1)), _squares(reference) / size], axis=1)
    found = ours.astype(np.float32) @ theirs.astype(np.float32).T
    np.maximum(found, 0, out=found)
    return np.asarray(np.sqrt(found, out=found), np.float32)


def _squares(vectors: Frames) -> Frames:
    return np.asarray(np.square(vectors).sum(axis=1, keepdims=True), np.float32)


def adapted(take: Frames, reference: Frames, pairs: tuple[Indices, Indices]) -> tuple[Frames, Frames]:
    """Take and reference with the difference of the two voices taken out, as far as it is linear, and each direction weighted
    by how alike the two are in it. `pairs`: frames of either that are the same speech, some of them wrongly."""
    ours = np.concatenate([reference[pairs[1]], np.ones((len(pairs[1]), 1), np.float32)], axis=1).astype(np.float64)
    theirs = take[pairs[0]].astype(np.float64)
    size = take.shape[1]
    same = np.concatenate([np.eye(size), np.zeros((1, size))])
    trusted = np.ones(len(ours), bool)
    for _ in range(2):
        kept = ours[trusted]
        change = np.linalg.solve(kept.T @ kept + _RIDGE * np.eye(size + 1), kept.T @ theirs[trusted] + _RIDGE * same)
        errors = theirs - ours @ change
        square = np.square(errors).sum(axis=1)
        trusted = square <= np.quantile(square, _KEPT)
    errors = errors[trusted]
    spread = errors.T @ errors / len(errors)
    own = np.diag(spread)
    spread = _DIAGONAL * np.diag(own) + (1 - _DIAGONAL) * spread + (_EVEN * own.mean() + 1e-6) * np.eye(size)
    weights = np.linalg.cholesky(np.linalg.inv(spread))
    moved = (reference @ change[:-1] + change[-1]) @ weights
    return (take @ weights).astype(np.float32), moved.astype(np.float32)


def walk(costs: Costs, take: Features, reference: Reference, free_share: float = UNKNOWN_SHARE) -> Path:
    """The cheapest path. `costs` [frames of the take, frames of the reference]; `free_share` of a frame's mean distance is its
    price within a sound that may be anything."""
    return _Walk(costs, take, reference, free_share).path()


class _Walk:
    """One search. `states` [t + 1, n + 2] are the prices of the cheapest ways to each frame of the reference, two columns of
    nothing before them; `waits` [t + 1, 2, words + 1] those to pauses and unknown sounds; `edges` [t + 1, words + 1] those to
    the places between words."""

    def __init__(self, costs: Costs, take: Features, reference: Reference, free_share: float) -> None:
        self._costs = costs
        self._first, self._last = reference.first, reference.last
        count, words = len(costs), len(reference.first)
        self._states = np.full((count + 1, costs.shape[1] + 2), _FAR, np.float32)
        self._waits = np.full((count + 1, 2, words + 1), _FAR, np.float32)
        self._edges = np.full((count + 1, words + 1), _FAR, np.float32)
        self._edges[0, 0] = 0.0
        self._jumps = _jumps(self._last - self._first + 1)
        self._enter = np.zeros((2, words + 1), np.float32)
        self._enter[1] = np.where(reference.is_free, 0.0, _UNKNOWN)
        quiet = _SILENT + _SOUNDING * np.maximum(take.levels_db - _SILENT_DB, 0)
        mean = costs.mean(axis=1)
        self._local = np.empty((count, 2, words + 1), np.float32)
        self._local[:, 0] = quiet[:, None]
        self._local[:, 1] = mean[:, None] * np.where(reference.is_free, free_share, UNKNOWN_SHARE)

    def path(self) -> Path:
        for time in range(len(self._costs)):
            self._step(time)
        return self._back()

    def _step(self, time: int) -> None:
        before, after, edges = self._states[time], self._states[time + 1, 2:], self._edges[time]
        np.minimum(before[2:], before[:-2], out=after)
        after += _STEP
        np.minimum(after, before[1:-1], out=after)
        entered = (edges[:, None] + self._jumps).min(axis=0)
        after[self._first] = np.minimum(after[self._first], entered[:-1])
        after += self._costs[time]
        waits = self._waits[time + 1]
        np.minimum(self._waits[time], edges + self._enter, out=waits)
        waits += self._local[time]
        edge = self._edges[time + 1]
        np.minimum(waits[0], waits[1], out=edge)
        edge[1:] = np.minimum(edge[1:], after[self._last])

    def _back(self) -> Path:
        count = len(self._costs)
        kinds, places = np.zeros(count, np.int8), np.zeros(count, np.intp)
        ends = self._edges[count] + self._jumps[:, -1]
        kind, place = self._waiting(count, int(ends.argmin()))
        starts = {int(first): word for word, first in enumerate(self._first)}
        for time in range(count - 1, -1, -1):
            kinds[time], places[time] = kind, place
            if kind == WORD:
                kind, place = self._word_before(time, place, starts)
            elif self._waits[time, kind - 1, place] > self._edges[time, place] + self._enter[kind - 1, place]:
                kind, place = self._waiting(time, place)
        return Path(kinds, places, float(ends.min()))

    def _word_before(self, time: int, place: int, starts: dict[int, int]) -> tuple[int, int]:
        """Where the path was before it came to a frame of the reference."""
        skipped, followed, stood = self._states[time, place : place + 3].tolist()
        if place in starts:
            jumps = self._edges[time] + self._jumps[:, starts[place]]
            edge = int(jumps.argmin())
            if jumps[edge] <= min(followed, stood + _STEP, skipped + _STEP):
                return self._waiting(time, edge)
        if followed <= min(stood, skipped) + _STEP:
            return WORD, place - 1
        return WORD, place if stood <= skipped else place - 2

    def _waiting(self, time: int, edge: int) -> tuple[int, int]:
        """How the path came to a place between words: through the word before it, a pause, or an unknown sound."""
        word = float(self._states[time, self._last[edge - 1] + 2]) if edge else float(_FAR)
        pause, unknown = self._waits[time, :, edge].tolist()
        if word <= min(pause, unknown) and edge:
            return WORD, int(self._last[edge - 1])
        return PAUSE if pause <= unknown else UNKNOWN, edge


def _jumps(lengths: Indices) -> Costs:
    """What it costs to go from the place before one word (rows) on with another (columns; the last one is the end)."""
    words = len(lengths)
    behind = np.concatenate([[0.0], np.cumsum(_MISSING_FRAME * lengths)])
    rows, columns = np.arange(words + 1)[:, None], np.arange(words + 1)[None, :]
    left_out = behind[columns] - behind[rows] + np.where(columns > rows, _MISSING, 0.0)
    prices = np.where(columns >= rows, left_out, _REPEATED)
    prices[rows - columns > _FURTHEST] = _FAR
    return prices.astype(np.float32)
