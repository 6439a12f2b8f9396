"""A tiny DAC made from a seed, with the real one's strides, codebooks and so its reach. Written in both file forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from dia_engine.codec.config import DacConfig, from_package
from dia_engine.codec.dac import skeleton
from dia_engine.codec.names import transformers_names

KWARGS: dict[str, Any] = {
    "encoder_dim": 2,
    "encoder_rates": [2, 4, 8, 8],
    "latent_dim": None,
    "decoder_dim": 16,
    "decoder_rates": [8, 8, 4, 2],
    "n_codebooks": 9,
    "codebook_size": 1024,
    "codebook_dim": 8,
    "quantizer_dropout": 0.5,
    "sample_rate": 44100,
}


def config() -> DacConfig:
    return from_package(KWARGS)


def state(seed: int = 1) -> dict[str, Tensor]:
    """Weights under the package's names. Convolutions are scaled so that sound comes through all layers."""
    rng = np.random.RandomState(seed)  # whose numbers are promised never to change
    found: dict[str, Tensor] = {}
    for name, value in skeleton(config()).state_dict().items():
        shape = tuple(value.shape)
        numbers = torch.from_numpy(rng.standard_normal(shape).astype(np.float32))
        if name.endswith("alpha"):
            found[name] = numbers.abs() + 0.2
        elif name.endswith("bias"):
            found[name] = numbers * 0.1
        elif name.endswith("codebook.weight"):
            found[name] = numbers
        else:
            found[f"{name}_v"] = numbers
            found[f"{name}_g"] = torch.from_numpy(rng.uniform(0.4, 0.9, (shape[0], 1, 1)).astype(np.float32))
    return found


def write_package(path: Path, seed: int = 1, **metadata: object) -> Path:
    """A file as descript-audio-codec saves it; `metadata` replaces single sizes."""
    torch.save({"state_dict": state(seed), "metadata": {"kwargs": KWARGS | metadata}}, path)
    return path


def write_transformers(folder: Path, seed: int = 1, **changes: object) -> Path:
    """A folder as transformers saves a DacModel; `changes` replace single entries of its config."""
    names, stored, folded = transformers_names(config()), state(seed), {}
    for name in skeleton(config()).state_dict():
        part, _, kind = name.rpartition(".")
        value = stored[name] if name in stored else norm(stored[f"{name}_g"], stored[f"{name}_v"])
        folded[f"{names[part]}.{kind}"] = value.contiguous()
    folder.mkdir(exist_ok=True)
    save_file(folded, folder / "model.safetensors")
    sizes = {
        "model_type": "dac",
        "encoder_hidden_size": 2,
        "downsampling_ratios": [2, 4, 8, 8],
        "hidden_size": 32,
        "decoder_hidden_size": 16,
        "upsampling_ratios": [8, 8, 4, 2],
        "n_codebooks": 9,
        "codebook_size": 1024,
        "codebook_dim": 8,
        "sampling_rate": 44100,
    }
    (folder / "config.json").write_text(json.dumps(sizes | changes), encoding="utf-8")
    return folder


def norm(gain: Tensor, direction: Tensor) -> Tensor:
    """Weight norm as torch has it."""
    folded: Tensor = torch._weight_norm(direction, gain, 0)
    return folded


def codes(frames: int, seed: int = 2, batch: int | None = None) -> np.ndarray[Any, np.dtype[np.int16]]:
    shape = (frames, 9) if batch is None else (batch, frames, 9)
    return np.random.RandomState(seed).randint(0, 1024, shape).astype(np.int16)


def wave(samples: int, seed: int = 3) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A hum with noise on it, within ±1."""
    time = np.arange(samples) / 44100
    noise = np.random.RandomState(seed).standard_normal(samples)
    return (0.4 * np.sin(2 * np.pi * 220 * time) + 0.1 * np.clip(noise, -3, 3)).astype(np.float32)
