from typing import Any

import pytest

from dia_engine.codec.config import DacConfig, from_package, from_transformers
from dia_engine.errors import WeightsDamaged
from tests.dia_engine.codec import tiny

REAL = {
    "encoder_dim": 64,
    "encoder_rates": [2, 4, 8, 8],
    "latent_dim": None,
    "decoder_dim": 1536,
    "decoder_rates": [8, 8, 4, 2],
    "n_codebooks": 9,
    "codebook_size": 1024,
    "codebook_dim": 8,
    "quantizer_dropout": 0.5,
    "sample_rate": 44100,
}
SPELT_BY_TRANSFORMERS = {
    "model_type": "dac",
    "encoder_hidden_size": 64,
    "downsampling_ratios": [2, 4, 8, 8],
    "hidden_size": 1024,
    "decoder_hidden_size": 1536,
    "upsampling_ratios": [8, 8, 4, 2],
    "n_codebooks": 9,
    "codebook_size": 1024,
    "codebook_dim": 8,
    "sampling_rate": 44100,
}


def test_both_schemas_of_the_real_codec_mean_the_same() -> None:
    assert from_package(REAL) == from_transformers(SPELT_BY_TRANSFORMERS) == DacConfig()
    assert DacConfig().hop == 512


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("encoder_dim", 0),
        ("encoder_dim", True),
        ("encoder_dim", 1 << 40),
        ("encoder_dim", "64"),
        ("encoder_rates", []),
        ("encoder_rates", [2] * 1000),
        ("encoder_rates", [2, 4, 5, 8]),
        ("encoder_rates", [2, 4, 8]),
        ("decoder_rates", 8),
        ("decoder_rates", [8, 8, 4, 2.0]),
        ("decoder_dim", 1535),
        ("n_codebooks", -9),
        ("codebook_size", 1 << 40),
        ("codebook_size", None),
        ("codebook_dim", [8] * 9),
        ("sample_rate", 0),
    ],
)
def test_absurd_sizes_are_refused(key: str, value: Any) -> None:
    with pytest.raises(WeightsDamaged):
        from_package(tiny.KWARGS | {key: value})


def test_odd_strides_are_refused() -> None:
    with pytest.raises(WeightsDamaged, match="encoder_rates"):
        from_package(tiny.KWARGS | {"encoder_rates": [2, 4, 5, 8], "decoder_rates": [8, 5, 4, 2]})


def test_the_config_of_another_codec_is_refused() -> None:
    with pytest.raises(WeightsDamaged, match="DAC"):
        from_transformers(SPELT_BY_TRANSFORMERS | {"model_type": "encodec"})


@pytest.mark.parametrize("values", [None, [], "", {}])
def test_what_is_no_config_is_refused(values: object) -> None:
    with pytest.raises(WeightsDamaged):
        from_package(values)
    with pytest.raises(WeightsDamaged):
        from_transformers(values)
