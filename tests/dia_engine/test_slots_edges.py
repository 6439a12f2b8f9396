"""The edges of a running batch: its last rows, its windows, who leaves, and what is kept of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from dia_engine import choosing, reference
from dia_engine import slots as slots_module
from dia_engine.cache import PerSlot
from dia_engine.choosing import CANDIDATES
from dia_engine.dia1 import prefill
from dia_engine.dia1.config import Config
from dia_engine.dia1.decode import Prepared
from dia_engine.dia1.model import Dia1
from dia_engine.dia1.row import Row
from dia_engine.params import Params, Prompt, Request
from dia_engine.slots import POLL, Slots, Ticket

ROWS = 40


def asked(count: int) -> list[Request]:
    return [Request("[S1]" + " rain" * (seed + 1), None, Params(seed=seed, max_tokens=ROWS)) for seed in range(count)]


def finish(slots: Slots, tickets: Sequence[Ticket]) -> list[list[list[int]]]:
    while slots.busy:
        slots.step()
    assert all(ticket.result is not None for ticket in tickets)
    return [ticket.result.codes.tolist() for ticket in tickets if ticket.result is not None]


def said(model: Dia1, requests: Sequence[Request]) -> list[list[list[int]]]:
    return [result.codes.tolist() for result in reference.generate(model, requests)]


def test_segments_may_take_all_rows_that_there_are_and_windows_grow_between_two_looks(
    model: Dia1, trio: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU: memory for just these rows, looked at every few rows, and a window that is passed in between."""
    monkeypatch.setattr(slots_module, "WINDOW", 16)
    slots = Slots(trio, rows=ROWS, static=True)
    slots._poll = POLL
    voice = Prompt(np.random.default_rng(8).integers(0, 1024, (5, 9)), "[S1] Well?")
    requests = [replace(request, prompt=voice if number % 2 else None) for number, request in enumerate(asked(5))]
    whole = slots.add(requests[0], planned_frames=24)
    assert finish(slots, [slots.add(request) for request in requests]) == said(model, requests)
    assert whole.result is not None
    assert (len(whole.result.codes), whole.row) == (24, ROWS)


def test_who_was_cancelled_while_waiting_is_never_begun(model: Dia1, trio: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(trio)
    tickets = [slots.add(request) for request in asked(3)]
    slots.step()
    waiting = [slots.add(request) for request in asked(2)]
    waiting[1].cancel()
    tickets[0].cancel()
    read, begun = prefill.read, list[int]()
    monkeypatch.setattr(prefill, "read", lambda prepared, texts: (begun.append(len(texts)), read(prepared, texts))[1])
    slots.step()
    assert (slots.running, begun) == (3, [1])
    assert finish(slots, [*tickets[1:], waiting[0]]) == said(model, [*asked(3)[1:], asked(1)[0]])
    assert begun == [1]


def test_nothing_is_kept_of_those_who_have_left_but_what_they_said(trio: Prepared) -> None:
    slots = Slots(trio)
    tickets = [slots.add(request) for request in asked(4)]
    for _ in range(3):
        slots.step()
    tickets[2].cancel()
    finish(slots, [tickets[0], tickets[1], tickets[3]])
    cache = slots._cache
    assert isinstance(cache, PerSlot)
    assert not any(own is not None for own in cache._own)
    assert not any(cache._heard)
    for ticket in (tickets[0], tickets[1], tickets[3]):
        assert ticket.grid.base is None
        assert len(ticket.grid) == ticket.row <= ROWS


def test_a_neighbour_for_whom_all_ids_are_looked_at_changes_nothing(trio: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums over more ids are rounded in another way, so each has the choice that it would have alone."""
    real = choosing.choose

    def marked(
        logits: torch.Tensor, rows: torch.Tensor, settings: choosing.Settings, config: Config, count: int
    ) -> torch.Tensor:
        chosen = real(logits, rows, settings, config, count)
        return chosen if count == CANDIDATES else torch.full_like(chosen, 7)

    monkeypatch.setattr(slots_module, "choose", marked)
    few, all_ids = (Request("[S1] rain", None, Params(seed=1, max_tokens=ROWS, cfg_filter_top_k=k)) for k in (CANDIDATES, None))
    slots = Slots(trio)
    [alone] = finish(slots, [slots.add(few)])
    beside, other = finish(slots, [slots.add(few), slots.add(all_ids)])
    assert beside == alone
    assert np.unique(other).tolist() == [7]


def test_numbers_too_small_to_matter_are_zero_while_a_row_is_computed(trio: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor cannot flush such numbers")
    small, found, logits = torch.tensor([1e-39]), list[float](), Row.logits
    monkeypatch.setattr(Row, "logits", lambda self, *given: (found.append(float((small * 0.5)[0])), logits(self, *given))[1])
    slots = Slots(trio)
    finish(slots, [slots.add(request) for request in asked(1)])
    assert set(found) == {0.0}
    assert float((small * 0.5)[0]) > 0
