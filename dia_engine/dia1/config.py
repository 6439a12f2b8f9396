"""Sizes and rules of a Dia-1.6B checkpoint, read from either schema of config.json. Every size is checked before use."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dia_engine.errors import BadRequest, WeightsDamaged, WeightsMissing

Generation = Literal["A", "B"]  # A: April 2025, nested schema. B: June 2025 ("0626"), flat schema
DELAYS = (0, 8, 9, 10, 11, 12, 13, 14, 15)
LARGEST_CONFIG = 1 << 20  # bytes; real ones have two thousand
EOS_SCALE_A = 0.8


@dataclass(frozen=True, slots=True)
class Tower:
    """Sizes of the encoder or the decoder. `cross_*` are 0 in the encoder."""

    layers: int
    width: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    positions: int
    eps: float = 1e-5
    theta: float = 10000.0
    cross_heads: int = 0
    cross_kv_heads: int = 0
    cross_head_dim: int = 0


ENCODER = Tower(12, 1024, 4096, 16, 16, 128, 256, 1024)
DECODER = Tower(18, 2048, 8192, 16, 4, 128, 1028, 3072, cross_heads=16, cross_kv_heads=16, cross_head_dim=128)


@dataclass(frozen=True, slots=True)
class Config:
    """One checkpoint's sizes, token ids and generation; the generation decides what tensors cannot tell."""

    generation: Generation = "B"
    encoder: Tower = ENCODER
    decoder: Tower = DECODER
    delays: tuple[int, ...] = DELAYS
    bos: int = 1026
    eos: int = 1024
    pad: int = 1025

    @property
    def channels(self) -> int:
        return len(self.delays)

    @property
    def cross_rope(self) -> bool:
        """Whether cross attention rotates queries by row and keys by byte."""
        return self.generation == "A"

    @property
    def eos_scale(self) -> float:
        """What EOS's guided logit is multiplied with before sampling."""
        return EOS_SCALE_A if self.generation == "A" else 1.0


def read(path: Path, generation: str | None = None) -> Config:
    """The config in a file. `generation` ("A" or "B") overrides what the schema says."""
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise WeightsDamaged("The config is far too large to be one", where=path, todo="fetch it again")
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissing("There is no config", where=path, todo="name a folder with a complete model") from error
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsDamaged(
            f"The config cannot be read ({type(error).__name__})", where=path, todo="fetch it again"
        ) from error
    return parse(data, where=path, generation=generation)


def parse(data: object, *, where: str | Path = "", generation: str | None = None) -> Config:
    """The config in parsed JSON. Missing fields take the real model's values; absurd ones raise `WeightsDamaged`."""
    top = _Section(data, where, "config")
    if "model" in top.values and "data" in top.values:
        config = _nested(top)
    elif "encoder_config" in top.values and "decoder_config" in top.values:
        config = _flat(top)
    else:
        raise WeightsDamaged("The config is not one of a Dia-1.6B model", where=where, todo="name a folder with such a model")
    return replace(config, generation=checked_generation(generation)) if generation else config


def checked_generation(name: str) -> Generation:
    """A generation by its letter, or `BadRequest`."""
    if name not in ("A", "B"):
        raise BadRequest(f"There is no generation {name!r} of Dia-1.6B", todo='use "A" (April 2025) or "B" (June 2025, 0626)')
    return "A" if name == "A" else "B"


class _Section:
    """One object of the config; hands out checked values."""

    def __init__(self, values: object, where: str | Path, name: str) -> None:
        self.where, self.name = where, name
        if not isinstance(values, Mapping):
            raise self.absurd("", values)
        self.values = values

    def section(self, key: str) -> _Section:
        return _Section(self.values.get(key, {}), self.where, f"{self.name}.{key}")

    def whole(self, key: str, default: int, high: int, low: int = 1) -> int:
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.absurd(key, value)
        return value

    def real(self, key: str, default: float, low: float, high: float) -> float:
        value = self.values.get(key)
        if value is None:
            return default
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not low <= value <= high
        ):
            raise self.absurd(key, value)
        return float(value)

    def must_be(self, key: str, *allowed: object) -> None:
        """Refuse a rule that the engine does not have, rather than compute something else."""
        if self.values.get(key) not in (None, *allowed):
            raise self.absurd(key, self.values[key])

    def absurd(self, key: str, value: object) -> WeightsDamaged:
        shown = repr(value)
        shown = shown if len(shown) <= 40 else shown[:40] + "…"
        place = f"{self.name}.{key}" if key else self.name
        return WeightsDamaged(
            f"{place} is {shown}, which no Dia-1.6B model has", where=self.where, todo="fetch the config again"
        )


def _flat(top: _Section) -> Config:
    """Generation B, in the spellings of transformers 4.53 to 5."""
    encoder, decoder = top.section("encoder_config"), top.section("decoder_config")
    e, d = _flat_tower(encoder, ENCODER), _flat_tower(decoder, DECODER)
    decoder.must_be("cross_hidden_size", e.width)
    d = replace(
        d,
        cross_heads=decoder.whole("cross_num_attention_heads", DECODER.cross_heads, 256),
        cross_kv_heads=decoder.whole("cross_num_key_value_heads", DECODER.cross_kv_heads, 256),
        cross_head_dim=decoder.whole("cross_head_dim", DECODER.cross_head_dim, 1024),
    )
    return _checked(top, Config("B", e, d), decoder, ("bos_token_id", "eos_token_id", "pad_token_id"), "num_channels", top)


