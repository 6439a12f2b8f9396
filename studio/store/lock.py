"""One writer at a time per folder. The operating system holds the lock, so it is free at once when its holder dies; the file's
content only says who that is."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from studio.core.errors import ProjectLockedError
from studio.store import durable

NAME = "lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open for writing. `since` is seconds since 1970."""

    user: str
    host: str
    pid: int
    since: float

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.pid})"


class FolderLock:
    """Held from construction until `release`. Raises ProjectLockedError that names the holder when somebody else has it."""

    def __init__(self, folder: Path, *, take_over: bool = False) -> None:
        self._path = folder / NAME
        self._descriptor = _locked(self._path)
        try:
            other = holder(folder)
            self.was_stale = other is not None  # its last holder did not close: killed, or the power went
            # Our own machine's lock is free, so its holder is dead. Another machine's may be alive behind a shared drive that
            # does not carry locks, or a folder that is kept in step by a cloud service.
            if other is not None and other.host != socket.gethostname() and not take_over:
                raise _locked_by(folder, other)
            self._name_holder(folder)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Free the lock and take its file away. Doing it twice is harmless."""
        if self._descriptor >= 0:
            if sys.platform == "win32":  # an open file cannot be removed there
                os.ftruncate(self._descriptor, 0)
            else:
                with suppress(OSError):
                    self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def is_held(self) -> bool:
        return self._descriptor >= 0

    def _name_holder(self, folder: Path) -> None:
        mine = Holder(_user(), socket.gethostname(), os.getpid(), time.time())
        with durable.refusals(folder):
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, json.dumps(asdict(mine)).encode())


def holder(folder: Path) -> Holder | None:
    """Who the lock file names, be they alive or dead; None without a lock file."""
    try:
        fields = json.loads((folder / NAME).read_bytes())
        return Holder(str(fields["user"])[:80], str(fields["host"])[:80], int(fields["pid"]), float(fields["since"]))
    except (OSError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None


def is_held(folder: Path) -> bool:
    """Whether a living process, this one included, holds the lock. Changes nothing."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _locked(path: Path) -> int:
    """An open, locked descriptor of the lock file that has this name now (its last holder may have removed an older one)."""
    while True:
        with durable.refusals(path.parent):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            _lock_patiently(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise _locked_by(path.parent, holder(path.parent)) from error
        with suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)


def _lock_patiently(descriptor: int) -> None:
    """Somebody who only asks `is_held` has the lock for an instant."""
    for wait_s in (0.02, 0.05, None):
        try:
            _lock(descriptor)
        except OSError:
            if wait_s is None:
                raise
            time.sleep(wait_s)
        else:
            return


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # far behind the content, which others must be able to read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _locked_by(folder: Path, other: Holder | None) -> ProjectLockedError:
    who = f"open for writing by {other}" if other else "open for writing by another program"
    return ProjectLockedError(
        f"this project is {who}", where=folder, kept="nothing was changed", todo="close it there, or open it here to read only"
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
