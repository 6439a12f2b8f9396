"""Matrices in 8 bits: near the true ones, only on demand, and known by what is prepared with them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dia_engine import quantized
from dia_engine.cache import PerSlot
from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared, prepare
from dia_engine.dia1.row import Row
from dia_engine.params import Params, Request
from dia_engine.requests import text_ids
from dia_engine.slots import Slots
from tests.dia_engine import tiny


def random(*shape: int, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_product_is_near_the_true_one(dtype: torch.dtype, kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kernel:
        monkeypatch.setattr(quantized, "_has_kernel", lambda *_: False)
    weight = random(1500, 256, dtype=dtype) * torch.logspace(-3, 1, 1500)[:, None].to(dtype)  # rows of very different sizes
    rows = random(5, 256, dtype=dtype, seed=1)
    exact = rows.double() @ weight.double().T
    got = quantized.quantize(weight)(rows)
    assert got.dtype == dtype
    errors = torch.linalg.vector_norm(got.double() - exact, dim=0) / torch.linalg.vector_norm(exact, dim=0)
    assert 0.001 < float(errors.median()) < 0.02
    assert float(errors.max()) < 0.12


def test_each_row_uses_all_numbers_and_zeros_stay_zeros() -> None:
    weight = random(40, 64, dtype=torch.float32)
    weight[3] = 0
    numbers, scales = quantized.rounded(weight)
    assert (numbers.dtype, scales.dtype) == (torch.int8, torch.float32)
    assert bool((scales > 0).all())
    extremes = numbers.abs().amax(1).tolist()
    assert extremes == [0 if row == 3 else 127 for row in range(40)]
    assert torch.allclose(numbers * scales[:, None], weight, atol=float(scales.max()) / 2 + 1e-6)
    assert (quantized.quantize(weight)(torch.ones(1, 64))[0, 3]) == 0


def logits_of(prepared: Prepared, rows: np.ndarray) -> torch.Tensor:
    """Logits [rows, 2, C, V] after each fed row."""
    cache = PerSlot(prepared.config, 1, prepared.dtype, prepared.device)
    with torch.inference_mode():
        cache.enter(0, prefill.read(prepared, [text_ids("[S1] Rain again.", 128)])[0], len(rows))
        row = Row(prepared, cache)
        fed = torch.from_numpy(rows)
        return torch.stack([row.logits(fed[n][None], torch.tensor([n]))[:, 0] for n in range(len(rows))])


def test_a_networks_logits_are_near_the_true_ones_and_the_difference_is_told() -> None:
    rows = np.random.default_rng(1).integers(0, 1024, (12, 9))
    model = tiny.wide(2)
    exact = logits_of(prepare(model), rows)
    assert quantized.difference(exact, exact, 1024) == quantized.Difference(0.0, 1.0)
    told = quantized.difference(exact, logits_of(prepare(model, quantized=True), rows), 1024)
    assert 0.005 < told.relative_error < 0.2
    assert 0.5 < told.same_choices < 1


def test_only_ids_that_can_be_chosen_count_as_choices() -> None:
    exact, other = torch.zeros(2, 9, 1028), torch.zeros(2, 9, 1028)
    exact[..., 5], exact[..., 1027] = 1, 9
    other[..., 5], other[..., 1026] = 1, 9
    assert quantized.difference(exact, other, 1024).same_choices == 1
    other[0, :, 7] = 2
    assert quantized.difference(exact, other, 1024).same_choices == 0.5


def test_the_bytes_that_are_saved_are_those_of_the_matrices() -> None:
    model = tiny.wide(2)
    matrices = [value for name, value in model.state_dict().items() if value.ndim == 2 and "embed" not in name]
    kept = [part for matrix in matrices for part in quantized.rounded(matrix)]
    saved = sum(matrix.nbytes for matrix in matrices) - sum(part.nbytes for part in kept)
    assert quantized.saved_bytes(model.config, torch.bfloat16) == saved > 0


def test_it_is_off_unless_asked_for_and_what_is_prepared_tells() -> None:
    model = tiny.wide(2)
    assert not prepare(model).quantized
    prepared = prepare(model, slots=2, quantized=True, release=True)
    assert (prepared.quantized, prepared.packed) == (True, False)
    assert model.logits_dense.weight.numel() == 0
    slots = Slots(prepared)
    ticket = slots.add(Request("[S1] Rain.", None, Params(seed=1, max_tokens=40)), planned_frames=6)
    while slots.busy:
        slots.step()
    assert ticket.result is not None
    assert ticket.result.codes.shape == (6, 9)
