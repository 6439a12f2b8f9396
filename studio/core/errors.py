"""The errors of the studio: one small tree. Core raises; only `ui` and `cli` turn errors into words on a screen."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

_REASONS: Mapping[int | None, str] = {
    errno.ENOENT: "No such file or directory",
    errno.EEXIST: "File exists",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
    errno.EROFS: "Read-only file system",
    errno.EISDIR: "Is a directory",
    errno.ENOTDIR: "Not a directory",
    errno.ENOTEMPTY: "Directory not empty",
    errno.ENAMETOOLONG: "File name too long",
    errno.ELOOP: "Too many levels of symbolic links",
    errno.EXDEV: "The folders lie on different disks",
    errno.EBUSY: "The file is in use",
    errno.EIO: "Input/output error",
    errno.ENOSPC: "No space left on device",
    errno.EDQUOT: "Disk quota exceeded",
    errno.EFBIG: "File too large",
    errno.EMFILE: "Too many open files",
    errno.ENFILE: "Too many open files",
    errno.ENODEV: "No such device",
    errno.EINVAL: "Invalid argument",
}


def reason(error: OSError) -> str:
    """Why the system refused, as a clause without a full stop. In the language of our sentences: the C library would answer in
    that of the desktop, once Qt has asked for it."""
    return _REASONS.get(error.errno) or error.strerror or str(error) or "it gave no reason"


class StudioError(Exception):
    """Something a user can understand and mend.

    `what` happened, `where` (a file, a line), what was `kept` unchanged and what `todo` next are kept apart, so that a
    window can lay them out and a test can demand each; `str()` joins them into one sentence.
    """

    code = "error"
    exit_status = 2

    def __init__(self, what: str, *, where: str | Path = "", kept: str = "", todo: str = "") -> None:
        self.what = what.rstrip(".")
        self.where = str(where)
        self.kept = kept.rstrip(".")
        self.todo = todo.rstrip(".")
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """`where: what; kept; todo.` with the empty parts left out."""
        parts = "; ".join(part for part in (self.what, self.kept, self.todo) if part)
        return f"{self.where}: {parts}." if self.where else f"{parts}."

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.kept, self.todo))


def _rebuild(kind: type[StudioError], what: str, where: str, kept: str, todo: str) -> StudioError:
    return kind(what, where=where, kept=kept, todo=todo)


class UsageError(StudioError):
    """The command line, or a setting, was wrong."""

    code = "usage"


class ScriptError(StudioError):
    """A script file that cannot be read as text."""

    code = "script"


class LintError(StudioError):
    """A script that holds errors, where an errorless one is needed."""

    code = "lint"
    exit_status = 1


class ProjectError(StudioError):
    """A project that is missing, damaged, newer than this program, or cannot be written."""

    code = "project"


class ProjectLockedError(ProjectError):
    """Somebody else has the project open for writing."""

    code = "project-locked"


class StorageFullError(ProjectError):
    """No space left, or the disk refuses to be written. Rendering pauses; nothing is damaged."""

    code = "storage-full"


class VoiceError(StudioError):
    """A voice that is missing, or a sample that cannot serve as one."""

    code = "voice"


class AudioError(StudioError):
    """An audio file that cannot be read, or no audio library to read it with."""

    code = "audio"


class EngineError(StudioError):
    """A speech engine that cannot start, died, hung or answered nonsense."""

    code = "engine"
    exit_status = 3


class RefusedError(EngineError):
    """A request that a speech engine cannot be asked for, or that comes to nothing. Nothing is wrong with the engine, and it is
    no use to ask again."""

    code = "refused"


class UnavailableError(EngineError):
    """A speech engine that cannot start here: a package, a model, memory or a device is missing, or its files are damaged.
    Nothing ran, and it is no use to try again before that is mended."""

    code = "engine-unavailable"
    exit_status = 2


class ModelError(StudioError):
    """A speech model that is missing, damaged, or cannot be fetched."""

    code = "model"


class ExportError(StudioError):
    """An output that cannot be written."""

    code = "export"


class EditError(StudioError):
    """An edit that does not fit the project; nothing was changed."""

    code = "edit"


class Cancelled(Exception):  # noqa: N818 - it is an outcome, not an error
    """The user asked to stop. Finished work stays."""
