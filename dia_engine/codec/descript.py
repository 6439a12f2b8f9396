"""The descript-audio-codec package behind the functions of our own codec, for those who have it.

Untested with the package itself: it cannot be imported beside a CPU build of torch (it needs torchaudio, whose newest
release needs CUDA libraries), so the tests reach its guard, and our calls by a stand-in. Our own codec is the
default and gives the same audio.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dia_engine.codec import weights
from dia_engine.codec.codec import Codec, checked_device, digest_of
from dia_engine.errors import EngineError, memory_errors


class _Package(nn.Module):
    """The package's model with the two functions of a `Network`."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def encode(self, pcm: Tensor) -> Tensor:
        """[B, 1, frames * hop] -> codes [B, codebooks, frames]."""
        codes: Tensor = self.model.encode(pcm)[1]
        return codes

    def decode(self, codes: Tensor) -> Tensor:
        """[B, codebooks, frames] -> float32 [B, 1, frames * hop]."""
        wave: Tensor = self.model.decode(self.model.quantizer.from_codes(codes)[0])
        return wave


def load_codec(path: str | Path, device: str = "cpu") -> Codec:
    """The codec of a weights file (.pth), run by the package in float32. Raises `EngineError` where it cannot be imported.

    The file is read by us: the package's own loader first tries it as an archive of code, which would run.
    """
    package = _imported()
    place = checked_device(device)
    file = weights.find(Path(path).expanduser())
    config, stored = weights.read_package(file)
    with memory_errors("loading the codec", "free memory or use another device"):
        model = package.DAC(
            encoder_dim=config.encoder_dim,
            encoder_rates=list(config.encoder_rates),
            latent_dim=config.latent_dim,
            decoder_dim=config.decoder_dim,
            decoder_rates=list(config.decoder_rates),
            n_codebooks=config.codebooks,
            codebook_size=config.codebook_size,
            codebook_dim=config.codebook_dim,
            sample_rate=config.sample_rate,
        )
        model.load_state_dict(stored, strict=True)
        network = _Package(model).eval().requires_grad_(False).to(place, torch.float32)
    return Codec(config, network, place, digest=digest_of(stored))


def _imported() -> Any:
    try:
        return importlib.import_module("dac")
    except (ImportError, OSError) as error:  # OSError: a library of torchaudio's that is not there
        raise EngineError(
            f"descript-audio-codec cannot be imported ({error})", todo="use the built-in codec, which reads the same weights"
        ) from error
