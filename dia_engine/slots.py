"""Continuous batching: segments of different lengths, voices and settings enter and leave a running batch.

A segment's codes are the same alone, in any slot, beside any neighbours and when begun again: each draws its own random
numbers (`counter`), and in 16 bits, where rounding follows the shapes of products, all shapes follow from the number of slots.
"""

from __future__ import annotations

import bisect
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from dia_engine import delay, formula
from dia_engine.board import NOT_YET, Board, Seen
from dia_engine.cache import Cache, Pairs, PerSlot, Static
from dia_engine.choosing import CANDIDATES, NO_PLAN, Settings, choose
from dia_engine.delay import UNDECIDED, Grid
from dia_engine.device import flushed
from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared
from dia_engine.dia1.row import Row
from dia_engine.errors import BadRequest, DeviceFailed, OutOfMemory, device_errors, memory_errors
from dia_engine.graph import Steps
from dia_engine.params import Codes, Generated, Request
from dia_engine.requests import check, row_limit, text_ids
from dia_engine.sampling import valid

POLL = 8  # rows between two looks at a device that is not the host's own
WINDOW = 256  # a step's shape changes once in so many rows
ENTERING_BYTES = 128 << 20  # of keys and values that are read at once: they lie in memory twice until the cache has them


class Ticket:
    """One segment on its way. `result` is there once it has ended, unless it was cancelled."""

    def __init__(self, prepared: Prepared, request: Request, planned_frames: int | None) -> None:
        config, prompt = prepared.config, request.prompt
        codes = None if prompt is None else prompt.codes.astype(np.int64)
        count = 0 if codes is None else len(codes)
        self.request, self.text = request, text_ids(request.spoken(), config.encoder.positions)
        self.seed = secrets.randbits(32) if request.params.seed is None else request.params.seed
        self.first_row = 1 + count
        self.rows = row_limit(config, request)
        self._known = delay.prefix(codes, config.delays, bos=config.bos, rows=delay.full_rows(count, config.delays))
        self.grid = self._known  # as long as nothing is decided: of those that wait there may be thousands
        most = self.rows - max(*config.delays, 1) - self.first_row
        if planned_frames is not None and not 0 <= planned_frames <= most:
            raise BadRequest(f"A plan of {planned_frames} frames cannot be kept", todo=f"plan 0 to {most} in {self.rows} rows")
        self.plan = NO_PLAN if planned_frames is None else self.first_row + planned_frames
        self.result: Generated | None = None
        self.cancelled = False
        self._delays = config.delays
        self._row = self.first_row
        self._end_row: int | None = None
        self._taken = 0

    def cancel(self) -> None:
        """Stop before the next row. Its slot is free then; nothing more comes."""
        self.cancelled = True

    def take(self) -> Codes:
        """Frames [n, C] that were completed since the last call; none are left out, none come twice."""
        complete = self._row - max(self._delays) - self.first_row
        if self._end_row is not None:
            complete = min(complete, self._end_row - self.first_row)
        start, self._taken = self._taken, max(complete, self._taken)
        return self._frames(start, self._taken)

    @property
    def row(self) -> int:
        """The row that was to be decided next at the last look."""
        return self._row

    def begin(self) -> None:
        """Lay out all rows, with nothing decided. After an earlier begin the same will be decided, and not handed out twice."""
        self.grid = np.full((self.rows, self._known.shape[1]), UNDECIDED, np.int64)
        self.grid[: len(self._known)] = self._known
        self._row, self._end_row = self.first_row, None

    def follow(self, seen: Seen, recent: Grid) -> None:
        """Keep the rows that the device has decided since the last look, `recent` [n, C] ending in them."""
        new = seen.row - self._row
        if new:
            self.grid[self._row : seen.row] = recent[-new:]
        self._row = seen.row
        self._end_row = None if seen.end_row == NOT_YET else seen.end_row
        if seen.over:
            assert self._end_row is not None
            codes = self._frames(0, max(self._end_row - self.first_row, 0))
            self.result = Generated(codes, self.seed, "eos" if seen.by_eos else "length")
            self.grid = self.grid[: seen.row].copy()  # what may still be taken

    def _frames(self, start: int, end: int) -> Codes:
        rows = self.grid[self.first_row + start : self.first_row + end + max(self._delays)]
        if end <= start:
            return np.zeros((0, self.grid.shape[1]), np.int16)
        return valid(delay.revert(rows, self._delays)).astype(np.int16)


