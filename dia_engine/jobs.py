"""Segments of forced lengths through the slots, against the clock. What is forced goes through the rules of the end."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from dia_engine import formula
from dia_engine.bandwidth import wait_for
from dia_engine.dia1.config import Config
from dia_engine.dia1.decode import Prepared
from dia_engine.errors import EngineError
from dia_engine.generate import FRAMES_PER_SECOND
from dia_engine.params import Params, Request
from dia_engine.slots import Slots, Ticket
from dia_engine.text import encode

LETTERS_PER_FRAME = 160 / 861  # 10 s of speech are about 160 bytes of text
LEAST_LETTERS = 8
SPARE_ROWS = 8  # between the planned end and the last row, so that it is the plan that ends a segment
LOOSENESS = 0.35  # of the logarithms of lengths, when they are mixed


@dataclass(frozen=True, slots=True)
class Timed:
    """What a job took. `entering` are the seconds of the first step, which reads the texts; the others only decode."""

    seconds: float
    entering: float
    steps: int
    frames: int

    @property
    def step_seconds(self) -> float:
        return (self.seconds - self.entering) / max(self.steps - 1, 1)

    @property
    def realtime(self) -> float:
        """Seconds of speech per second."""
        return self.frames / FRAMES_PER_SECOND / self.seconds


def lengths(frames: int, segments: int, *, mixed: bool, seed: int = 1) -> list[int]:
    """Lengths in frames: all alike, or spread as sentences are, around the same mean and always the same."""
    if not mixed:
        return [frames] * segments
    spread = np.exp(LOOSENESS * np.random.default_rng(seed).standard_normal(segments))
    return [int(n) for n in np.clip(np.round(spread * frames), max(frames // 2, 1), 2 * frames)]


def text_of(frames: int) -> str:
    """A text of about as many bytes as so much speech has."""
    letters = max(round(frames * LETTERS_PER_FRAME), LEAST_LETTERS)
    return "[S1]" + (" Rain" * letters)[: letters - 1]


def letters_of(frames: int) -> int:
    """Bytes that `text_of` has for the model."""
    return len(encode(text_of(frames)))


def room(config: Config, longest: int) -> int:
    """Rows that a segment of so many frames is given."""
    return formula.rows_of(config, longest) + 1 + SPARE_ROWS


class Bench:
    """Slots that are used again and again."""

    def __init__(self, prepared: Prepared, longest: int) -> None:
        self._prepared, self._rows = prepared, room(prepared.config, longest)
        self._slots = Slots(prepared, rows=self._rows, letters=letters_of(longest))

    def job(self, wanted: Sequence[int]) -> Timed:
        """Segments of these lengths, all told beforehand. Raises `EngineError` if one comes out longer or shorter."""
        wait_for(self._prepared.device)
        start = time.perf_counter()
        tickets = self._add(wanted)
        self._step()
        entering, steps = time.perf_counter() - start, 1
        while self._slots.busy:
            self._slots.step()
            steps += 1
        wait_for(self._prepared.device)
        seconds = time.perf_counter() - start
        for ticket, frames in zip(tickets, wanted, strict=True):
            _check(ticket, frames)
        return Timed(seconds, entering, steps, sum(wanted))

    def occupancy(self, wanted: Sequence[int]) -> float:
        """The share of all rows computed that belonged to a segment, for as long as there were enough segments."""
        tickets = self._add(wanted)
        steps = rows = 0
        while sum(ticket.result is None for ticket in tickets) >= self._prepared.slots:
            self._slots.step()
            steps += 1
            rows = sum(ticket.row - ticket.first_row for ticket in tickets)
        while self._slots.busy:
            self._slots.step()
        return rows / (steps * self._prepared.slots)

    def cancelling(self, frames: int) -> float:
        """Seconds from cancelling one of as many segments as there are slots to its slot being free, while the others go on."""
        tickets = self._add([frames] * self._prepared.slots)
        for _ in range(3):
            self._step()
        start = time.perf_counter()
        tickets[0].cancel()
        self._step()
        seconds = time.perf_counter() - start
        if self._slots.running != len(tickets) - 1:
            raise EngineError("A cancelled segment did not leave its slot")
        self._drop(tickets)
        return seconds

    def first_frames(self, frames: int) -> float:
        """Seconds from asking for a segment to having its first frame, with nothing else to do."""
        wait_for(self._prepared.device)
        start = time.perf_counter()
        tickets = self._add([frames])
        while not len(tickets[0].take()):
            self._slots.step()
        seconds = time.perf_counter() - start
        self._drop(tickets)
        return seconds

    def syncs(self, frames: int) -> float:
        """How often a decoded row makes the host wait for a CUDA device, the looks at results included."""
        tickets, steps = self._add([frames] * self._prepared.slots), 0
        self._step()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn")
            try:
                while self._slots.busy:
                    self._slots.step()
                    steps += 1
            finally:
                torch.cuda.set_sync_debug_mode("default")
        self._drop(tickets)
        return sum("synchroniz" in str(warning.message) for warning in caught) / steps

    def _add(self, wanted: Sequence[int]) -> list[Ticket]:
        params = [Params(max_tokens=self._rows, seed=number) for number in range(len(wanted))]
        return [
            self._slots.add(Request(text_of(frames), None, each), planned_frames=frames)
            for frames, each in zip(wanted, params, strict=True)
        ]

    def _step(self) -> None:
        self._slots.step()
        wait_for(self._prepared.device)

    def _drop(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            ticket.cancel()
        self._step()


def _check(ticket: Ticket, frames: int) -> None:
    result = ticket.result
    if result is None or result.reason != "eos" or len(result.codes) != frames:
        found = "nothing" if result is None else f"{len(result.codes)} frames, ended by {result.reason}"
        raise EngineError(f"A segment of {frames} planned frames came out as {found}, so no figure of this run is true")
