"""Memory that runs out and devices that are lost in the middle of a batch: who goes on, what is lost, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from dia_engine.board import Board
from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared, prepare
from dia_engine.dia1.model import Dia1
from dia_engine.dia1.row import Row
from dia_engine.errors import DeviceFailed, OutOfMemory
from dia_engine.params import Codes, Generated, Params, Request
from dia_engine.slots import Slots
from tests.dia_engine import tiny
from tests.dia_engine.test_fast import assert_same
from tests.dia_engine.test_slots import ASKED, SLOW, assert_all_same, short, spoken


def failing(monkeypatch: pytest.MonkeyPatch, where: object, name: str, error: Exception, calls: set[int]) -> None:
    """Let some calls of a function fail, counted from 1."""
    real: Callable[..., Any] = getattr(where, name)
    number = iter(range(1, 1 << 20))
    monkeypatch.setattr(where, name, lambda *given: real(*given) if next(number) not in calls else _raise(error))


def _raise(error: Exception) -> Iterator[None]:
    raise error


NO_MEMORY = [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: can't allocate memory: 1 byte")]


@pytest.mark.parametrize(
    ("error", "place"), [(NO_MEMORY[0], "row"), (NO_MEMORY[1], "text"), pytest.param(NO_MEMORY[1], "row", marks=SLOW)]
)
def test_without_memory_half_the_slots_go_on_and_nothing_is_lost_or_told_twice(
    model: Dia1, told: list[Generated], monkeypatch: pytest.MonkeyPatch, error: Exception, place: str
) -> None:
    prepared = prepare(model, slots=4)
    if place == "row":
        failing(monkeypatch, Row, "logits", error, {19})
    else:
        failing(monkeypatch, prefill, "read", error, {1})
    slots = Slots(prepared)
    tickets = [slots.add(request) for request in ASKED]
    most = 0
    pieces: list[list[Codes]] = [[] for _ in tickets]
    while slots.busy:
        before = slots._usable
        slots.step()
        most = max(most, slots.running) if before < 4 else 0
        for mine, ticket in zip(pieces, tickets, strict=True):
            mine.append(ticket.take())
    assert (slots._usable, most) == (2, 2)
    for mine, ticket, result in zip(pieces, tickets, told, strict=True):
        assert ticket.result is not None
        assert_same(ticket.result, result)
        np.testing.assert_array_equal(np.concatenate(mine), result.codes)


def test_memory_that_is_missing_again_and_again_ends_with_one_sentence(trio: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, Row, "logits", NO_MEMORY[0], set(range(3, 99)))
    slots = Slots(trio)
    for seed in range(3):
        slots.add(short(seed))
    with pytest.raises(OutOfMemory, match="single segment"):
        while slots.busy:
            slots.step()
    assert slots.running == 0


LOST = RuntimeError("CUDA error: the device is lost\nCompile with this and that to see more")


@pytest.mark.parametrize(("where", "name"), [(Row, "logits"), (prefill, "read"), (Board, "look")])
def test_a_device_that_is_lost_is_one_sentence_and_nothing_runs_any_more(
    trio: Prepared, told: list[Generated], monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    slots = Slots(trio)
    tickets = [slots.add(request) for request in ASKED]
    with monkeypatch.context() as patched:
        failing(patched, where, name, LOST, {2})
        patched.setattr(Board, "clear", lambda *_: pytest.fail("the lost device was asked for something"))
        with pytest.raises(
            DeviceFailed, match=r"^The device failed while [a-z ]+ \(CUDA error: the device is lost\); [^;.]+\.$"
        ):
            while slots.busy:
                slots.step()
                if where is prefill:
                    tickets[1].cancel()
                    patched.setattr(Board, "clear", lambda *_: None)
        assert (slots.running, slots.busy) == (0, False)
        assert not any(ticket.result for ticket in tickets)
        slots.step()
        with pytest.raises(DeviceFailed, match="is lost"):
            slots.add(ASKED[0])
    assert_all_same(spoken(Slots(trio), ASKED), told)


@pytest.mark.parametrize(("running", "left"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_half_of_those_that_were_running_go_on(running: int, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(prepare(tiny.network(3, "B", (4, 2), (4, 4)), slots=5))
    tickets = [slots.add(Request("[S1] rain", None, Params(seed=seed, max_tokens=20))) for seed in range(running)]
    logits, calls = Row.logits, [0]

    def failing(self: Row, fed: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        calls[0] += 1
        if calls[0] == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return logits(self, fed, at)

    monkeypatch.setattr(Row, "logits", failing)
    most = []
    while slots.busy:
        slots.step()
        most.append(slots.running)
    assert (most[0], max(most[2:])) == (running, left)
    assert all(ticket.result is not None for ticket in tickets)
