"""Speech made faster or slower without another pitch: overlapping pieces laid closer together or further apart (WSOLA).

After W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_HOP_S = 0.023  # between two pieces that are laid down; each is twice as long
_SEEK_S = 0.010  # a piece may be taken so much earlier or later, where it fits what came before: the period of a low voice


def stretched(samples: Samples, rate: int, pace: float) -> Samples:
    """Mono sound [n] at `pace` times its speed: [round(n / pace)]."""
    stretch = Stretch(pace, rate)
    return np.concatenate([stretch.feed(np.asarray(samples, np.float32)), stretch.end()])


class Stretch:
    """Sound in, sound at `pace` times the speed out: `feed` as it comes, then `end`. What comes out follows from the whole of
    what went in, however it was cut."""

    def __init__(self, pace: float, rate: int) -> None:
        """`pace` above 0; at 1 everything passes as it is. `rate` in samples per second."""
        self._pace = pace
        self._hop, self._seek = round(_HOP_S * rate), round(_SEEK_S * rate)
        self._fall = (0.5 + 0.5 * np.cos(np.pi * (np.arange(self._hop) + 0.5) / self._hop)).astype(np.float32)
        self._heard = np.zeros(0, np.float32)  # what went in, from sample `_from` on
        self._from = self._total = 0
        self._pieces = self._given = 0
        self._tail = np.zeros(0, np.float32)  # the second half of the last piece, which the next one is laid over

    def feed(self, samples: Samples) -> Samples:
        """What is certain now, which may be nothing."""
        if self._pace == 1.0:
            return samples
        self._heard = np.concatenate([self._heard, samples])
        self._total += len(samples)
        return self._laid()

    def end(self) -> Samples:
        """What is left: all in all as many samples as went in, divided by the pace."""
        if self._pace == 1.0 or not self._total:
            return np.zeros(0, np.float32)
        wanted = round(self._total / self._pace) - self._given
        self._heard = np.concatenate([self._heard, np.zeros(4 * self._hop + 2 * self._seek, np.float32)])
        rest = np.concatenate([self._laid(), self._tail])
        return np.concatenate([rest, np.zeros(max(wanted - len(rest), 0), np.float32)])[:wanted]

    def _laid(self) -> Samples:
        """Lay down every piece whose surroundings have been heard."""
        out = []
        while True:
            ideal = round(self._pieces * self._hop * self._pace)
            is_heard = ideal + self._seek + 2 * self._hop <= self._from + len(self._heard)
            if not is_heard or (self._pieces + 1) * self._hop * self._pace > self._total:
                break
            start = self._best(ideal) if self._pieces else 0
            piece = self._heard[start - self._from :][: 2 * self._hop]
            head = piece[: self._hop]
            out.append(head if not self._pieces else self._tail * self._fall + head * self._fall[::-1])
            self._tail = piece[self._hop :]
            self._pieces += 1
            self._forget()
        laid = np.concatenate([np.zeros(0, np.float32), *out])
        self._given += len(laid)
        return laid

    def _best(self, ideal: int) -> int:
        """Where near `ideal` the sound is most like what would follow naturally."""
        low = max(ideal - self._seek, 0)
        around = self._heard[low - self._from : ideal + self._seek + self._hop - self._from]
        likeness = np.correlate(around, self._tail, "valid")
        energy = np.sqrt(np.convolve(around**2, np.ones(self._hop, np.float32), "valid") + 1e-9)
        return low + int(np.argmax(likeness / energy))

    def _forget(self) -> None:
        """Let go of what no later piece can begin in."""
        needed = max(round(self._pieces * self._hop * self._pace) - self._seek, 0)
        drop = max(min(needed - self._from, len(self._heard)), 0)
        self._heard = self._heard[drop:]
        self._from += drop
