"""Generation with every row computed once, as many requests at a time as there are slots. Codes are those of `reference`."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from dia_engine.dia1.decode import Prepared
from dia_engine.params import Codes, Generated, Request
from dia_engine.requests import bounds, check
from dia_engine.slots import Slots


def generate(prepared: Prepared, requests: Sequence[Request]) -> list[Generated]:
    """Codes for each request, in order. Raises `EngineError`; everything is checked before anything runs."""
    for request in requests:
        check(prepared.config, request)
    if not requests:
        return []
    rows, letters = bounds(prepared.config, requests)
    slots = Slots(prepared, rows=rows, letters=letters)
    tickets = [slots.add(request) for request in requests]
    while slots.busy:
        slots.step()
    return [ticket.result for ticket in tickets if ticket.result is not None]


def frames(prepared: Prepared, request: Request) -> Generator[Codes, None, Generated]:
    """Generate one request; after each row yields the frames [0 or 1, C] that it completed, and returns them all.

    The first frame comes after as many rows as the longest delay. Close the generator to stop after the current row; it
    holds all that is kept of the request, and a new one begins anew. Raises `EngineError`.
    """
    check(prepared.config, request)
    rows, letters = bounds(prepared.config, [request])
    slots = Slots(prepared, rows=rows, letters=letters)
    ticket = slots.add(request)
    while ticket.result is None:
        slots.step()
        yield ticket.take()
    return ticket.result
