"""The two ways in which a fetched model may lie: in a folder of its own, or in the cache that programs of the hub share."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from dia_engine import manifest
from dia_engine.errors import BadRequest, WeightsMissing
from dia_engine.filenames import choose
from dia_engine.hub.client import Listing, RemoteFile
from dia_engine.hub.places import INCOMPLETE, KEY_SHOWN, NOTE, Note, part_name, read_note, storage


class Layout(Protocol):
    """Where the files of one commit go."""

    @property
    def folder(self) -> Path:
        """Where the model lies in the end."""
        ...

    @property
    def owner(self) -> Path:
        """Where notes about the download lie."""
        ...

    def whole(self, file: RemoteFile) -> Path:
        """Where the finished file may lie already."""
        ...

    def part(self, file: RemoteFile) -> Path:
        """Where it grows."""
        ...

    def refuse_strangers(self, files: Sequence[RemoteFile], ready: Container[str]) -> None:
        """Raise `BadRequest` if files of somebody else, which are not `ready`, would be replaced or taken for the model's."""
        ...

    def make(self) -> None:
        """Make the folders. Raises OSError."""
        ...

    def put(self, file: RemoteFile) -> None:
        """Give a part its place. Raises OSError."""
        ...

    def link(self, files: Iterable[RemoteFile]) -> None:
        """Let the finished files be found. Raises OSError."""
        ...


class OwnFolder:
    """A folder that holds one model and nothing else that could be taken for weights."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.owner = folder

    def whole(self, file: RemoteFile) -> Path:
        return self.folder / file.name

    def part(self, file: RemoteFile) -> Path:
        return self.folder / part_name(file.name, file.key)

    def refuse_strangers(self, files: Sequence[RemoteFile], ready: Container[str]) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise BadRequest("This is no folder", where=self.folder, todo="name one, which may be new")
        note = read_note(self.folder)
        ours = {*manifest.pins(self.folder), *(note.files if note else ())}
        wanted = {file.name for file in files}
        for name in sorted(wanted - ours):
            if name not in ready and (self.folder / name).exists():
                raise self._strange(f"a {name}")
        names = {entry.name for entry in self.folder.iterdir()} - ours
        try:
            chosen = choose(names | wanted, self.folder)
        except WeightsMissing as error:
            raise self._strange("other weights") from error
        if strange := sorted({*chosen} - wanted):
            raise self._strange(strange[0])

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def put(self, file: RemoteFile) -> None:
        self.part(file).replace(self.whole(file))

    def link(self, files: Iterable[RemoteFile]) -> None:
        """They are where they belong; parts of contents that the hub no longer has go."""
        for file in files:
            for stale in self.folder.glob(f"{glob.escape(file.name)}.{'?' * KEY_SHOWN}{INCOMPLETE}"):
                stale.unlink()

    def _strange(self, what: str) -> BadRequest:
        todo = "name another folder, or a new one"
        return BadRequest(
            f"The folder holds {what} that is not of this model; nothing was changed", where=self.folder, todo=todo
        )


class Cache:
    """The hub's cache: contents under their hashes, and for each commit a folder of links to them."""

    def __init__(self, listing: Listing, revision: str | None, cache: Path | None = None) -> None:
        self._commit = listing.commit
        self._revision = revision or "main"
        self.owner = storage(listing.id, cache)
        self.folder = self.owner / "snapshots" / listing.commit

    def whole(self, file: RemoteFile) -> Path:
        return self.owner / "blobs" / file.key

    def part(self, file: RemoteFile) -> Path:
        return self.owner / "blobs" / f"{file.key}{INCOMPLETE}"

    def refuse_strangers(self, files: Sequence[RemoteFile], ready: Container[str]) -> None:
        pass  # files are called by their content

    def make(self) -> None:
        for folder in (self.owner / "blobs", self.folder, (self.owner / "refs" / self._revision).parent):
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, file: RemoteFile) -> None:
        self.part(file).replace(self.whole(file))

    def link(self, files: Iterable[RemoteFile]) -> None:
        for file in files:
            here = self.folder / file.name
            if here.exists() and here.resolve() == self.whole(file).resolve():
                continue
            here.unlink(missing_ok=True)
            try:
                here.symlink_to(Path("..") / ".." / "blobs" / file.key)
            except OSError:  # Windows lets few users make links; the hub's own library copies there, too
                shutil.copyfile(self.whole(file), here)
        if self._revision != self._commit:
            (self.owner / "refs" / self._revision).write_text(self._commit, encoding="utf-8")


def end_note(layout: Layout) -> None:
    """The download has come to its end."""
    (layout.owner / NOTE).unlink(missing_ok=True)


def note_of(listing: Listing, revision: str | None, files: Sequence[RemoteFile]) -> Note:
    return Note(listing.id, revision, listing.commit, {file.name: (file.size, file.key) for file in files})


def free_bytes(folder: Path) -> int:
    """What the disk of a folder, which need not exist yet, has left for this user."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
