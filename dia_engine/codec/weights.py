"""Weights of the DAC network from a file of descript-audio-codec or a folder of transformers. Runs no code from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from dia_engine import manifest, torchfile
from dia_engine.checkpoint import Checkpoint, open_checkpoint
from dia_engine.codec.config import DacConfig, from_package, from_transformers
from dia_engine.codec.dac import Dac, skeleton
from dia_engine.codec.names import transformers_names
from dia_engine.errors import WeightsDamaged, WeightsMissing, memory_errors
from dia_engine.filenames import CONFIG
from dia_engine.hub import places
from dia_engine.hub.known import CODEC, id_of

FETCH = "fetch the codec's weights again"
DTYPES = (torch.float32, torch.float16, torch.bfloat16)  # that weights may be stored in
LARGEST_CONFIG = 1 << 20  # bytes


class Loaded(NamedTuple):
    config: DacConfig
    network: Dac


class Matched(NamedTuple):
    """Codec weights whose names and shapes are right."""

    config: DacConfig
    file: Path
    tensors: int
    parameters: int


def load(path: str | Path, device: torch.device) -> Loaded:
    """The network in float32.

    `path` is a .pth file, a .safetensors file beside its config.json, or a folder.
    Raises `WeightsMissing`, `WeightsDamaged` or `OutOfMemory`. Takes the file's size and the network's in memory.
    """
    file = find(Path(path).expanduser())
    with memory_errors("loading the codec", "free memory or use another device"):
        config, state = _read_safetensors(file) if file.suffix == ".safetensors" else _read_folded(file)
        network = skeleton(config)
        for name in list(state):
            # A copy, always: values mapped from the file would change or vanish with it.
            state[name] = state[name].to(device, torch.float32, copy=True)
            if not bool(torch.isfinite(state[name]).all()):
                raise WeightsDamaged(f"{name} holds values that are no numbers", where=file, todo=FETCH)
        network.load_state_dict(state, strict=True, assign=True)
    return Loaded(config, network.requires_grad_(False))


def verify(path: Path) -> Matched:
    """Check sizes, names and shapes without reading the values of a safetensors file. Raises as `load` does."""
    file = find(path)
    if file.suffix == ".safetensors":
        config, checkpoint, names = _matched(file)
        shapes = [checkpoint.tensors[name].shape for name in names.values()]
    else:
        config, stored = read_package(file)
        shapes = [tuple(value.shape) for value in stored.values()]
    return Matched(config, file, len(shapes), sum(torch.Size(shape).numel() for shape in shapes))


def read_config(path: Path) -> DacConfig:
    """The sizes in a config.json of transformers. Raises `WeightsMissing` or `WeightsDamaged`."""
    return from_transformers(_json(path), path)


def find(path: Path) -> Path:
    """The one weights file that a path means, or a model of the hub's cache that is named in place of one."""
    if path.is_file():
        return path
    if not path.is_dir():
        kept = places.cached(id_of(str(path)))
        if kept is None:
            todo = f"name its weights file or folder, or fetch it with: python -m dia_engine fetch {CODEC.name}"
            raise WeightsMissing("There are no codec weights", where=path, todo=todo)
        path = kept
    places.refuse_unfinished(path)
    if (path / "model.safetensors").is_file():
        return path / "model.safetensors"
    found = sorted(path.glob("*.pth"))
    if len(found) != 1:
        what = "There are no codec weights" if not found else f"There are {len(found)} .pth files"
        raise WeightsMissing(what, where=path, todo="name the codec's weights file")
    return found[0]


def files(path: Path) -> list[Path]:
    """All files that a codec is read from: its weights and its config. Raises `WeightsMissing`."""
    file = find(path)
    return [file, *(beside for beside in [file.with_name(CONFIG)] if beside.is_file())]


def usual(folder: Path) -> Path:
    """The weights file of the codec for a model in `folder`: fetched with it, into the hub's cache, or by the package.

    Raises `WeightsMissing`.
    """
    unfinished: WeightsMissing | None = None
    for place in places.codecs(folder):
        if place.exists():
            try:
                return find(place)
            except WeightsMissing as error:
                unfinished = unfinished or error
    todo = f"fetch them with: python -m dia_engine fetch {CODEC.name}, or name them with --codec"
    raise unfinished or WeightsMissing("There are no codec weights on this machine", todo=todo)


