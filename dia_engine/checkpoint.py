"""The files of a checkpoint: which they are, what tensors they hold, and those tensors' values. Runs no code from a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from dia_engine import torchfile
from dia_engine.errors import WeightsDamaged, WeightsMissing
from dia_engine.filenames import INDEX, choose
from dia_engine.hub import places
from dia_engine.hub.known import id_of

STORED_AS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
LARGEST_INDEX = 1 << 24  # bytes
FETCH = "fetch the model again"


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as a file holds it."""

    file: Path
    shape: tuple[int, ...]
    dtype: torch.dtype


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weight files and what they hold, by the names they use. Values stay on disk until they are read."""

    place: Path
    files: tuple[Path, ...]
    tensors: Mapping[str, Stored]

    def read(self, names: Iterable[str]) -> dict[str, Tensor]:
        """Values of some tensors, mapped from their files. The mapping ends with the last of them."""
        wanted: dict[Path, list[str]] = {}
        for name in names:
            wanted.setdefault(self.tensors[name].file, []).append(name)
        values: dict[str, Tensor] = {}
        for file, inside in wanted.items():
            values.update(_read_torch(file, inside) if is_torch(file) else _read_safetensors(file, inside))
        return values


def find(where: str | Path) -> Path:
    """The folder or file of a model that was named by path or by hub id. Looks on this machine only."""
    path = Path(where).expanduser()
    if path.exists():
        return path
    model = id_of(str(where))
    if not places.ID.fullmatch(model):
        raise WeightsMissing(
            "There is no such folder", where=where, todo="name a folder with a model, or the id of one on the hub"
        )
    found = places.cached(model)
    if found is None:
        todo = f"fetch it with: python -m dia_engine fetch {where}, or name its folder"
        raise WeightsMissing("The model is not on this machine", where=where, todo=todo)
    return found


def weight_files(place: Path) -> tuple[Path, ...]:
    """The files that together hold a model's weights: a file named itself, or what a folder offers, safetensors first."""
    if place.is_file():
        return (place,)
    places.refuse_unfinished(place)
    try:
        names = [file.name for file in place.iterdir() if file.is_file()]
    except OSError as error:
        raise WeightsMissing(f"The folder cannot be read ({error.strerror})", where=place, todo="name another one") from error
    first, *_ = choose(names, place)
    return _shards(place / first) if first == INDEX else (place / first,)


def open_checkpoint(place: Path) -> Checkpoint:
    """List the tensors of a model's files without reading their values. Raises `WeightsMissing` or `WeightsDamaged`."""
    files = weight_files(place)
    tensors: dict[str, Stored] = {}
    for file in files:
        for name, stored in _list_torch(file) if is_torch(file) else _list_safetensors(file):
            if name in tensors:
                raise WeightsDamaged(f"{name} is in {tensors[name].file.name} and again here", where=file, todo=FETCH)
            tensors[name] = stored
    return Checkpoint(place, files, tensors)


def is_torch(file: Path) -> bool:
    """Whether a file is in torch's own format, by its name; what it holds is checked on opening."""
    return file.suffix != ".safetensors"


def _shards(index: Path) -> tuple[Path, ...]:
    """The files that an index names, all of them present."""
    try:
        if index.stat().st_size > LARGEST_INDEX:
            raise ValueError("too large")
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise WeightsDamaged("The index of the weight files cannot be read", where=index, todo=FETCH) from error
    if not names or not all(
        isinstance(name, str) and name.endswith(".safetensors") and name == Path(name).name for name in names
    ):
        raise WeightsDamaged("The index names files that are none of its folder", where=index, todo=FETCH)
    missing = sorted(name for name in names if not (index.parent / name).is_file())
    if missing:
        raise WeightsMissing(
            f"{len(missing)} of {len(names)} weight files are missing ({missing[0]} …)", where=index.parent, todo=FETCH
        )
    return tuple(index.parent / name for name in sorted(names))


def _list_safetensors(file: Path) -> Iterator[tuple[str, Stored]]:
    try:
        with safe_open(file, framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118 - not a mapping
                part = opened.get_slice(name)
                yield name, Stored(file, tuple(part.get_shape()), _known_dtype(file, name, STORED_AS.get(part.get_dtype())))
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsDamaged(f"This is no whole safetensors file ({error})", where=file, todo=FETCH) from error


def _read_safetensors(file: Path, names: Iterable[str]) -> dict[str, Tensor]:
    try:
        with safe_open(file, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in names}
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsDamaged(f"The weights cannot be read ({error})", where=file, todo=FETCH) from error


def _list_torch(file: Path) -> Iterator[tuple[str, Stored]]:
    for name, tensor in _load_torch(file).items():
        yield name, Stored(file, tuple(tensor.shape), _known_dtype(file, name, tensor.dtype))


def _read_torch(file: Path, names: Iterable[str]) -> dict[str, Tensor]:
    values = _load_torch(file)
    return {name: values[name] for name in names}


def _load_torch(file: Path) -> dict[str, Tensor]:
    """A state dict, its values mapped from the file. `weights_only` lets no code in the file run."""
    values = torchfile.load(file, FETCH)
    if not isinstance(values, dict) or not all(isinstance(k, str) and torchfile.is_plain(v) for k, v in values.items()):
        raise WeightsDamaged("The file holds something else than weights", where=file, todo=FETCH)
    return values


def _known_dtype(file: Path, name: str, dtype: torch.dtype | None) -> torch.dtype:
    if dtype is None or dtype not in STORED_AS.values():
        raise WeightsDamaged(f"{name} is stored as neither float32, float16 nor bfloat16", where=file, todo="use such weights")
    return dtype