class Slots:
    """As many segments as `prepared` has slots, decoded a row at a time; others wait, the longest text first.

    `rows` and `letters` bound a segment's rows and the bytes of its text (a transcript's included) on devices whose memory is
    laid out at once; all that the model has positions for if not given. `static` forces or forbids that layout, `graph=False`
    turns off recording steps. One thread at a time.
    """

    @torch.inference_mode()
    def __init__(
        self,
        prepared: Prepared,
        *,
        rows: int | None = None,
        letters: int | None = None,
        static: bool | None = None,
        graph: bool = True,
    ) -> None:
        config, device = prepared.config, prepared.device
        self._prepared = prepared
        self._rows = rows or config.decoder.positions
        self._letters = letters or config.encoder.positions
        self._poll = 1 if device.type == "cpu" else POLL
        self._waiting: list[Ticket] = []
        self._running: list[Ticket | None] = [None] * prepared.slots
        self._usable = prepared.slots
        with memory_errors("making room for the segments", "use fewer slots"):
            self._cache: Cache = PerSlot(config, prepared.slots, prepared.dtype, device)
            if device.type != "cpu" if static is None else static:
                self._cache = Static(config, prepared.slots, self._rows, self._letters, prepared.dtype, device)
            self._board = Board(config, prepared.slots, self._rows, device)
            self._settings = Settings.empty(prepared.slots, device)
            self._row = Row(prepared, self._cache)
        self._voices = prefill.Voices(prepared)
        self._steps = Steps(self._advance, record=graph and device.type == "cuda")
        self._since_look = 0
        self._failure: DeviceFailed | None = None

    @property
    def busy(self) -> bool:
        """Whether anything waits or runs."""
        return bool(self._waiting) or any(self._running)

    @property
    def running(self) -> int:
        """How many segments are being decoded now."""
        return sum(ticket is not None for ticket in self._running)

    def add(self, request: Request, planned_frames: int | None = None) -> Ticket:
        """Queue a segment. Raises `EngineError` if the model cannot speak it.

        `planned_frames` forces its length through the rules of the end: EOS is held back before and certain then.
        """
        if self._failure is not None:
            raise self._failure
        check(self._prepared.config, request)
        ticket = Ticket(self._prepared, request, planned_frames)
        if ticket.rows > self._rows:
            raise BadRequest(f"max_tokens is {ticket.rows}", todo=f"use {self._rows} at most, as room was made for")
        if len(ticket.text) > self._letters:
            what = f"The text is {len(ticket.text)} bytes long"
            raise BadRequest(what, todo=f"use {self._letters} at most, as room was made for")
        bisect.insort(self._waiting, ticket, key=_longest_first)
        return ticket

    @torch.inference_mode()
    def step(self) -> None:
        """Let segments enter and leave, then decide one row of each. Raises `EngineError`; then nothing runs any more.

        After `DeviceFailed` nothing can be added either: there is nothing left to do but to drop these slots.
        """
        with flushed(self._prepared.device), self._device_errors():
            try:
                self._leave()
                self._enter()
                if self.running:
                    self._decide()
            except OutOfMemory:
                self._halve()

    @contextmanager
    def _device_errors(self) -> Iterator[None]:
        try:
            with device_errors("generating"):
                yield
        except DeviceFailed as error:
            self._failure = error
            self._waiting, self._running = [], [None] * len(self._running)  # and nothing more is asked of the device
            raise

    def _decide(self) -> None:
        with memory_errors("generating", "use fewer slots"):
            self._steps(self._shape())
            self._since_look += 1
            if self._since_look >= self._poll:
                self._look()

    def _shape(self) -> tuple[int, bool]:
        """What a step's shape depends on: how many rows are looked at, and whether all ids are."""
        wide = any(
            ticket and (ticket.request.params.cfg_filter_top_k or CANDIDATES + 1) > CANDIDATES for ticket in self._running
        )
        if not isinstance(self._cache, Static):
            return self._rows, wide
        furthest = max(ticket.row for ticket in self._running if ticket) + self._since_look + 1
        return min(-(-furthest // WINDOW) * WINDOW, self._cache.rows), wide

    def _advance(self, shape: tuple[int, bool]) -> None:
        """One row of every slot, wholly on the device."""
        window, wide = shape
        if isinstance(self._cache, Static):
            self._cache.window = window
        config, board = self._prepared.config, self._board
        logits = self._row.logits(board.fed(), board.row - 1)
        chosen = choose(logits, board.row, self._settings, config, min(CANDIDATES, config.decoder.vocabulary))
        if wide:
            every = choose(logits, board.row, self._settings, config, config.decoder.vocabulary)
            chosen = torch.where((self._settings.top_k > CANDIDATES)[:, None], every, chosen)
        board.decide(chosen)

    def _look(self) -> None:
        seen, rows = self._board.look(self._since_look)
        self._since_look = 0
        for slot, ticket in enumerate(self._running):
            if ticket is not None:
                ticket.follow(seen[slot], rows[slot])
                if ticket.result is not None:
                    self._free(slot)

    def _leave(self) -> None:
        for slot, ticket in enumerate(self._running):
            if ticket is not None and ticket.cancelled:
                self._free(slot)

    def _free(self, slot: int) -> None:
        self._running[slot] = None
        self._board.clear(slot)
        self._cache.leave(slot)

    def _enter(self) -> None:
        """Let those who wait into the free slots, all at once."""
        free = [slot for slot, ticket in enumerate(self._running) if ticket is None][: max(self._usable - self.running, 0)]
        if free:
            self._waiting = [ticket for ticket in self._waiting if not ticket.cancelled]
        if not free or not self._waiting:
            return
        entering = dict(zip(free, self._waiting, strict=False))
        self._waiting = self._waiting[len(entering) :]
        self._running = [entering.get(slot, ticket) for slot, ticket in enumerate(self._running)]
        with memory_errors("reading the text", "use fewer slots"):
            for some in self._portions(entering):
                self._fill(some)

    def _portions(self, entering: dict[int, Ticket]) -> Iterator[dict[int, Ticket]]:
        config, itemsize = self._prepared.config, self._prepared.dtype.itemsize
        letter, row = formula.letter_bytes(config, itemsize), 2 * formula.row_bytes(config, itemsize)
        some: dict[int, Ticket] = {}
        size = 0
        for slot, ticket in entering.items():
            own = len(ticket.text) * letter + (ticket.first_row - 1) * row
            if some and size + own > ENTERING_BYTES:
                yield some
                some, size = {}, 0
            some[slot] = ticket
            size += own
        yield some

    def _fill(self, entering: dict[int, Ticket]) -> None:
        prepared = self._prepared
        heard = prefill.read(prepared, [ticket.text for ticket in entering.values()])
        prompts: dict[int, tuple[Grid, Pairs]] = {}
        for (slot, ticket), pairs in zip(entering.items(), heard, strict=True):
            ticket.begin()
            self._cache.enter(slot, pairs, ticket.rows)
            if ticket.first_row > 1:
                prompts[slot] = ticket.grid[: ticket.first_row - 1], pairs
        for slot, branches in zip(prompts, self._voices.fill(list(prompts.values())), strict=True):
            for layer, (uncond, cond) in enumerate(zip(*branches, strict=True)):
                self._cache.fill(slot, layer, *(torch.stack(each) for each in zip(uncond, cond, strict=True)))
        vocabulary = prepared.config.decoder.vocabulary
        for slot, ticket in entering.items():
            self._board.put(slot, ticket.grid, ticket.first_row)
            self._settings.put(slot, ticket.request.params, ticket.seed, vocabulary, ticket.plan)

    def _halve(self) -> None:
        """After the memory ran out: go on with half as many segments, the others begin again later and lose nothing."""
        running = [ticket for ticket in self._running if ticket is not None]
        for slot in range(len(self._running)):
            self._free(slot)
        self._since_look = 0
        if self._usable == 1:
            raise OutOfMemory("No memory left for a single segment", todo="use a smaller dtype or a shorter segment")
        self._usable = max(min(self._usable, len(running)) // 2, 1)
        self._waiting = sorted([*running, *self._waiting], key=_longest_first)


def _longest_first(ticket: Ticket) -> int:
    return -len(ticket.text)
