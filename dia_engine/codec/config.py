"""Sizes of a DAC codec, from the package's metadata or from transformers' config.json. Every size is checked before use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dia_engine.errors import WeightsDamaged


@dataclass(frozen=True, slots=True)
class DacConfig:
    """Sizes of encoder, quantiser and decoder. The defaults are those of the 44.1 kHz model that Dia speaks through."""

    encoder_dim: int = 64
    encoder_rates: tuple[int, ...] = (2, 4, 8, 8)
    latent_dim: int = 1024
    decoder_dim: int = 1536
    decoder_rates: tuple[int, ...] = (8, 8, 4, 2)
    codebooks: int = 9
    codebook_size: int = 1024
    codebook_dim: int = 8
    sample_rate: int = 44100

    @property
    def hop(self) -> int:
        """Samples per frame."""
        return math.prod(self.decoder_rates)


def from_package(kwargs: object, where: str | Path = "") -> DacConfig:
    """The sizes that a weights file of descript-audio-codec holds in its metadata."""
    read = _Reader(kwargs, where)
    width, rates = read.whole("encoder_dim", 1 << 12), read.rates("encoder_rates")
    return _checked(
        DacConfig(
            encoder_dim=width,
            encoder_rates=rates,
            latent_dim=read.whole("latent_dim", 1 << 15, default=width << len(rates)),  # the package's own rule for None
            decoder_dim=read.whole("decoder_dim", 1 << 15),
            decoder_rates=read.rates("decoder_rates"),
            codebooks=read.whole("n_codebooks", 64),
            codebook_size=read.whole("codebook_size", 1 << 15),
            codebook_dim=read.whole("codebook_dim", 1 << 10),
            sample_rate=read.whole("sample_rate", 1 << 18),
        ),
        read,
    )


def from_transformers(data: object, where: str | Path = "") -> DacConfig:
    """The sizes in the config.json of a DacModel."""
    read = _Reader(data, where)
    if read.values.get("model_type") != "dac":
        raise WeightsDamaged("The config is not one of a DAC codec", where=where, todo="name the folder of the codec")
    width, rates = read.whole("encoder_hidden_size", 1 << 12), read.rates("downsampling_ratios")
    return _checked(
        DacConfig(
            encoder_dim=width,
            encoder_rates=rates,
            latent_dim=read.whole("hidden_size", 1 << 15, default=width << len(rates)),
            decoder_dim=read.whole("decoder_hidden_size", 1 << 15),
            decoder_rates=read.rates("upsampling_ratios"),
            codebooks=read.whole("n_codebooks", 64),
            codebook_size=read.whole("codebook_size", 1 << 15),
            codebook_dim=read.whole("codebook_dim", 1 << 10),
            sample_rate=read.whole("sampling_rate", 1 << 18),
        ),
        read,
    )


class _Reader:
    """Hands out checked values of one mapping."""

    def __init__(self, values: object, where: str | Path) -> None:
        self.where = where
        if not isinstance(values, Mapping):
            raise self.absurd("the config", values)
        self.values = values

    def whole(self, key: str, high: int, default: int | None = None) -> int:
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
            raise self.absurd(key, value)
        return value

    def rates(self, key: str) -> tuple[int, ...]:
        """Strides, all even: half a stride of padding on each side keeps a frame's samples whole."""
        value = self.values.get(key)
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= 8:
            raise self.absurd(key, value)
        if any(isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= 64 or n % 2 for n in value):
            raise self.absurd(key, value)
        return tuple(value)

    def absurd(self, key: str, value: object) -> WeightsDamaged:
        shown = repr(value)
        shown = shown if len(shown) <= 40 else shown[:40] + "…"
        return WeightsDamaged(
            f"{key} is {shown}, which no 44.1 kHz DAC has", where=self.where, todo="fetch the codec's 44 kHz weights again"
        )


def _checked(config: DacConfig, read: _Reader) -> DacConfig:
    """Demand that encoder and decoder agree on a frame, and that the decoder's widths stay whole while they halve."""
    if math.prod(config.encoder_rates) != config.hop or config.hop > 1 << 14:
        raise read.absurd("the pair of encoder and decoder rates", (config.encoder_rates, config.decoder_rates))
    if config.decoder_dim % (1 << len(config.decoder_rates)):
        raise read.absurd("the decoder's width", config.decoder_dim)
    return config
