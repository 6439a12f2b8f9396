"""What Dia runs with on this computer: files, device, number format, slots; and the fingerprint of what decides its sound."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from dia_engine import errors, formula, manifest, products
from dia_engine.checkpoint import weight_files
from dia_engine.codec import weights as codec_weights
from dia_engine.codec.config import DacConfig
from dia_engine.dia1 import config as configs
from dia_engine.dia1.config import Config
from dia_engine.filenames import CONFIG
from dia_engine.weights import DTYPES
from studio.core.errors import EngineError, RefusedError
from studio.core.render import Caps, Limits
from studio.engines.dia import Found, locate
from studio.engines.sounds import DIA_SOUNDS

REVISION = "1"  # of everything in the adapter that decides the sound
CPU_SLOTS = 4
CUDA_SLOTS = (16, 8, 4, 2, 1)  # the first that fits
_SHARE = 0.9  # of a GPU's memory; the desktop has its part, too
_CODEC_BYTES = 1 << 30  # its weights, and what it works in
_MOST_SECONDS = 35.0


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is settled before any weights are read."""

    place: Path
    codec: Path
    config: Config
    dac: DacConfig
    device: str
    dtype: str
    slots: int
    revision: str

    def caps(self) -> Caps:
        frame_rate = self.dac.sample_rate / self.dac.hop
        seconds = (self.config.decoder.positions - 1 - max(self.config.delays)) / frame_rate
        limits = Limits(max_seconds=min(seconds, _MOST_SECONDS), max_text_bytes=self.config.encoder.positions)
        return Caps(
            "dia",
            self.revision,
            self.dac.sample_rate,
            limits,
            DIA_SOUNDS,
            frame_rate=frame_rate,
            codec=f"dac-{self.dac.sample_rate}",
            audio_out="stream",
            clones=True,
            slots=self.slots,
        )


@contextmanager
def studio_errors() -> Iterator[None]:
    """What the model's engine raises, as the studio's error with the same sentence."""
    try:
        yield
    except errors.BadRequest as error:
        raise RefusedError(error.what, where=error.where, kept="nothing was rendered", todo=error.todo) from error
    except errors.EngineError as error:
        raise EngineError(error.what, where=error.where, todo=error.todo) from error


def set_up(model: str = "", device: str = "", dtype: str = "", slots: int = 0) -> Setup:
    """Settle what Dia runs with; "" and 0 are what suits this computer. Reads headers, and the bytes of files whose hash is not
    known yet. Raises EngineError."""
    found = locate(model)
    if found.place is None or found.codec is None:
        raise EngineError(f"Dia cannot run: {found.why_not}", todo=found.remedy)
    with studio_errors():
        where = _device(device)
        config = configs.read(_folder(found.place) / CONFIG)
        dac = codec_weights.verify(found.codec).config
        if dac.codebooks != config.channels:
            what = f"The codec has {dac.codebooks} codes per frame and the model {config.channels}"
            raise EngineError(what, where=found.codec, todo="fetch both again with: dia-studio model fetch dia")
        chosen = _dtype(dtype, where)
        count = slots or _slots(config, chosen, where)
        revision = _revision(found, config, where, chosen, count)
        return Setup(found.place, found.codec, config, dac, str(where), chosen, count, revision)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        what = f'PyTorch cannot use the device "{name}" here'
        raise EngineError(what, todo="use cpu, or install a PyTorch for it") from error
    return device


def _dtype(name: str, device: torch.device) -> str:
    """The format of the weights: 16 bits where this device computes with them as fast as it reads them."""
    if name:
        if name not in DTYPES:
            raise EngineError(f'there is no number format "{name}"', todo=f"use one of: {', '.join(DTYPES)}")
        return name
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bfloat16" if products.can_pack(torch.bfloat16, device) else "float32"


def _slots(config: Config, dtype: str, device: torch.device) -> int:
    """How many segments are decoded together: a constant of device and format, as it decides how numbers are rounded."""
    if device.type != "cuda":
        return CPU_SLOTS
    room = torch.cuda.get_device_properties(device).total_memory * _SHARE - _CODEC_BYTES
    longest = (config.decoder.positions, config.encoder.positions)
    fitting = (count for count in CUDA_SLOTS if formula.memory_bytes(config, DTYPES[dtype], [longest] * count) <= room)
    return next(fitting, CUDA_SLOTS[-1])


def _revision(found: Found, config: Config, device: torch.device, dtype: str, slots: int) -> str:
    """Equal revisions make equal sound of equal requests."""
    assert found.place is not None and found.codec is not None
    folder = _folder(found.place)
    weights = _digest(folder, [CONFIG, *(file.name for file in weight_files(found.place))])
    codec_file = codec_weights.find(found.codec)
    codec = _digest(codec_file.parent, [codec_file.name])
    files = f"generation {config.generation}, weights {weights}, codec {codec}"
    return f"dia {REVISION}, {files}, {dtype} on {device.type}, {slots} slots"


def _digest(folder: Path, names: list[str]) -> str:
    found = manifest.digests(folder, names)
    return hashlib.sha256("".join(f"{found[name]} " for name in names).encode()).hexdigest()[:16]


def _folder(place: Path) -> Path:
    return place if place.is_dir() else place.parent
