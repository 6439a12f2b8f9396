"""Reads files in torch's own format: looked over before torch sees them, values mapped from the file, no code of theirs run."""

from __future__ import annotations

import zipfile
from pathlib import Path

import torch
from torch import Tensor

from dia_engine.errors import WeightsDamaged

LARGEST_ENTRY_LIST = 10_000  # a checkpoint in torch's format has one entry per tensor and a handful more
ENTRY_OVERHEAD = 1 << 10  # bytes of a zip entry beside its content: headers twice, the name, alignment


def load(file: Path, todo: str, *, checksums: bool = False) -> object:
    """What the file holds. Raises `WeightsDamaged`, which asks for `todo`.

    With `checksums` all of the file is read and compared with the sums in it, which torch does not look at.
    """
    _look_over(file, todo, checksums)
    try:
        return torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # measured: damaged files raise nine kinds of exception in torch's reader
        what = f"The file cannot be read as weights ({type(error).__name__})"
        raise WeightsDamaged(what, where=file, todo=todo) from error


def is_plain(value: object) -> bool:
    """Whether a value is a tensor like any other: dense, and in memory that the CPU reads."""
    return isinstance(value, Tensor) and value.layout is torch.strided and value.device.type == "cpu"


def _look_over(file: Path, todo: str, checksums: bool) -> None:
    """Refuse a file that is no zip of plainly stored entries which together make up its size."""
    try:
        size = file.stat().st_size
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            changed = archive.testzip() if checksums and _makes_up(size, entries) else None
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
        raise WeightsDamaged("This is no whole file in torch's format", where=file, todo=todo) from error
    if not _makes_up(size, entries):
        raise WeightsDamaged("The file's parts are packed or do not make up its size", where=file, todo=todo)
    if changed is not None:
        raise WeightsDamaged("The file has been damaged since it was written", where=file, todo=todo)


def _makes_up(size: int, entries: list[zipfile.ZipInfo]) -> bool:
    content = sum(entry.file_size for entry in entries)
    stored = all(entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size for entry in entries)
    return stored and len(entries) <= LARGEST_ENTRY_LIST and 0 <= size - content <= ENTRY_OVERHEAD * (len(entries) + 1)
