"""Where every slot stands: rows decided, ends begun. Advanced on the device, a row of all slots at a time."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dia_engine.delay import UNDECIDED, Grid
from dia_engine.dia1.config import Config

NOT_YET = -1


@dataclass(frozen=True, slots=True)
class Seen:
    """What the host sees of a slot: the row to be decided next, where channel 0 ended (or `NOT_YET`), why, if all is over."""

    row: int
    end_row: int
    by_eos: bool
    over: bool


class Board:
    """The grids [N, R, C] of all slots and what the rules of the end need to know."""

    def __init__(self, config: Config, slots: int, rows: int, device: torch.device) -> None:
        self._config = config
        self.grid = torch.zeros(slots, rows, config.channels, dtype=torch.long, device=device)
        self._delays = torch.tensor(config.delays, device=device)
        self._slots = torch.arange(slots, device=device)
        self.row, self._limit, self._end_row, self._countdown, self._by_eos, self._active = (
            torch.full((slots,), value, dtype=torch.long, device=device) for value in (1, 0, NOT_YET, 0, 0, 0)
        )

    def put(self, slot: int, grid: Grid, row: int) -> None:
        """Begin a segment: what is known of its grid [rows, C], and the row that is decided first."""
        self.grid[slot, : len(grid)] = torch.from_numpy(grid).to(self.grid.device)
        for values, value in (
            (self.row, row),
            (self._limit, len(grid)),
            (self._end_row, NOT_YET),
            (self._countdown, NOT_YET),
            (self._by_eos, 0),
            (self._active, 1),
        ):
            values[slot] = value

    def clear(self, slot: int) -> None:
        """Let a slot rest: it goes on being computed, from row 1 of nothing, and changes nothing."""
        self._active[slot] = 0
        self.row[slot] = 1
        self.grid[slot, 0] = 0

    def fed(self) -> Tensor:
        """The rows [N, C] before those that are decided next."""
        return self.grid[self._slots, self.row - 1]

    def decide(self, chosen: Tensor) -> None:
        """Write ids [N, C] as each slot's next row, by the rules of the end, and go on to the row after."""
        config, longest = self._config, max(self._config.delays)
        active = self._active.bool()
        eos = chosen[:, 0] == config.eos
        begins = active & (self._countdown == NOT_YET) & (eos | (self.row >= self._limit - longest))
        self._end_row.copy_(torch.where(begins, self.row, self._end_row))
        self._by_eos.copy_(torch.where(begins, eos.long(), self._by_eos))
        self._countdown.masked_fill_(begins, longest)
        ending = (self._countdown > 0)[:, None]
        since = (self.row - self._end_row)[:, None]
        chosen = chosen.masked_fill(ending & (self._delays == since), config.eos)
        chosen = chosen.masked_fill(ending & (self._delays < since), config.pad)
        at = self.row.clamp(max=self.grid.shape[1] - 1)  # a segment that is over may stand behind its last row
        known = self.grid[self._slots, at]
        self.grid[self._slots, at] = torch.where(active[:, None] & (known == UNDECIDED), chosen, known)
        self._countdown.sub_((self._countdown > 0).long())
        self.row.add_(self._active)
        if longest == 0:  # without delays the last row holds a frame, too
            full = active & (self._countdown == NOT_YET) & (self.row >= self._limit)
            self._end_row.copy_(torch.where(full, self.row, self._end_row))
            self._countdown.masked_fill_(full, 0)
        self._active.mul_((self._countdown != 0).long())

    def look(self, recent: int) -> tuple[list[Seen], Grid]:
        """Read back where all slots stand, and the last `recent` rows [N, recent, C] of each. The one wait for the device."""
        last = (self.row[:, None] - recent + torch.arange(recent, device=self.grid.device)).clamp(min=0)
        rows = self.grid[self._slots[:, None], last].flatten(1)
        state = torch.stack((self.row, self._end_row, self._by_eos, self._active), 1)
        told = torch.cat((state, rows), 1).cpu().numpy()
        seen = [Seen(int(row), int(end), bool(by_eos), not active) for row, end, by_eos, active in told[:, :4]]
        return seen, told[:, 4:].reshape(len(told), recent, -1)
