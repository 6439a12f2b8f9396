"""What transformers calls the parts of our network, which has the names of descript-audio-codec."""

from __future__ import annotations

from collections.abc import Iterator

from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import DILATIONS


def transformers_names(config: DacConfig) -> dict[str, str]:
    """Each part of our network and what transformers calls it."""
    names = {}
    for tower, chain in (("encoder", "block"), ("decoder", "model")):
        is_encoder = tower == "encoder"
        count = len(config.encoder_rates if is_encoder else config.decoder_rates)
        names[f"{tower}.{chain}.0"] = f"{tower}.conv1"
        names[f"{tower}.{chain}.{count + 1}"] = f"{tower}.snake1"
        names[f"{tower}.{chain}.{count + 2}"] = f"{tower}.conv2"
        for stage in range(count):
            inside = _encoder_stage() if is_encoder else _decoder_stage()
            names |= {f"{tower}.{chain}.{stage + 1}.block.{our}": f"{tower}.block.{stage}.{their}" for our, their in inside}
    for book in range(config.codebooks):
        for part in ("in_proj", "out_proj", "codebook"):
            names[f"quantizer.quantizers.{book}.{part}"] = f"quantizer.quantizers.{book}.{part}"
    return names


def _encoder_stage() -> Iterator[tuple[str, str]]:
    yield from _units(0)
    yield str(len(DILATIONS)), "snake1"
    yield str(len(DILATIONS) + 1), "conv1"


def _decoder_stage() -> Iterator[tuple[str, str]]:
    yield "0", "snake1"
    yield "1", "conv_t1"
    yield from _units(2)


def _units(first: int) -> Iterator[tuple[str, str]]:
    for unit in range(len(DILATIONS)):
        for place, their in enumerate(("snake1", "conv1", "snake2", "conv2")):
            yield f"{first + unit}.block.{place}", f"res_unit{unit + 1}.{their}"
