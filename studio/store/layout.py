"""What lies in a project folder under which name, and the script file itself."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import ProjectError, reason
from studio.core.text import MAX_BYTES
from studio.store import durable, lock

SCRIPT = "script.txt"
DATABASE = "project.db"
TAKES = "takes"
ASIDE = "damaged"  # what a repair could not use; nothing in it is read again


@dataclass(frozen=True, slots=True)
class Script:
    """The script as it was read: its text, and how to tell that the file has changed since."""

    text: str
    modified_ns: int
    size: int
    digest: str


def read_script(folder: Path) -> Script:
    """Raises ProjectError when the file is missing, absurdly large or no UTF-8 text.

    Not `studio.core.text.read`, which refuses what looks like another kind of file: a script of ours may begin with any word.
    """
    path = folder / SCRIPT
    try:
        stat = path.stat()
        if stat.st_size > MAX_BYTES:
            raise ProjectError(f"the script has {durable.megabytes(stat.st_size)}", where=path, kept="nothing was changed")
        data = path.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"the script cannot be read ({reason(error)})", where=path, kept="nothing was changed", todo="check the project"
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectError(
            f"the script is not UTF-8 text (byte {error.start})",
            where=path,
            kept="nothing was changed",
            todo="save it as UTF-8",
        ) from error
    return Script(text, stat.st_mtime_ns, stat.st_size, hashlib.sha256(data).hexdigest())


def write_script(folder: Path, text: str, *, sync: bool = True) -> Script:
    """Replace the script, whole and durable."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"the script holds half a character (at {error.start})",
            where=folder / SCRIPT,
            kept="the saved script is unchanged",
            todo="remove it",
        ) from error
    durable.write_bytes(folder / SCRIPT, data, sync=sync)
    stat = (folder / SCRIPT).stat()
    return Script(text, stat.st_mtime_ns, stat.st_size, hashlib.sha256(data).hexdigest())


def script_changed(folder: Path, known: Script) -> bool:
    """Whether the file's content differs from `known`. Cheap while its time and size are the same."""
    path = folder / SCRIPT
    try:
        stat = path.stat()
        if (stat.st_mtime_ns, stat.st_size) == (known.modified_ns, known.size):
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() != known.digest
    except OSError:
        return True


def foreign_names(folder: Path, text: str) -> list[str]:
    """What keeps a project with this text from being made here. The leavings of our own interrupted attempt do not."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [folder.name]
    foreign = []
    for path in sorted(folder.iterdir()):
        is_ours = path.name == lock.NAME or durable.TEMPORARY in path.name
        with suppress(OSError):
            is_ours = is_ours or (path.name == TAKES and not any(path.iterdir()))
            is_ours = is_ours or (path.name == SCRIPT and path.read_bytes() == text.encode("utf-8", "replace"))
        if not is_ours:
            foreign.append(path.name)
    return foreign
