"""Export: the registry of formats, and the one way in which a programme becomes a file, whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import av

from studio.audio.export import flac, mp3, wav
from studio.audio.export.ahead import ahead
from studio.audio.export.encode import LAYOUTS
from studio.audio.export.formats import Format, Option, OptionValue, Tags, Work
from studio.audio.files import Samples
from studio.core.errors import Cancelled, ExportError, reason

__all__ = ["FORMATS", "Format", "Option", "Tags", "format_of", "write"]

FORMATS: Mapping[str, Format] = {one.FORMAT.suffix: one.FORMAT for one in (mp3, wav, flac)}

KEPT = "nothing was written"


def format_of(path: str | Path) -> Format:
    """The format that a file name asks for. Raises ExportError."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        what = f"“{suffix}” is no format that can be written" if suffix else "the file name has no ending that names a format"
        raise ExportError(what, where=path, kept=KEPT, todo=f"use one of {', '.join(FORMATS)}")
    return FORMATS[suffix]


def write(
    path: str | Path,
    blocks: Iterable[Samples],
    rate: int,
    channels: int,
    tags: Tags | None = None,
    options: Mapping[str, OptionValue] | None = None,
    progress: Callable[[int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    *,
    inputs: Collection[str | Path] = (),
) -> int:
    """Write float32 blocks [n, channels] to `path` in the format its ending names; give back the number of frames.

    The file appears whole, under its name, or not at all: a file that was there stays until then. `blocks` is run on another
    thread. `progress` hears the frames done. Raises ExportError (also when `path` is one of `inputs`), or Cancelled when
    `stopped` answers True.
    """
    target = Path(path)
    kind = format_of(target)
    settled = kind.settled(options or {})
    _refuse(target, kind, rate, channels, inputs)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    counter = _Counter(progress, stopped)
    try:
        with temporary.open("w+b") as file:
            with closing(ahead(blocks)) as source:
                kind.write(Work(file, counter.count(source), rate, channels, tags or Tags(), settled))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except (OSError, av.FFmpegError) as error:
        raise _unwritable(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return counter.frames


class _Counter:
    """Counts the frames that pass, tells them, and looks at the stop flag."""

    def __init__(self, progress: Callable[[int], None] | None, stopped: Callable[[], bool] | None) -> None:
        self._progress, self._stopped = progress, stopped
        self.frames = 0

    def count(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        for block in blocks:
            if self._stopped is not None and self._stopped():
                raise Cancelled
            if not len(block):
                continue
            yield block
            self.frames += len(block)
            if self._progress is not None:
                self._progress(self.frames)
        if self._stopped is not None and self._stopped():
            raise Cancelled


def _refuse(target: Path, kind: Format, rate: int, channels: int, inputs: Collection[str | Path]) -> None:
    if channels not in LAYOUTS:
        raise ExportError(f"{channels} channels cannot be written", where=target, kept=KEPT, todo="use 1 or 2")
    if kind.rates and rate not in kind.rates:
        offer = ", ".join(map(str, kind.rates))
        raise ExportError(
            f"{kind.label} takes no {rate} samples per second", where=target, kept=KEPT, todo=f"use one of {offer}"
        )
    if not target.parent.is_dir():
        raise ExportError("the folder does not exist", where=target, kept=KEPT, todo="make it, or choose another one")
    if target.is_dir():
        raise ExportError("this is a folder", where=target, kept=KEPT, todo="choose a file name")
    for one in map(Path, inputs):
        if one.exists() and target.exists() and one.samefile(target):
            raise ExportError("this file is part of the show itself", where=target, kept=KEPT, todo="choose another name")


def _unwritable(target: Path, error: Exception) -> ExportError:
    kept = "the file that was there is unchanged" if target.exists() else KEPT
    number: Any = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ExportError(
            "there is no space left on the disk", where=target, kept=kept, todo="free some space and export again"
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ExportError("the folder cannot be written to", where=target, kept=kept, todo="choose another folder")
    why = reason(error) if isinstance(error, OSError) else str(error)
    return ExportError(f"the file cannot be written ({why})", where=target, kept=kept, todo="choose another place")


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system lets a folder be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
