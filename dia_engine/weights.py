"""From a folder to a network: checks names, shapes and values, and loads straight into the wanted dtype and device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dia_engine import manifest
from dia_engine.checkpoint import Checkpoint, find, open_checkpoint, weight_files
from dia_engine.device import chosen_device, demand
from dia_engine.dia1 import config as configs
from dia_engine.dia1.config import Config, Generation
from dia_engine.dia1.model import Dia1, skeleton
from dia_engine.errors import WeightsDamaged, memory_errors
from dia_engine.filenames import CONFIG, INDEX
from dia_engine.hub.places import refuse_unfinished
from dia_engine.mapping import Layout, Mapped, layout_of, mapped

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
GROUP_BYTES = 1 << 26  # what is read between two openings of a file; a mapping grows with what is read from it


@dataclass(frozen=True, slots=True)
class Verified:
    """A model whose names and shapes are right. `pinned`: its files are those that its manifest was made for."""

    place: Path
    files: tuple[Path, ...]
    layout: Layout
    generation: Generation
    tensors: int
    parameters: int
    bytes: int
    pinned: bool


def load(
    where: str | Path,
    *,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
    generation: str | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Dia1:
    """The network of a model, named by folder, file or hub id. Raises `EngineError` and leaves nothing half done.

    Norm weights stay in float32. Memory needed is that of the weights in `dtype` and a little more, whatever the files hold.
    `generation` ("A" or "B") overrides what the config's schema says. `told` hears how many bytes of how many were read.
    """
    there = chosen_device(device)
    place = find(where)
    manifest.check(_folder(place))
    config = _config(place, generation)
    checkpoint = open_checkpoint(place)
    parts = _matched(checkpoint, config)
    demand(config, dtype, there)
    state: dict[str, Tensor] = {}
    done, total = 0, sum(_stored_bytes(checkpoint, part) for part in parts)
    with memory_errors("loading the weights", "use a smaller dtype or another device"):
        for group in _groups(checkpoint, parts):
            told(done, total)
            values = checkpoint.read(source for part in group for source in part.sources)
            for part in group:
                # Norms stay in float32, as in the original: they are few, and 16 bits would change every layer.
                kept = torch.float32 if len(part.shape) == 1 else dtype
                state[part.name] = part.build([values[source] for source in part.sources], kept, there)
                if not all(bool(end.isfinite()) for end in torch.aminmax(state[part.name])):  # no copy, unlike isfinite of all
                    raise WeightsDamaged(
                        f"{part.name} holds values that are no numbers", where=place, todo="fetch the model again"
                    )
            done += sum(_stored_bytes(checkpoint, part) for part in group)
    told(done, total)
    model = skeleton(config)
    model.load_state_dict(state, strict=True, assign=True)
    return model.requires_grad_(False)


def config_of(where: str | Path, *, generation: str | None = None) -> Config:
    """The sizes and rules of a model, named as for `load`, whose tensors have the right names and shapes. Raises `EngineError`.

    No values are read.
    """
    place = find(where)
    config = _config(place, generation)
    _matched(open_checkpoint(place), config)
    return config


def files(where: str | Path) -> list[Path]:
    """All files that a model is read from: its weights, their index and its config. Raises `EngineError`."""
    place = find(where)
    return [*weight_files(place), *(path for name in (CONFIG, INDEX) if (path := _folder(place) / name).is_file())]


def verify(where: str | Path, *, generation: str | None = None) -> Verified:
    """Check config, names and shapes, and the hashes of all files where a manifest lies beside them. Raises `EngineError`."""
    place = find(where)
    config = _config(place, generation)
    checkpoint = open_checkpoint(place)
    parts = _matched(checkpoint, config)
    layout = layout_of(checkpoint.tensors)
    assert layout is not None
    return Verified(
        place,
        checkpoint.files,
        layout,
        config.generation,
        len(checkpoint.tensors),
        sum(torch.Size(part.shape).numel() for part in parts),
        sum(file.stat().st_size for file in checkpoint.files),
        manifest.check(_folder(place), afresh=True),
    )


def _folder(place: Path) -> Path:
    return place if place.is_dir() else place.parent


def _config(place: Path, generation: str | None) -> Config:
    refuse_unfinished(_folder(place))
    path = _folder(place) / CONFIG
    if path.exists() or generation is None:
        return configs.read(path, generation)
    return Config(generation=configs.checked_generation(generation))  # a repack without config has the real sizes


def _matched(checkpoint: Checkpoint, config: Config) -> list[Mapped]:
    """How the network is made of the checkpoint's tensors; nothing may be missing, left over or of another shape."""
    layout = layout_of(checkpoint.tensors)
    if layout is None:
        raise WeightsDamaged(
            "These are not the weights of a Dia-1.6B model", where=checkpoint.place, todo="name another folder"
        )
    parts = mapped(config, layout)
    wanted = {source: part.source_shape for part in parts for source in part.sources}
    missing, extra = sorted(wanted.keys() - checkpoint.tensors.keys()), sorted(checkpoint.tensors.keys() - wanted.keys())
    if missing:
        raise WeightsDamaged(
            f"{len(missing)} tensors are missing ({missing[0]} …)", where=checkpoint.place, todo="fetch it again"
        )
    if extra:
        raise WeightsDamaged(
            f"{len(extra)} tensors belong to no Dia-1.6B model ({extra[0]} …)", where=checkpoint.place, todo="fetch it again"
        )
    for name, shape in wanted.items():
        stored = checkpoint.tensors[name]
        if stored.shape != shape:
            what = f"{name} has the shape {list(stored.shape)} and the config asks for {list(shape)}"
            raise WeightsDamaged(what, where=stored.file, todo="fetch config and weights of one model")
    return parts


def _groups(checkpoint: Checkpoint, parts: list[Mapped]) -> Iterator[list[Mapped]]:
    """Parts in portions of bounded size, so that no more of a file is mapped into memory at once."""
    group: list[Mapped] = []
    size = 0
    for part in parts:
        group.append(part)
        size += _stored_bytes(checkpoint, part)
        if size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _stored_bytes(checkpoint: Checkpoint, part: Mapped) -> int:
    return sum(torch.Size(part.source_shape).numel() * checkpoint.tensors[name].dtype.itemsize for name in part.sources)
