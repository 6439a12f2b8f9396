"""The only module that writes files for good: a file is whole and durable when a function here returns, or absent.

Every disk refusal becomes a StorageFullError that names the folder and the space. `sync=False` is for the tests that prove
the syncs matter; no product code passes it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.core.errors import ProjectError, StorageFullError, reason

TEMPORARY = ".tmp"  # the ending of a file that is not finished; nobody but its writer may read it

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def write_bytes(path: Path, data: bytes, *, sync: bool = True, mode: int = 0o666) -> None:
    """Put `data` at `path`, whole: temporary name in the same folder, write, sync, rename, sync the folder."""
    with refusals(path.parent, len(data)):
        temporary = path.with_name(path.name + TEMPORARY)
        try:
            _write(temporary, data, sync, mode)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent, sync=sync)


def write_chunks(path: Path, chunks: Iterable[bytes], *, sync: bool = True, mode: int = 0o666) -> None:
    """The same for what comes piece by piece. What is broken off is wiped."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with refusals(path.parent):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
                file.writelines(chunks)
        publish(temporary, path, sync=sync)
    except BaseException:
        with suppress(ProjectError):
            wipe(temporary)
        raise


def publish(temporary: Path, path: Path, *, sync: bool = True) -> None:
    """Give a finished temporary file, written by another library, its name for good."""
    with refusals(path.parent):
        if sync:
            descriptor = os.open(temporary, os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        temporary.replace(path)
        sync_folder(path.parent, sync=sync)


def make_folder(path: Path, *, sync: bool = True, mode: int = 0o777) -> None:
    """Make a folder and the missing ones above it; each new name is made durable in its parent."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with refusals(folder.parent):
            folder.mkdir(mode=mode, exist_ok=True)
            sync_folder(folder.parent, sync=sync)


def move(path: Path, target: Path, *, sync: bool = True) -> Path:
    """Move a file aside and return where it went; a name that is taken gets a number."""
    make_folder(target.parent, sync=sync)
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem} {number}{target.suffix}")
    with refusals(target.parent):
        path.rename(free)
        sync_folder(free.parent, sync=sync)
        sync_folder(path.parent, sync=sync)
    return free


def remove(path: Path, *, sync: bool = True) -> None:
    """Remove a file that may be absent."""
    with refusals(path.parent):
        path.unlink(missing_ok=True)
        sync_folder(path.parent, sync=sync)


def wipe(path: Path) -> None:
    """Overwrite a file, then remove it: for what the user wants gone, not merely out of sight."""
    with refusals(path.parent):
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            size = os.fstat(descriptor).st_size
            for start in range(0, size, 1 << 20):
                os.write(descriptor, bytes(min(1 << 20, size - start)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    remove(path)


def sync_folder(folder: Path, *, sync: bool = True) -> None:
    """Make the names in a folder durable. Windows has no such call; there a rename is journalled by the file system."""
    if not sync or os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_bytes(folder: Path) -> int:
    """Free space where `folder` lies or will lie."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int) -> None:
    """Raise StorageFullError when less than `needed` bytes are free."""
    if free_bytes(folder) < needed:
        raise _no_space(folder, needed)


def megabytes(count: int) -> str:
    """A size for people: `0.2 MB`."""
    return f"{count / 1e6:,.1f} MB"


@contextmanager
def refusals(folder: Path, needed: int = 0) -> Iterator[None]:
    """Turn what the disk refuses into a StudioError; `needed` is the number of bytes about to be written."""
    try:
        yield
    except OSError as error:
        raise refused(folder, error, needed) from error


def refused(folder: Path, error: OSError, needed: int = 0) -> ProjectError:
    """The error to show for a refusal of the operating system."""
    if error.errno in _FULL:
        return _no_space(folder, needed)
    if error.errno in _REFUSED:
        return StorageFullError(
            f"this folder cannot be written ({reason(error)})",
            where=folder,
            kept="everything saved so far is kept",
            todo="allow writing there, or save the project elsewhere",
        )
    return ProjectError(
        f"the file system failed ({reason(error)})",
        where=folder,
        kept="everything saved so far is kept",
        todo="try again",
    )


def full_or_refused(folder: Path, detail: str) -> StorageFullError:
    """The error when a library reports that it could not write, without saying why."""
    if free_bytes(folder) < 10_000_000 or "full" in detail:
        return _no_space(folder, 0)
    return StorageFullError(
        f"the disk refused to be written ({detail})",
        where=folder,
        kept="everything saved so far is kept",
        todo="check that the folder exists, may be written and has space, then go on",
    )


def _no_space(folder: Path, needed: int) -> StorageFullError:
    with suppress(OSError):
        free = megabytes(free_bytes(folder))
        wanted = f"{megabytes(needed)} needed" if needed else "more is needed"
        return StorageFullError(
            f"no space is left on the disk ({free} free, {wanted})",
            where=folder,
            kept="everything saved so far is kept",
            todo="free some space, then go on",
        )
    return StorageFullError("no space is left on the disk", where=folder, kept="everything saved so far is kept")


def _write(path: Path, data: bytes, sync: bool, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
