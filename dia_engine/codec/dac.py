"""The DAC network: waves to latents, latents to codes and back, latents to waves. No checks, no files, no windows.

Parts are named as in the weights of descript-audio-codec, with weight norm folded into plain convolutions.
"""

from __future__ import annotations

import functools
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from dia_engine.codec.config import DacConfig

DILATIONS = (1, 3, 9)
KERNEL = 7  # of every convolution that is no stride and no projection


class Dac(nn.Module):
    """The whole network, as descript-audio-codec has it."""

    def __init__(self, config: DacConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.quantizer = Quantizer(config)
        self.decoder = Decoder(config)

    def encode(self, pcm: Tensor) -> Tensor:
        """[B, 1, frames * hop] -> codes [B, codebooks, frames]."""
        return self.quantizer.codes(self.encoder(pcm))

    def decode(self, codes: Tensor) -> Tensor:
        """[B, codebooks, frames] -> float32 [B, 1, frames * hop]."""
        latent = self.quantizer.latent(codes)
        wave: Tensor = self.decoder(latent)
        return wave


class Snake(nn.Module):
    """x + sin²(αx) / α, with one α per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        wave = (self.alpha * x).sin_().square_()
        return torch.addcmul(x, wave, (self.alpha + 1e-9).reciprocal())


class ResidualUnit(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            Snake(width),
            nn.Conv1d(width, width, KERNEL, dilation=dilation, padding=KERNEL // 2 * dilation),
            Snake(width),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x)
        return out.add_(x)


class Stage(nn.Module):
    """A chain of parts; exists for the name `block` in the weights."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.block = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x)
        return out


class Encoder(nn.Module):
    def __init__(self, config: DacConfig) -> None:
        super().__init__()
        width = config.encoder_dim
        parts: list[nn.Module] = [nn.Conv1d(1, width, KERNEL, padding=KERNEL // 2)]
        for rate in config.encoder_rates:
            units = [ResidualUnit(width, dilation) for dilation in DILATIONS]
            down = nn.Conv1d(width, 2 * width, 2 * rate, stride=rate, padding=rate // 2)
            parts.append(Stage(*units, Snake(width), down))
            width *= 2
        parts += [Snake(width), nn.Conv1d(width, config.latent_dim, 3, padding=1)]
        self.block = nn.Sequential(*parts)

    def forward(self, pcm: Tensor) -> Tensor:
        """[B, 1, frames * hop] -> [B, latent, frames]."""
        out: Tensor = self.block(pcm)
        return out


class Decoder(nn.Module):
    def __init__(self, config: DacConfig) -> None:
        super().__init__()
        width = config.decoder_dim
        parts: list[nn.Module] = [nn.Conv1d(config.latent_dim, width, KERNEL, padding=KERNEL // 2)]
        for rate in config.decoder_rates:
            up = nn.ConvTranspose1d(width, width // 2, 2 * rate, stride=rate, padding=rate // 2)
            parts.append(Stage(Snake(width), up, *(ResidualUnit(width // 2, dilation) for dilation in DILATIONS)))
            width //= 2
        parts += [Snake(width), nn.Conv1d(width, 1, KERNEL, padding=KERNEL // 2), nn.Tanh()]
        self.model = nn.Sequential(*parts)

    def forward(self, latent: Tensor) -> Tensor:
        """[B, latent, frames] -> [B, 1, frames * hop]."""
        out: Tensor = self.model(latent)
        return out


class Codebook(nn.Module):
    """One stage of the quantiser: the nearest of its entries by angle, in a space of few dimensions."""

    def __init__(self, config: DacConfig) -> None:
        super().__init__()
        self.in_proj = nn.Conv1d(config.latent_dim, config.codebook_dim, 1)
        self.out_proj = nn.Conv1d(config.codebook_dim, config.latent_dim, 1)
        self.codebook = nn.Embedding(config.codebook_size, config.codebook_dim)

    def codes(self, residual: Tensor) -> Tensor:
        """[B, latent, frames] -> [B, frames]. The length of what is looked for does not change which entry is nearest."""
        sought = normalize(self.in_proj(residual).transpose(1, 2), dim=-1)  # [B, frames, dim]
        return (sought @ normalize(self.codebook.weight, dim=-1).T).argmax(dim=-1)

    def latent(self, codes: Tensor) -> Tensor:
        """[B, frames] -> [B, latent, frames]. Entries are used at their own length."""
        out: Tensor = self.out_proj(self.codebook(codes).transpose(1, 2))
        return out


class Quantizer(nn.Module):
    """Codebooks in turn, each given what the ones before it left over."""

    def __init__(self, config: DacConfig) -> None:
        super().__init__()
        self.quantizers = nn.ModuleList(Codebook(config) for _ in range(config.codebooks))

    @property
    def books(self) -> list[Codebook]:
        return [cast(Codebook, book) for book in self.quantizers]

    def codes(self, latent: Tensor) -> Tensor:
        """[B, latent, frames] -> [B, codebooks, frames]."""
        found = []
        for book in self.books:
            codes = book.codes(latent)
            latent = latent - book.latent(codes)
            found.append(codes)
        return torch.stack(found, dim=1)

    def latent(self, codes: Tensor) -> Tensor:
        """[B, codebooks, frames] -> [B, latent, frames]."""
        parts = [book.latent(chosen) for book, chosen in zip(self.books, codes.unbind(1), strict=True)]
        return functools.reduce(torch.add, parts)


def skeleton(config: DacConfig) -> Dac:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return Dac(config).eval()
