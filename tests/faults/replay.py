"""Power loss, replayed: what a disk may hold when the power goes after any operation of a logged run.

For each file the bytes made durable by its last sync are known, and the writes since; for each folder the names made durable by
its last sync, and the changes since. What is pending may survive wholly, not at all, or in part with torn 512-byte sectors. A
file's first sync makes its first name durable too, as the common file systems of Linux do; changes of names keep their order.
"""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

CREATE, TRUNCATE, WRITE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, NOTE = range(1, 10)
SECTOR = 512


class Operation(NamedTuple):
    kind: int
    path: str
    other: str
    offset: int
    data: bytes


@dataclass(slots=True)
class File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data), or (length, None): a truncation


@dataclass(slots=True)
class Disk:
    """Names map to a file, or to None for a folder. `pending` are changes of names: (folders they lie in, change)."""

    live: dict[str, File | None] = field(default_factory=dict)
    durable: dict[str, File | None] = field(default_factory=dict)
    pending: list[tuple[set[str], str, str, File | None]] = field(default_factory=list)  # (folders, old or "", new or "", file)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        disk = cls()
        for path in sorted(folder.rglob("*")):
            disk.live[str(path)] = File(bytearray(path.read_bytes())) if path.is_file() else None
        disk.durable = dict(disk.live)
        return disk

    def apply(self, operation: Operation) -> None:
        kind, path, other, offset, data = operation
        if kind in (CREATE, MKDIR):
            self.live[path] = File() if kind == CREATE else None
            self.pending.append(({_folder(path)}, "", path, self.live[path]))
        elif kind in (UNLINK, RMDIR):
            self.pending.append(({_folder(path)}, path, "", self.live.pop(path)))
        elif kind == RENAME:
            self.live[other] = self.live.pop(path)
            self.pending.append(({_folder(path), _folder(other)}, path, other, self.live[other]))
        elif kind in (WRITE, TRUNCATE):
            file = self.live[path]
            assert file is not None
            file.pending.append((offset, data if kind == WRITE else None))
        elif kind == SYNC:
            self._sync(path)

    def _sync(self, path: str) -> None:
        file = self.live.get(path)
        if file is None:
            self._settle(lambda number, folders, names: path in folders)
        else:
            _perform(file.durable, file.pending)
            file.pending.clear()
            # Its first name, and before that whatever else became of that name.
            first = next((new for _, old, new, one in self.pending if one is file and not old), None)
            until = next((number for number, change in enumerate(self.pending) if change[3] is file and not change[1]), -1)
            self._settle(lambda number, folders, names: number <= until and first in names)

    def _settle(self, chosen: Callable[[int, set[str], tuple[str, str]], bool]) -> None:
        rest = []
        for number, change in enumerate(self.pending):
            folders, old, new, file = change
            if chosen(number, folders, (old, new)):
                _rename(self.durable, old, new, file)
            else:
                rest.append(change)
        self.pending = rest

    def images(self, dice: random.Random, mixed: int) -> Iterator[dict[str, bytes | None]]:
        """Nothing pending survives; everything does; and some mixtures."""
        yield self._image(dict(self.durable), lambda file: bytes(file.durable))
        yield self._image(self._names(len(self.pending)), _whole)
        for _ in range(mixed):
            yield self._image(self._names(dice.randint(0, len(self.pending))), lambda file: _torn(file, dice))

    def _names(self, count: int) -> dict[str, File | None]:
        names = dict(self.durable)
        for _, old, new, file in self.pending[:count]:
            _rename(names, old, new, file)
        return names

    @staticmethod
    def _image(names: dict[str, File | None], content: Callable[[File], bytes]) -> dict[str, bytes | None]:
        return {name: None if file is None else content(file) for name, file in names.items()}


def read_log(path: Path) -> Iterator[Operation]:
    data = path.read_bytes()
    at = 0
    while at < len(data):
        kind, length, other_length, offset, size = struct.unpack_from("<IIIqQ", data, at)
        at += struct.calcsize("<IIIqQ")
        parts = []
        for part in (length, other_length, size):
            parts.append(data[at : at + part])
            at += part
        yield Operation(kind, parts[0].decode(), parts[1].decode(), offset, parts[2])


def digest(image: dict[str, bytes | None]) -> bytes:
    """The same for images with the same names and bytes only."""
    parts = [(name, None if data is None else hashlib.sha256(data).digest()) for name, data in sorted(image.items())]
    return hashlib.sha256(repr(parts).encode()).digest()


def write_image(image: dict[str, bytes | None], source: Path, target: Path) -> None:
    """Put an image of `source` on the real disk, at `target`. A name whose folder did not survive is gone with it."""
    target.mkdir()
    for name in sorted(image):
        path = target / Path(name).relative_to(source)
        content = image[name]
        if content is None:
            path.mkdir(exist_ok=True)
        elif path.parent.is_dir():
            path.write_bytes(content)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _rename(names: dict[str, File | None], old: str, new: str, file: File | None) -> None:
    names.pop(old, None)
    if new:
        names[new] = file


def _perform(content: bytearray, changes: list[tuple[int, bytes | None]]) -> None:
    for offset, data in changes:
        end = offset + len(data or b"")
        if data is None:
            del content[offset:]
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        if data is not None:
            content[offset:end] = data


def _whole(file: File) -> bytes:
    content = bytearray(file.durable)
    _perform(content, file.pending)
    return bytes(content)


def _torn(file: File, dice: random.Random) -> bytes:
    """Each pending write survives, does not, or ends within it at the edge of a sector."""
    survivors: list[tuple[int, bytes | None]] = []
    for offset, data in file.pending:
        fate = dice.choice(("kept", "lost", "torn"))
        if data is not None and fate == "torn":
            data = data[: dice.randrange(0, len(data) + 1, SECTOR)]
        if fate != "lost":
            survivors.append((offset, data))
    content = bytearray(file.durable)
    _perform(content, survivors)
    return bytes(content)
