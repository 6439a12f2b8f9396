"""Recorded steps: what can be told without a GPU, and with one that the codes are the same."""

from __future__ import annotations

import pytest
import torch

from dia_engine.dia1.decode import prepare
from dia_engine.graph import WARM_UP, Steps
from dia_engine.params import Params, Request
from dia_engine.slots import Slots
from tests.dia_engine import tiny

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA here, and only CUDA records steps")


def test_without_recording_every_step_is_run_as_it_is() -> None:
    run: list[int] = []
    steps = Steps(run.append, record=False)
    for shape in (1, 1, 2, 1, 1, 2, 2, 2):
        steps(shape)
    assert run == [1, 1, 2, 1, 1, 2, 2, 2]
    assert not steps.recording


def test_a_shape_is_run_as_it_is_until_it_is_warm() -> None:
    run: list[int] = []
    steps = Steps(run.append, record=True)
    for shape in (1, 2) * WARM_UP:
        steps(shape)
    assert run == [1, 2] * WARM_UP
    assert steps.recording


def test_nothing_is_recorded_on_a_cpu_or_when_it_is_turned_off() -> None:
    prepared = prepare(tiny.network(3, "B", (4, 2), (4, 4)))
    assert not Slots(prepared, static=True)._steps.recording
    assert not Slots(prepared, graph=False)._steps.recording


@needs_cuda
def test_a_recorded_step_does_what_the_step_does() -> None:
    values, other = torch.zeros(4, device="cuda"), torch.ones(4, device="cuda")
    run: list[int] = []

    def step(shape: int) -> None:
        run.append(shape)
        values[:shape].add_(other[:shape])

    steps = Steps(step, record=True)
    for shape in (4, 2) * 5:
        steps(shape)
    assert steps.recording
    assert values.tolist() == [10, 10, 5, 5]
    assert len(run) == 2 * (WARM_UP + 1)


@needs_cuda
def test_a_step_that_cannot_be_recorded_runs_as_it_is() -> None:
    values = torch.zeros(4, device="cuda")
    steps = Steps(lambda _: values.add_(float(values.sum().item()) * 0 + 1), record=True)  # reads back, which no graph can
    for _ in range(6):
        steps(0)
    assert not steps.recording
    assert values.tolist() == [6, 6, 6, 6]


@needs_cuda
@pytest.mark.parametrize("top_k", [45, None])
def test_recorded_slots_say_what_slots_say_step_by_step(top_k: int | None) -> None:
    prepared = prepare(tiny.wide(1, torch.float32).to("cuda"), slots=3)
    asked = [
        Request("[S1] rain" * (seed + 1), None, Params(seed=seed, max_tokens=60, cfg_filter_top_k=top_k)) for seed in range(5)
    ]
    told = []
    for graph in (False, True):
        slots = Slots(prepared, graph=graph)
        tickets = [slots.add(request, planned_frames=20 + number) for number, request in enumerate(asked)]
        while slots.busy:
            slots.step()
        assert slots._steps.recording == graph
        assert bool(slots._steps._graphs) == graph
        told.append([ticket.result.codes.tolist() for ticket in tickets if ticket.result is not None])
    assert len(told[0]) == 5
    assert told[0] == told[1]
