"""Codebook delays on and off: frame f of channel c stands in row 1 + f + delay[c] of the token grid. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.int64]  # [rows, channels]
UNDECIDED = -1


def apply(rows: Grid, delays: Sequence[int], *, bos: int) -> Grid:
    """Put each channel of rows [T, C] down by its delay; `bos` comes in from above, what leaves below is lost."""
    count = len(rows)
    out = np.full_like(rows, bos)
    for channel, delay in enumerate(delays):
        out[delay:, channel] = rows[: max(count - delay, 0), channel]
    return out


def revert(rows: Grid, delays: Sequence[int]) -> Grid:
    """Take each channel of rows [T + max delay, C] up by its delay: frames [T, C]."""
    count = max(len(rows) - max(delays), 0)
    return np.stack([rows[delay : delay + count, channel] for channel, delay in enumerate(delays)], axis=1)


def prefix(prompt: Grid | None, delays: Sequence[int], *, bos: int, rows: int) -> Grid:
    """The rows known before generation [rows, C]: a first row of `bos`, then the prompt [P, C], delayed; else undecided.

    P + 1 + max delay rows hold every known value. The original makes one row fewer for the longest prompt of a batch.
    """
    grid = np.full((rows, len(delays)), UNDECIDED, np.int64)
    grid[0] = bos
    if prompt is not None:
        grid[1 : 1 + len(prompt)] = prompt
    return apply(grid, delays, bos=bos)


def full_rows(prompt_frames: int, delays: Sequence[int]) -> int:
    """Rows of a prefix that loses nothing."""
    return prompt_frames + 1 + max(delays)
