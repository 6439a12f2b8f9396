"""Two hands on one script: notices that script.txt was changed by another program, loads theirs or keeps ours.

The version that gives way is set aside among the project's backups, unless it can be had by undo. Lives on the GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from studio.core.errors import ProjectError, StudioError
from studio.qt.saving import Saving
from studio.store import backups, durable, layout
from studio.store.project import ProjectStore

QUIET_MS = 400  # editors write a file in several steps
AGAIN_MS = 2000  # how often a folder that vanished is looked for


class Outside(QObject):
    """`noticed`: the script was changed by another program, and somebody has to decide. Other errors of saving pass through."""

    noticed = Signal()
    trouble = Signal(object)  # StudioError

    def __init__(self, store: ProjectStore, saving: Saving, text: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._saving = saving
        self._text = text
        self._script = store.folder / layout.SCRIPT
        self.is_apart = False  # the two versions differ and nobody has decided yet
        self._timer = _timer(self, QUIET_MS, self._look)
        self._again = _timer(self, AGAIN_MS, self._try_again)
        self._watcher = QFileSystemWatcher(self)
        if store.is_writable:
            self._watcher.addPath(str(store.folder))
        self._watcher.directoryChanged.connect(lambda _path: self._timer.start())
        self._watcher.fileChanged.connect(lambda _path: self._timer.start())
        self._watch()
        saving.trouble.connect(self._sort_out)

    def load(self) -> str:
        """The script as the other program left it; what was not saved here is set aside. Raises StudioError."""
        if not self._saving.is_kept:
            self._set_aside(self._text())
        text = self._store.reload_text()
        self.is_apart = False
        return text

    def keep(self) -> None:
        """Save what is here; the other program's version is set aside. Raises StudioError."""
        self._set_aside(self._store.reload_text())
        self.is_apart = False
        self._saving.text_changed()
        self._saving.flush()

    def parted(self, error: StudioError) -> StudioError:
        """The error to tell when the project closes undecided: then ours is set aside, and theirs is the script."""
        if not self._is_theirs():
            return error
        aside = self._set_aside(self._text())
        return ProjectError(
            "the script was changed by another program and stays as that left it",
            where=self._script,
            kept=f"what this window had lies in {aside.parent.name}/{aside.name}",
            todo="open the project again and copy from there what you need",
        )

    def _is_theirs(self) -> bool:
        return self._script.is_file() and self._store.changed_outside()

    def _watch(self) -> None:
        """A file that was replaced is a new one, and has to be watched anew."""
        if self._store.is_writable and str(self._script) not in self._watcher.files() and self._script.is_file():
            self._watcher.addPath(str(self._script))

    def _look(self) -> None:
        self._watch()
        if self._saving.is_kept and self._is_theirs():  # else the next write will find out
            self._notice()

    def _notice(self) -> None:
        if not self.is_apart:
            self.is_apart = True
            self.noticed.emit()

    def _sort_out(self, error: StudioError) -> None:
        """What kept the script from being saved."""
        if self._is_theirs():
            self._notice()
        elif not self._script.parent.is_dir():
            self._again.start()
            self.trouble.emit(
                ProjectError(
                    "the folder of the project is not there any more",
                    where=self._script.parent,
                    kept="every word is still in this window, and is saved as soon as the folder is back",
                    todo="bring the folder back, or copy the script to another place",
                )
            )
        else:
            self.trouble.emit(error)

    def _try_again(self) -> None:
        if self._script.is_file():
            self._saving.text_changed()
        elif self._saving.has_failed:
            self._again.start()

    def _set_aside(self, text: str) -> Path:
        """A copy of a version of the script among the backups. Raises ProjectError."""
        folder = self._store.folder / backups.FOLDER
        durable.make_folder(folder)
        stamp = time.strftime("%Y-%m-%d %H%M%S")
        names = [f"script {stamp}.txt", *(f"script {stamp} {number}.txt" for number in range(2, 100))]
        target = next(folder / name for name in names if not (folder / name).exists())
        durable.write_bytes(target, text.encode("utf-8"))
        return target


def _timer(parent: QObject, interval_ms: int, act: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    timer.timeout.connect(act)
    return timer
