"""Checks a model of any kind that this engine reads: config, names, shapes, and the hashes where there is a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dia_engine import manifest, weights
from dia_engine.checkpoint import find
from dia_engine.codec import weights as codec
from dia_engine.dia1 import config as configs
from dia_engine.hub.places import refuse_unfinished
from dia_engine.kind import is_codec


@dataclass(frozen=True, slots=True)
class Checked:
    """A model whose names and shapes are right. `told` says what it is; `pinned`: its files have the hashes of its manifest."""

    place: Path
    files: tuple[Path, ...]
    told: str
    pinned: bool


def verify(where: str | Path, *, generation: str | None = None, go_on: str = "") -> Checked:
    """Check a model named by folder, file, hub id or short name. Raises `EngineError`.

    Where its download has not come to its end the error names the command that goes on: `go_on`, or this engine's own.
    """
    place = find(where)
    folder = place if place.is_dir() else place.parent
    refuse_unfinished(folder, go_on)
    if is_codec(folder / "config.json"):
        checked = codec.verify(place)
        size = checked.file.stat().st_size
        told = f"codec, 1 file, {size} bytes, {checked.tensors} tensors, {checked.parameters} parameters"
        return Checked(place, (checked.file,), told, manifest.check(folder, afresh=True))
    found = weights.verify(place, generation=generation)
    told = (
        f"generation {found.generation}, {found.layout} layout, {len(found.files)} files, {found.bytes} bytes, "
        f"{found.tensors} tensors, {found.parameters} parameters"
    )
    return Checked(place, found.files, told, found.pinned)


def check_config(path: Path) -> None:
    """Raise `WeightsDamaged` for a config that is neither one of Dia-1.6B nor one of its codec."""
    if is_codec(path):
        codec.read_config(path)
    else:
        configs.read(path)
