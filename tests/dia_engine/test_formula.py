"""The formula gives the numbers that were worked out by hand from the model's shapes, and agrees with the network itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from dia_engine import formula, untrained
from dia_engine.dia1.config import Config
from dia_engine.dia1.model import skeleton

REAL = Config()
VOICE = 517  # frames of a prompt of 6 s


def test_the_real_models_sizes() -> None:
    assert formula.step_parameters(REAL) == 1_264_656_384
    assert formula.row_bytes(REAL, 2) == 36_864
    assert formula.letter_bytes(REAL, 2) == 147_456
    assert formula.memory_bytes(REAL, torch.float32, []) == 4 * 1_611_160_576
    assert formula.memory_bytes(REAL, torch.bfloat16, []) == pytest.approx(3.22e9, rel=1e-3)


@pytest.mark.parametrize(
    ("slots", "rows", "letters", "gigabytes"),
    [(1, 430, 160, 2.585), (64, 430, 160, 6.07), (128, 430, 160, 9.61), (64, 155, 60, 3.83), (256, 155, 60, 7.72)],
)
def test_bytes_of_a_step(slots: int, rows: int, letters: int, gigabytes: float) -> None:
    assert formula.step_bytes(REAL, 2, [(rows, letters)] * slots) / 1e9 == pytest.approx(gigabytes, abs=0.006)


def test_a_voice_shared_by_all_would_save_its_unconditional_rows() -> None:
    apart = formula.step_bytes(REAL, 2, [(VOICE + 430, 260)] * 64)
    assert (apart - 63 * VOICE * formula.row_bytes(REAL, 2)) / 1e9 == pytest.approx(8.25, abs=0.006)


@pytest.mark.parametrize("kv_heads", [(4, 2), (2, 4), (1, 1)])
def test_the_network_has_as_many_weights_as_the_formula_reads_and_holds(kv_heads: tuple[int, int]) -> None:
    own, cross = kv_heads
    config = replace(untrained.TINY, decoder=replace(untrained.TINY.decoder, kv_heads=own, cross_kv_heads=cross))
    sizes = {name: tensor.numel() for name, tensor in skeleton(config).state_dict().items() if tensor.ndim == 2}
    read = [
        size
        for name, size in sizes.items()
        if name == "logits_dense.weight"
        or (name.startswith("decoder.layers.") and "cross_attention.k_" not in name and "cross_attention.v_" not in name)
    ]
    assert formula.step_parameters(config) == sum(read)
    one = formula.memory_bytes(config, torch.float16, [(10, 7)]) - formula.memory_bytes(config, torch.float16, [])
    rows, letters = 2 * (10 + 15) * config.decoder.layers * own * 16 * 2 * 2, 7 * config.decoder.layers * cross * 16 * 2 * 2
    assert one == rows + letters


def test_the_mean_over_segments_is_that_of_their_steps() -> None:
    config, segments = untrained.TINY, [(5, 9), (30, 12), (1, 8)]
    totals = []
    for step in range(1, 30 + 15 + 1):
        running = [(step, letters) for frames, letters in segments if step <= frames + 15]
        totals.append(formula.step_bytes(config, 4, running))
    assert formula.mean_step_bytes(config, 4, segments) == pytest.approx(sum(totals) / len(totals))
