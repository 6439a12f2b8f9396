"""One file of a repository into a growing part beside its place: goes on after a break, and is hashed before it is taken."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from dia_engine.errors import FetchFailed, FetchStopped, WeightsDamaged
from dia_engine.hub.client import Hub, Listing, OutOfRange, Passing, RemoteFile

READ_BYTES = 1 << 20
LONGEST_WAIT_S = 60.0
FULL = {errno.ENOSPC, errno.EDQUOT}

Stopped = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before each new try, in seconds. The count begins anew whenever bytes have come."""

    waits_s: tuple[float, ...] = (1, 2, 4, 8, 16)

    def over(self, failure: Passing, tries: int, where: str, stopped: Stopped, again: str) -> None:
        """Wait before try `tries`, counted from 1. Raises `FetchFailed` when it was the last, `FetchStopped` on request."""
        if tries > len(self.waits_s):
            todo = f"look at the network, then go on with: {again}"
            raise FetchFailed(f"The hub cannot be reached ({failure})", where=where, todo=todo) from failure
        until = time.monotonic() + min(max(self.waits_s[tries - 1], failure.wait_s), LONGEST_WAIT_S)
        while (left := until - time.monotonic()) > 0:
            refuse_if(stopped, where, again)
            time.sleep(min(left, 0.1))


def refuse_if(stopped: Stopped, where: str, again: str) -> None:
    """Raise `FetchStopped` if the caller asks for it."""
    if stopped():
        raise FetchStopped("Stopped; what was fetched is kept", where=where, todo=f"go on with: {again}")


def sha256_if_right(path: Path, file: RemoteFile, stopped: Stopped = never) -> str:
    """SHA-256 of a file on disk if its content is that of the repository's, else ""."""
    if not path.is_file() or path.stat().st_size != file.size:
        return ""
    with _Part(path, file, stopped, "", keep_as_it_is=True) as found:
        return found.sha256() if found.is_right() else ""


@dataclass(frozen=True, slots=True)
class Download:
    """How files are fetched: from which hub and commit, what is told on the way, and what to type to go on."""

    hub: Hub
    listing: Listing
    told: Callable[[RemoteFile, int], None]  # the file and how many bytes of it are there
    stopped: Stopped
    patience: Patience
    again: str

    def fetch(self, file: RemoteFile, part: Path) -> str:
        """Let a part grow to the whole file; returns its SHA-256. The part is left in place, whole and flushed to disk.

        Content that is not the repository's is removed, and fetched once more from its first byte if it was put together of
        several pieces. Raises `WeightsDamaged` if it is wrong all the same, `FetchFailed`, or `FetchStopped`.
        """
        for may_repeat in (True, False):
            with _Part(part, file, self.stopped, self.again) as growing:
                self._grow(file, growing)
                if growing.is_right():
                    growing.flush()
                    return growing.sha256()
            part.unlink()
            if not (may_repeat and growing.was_continued):
                break
        what = f"What came as {file.name} does not have the hash that the hub tells; it was removed"
        raise WeightsDamaged(what, where=self.listing.id, todo=f"try again with: {self.again}")

    def _grow(self, file: RemoteFile, growing: _Part) -> None:
        tries = 0
        while growing.size < file.size:
            before = growing.size
            try:
                self._read_from(file, growing)
                if growing.size < file.size:
                    raise Passing("the connection ended early")
            except OutOfRange:
                growing.clear()
                tries += 1
                self.patience.over(
                    Passing("the hub's file is shorter than it says"), tries, self.listing.id, self.stopped, self.again
                )
            except Passing as failure:
                tries = 1 if growing.size > before else tries + 1
                self.patience.over(failure, tries, self.listing.id, self.stopped, self.again)

    def _read_from(self, file: RemoteFile, growing: _Part) -> None:
        """Ask for what is missing, and take what comes."""
        refuse_if(self.stopped, self.listing.id, self.again)
        with self.hub.stream(self.listing, file, growing.size) as response:
            if growing.size and not _begins_at(response, growing.size):
                growing.clear()  # the whole file comes
                if response.status_code != 200:
                    raise Passing("the hub sent another part than it was asked for")
            growing.was_continued |= growing.size > 0
            for chunk in response.iter_bytes():
                growing.add(chunk)
                self.told(file, growing.size)
                refuse_if(self.stopped, self.listing.id, self.again)


def _begins_at(response: Any, start: int) -> bool:
    return response.status_code == 206 and str(response.headers.get("Content-Range", "")).startswith(f"bytes {start}-")


class _Part:
    """A file that grows, and the hashes of what it holds. Every byte is with the system as soon as it has come."""

    def __init__(self, path: Path, file: RemoteFile, stopped: Stopped, again: str, *, keep_as_it_is: bool = False) -> None:
        self._path = path
        self._file = file
        self._again = again
        try:
            self._opened = path.open("rb" if keep_as_it_is else "ab+", buffering=0)
        except OSError as error:
            raise disk_error(error, path.parent, again) from error
        self.was_continued = False  # whether what is here came in several pieces, of which an old one may be spoiled
        self._restart_hashes()
        self._opened.seek(0)
        while chunk := self._opened.read(READ_BYTES):
            if stopped():
                self._opened.close()
                refuse_if(stopped, str(path), again)
            self._take(chunk)
        self.was_continued = self.size > 0

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()

    def add(self, chunk: bytes) -> None:
        """Append bytes. Raises `FetchFailed` where they find no room, and `Passing` for more than the file may have."""
        if self.size + len(chunk) > self._file.size:
            self.clear()
            raise Passing("more bytes came than the hub told")
        try:
            view = memoryview(chunk)
            while view:
                view = view[self._opened.write(view) :]
        except OSError as error:
            raise disk_error(error, self._path.parent, self._again) from error
        self._take(chunk)

    def clear(self) -> None:
        """Begin anew."""
        self._opened.truncate(0)
        self._restart_hashes()
        self.was_continued = False

    def is_right(self) -> bool:
        """Whether this is the repository's file: SHA-256 of large ones, git's SHA-1 of small ones."""
        if self._file.sha256:
            return self.sha256() == self._file.sha256
        return self.size == self._file.size and self._git.hexdigest() == self._file.git

    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def flush(self) -> None:
        try:
            os.fsync(self._opened.fileno())
        except OSError as error:
            raise disk_error(error, self._path.parent, self._again) from error

    def _restart_hashes(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._git = hashlib.sha1(b"blob %d\0" % self._file.size, usedforsecurity=False)

    def _take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._sha256.update(chunk)
        if not self._file.sha256:
            self._git.update(chunk)


def disk_error(error: OSError, where: Path, again: str) -> FetchFailed:
    """What is said when the disk refuses."""
    if error.errno in FULL:
        what, todo = "The disk is full; what was fetched is kept", f"make room, then go on with: {again}"
    elif error.errno == errno.EFBIG:
        what, todo = (
            "The disk's file system holds no file of that size; what was fetched is kept",
            "name a folder on another disk",
        )
    else:
        what, todo = f"The folder cannot be written ({error.strerror})", "name another folder, or make it writable"
    return FetchFailed(what, where=where, todo=todo)
