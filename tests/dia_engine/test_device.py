"""What to run on is found out, not guessed, and what has no room is refused before it is read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from dia_engine import counter, device, generate, products, weights
from dia_engine.checkpoint import Checkpoint
from dia_engine.dia1.config import Config
from dia_engine.errors import BadRequest, OutOfMemory
from tests.dia_engine import tiny

CPU = torch.device("cpu")
BF16 = torch.bfloat16
FULL = Config()


def kinds(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


def test_the_fastest_kind_of_device_is_taken_and_a_named_one_is_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, cuda=False, mps=False)
    assert device.chosen_device() == CPU
    kinds(monkeypatch, cuda=True, mps=True)
    assert device.chosen_device().type == "cuda"
    assert device.chosen_device("cpu") == CPU
    with pytest.raises(BadRequest, match="cannot use the device 'quantum'"):
        device.chosen_device("quantum")


def test_mps_is_taken_only_if_it_counts_as_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, cuda=False, mps=True)
    if not torch.backends.mps.is_built():
        assert device.chosen_device() == CPU  # said to be there, and cannot be used
    real = torch.tensor
    monkeypatch.setattr(torch, "tensor", lambda value, device=None: real(value))
    monkeypatch.setattr(torch.Tensor, "to", lambda self, *_: self)
    assert device.chosen_device().type == "mps"
    right = counter.exponential
    monkeypatch.setattr(counter, "exponential", lambda seed, places: right(seed, places) * torch.rand(()))
    assert device.chosen_device() == CPU


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ({"float32": 1.0, "plain": 0.6, "packed": 0.5}, BF16),
        ({"float32": 1.0, "plain": 0.6}, BF16),
        ({"float32": 1.0, "plain": 0.5, "packed": 0.99}, torch.float32),  # weights that can be packed are
        ({"float32": 1.0, "plain": 7.0}, torch.float32),
        ({"float32": 1.0, "plain": 0.9}, torch.float32),
    ],
)
def test_sixteen_bits_are_taken_only_where_they_were_measured_as_clearly_faster(
    times: dict[str, float], wanted: torch.dtype
) -> None:
    assert device.faster(times) == wanted


def test_the_probe_times_every_way_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "PROBE_SHAPE", (128, 64))
    times = device.timed(0.0)
    assert set(times) == {"float32", "plain"} | ({"packed"} if products.can_pack(BF16, CPU) else set())
    assert all(0 < seconds < 60 for seconds in times.values())
    monkeypatch.setattr(device, "timed", lambda: {"float32": 1.0, "plain": 0.5})
    assert device.chosen_dtype(CPU) == BF16


def test_memory_that_is_needed_follows_from_the_models_shapes() -> None:
    weights_only = device.needed(FULL, BF16, 0, 0, 0, codec=False)
    assert weights_only == pytest.approx(3.222e9, rel=1e-3)
    one, two = (device.needed(FULL, BF16, slots, 1000, 200, codec=False) - weights_only for slots in (1, 2))
    assert one == 1000 * 2 * 36_864 + 200 * 147_456
    assert two == 2 * one
    assert device.needed(FULL, torch.float32, 1, 1000, 200, codec=False) == pytest.approx(2 * (weights_only + one), rel=1e-3)
    assert device.needed(FULL, BF16, 1, 1000, 200) - device.CODEC_BYTES == weights_only + one
    assert device.needed(FULL, BF16, 0, 0, 0, quantized=True, codec=False) == pytest.approx(1.63e9, rel=0.01)


def test_slots_are_a_constant_of_the_device_and_fewer_only_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = torch.device("cuda")
    monkeypatch.setattr(device, "free_memory", lambda _: None)
    assert [device.chosen_slots(FULL, BF16, where) for where in (CPU, cuda, torch.device("mps"))] == [8, 16, 8]
    counts = []
    for gigabytes in (80, 9, 7, 5, 1):
        monkeypatch.setattr(device, "free_memory", lambda _, free=gigabytes * 10**9: free)
        counts.append(device.chosen_slots(FULL, BF16, cuda))
    assert counts == [16, 8, 8, 2, 1]
    monkeypatch.setattr(device, "free_memory", lambda _: 5 * 10**9)
    assert [device.chosen_slots(FULL, BF16, cuda, rows=500, letters=letters) for letters in (100, 400, 0)] == [16, 8, 4]


def test_a_model_without_room_is_refused_with_one_sentence_before_its_weights_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "free_memory", lambda _: 2_900_000_000)
    for dtype, slots, says in (
        (BF16, 4, r"needs 5.4 GB, 2.9 GB are free on the device cpu; use another device, or close other programs\.$"),
        (
            torch.float32,
            0,
            r"needs 6.4 GB, 2.9 GB are free on the device cpu; use the dtype bfloat16, or close other programs\.$",
        ),
    ):
        with pytest.raises(OutOfMemory, match=says):
            device.demand(FULL, dtype, CPU, slots, 3072, 1024)
    monkeypatch.setattr(device, "free_memory", lambda _: 5_000_000_000)
    with pytest.raises(OutOfMemory, match="use fewer slots"):
        device.demand(FULL, BF16, CPU, 4, 3072, 1024)
    device.demand(FULL, BF16, CPU, 1, 3072, 1024)
    monkeypatch.setattr(device, "free_memory", lambda _: 4_790_000_000)
    device.demand(FULL, BF16, CPU, 4, 2900, 100)
    for rows, letters in ((2900, 0), (0, 100), (0, 0)):
        device.demand(FULL, BF16, CPU, 2, rows, letters)
        with pytest.raises(OutOfMemory):
            device.demand(FULL, BF16, CPU, 4, rows, letters)
    tiny.write_model(tmp_path)
    weights.load(tmp_path)
    monkeypatch.setattr(device, "free_memory", lambda _: 1000)
    monkeypatch.setattr(Checkpoint, "read", lambda *_: pytest.fail("weights were read"))
    with pytest.raises(OutOfMemory, match="GB are free"):
        weights.load(tmp_path)


def test_where_nobody_tells_the_free_memory_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(device, "MEMORY_FILE", tmp_path / "none")
    monkeypatch.setattr(device, "LIMIT_FOLDER", tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    assert device.free_memory(CPU) is None
    device.demand(FULL, torch.float32, CPU, 1000)


def test_a_containers_limit_counts_where_it_is_the_lower_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(device, "MEMORY_FILE", tmp_path / "meminfo")
    monkeypatch.setattr(device, "LIMIT_FOLDER", tmp_path)
    (tmp_path / "meminfo").write_text("MemTotal: 32000 kB\nMemFree: 10 kB\nMemAvailable:   8000 kB\n")
    assert device.free_memory(CPU) == 8000 * 1024
    (tmp_path / "memory.current").write_text("5000000\n")
    (tmp_path / "memory.stat").write_text("anon 3000000\ninactive_file 1500000\nactive_file 500000\n")
    for limit, wanted in (("max", 8000 * 1024), ("6000000", 3_000_000), ("999999999999", 8000 * 1024), ("10", 0)):
        (tmp_path / "memory.max").write_text(limit + "\n")
        assert device.free_memory(CPU) == wanted


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux is asked in this way")
def test_this_machine_tells_its_free_memory() -> None:
    free = device.free_memory(CPU)
    assert free is not None
    assert 1 << 20 < free < 1 << 50


def test_numbers_too_small_to_matter_are_zero_inside_and_not_outside() -> None:
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor cannot flush such numbers")
    small = torch.tensor([1e-39])
    with pytest.raises(ValueError, match="mine"), device.flushed(CPU):
        assert float((small * 0.5)[0]) == 0
        raise ValueError("mine")
    assert float((small * 0.5)[0]) > 0
    with device.flushed(torch.device("meta")):
        assert float((small * 0.5)[0]) > 0


def test_the_command_line_takes_auto(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(device, "timed", lambda: {"float32": 1.0, "plain": 0.5})
    kinds(monkeypatch, cuda=False, mps=False)
    tiny.write_model(tmp_path)
    for given, wanted in (([], torch.float32), (["--dtype", "auto", "--device", "auto"], BF16)):
        parser = generate.argparse.ArgumentParser()
        generate.add_model_arguments(parser)
        model = generate.load_model(parser.parse_args(["--model", str(tmp_path), *given]))
        assert (model.device, model.logits_dense.weight.dtype) == (CPU, wanted)
