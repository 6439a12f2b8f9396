"""Generation with every row computed once, a request at a time. Codes are those of the slow path, `reference`."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from dia_engine import delay, reference, sampling
from dia_engine.dia1 import decode
from dia_engine.dia1.decode import Prepared
from dia_engine.params import Codes, Generated, Request
from dia_engine.requests import check


def generate(prepared: Prepared, requests: Sequence[Request]) -> list[Generated]:
    """Codes for each request, in order. Raises `EngineError`; everything is checked before anything runs."""
    for request in requests:
        check(prepared.model.config, request)
    return [_finished(frames(prepared, request)) for request in requests]


def frames(prepared: Prepared, request: Request) -> Generator[Codes, None, Generated]:
    """Generate one request; after each row yields the frames [0 or 1, C] that it completed, and returns them all.

    The first frame comes after as many rows as the longest delay. Close the generator to stop after the current row; it
    holds all that is kept of the request, and a new one begins anew. Raises `EngineError`.
    """
    check(prepared.model.config, request)
    batch = reference.begin(prepared.model, [request], read=decode.text_states)
    item, delays = batch.items[0], prepared.model.config.delays
    decoding = decode.Decoding(prepared, item.texts, len(item.grid))
    for row in reference.steps(batch, lambda _, row: decoding.logits(item.grid[:row])[None]):
        start = row - max(delays)
        complete = delay.revert(item.grid[start : row + 1], delays) if start >= item.first_row else item.grid[:0]
        yield sampling.valid(complete).astype(np.int16)
    return reference.result(batch, item)


def _finished(running: Generator[Codes, None, Generated]) -> Generated:
    while True:
        try:
            next(running)
        except StopIteration as stop:
            result: Generated = stop.value
            return result
