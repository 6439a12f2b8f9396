"""How an error looks: a quiet bar for what the user can mend, a report for what nobody foresaw. Nothing modal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio import log
from studio.core.errors import StudioError
from studio.i18n import _
from studio.ui.editor.announce import Announcer


class Notice(QFrame):
    """One message at a time: what happened and where, what was kept, what to do. Stays until it is closed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._announcer = Announcer(self)
        self._act: Callable[[], None] | None = None
        self._other_act: Callable[[], None] | None = None
        self._headline = QLabel()
        self._headline.setProperty("role", "title")
        self._details = QLabel()
        self._details.setProperty("role", "muted")
        for label in (self._headline, self._details):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QToolButton()
        self._button.clicked.connect(self._do)
        self._other = QToolButton()
        self._other.clicked.connect(self._do_other)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setProperty("flat", True)
        self._close.setAccessibleName(_("Close this message"))
        self._close.setToolTip(_("Close this message"))
        self._close.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._headline)
        words.addWidget(self._details)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addLayout(words, 1)
        row.addWidget(self._button)
        row.addWidget(self._other)
        row.addWidget(self._close)
        self.hide()

    def show_error(self, error: StudioError) -> None:
        """Lay the parts of an error out, so that each can be read alone."""
        what = sentence(error.what)
        headline = f"{error.where}: {what}" if error.where else what
        self._show(headline, " ".join(sentence(part) for part in (error.kept, error.todo) if part), "error")

    def say(self, headline: str, details: str = "", *, button: str = "", act: Callable[[], None] | None = None) -> None:
        """A message that is no error, with at most one thing to do about it."""
        self._show(headline, details, "", button, act)

    def offer(
        self, headline: str, details: str, first: tuple[str, Callable[[], None]], second: tuple[str, Callable[[], None]]
    ) -> None:
        """A message with a choice of two: the words and the act of each."""
        self._show(headline, details, "", *first)
        self._other.setText(second[0])
        self._other_act = second[1]
        self._other.show()

    def text(self) -> str:
        return f"{self._headline.text()} {self._details.text()}".strip()

    def act(self) -> None:
        """Do the (first) thing that the message offers."""
        self._do()

    def act_otherwise(self) -> None:
        """Do the second thing that the message offers."""
        self._do_other()

    def _show(self, headline: str, details: str, role: str, button: str = "", act: Callable[[], None] | None = None) -> None:
        self._headline.setText(headline)
        self._details.setText(details)
        self._details.setVisible(bool(details))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._act, self._other_act = act, None
        self._other.hide()
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setAccessibleName(self.text())
        self.show()
        self._announcer.announce(self.text())

    @Slot()
    def _do(self) -> None:
        self.hide()
        if self._act is not None:
            self._act()

    @Slot()
    def _do_other(self) -> None:
        self.hide()
        if self._other_act is not None:
            self._other_act()


class CrashGuard(QObject):
    """Catches what nobody foresaw, on any thread: a report is kept, one sentence is shown, the program lives on."""

    caught = Signal(str, object)  # the sentence, the path of the report

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = lambda args: self.handle(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)

    def remove(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        report = log.keep_report(self._folder, error, "working in the window")
        said = _("Something went wrong that should not have. Your work is kept; a report lies in {path}.")
        self.caught.emit(said.format(path=report), report)


def open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def sentence(part: str) -> str:
    """Errors carry parts of sentences; on a screen each begins large and ends with a stop."""
    part = part.strip()
    if not part:
        return ""
    return part[0].upper() + part[1:] + ("" if part[-1] in ".!?…" else ".")
