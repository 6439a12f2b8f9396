"""Figures from made-up rounds: what a busy machine changes is told, and does not change what is judged."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from dia_engine import figures, formula, untrained
from dia_engine.jobs import Timed, letters_of

CONFIG, FRAMES, SLOTS, STEPS = untrained.TINY, 20, 4, 35
BANDWIDTHS = [30e9, 62e9, 31e9, 45e9]  # as a shared machine has them within a minute


def timed(step_seconds: float, segments: int = 1) -> Timed:
    return Timed(step_seconds * STEPS, step_seconds, STEPS, FRAMES * segments)


def told_of(bandwidths: list[float], share: float, peer: list[float] | None = None, drift: float = 0.1) -> dict[str, Any]:
    """Figures where each round reads at its own rate, which it passes while it is measured, and a step takes that share."""
    own = (FRAMES, letters_of(FRAMES))
    one, many = (formula.mean_step_bytes(CONFIG, 2, [own] * count) for count in (1, SLOTS))
    times = {
        "single": [timed(one / rate / share) for rate in bandwidths],
        "batched": [timed(many / rate / share * 2, SLOTS) for rate in bandwidths],
    }
    reads = {kind: [((1 - drift) * rate, (1 + drift) * rate) for rate in bandwidths] for kind in times}
    if peer is not None:
        times["transformers"] = [timed(one / rate / share * slower) for rate, slower in zip(bandwidths, peer, strict=True)]
        reads["transformers"] = reads["single"]
    return figures.of_rounds(CONFIG, torch.bfloat16, SLOTS, [FRAMES] * SLOTS, times, reads)


def test_the_share_of_bandwidth_is_that_of_each_rounds_own_bandwidth() -> None:
    told = told_of(BANDWIDTHS, share=0.8)
    assert told["share_of_bandwidth_by_round"] == pytest.approx([0.8] * 4)
    assert told["share_of_bandwidth"] == pytest.approx(0.8)
    assert told["share_of_bandwidth_batched_by_round"] == pytest.approx([0.4] * 4)
    assert told["share_of_bandwidth_batched"] == pytest.approx(0.4)
    assert told["share_of_bandwidth_range"] == [
        min(told["share_of_bandwidth_by_round"]),
        max(told["share_of_bandwidth_by_round"]),
    ]
    assert told["read_bandwidths_by_round"]["single"] == [[0.9 * rate, 1.1 * rate] for rate in BANDWIDTHS]
    assert told["read_bandwidth"] == pytest.approx(38e9)
    assert told["read_bandwidth_range"] == [27e9, pytest.approx(68.2e9)]
    assert told["steady"] is False


def test_a_quiet_machine_is_called_so() -> None:
    assert told_of([40e9, 41e9, 40.5e9], share=0.8, drift=0.02)["steady"] is True


def test_a_speedup_is_the_median_of_what_each_round_shows() -> None:
    told = told_of(BANDWIDTHS[:3], share=0.8, peer=[2.0, 3.0, 9.0])
    assert told["speedup_single_vs_transformers_by_round"] == pytest.approx([2, 3, 9])
    assert told["speedup_single_vs_transformers"] == pytest.approx(3)  # the ratio of the medians is another
    assert told["speedup_single_vs_transformers_range"] == [pytest.approx(2), pytest.approx(9)]
    batched = told["speedup_batched_vs_transformers_by_round"]
    assert batched == pytest.approx([each * batched[0] / 2 for each in (2, 3, 9)])
    assert told["speedup_batched_vs_transformers"] == batched[1]


def test_lines_for_people_leave_out_single_rounds() -> None:
    text = figures.as_text(told_of(BANDWIDTHS, share=0.8) | {"slots": SLOTS, "nothing": None})
    assert "share of bandwidth: 0.8\n" in text
    assert "share of bandwidth range: 0.8, 0.8\n" in text
    assert "read bandwidth: 38 GB/s\n" in text
    assert "slots: 4\n" in text
    assert "by round" not in text
    assert "nothing" not in text