def read_package(file: Path) -> tuple[DacConfig, dict[str, Tensor]]:
    """Sizes and weights of a file as descript-audio-codec saves it, under the package's names, mapped from the file."""
    content = torchfile.load(file, FETCH, checksums=True)
    metadata = content.get("metadata") if isinstance(content, dict) else None
    stored = content.get("state_dict") if isinstance(content, dict) else None
    if not isinstance(metadata, dict) or not isinstance(stored, dict):
        raise WeightsDamaged("The file holds no codec of descript-audio-codec", where=file, todo=FETCH)
    if not all(isinstance(name, str) and torchfile.is_plain(value) for name, value in stored.items()):
        raise WeightsDamaged("The file holds something else than weights", where=file, todo=FETCH)
    config = from_package(metadata.get("kwargs"), file)
    wanted: dict[str, tuple[int, ...]] = {}
    for name, shape in _shapes(config).items():
        if _is_normed(name):
            wanted |= {f"{name}_g": (shape[0], 1, 1), f"{name}_v": shape}
        else:
            wanted[name] = shape
    _match(file, wanted, {name: tuple(value.shape) for name, value in stored.items()})
    for name, value in stored.items():
        if value.dtype not in DTYPES:
            raise WeightsDamaged(f"{name} is stored as {value.dtype}", where=file, todo="use weights in float32 or 16 bits")
    return config, stored


def _read_folded(file: Path) -> tuple[DacConfig, dict[str, Tensor]]:
    """The package's weights under our names."""
    config, stored = read_package(file)
    return config, {
        name: _fold(stored[f"{name}_g"], stored[f"{name}_v"]) if _is_normed(name) else stored[name] for name in _shapes(config)
    }


def _read_safetensors(file: Path) -> tuple[DacConfig, dict[str, Tensor]]:
    """Sizes and weights of a DacModel, whose weight norm is folded already.

    The format has no checksums: a changed value is noticed where a manifest lies beside the file, and nowhere else.
    """
    manifest.check(file.parent)
    config, checkpoint, names = _matched(file)
    values = checkpoint.read(names.values())
    return config, {name: values[their] for name, their in names.items()}


def _matched(file: Path) -> tuple[DacConfig, Checkpoint, dict[str, str]]:
    """Sizes of a DacModel, its tensors, all of the right shape, and what they are called there by our names."""
    config = read_config(file.with_name(CONFIG))
    checkpoint = open_checkpoint(file)
    shapes = _shapes(config)
    theirs = transformers_names(config)
    names = {name: f"{theirs[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}" for name in shapes}
    stored = {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
    _match(file, {names[name]: shape for name, shape in shapes.items()}, stored)
    return config, checkpoint, names


def _fold(gain: Tensor, direction: Tensor) -> Tensor:
    """The weight of a gain [N, 1, 1] and a direction [N, ...]; N is the input channel of transposed convolutions."""
    gain, direction = gain.float(), direction.float()
    weight: Tensor = direction * (gain / torch.linalg.vector_norm(direction, dim=(1, 2), keepdim=True))
    return weight


def _shapes(config: DacConfig) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in skeleton(config).state_dict().items()}


def _is_normed(name: str) -> bool:
    """Whether the package stores this weight as gain and direction; it does so for every convolution."""
    return name.endswith(".weight") and not name.endswith(".codebook.weight")


def _match(file: Path, wanted: Mapping[str, tuple[int, ...]], stored: Mapping[str, tuple[int, ...]]) -> None:
    """Nothing may be missing, left over or of another shape."""
    missing, extra = sorted(wanted.keys() - stored.keys()), sorted(stored.keys() - wanted.keys())
    if missing:
        raise WeightsDamaged(f"{len(missing)} tensors are missing ({missing[0]} …)", where=file, todo=FETCH)
    if extra:
        raise WeightsDamaged(f"{len(extra)} tensors belong to no DAC codec ({extra[0]} …)", where=file, todo=FETCH)
    for name, shape in wanted.items():
        if stored[name] != shape:
            what = f"{name} has the shape {list(stored[name])} and the sizes ask for {list(shape)}"
            raise WeightsDamaged(what, where=file, todo=FETCH)


def _json(path: Path) -> object:
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise WeightsDamaged("The config is far too large to be one", where=path, todo=FETCH)
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissing("There is no config beside the weights", where=path, todo=FETCH) from error
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsDamaged(f"The config cannot be read ({type(error).__name__})", where=path, todo=FETCH) from error
