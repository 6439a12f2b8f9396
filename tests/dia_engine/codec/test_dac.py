"""The network against recorded outputs: the package's where they lie at hand, transformers' on a codec from a seed always."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dia_engine.codec import Codec, load_codec
from tests.dia_engine.codec import tiny

RECORDED = Path(__file__).with_name("vectors.npz")  # what DacModel of transformers 5 gave for the codec of tiny.py


@pytest.fixture(scope="module", params=["weights.pth", "transformers"])
def golden_codec(golden: Path, request: pytest.FixtureRequest) -> Codec:
    return load_codec(golden / "dac" / request.param)


def test_a_wave_becomes_the_codes_that_the_package_finds(golden: Path, golden_codec: Codec) -> None:
    with np.load(golden / "dac" / "vectors.npz") as recorded:
        np.testing.assert_array_equal(golden_codec.encode(recorded["wav"]), recorded["codes"].T)


@pytest.mark.parametrize(("codes", "wave"), [("codes", "decoded"), ("codes_random", "decoded_random")])
def test_codes_become_the_wave_that_the_package_makes(golden: Path, golden_codec: Codec, codes: str, wave: str) -> None:
    with np.load(golden / "dac" / "vectors.npz") as recorded:
        np.testing.assert_allclose(golden_codec.decode(recorded[codes].T), recorded[wave], rtol=0, atol=1e-5)


def test_one_frame_becomes_the_wave_that_the_package_makes(golden: Path, golden_codec: Codec) -> None:
    with np.load(golden / "dac" / "vectors.npz") as recorded:
        frame = recorded["codes_random"].T[:1]
        np.testing.assert_allclose(golden_codec.decode(frame), recorded["decoded_one_frame"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("form", ["package_file", "transformers_folder"])
def test_a_codec_from_a_seed_agrees_with_transformers(form: str, request: pytest.FixtureRequest) -> None:
    codec = load_codec(request.getfixturevalue(form))
    with np.load(RECORDED) as recorded:
        np.testing.assert_array_equal(codec.encode(tiny.wave(2700)), recorded["codes"])
        np.testing.assert_allclose(codec.decode(tiny.codes(3)), recorded["wave"], rtol=0, atol=1e-5)


def test_the_sizes_are_those_of_the_file(codec: Codec) -> None:
    assert (codec.sample_rate, codec.hop, codec.codebooks, codec.context) == (44100, 512, 9, 10)
