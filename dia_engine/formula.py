"""Bytes that decoding must read and hold, by the model's shapes alone: what measured times are judged against. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from dia_engine.dia1.config import Config
from dia_engine.dia1.model import skeleton


def step_parameters(config: Config) -> int:
    """Weights that every decoded row needs: all of the decoder's but the tables and what only the text's bytes pass."""
    d = config.decoder
    own = d.width * d.head_dim * (2 * d.heads + 2 * d.kv_heads)
    heard = d.width * d.cross_head_dim * 2 * d.cross_heads
    return d.layers * (own + heard + 3 * d.width * d.hidden) + d.width * config.channels * d.vocabulary


def row_bytes(config: Config, itemsize: int) -> int:
    """Keys and values of a decoded row, in one branch."""
    return 2 * config.decoder.layers * config.decoder.kv_heads * config.decoder.head_dim * itemsize


def letter_bytes(config: Config, itemsize: int) -> int:
    """Keys and values of a byte of text. The unconditional branch needs none."""
    return 2 * config.decoder.layers * config.decoder.cross_kv_heads * config.decoder.cross_head_dim * itemsize


def step_bytes(config: Config, itemsize: int, slots: Sequence[tuple[float, float]]) -> float:
    """Bytes read in a step that decodes one row of each slot, given as (rows so far, bytes of text)."""
    rows, letters = sum(rows for rows, _ in slots), sum(letters for _, letters in slots)
    return (
        step_parameters(config) * itemsize + 2 * rows * row_bytes(config, itemsize) + letters * letter_bytes(config, itemsize)
    )


def mean_step_bytes(config: Config, itemsize: int, segments: Sequence[tuple[int, int]]) -> float:
    """The same, on average over segments of (frames, bytes of text) that are all decoded together from their first row on."""
    decoded = [(rows_of(config, frames), letters) for frames, letters in segments]
    steps = max(rows for rows, _ in decoded)
    seen = [(rows * (rows + 1) / 2 / steps, letters * rows / steps) for rows, letters in decoded]
    return step_bytes(config, itemsize, seen)


def rows_of(config: Config, frames: int) -> int:
    """Rows that are decoded for so many frames: the last channel comes as late as its delay."""
    return frames + max(config.delays)


def memory_bytes(config: Config, dtype: torch.dtype, segments: Sequence[tuple[int, int]]) -> int:
    """Bytes held by all weights once, and by segments of (frames, bytes of text) at their ends."""
    held = 0
    for tensor in skeleton(config).state_dict().values():
        held += tensor.numel() * (4 if tensor.ndim == 1 else dtype.itemsize)  # norms are float32
    for frames, letters in segments:
        held += 2 * rows_of(config, frames) * row_bytes(config, dtype.itemsize)
        held += letters * letter_bytes(config, dtype.itemsize)
    return held
