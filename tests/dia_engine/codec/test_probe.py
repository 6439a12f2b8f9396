from pathlib import Path

import numpy as np
import pytest
import torch

from dia_engine.codec import load_codec, probe
from tests.dia_engine.codec import tiny

CPU = torch.device("cpu")


def test_both_dtypes_are_tried_on_the_machine_itself() -> None:
    seconds = probe._seconds(CPU)
    assert set(seconds) == {torch.float32, torch.bfloat16}
    assert all(0 < each < 100 for each in seconds.values())


@pytest.mark.parametrize(
    ("rough_s", "wanted"), [(0.5, torch.bfloat16), (0.8, torch.bfloat16), (0.9, torch.float32), (9.0, torch.float32)]
)
def test_sixteen_bits_must_gain_a_fifth(rough_s: float, wanted: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_seconds", lambda _: {torch.float32: 1.0, torch.bfloat16: rough_s})
    assert probe.quicker_dtype(CPU) == wanted


def test_where_there_are_no_such_kernels_it_is_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: torch.device) -> dict[torch.dtype, float]:
        raise RuntimeError("not implemented for 'BFloat16'")

    monkeypatch.setattr(probe, "_seconds", fail)
    assert probe.quicker_dtype(CPU) == torch.float32


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_quicker_one_is_what_the_codec_runs_in(
    package_file: Path, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dia_engine.codec.codec.quicker_dtype", lambda _: dtype)
    pcm = load_codec(package_file, dtype=None).decode(tiny.codes(5))
    np.testing.assert_array_equal(pcm, load_codec(package_file, dtype=dtype).decode(tiny.codes(5)))