def _flat_tower(section: _Section, real: Tower) -> Tower:
    section.must_be("hidden_act", "silu")
    section.must_be("rope_scaling")
    rope = section.section("rope_parameters") if section.values.get("rope_parameters") is not None else section
    rope.must_be("rope_type", "default")
    return Tower(
        layers=section.whole("num_hidden_layers", real.layers, 256),
        width=section.whole("hidden_size", real.width, 1 << 15),
        hidden=section.whole("intermediate_size", real.hidden, 1 << 17),
        heads=section.whole("num_attention_heads", real.heads, 256),
        kv_heads=section.whole("num_key_value_heads", real.kv_heads, 256),
        head_dim=section.whole("head_dim", real.head_dim, 1024),
        vocabulary=section.whole("vocab_size", real.vocabulary, 1 << 16),
        positions=section.whole("max_position_embeddings", real.positions, 1 << 17),
        eps=section.real("norm_eps", real.eps, 0.0, 1.0),
        theta=rope.real("rope_theta", real.theta, 1.0, 1e12),
    )


def _nested(top: _Section) -> Config:
    """Generation A. Encoder and cross attention have as many kv heads as query heads."""
    model, data = top.section("model"), top.section("data")
    encoder, decoder = model.section("encoder"), model.section("decoder")
    model.must_be("rope_min_timescale", 1)
    eps = model.real("normalization_layer_epsilon", 1e-5, 0.0, 1.0)
    theta = model.real("rope_max_timescale", 10000.0, 1.0, 1e12)
    heads = encoder.whole("n_head", ENCODER.heads, 256)
    cross = decoder.whole("cross_query_heads", DECODER.cross_heads, 256)
    e = Tower(
        layers=encoder.whole("n_layer", ENCODER.layers, 256),
        width=encoder.whole("n_embd", ENCODER.width, 1 << 15),
        hidden=encoder.whole("n_hidden", ENCODER.hidden, 1 << 17),
        heads=heads,
        kv_heads=heads,
        head_dim=encoder.whole("head_dim", ENCODER.head_dim, 1024),
        vocabulary=ENCODER.vocabulary,  # src_vocab_size defaults to 128 in the schema; the embedding has a row for each byte
        positions=_multiple_of_128(data.whole("text_length", ENCODER.positions, 1 << 17)),
        eps=eps,
        theta=theta,
    )
    d = Tower(
        layers=decoder.whole("n_layer", DECODER.layers, 256),
        width=decoder.whole("n_embd", DECODER.width, 1 << 15),
        hidden=decoder.whole("n_hidden", DECODER.hidden, 1 << 17),
        heads=decoder.whole("gqa_query_heads", DECODER.heads, 256),
        kv_heads=decoder.whole("kv_heads", DECODER.kv_heads, 256),
        head_dim=decoder.whole("gqa_head_dim", DECODER.head_dim, 1024),
        vocabulary=model.whole("tgt_vocab_size", DECODER.vocabulary, 1 << 16),
        positions=_multiple_of_128(data.whole("audio_length", DECODER.positions, 1 << 17)),
        eps=eps,
        theta=theta,
        cross_heads=cross,
        cross_kv_heads=cross,
        cross_head_dim=decoder.whole("cross_head_dim", DECODER.cross_head_dim, 1024),
    )
    data.must_be("text_pad_value", 0)
    names = ("audio_bos_value", "audio_eos_value", "audio_pad_value")
    return _checked(data, Config("A", e, d), data, names, "channels", data)


def _multiple_of_128(length: int) -> int:
    return -(-length // 128) * 128


def _checked(
    ids: _Section, config: Config, nested_ids: _Section, names: tuple[str, str, str], channels: str, delay_section: _Section
) -> Config:
    """Add token ids and delays, then demand what the network and the token grid rely on."""
    e, d = config.encoder, config.decoder
    bos, eos, pad = (
        ids.whole(name, nested_ids.whole(name, default, 1 << 16), 1 << 16)
        for name, default in zip(names, (config.bos, config.eos, config.pad), strict=True)
    )
    count = nested_ids.whole(channels, len(DELAYS), 64)
    delays = delay_section.values.get("delay_pattern") or list(DELAYS)
    if not isinstance(delays, list) or any(isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= 128 for n in delays):
        raise delay_section.absurd("delay_pattern", delays)
    if len(delays) != count or min(delays) != 0:
        raise delay_section.absurd("delay_pattern", delays)
    if not 1024 <= eos < min(pad, bos) or max(pad, bos) >= d.vocabulary or pad == bos:
        raise ids.absurd(f"({', '.join(names)})", (bos, eos, pad))
    if e.vocabulary < 256:
        raise ids.absurd("text vocabulary", e.vocabulary)
    pairs = ((e.heads, e.kv_heads), (d.heads, d.kv_heads), (d.cross_heads, d.cross_kv_heads))
    if any(heads % kv_heads for heads, kv_heads in pairs):
        raise ids.absurd("numbers of query and kv heads", pairs)
    if any(size % 2 for size in (e.head_dim, d.head_dim, d.cross_head_dim)):
        raise ids.absurd("head_dim", (e.head_dim, d.head_dim, d.cross_head_dim))
    return replace(config, bos=bos, eos=eos, pad=pad, delays=tuple(delays))
