"""Sizes and SHA-256 of a model's files, written down once and checked before use: damaged weights load without an error."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dia_engine.errors import EngineError, WeightsDamaged, WeightsMissing

NAME = "dia_engine.manifest.json"
SEEN = ".dia_engine.seen.json"  # files found right, by size, time and inode; may be deleted at any time
LARGEST = 1 << 20  # bytes
HASH = "sha256"


@dataclass(frozen=True, slots=True)
class Pin:
    """What one file must be."""

    size: int
    sha256: str


def check(folder: Path, *, afresh: bool = False) -> bool:
    """Whether the folder has a manifest. Raises `WeightsMissing` or `WeightsDamaged` if its files are not what it says.

    A file is hashed once and again only when its size, time or inode changes; `afresh` hashes all.
    """
    path = folder / NAME
    if not path.is_file():
        return False
    pins = _read(path)
    seen = {} if afresh else _read_seen(folder)
    found: dict[str, str] = {}
    for name, pin in pins.items():
        mark = _check_file(folder / name, pin, seen.get(name))
        found[name] = mark
    if found != seen:
        _write_seen(folder, found)
    return True


def record(
    folder: Path,
    files: Iterable[Path],
    *,
    source: Mapping[str, str] | None = None,
    digests: Mapping[str, str] | None = None,
) -> Path:
    """Write the manifest of files in `folder`; returns its path.

    `source` says where they are from. `digests` are SHA-256 by file name that are known from there: `check` will tell
    whether the files have them. All others are taken from the files as they are now.
    """
    given = digests or {}
    pins = {file.name: {"size": file.stat().st_size, HASH: given.get(file.name) or digest(file)} for file in files}
    path = folder / NAME
    try:
        write_json(path, {"files": pins, "source": dict(source or {})})
    except OSError as error:
        raise EngineError("The manifest cannot be written", where=path, todo="make the folder writable") from error
    return path


def pins(folder: Path) -> Mapping[str, Pin]:
    """What each file of the folder must be; nothing without a manifest. Raises `WeightsDamaged`."""
    return _read(folder / NAME) if (folder / NAME).is_file() else {}


def source(folder: Path) -> Mapping[str, str]:
    """Where the manifest says the files are from; nothing if it does not say, or cannot be read."""
    try:
        if (folder / NAME).stat().st_size > LARGEST:
            return {}
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))["source"]
        return {str(name): str(value) for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def was_checked(folder: Path) -> bool:
    """Whether all files were found right, and since then have kept size, time and inode. Reads none of them."""
    seen = _read_seen(folder)
    try:
        wanted = pins(folder)
        return bool(wanted) and all(_mark(folder / name, pin) == seen.get(name) for name, pin in wanted.items())
    except (OSError, WeightsDamaged):
        return False


def digests(folder: Path, names: Iterable[str]) -> Mapping[str, str]:
    """SHA-256 of files of a folder: what its manifest has, else that of their bytes. Raises `WeightsMissing`.

    Bytes are read once, and again only when a file's size, time or inode changes.
    """
    pinned, seen = pins(folder), _read_seen(folder)
    found, marks = {}, dict(seen)
    for name in names:
        file = folder / name
        try:
            if name not in pinned:
                known = Pin(0, marks.get(name, "").rpartition(":")[2])
                is_known = bool(known.sha256) and marks[name] == _mark(file, known)
                marks[name] = _mark(file, known if is_known else Pin(0, digest(file)))
        except OSError as error:
            raise WeightsMissing("The file cannot be read", where=file, todo="fetch the model again") from error
        found[name] = pinned[name].sha256 if name in pinned else marks[name].rpartition(":")[2]
    if marks != seen:
        _write_seen(folder, marks)
    return found


def digest(file: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, HASH).hexdigest()


def write_json(path: Path, data: object) -> None:
    """Write a small file whole or not at all. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(data, indent=1), encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _check_file(file: Path, pin: Pin, seen: str | None) -> str:
    """The mark of a file that is what its pin says."""
    try:
        status = file.stat()
    except OSError as error:
        raise WeightsMissing(
            "The manifest names this file and it is not there", where=file, todo="fetch the model again"
        ) from error
    if status.st_size != pin.size:
        raise WeightsDamaged(f"The file has {status.st_size} bytes instead of {pin.size}", where=file, todo="fetch it again")
    mark = _mark(file, pin)
    if mark != seen and digest(file) != pin.sha256:
        raise WeightsDamaged("The file has been changed since it was fetched", where=file, todo="fetch it again")
    return mark


def _mark(file: Path, pin: Pin) -> str:
    status = file.stat()
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}:{pin.sha256}"


def _read(path: Path) -> dict[str, Pin]:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        pins = {name: Pin(int(entry["size"]), str(entry[HASH])) for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsDamaged("The manifest cannot be read", where=path, todo="fetch the model again") from error
    if not pins or any(name != Path(name).name for name in pins):
        raise WeightsDamaged("The manifest names files that are none of its folder", where=path, todo="fetch the model again")
    return pins


def _read_seen(folder: Path) -> dict[str, str]:
    try:
        data = json.loads((folder / SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}  # no memory of earlier checks: hash again
    return {str(name): str(mark) for name, mark in data.items()} if isinstance(data, dict) else {}


def _write_seen(folder: Path, found: dict[str, str]) -> None:
    try:
        write_json(folder / SEEN, found)
    except OSError:
        pass  # a folder that cannot be written is checked again next time
