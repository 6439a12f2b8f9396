"""What Dia runs with on this computer: files, device, number format, slots; and the fingerprint of what decides its sound."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from platformdirs import user_data_path

from dia_engine import device as devices
from dia_engine import errors, machine, manifest
from dia_engine.checkpoint import open_checkpoint
from dia_engine.codec import weights as codec_weights
from dia_engine.codec.config import DacConfig
from dia_engine.dia1 import config as configs
from dia_engine.dia1.config import Config
from dia_engine.filenames import CONFIG
from dia_engine.weights import DTYPES
from studio.core.errors import EngineError, RefusedError, UnavailableError
from studio.core.render import Caps, Limits
from studio.engines import dia
from studio.engines.dia import Found, locate
from studio.engines.sounds import DIA_SOUNDS

REVISION = "1"  # of everything in the adapter and in dia_engine that decides the sound
_SHARE = 0.9  # of a device's memory: the desktop has its part, too
_MOST_SECONDS = 35.0
_FORMATS = "dia-number-format.json"  # what was found to be quicker, by the processor's name


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

    def bytes_needed(self) -> int:
        """Memory that weights, codec and the longest segments in all slots take."""
        return _bytes_needed(self.config, self.dtype, self.slots)


@contextmanager
def studio_errors() -> Iterator[None]:
    """What the model's engine raises, as the studio's error with the same sentence."""
    try:
        yield
    except errors.BadRequest as error:
        raise RefusedError(error.what, where=error.where, kept="nothing was rendered", todo=error.todo) from error
    except errors.EngineError as error:
        raise EngineError(error.what, where=error.where, kept="nothing of this segment was kept", todo=error.todo) from error


@contextmanager
def start_errors() -> Iterator[None]:
    """The same before anything can be spoken: it is no use to try again."""
    try:
        yield
    except errors.OutOfMemory as error:
        todo = "close other programs, or choose another device or number format"
        raise UnavailableError(error.what, where=error.where, kept="nothing was rendered", todo=todo) from error
    except errors.EngineError as error:
        raise UnavailableError(error.what, where=error.where, kept="nothing was rendered", todo=error.todo) from error


def set_up(model: str = "", device: str = "", dtype: str = "", slots: int = 0) -> Setup:
    """Settle what Dia runs with; "" and 0 are what suits this computer. Reads headers, and the bytes of files whose hash is not
    known yet. Raises UnavailableError."""
    found = locate(model)
    if found.place is None or found.codec is None:
        raise UnavailableError(f"Dia cannot run: {found.why_not}", kept="nothing was rendered", todo=found.remedy)
    with start_errors():
        where = devices.chosen_device(device or devices.AUTO)
        config = configs.read(_folder(found.place) / CONFIG)
        dac = codec_weights.verify(found.codec).config
        if dac.codebooks != config.channels:
            what = f"The codec has {dac.codebooks} codes per frame and the model {config.channels}"
            todo = "fetch both again with: dia-studio model fetch dia"
            raise UnavailableError(what, where=found.codec, kept="nothing was rendered", todo=todo)
        chosen = _dtype(dtype, config, where)
        count = slots or _slots(config, chosen, where)
        revision = _revision(found, config, where, chosen, count)
        return Setup(found.place, found.codec, config, dac, str(where), chosen, count, revision)


def demand_room(setup: Setup) -> None:
    """Raise UnavailableError where the memory that is free now does not hold the least that will be needed. A GPU's is taken at
    once for all slots, a computer's as segments grow: there one of the longest has to have room."""
    with start_errors():
        device = torch.device(setup.device)
        devices.demand(setup.config, DTYPES[setup.dtype], device, 1 if device.type == "cpu" else setup.slots)


def _dtype(name: str, config: Config, device: torch.device) -> str:
    """The format of the weights: that which was asked for, else the quicker one of those that have room. On a processor that is
    tried once and remembered, as it is part of every key and a busy day must not change it."""
    if name:
        if name not in DTYPES:
            what = f'there is no number format "{name}"'
            raise UnavailableError(what, kept="nothing was rendered", todo=f"use one of: {', '.join(DTYPES)}")
        return name
    if _bytes_needed(config, "float32", 1) > _memory(device) * _SHARE:
        return "bfloat16"
    if device.type != "cpu":
        return _name(devices.chosen_dtype(device))
    file, processor = user_data_path("dia-studio", appauthor=False) / _FORMATS, machine.name(device)
    known = _remembered(file)
    if known.get(processor) not in DTYPES:
        known[processor] = _name(devices.chosen_dtype(device))
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            manifest.write_json(file, known)
    return known[processor]


def _remembered(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in known.items()} if isinstance(known, dict) else {}


def _name(dtype: torch.dtype) -> str:
    return next(name for name, one in DTYPES.items() if one == dtype)


def _slots(config: Config, dtype: str, device: torch.device) -> int:
    """How many segments are decoded together, a constant of device and format, as it decides how numbers are rounded: what is
    usual, halved until the device could hold them if nothing else were there."""
    count = devices.SLOTS.get(device.type, devices.SLOTS["cpu"])
    while count > 1 and _bytes_needed(config, dtype, count) > _memory(device) * _SHARE:
        count //= 2
    return count


def _bytes_needed(config: Config, dtype: str, slots: int) -> int:
    return devices.needed(config, DTYPES[dtype], slots, config.decoder.positions, config.encoder.positions)


def _memory(device: torch.device) -> float:
    """All bytes of a device; endless where it does not tell."""
    if device.type == "cuda":
        return float(torch.cuda.get_device_properties(device).total_memory)
    return float(dia.memory()) or float("inf")


def _revision(found: Found, config: Config, device: torch.device, dtype: str, slots: int) -> str:
    """Equal revisions make equal sound of equal requests. Raises an error of dia_engine for files that are not what they were
    when they were fetched, or were cut short."""
    assert found.place is not None and found.codec is not None
    folder = _folder(found.place)
    manifest.check(folder)
    weights = _digest(folder, [CONFIG, *(file.name for file in open_checkpoint(found.place).files)])
    codec_file = codec_weights.find(found.codec)
    manifest.check(codec_file.parent)
    codec = _digest(codec_file.parent, [codec_file.name])
    files = f"generation {config.generation}, weights {weights}, codec {codec}"
    return f"dia {REVISION}, {files}, {dtype} on {device.type}, {slots} slots"


def _digest(folder: Path, names: list[str]) -> str:
    found = manifest.digests(folder, names)
    return hashlib.sha256("".join(f"{found[name]} " for name in names).encode()).hexdigest()[:16]


def _folder(place: Path) -> Path:
    return place if place.is_dir() else place.parent
