"""The Qt application with its names: what the desktop calls us."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication


def application(argv: Sequence[str]) -> QApplication:
    """The one application of this process, made when there is none yet."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(list(argv))
    app.setApplicationName("dia-studio")
    app.setApplicationDisplayName("Dia Studio")
    app.setDesktopFileName("dia-studio")
    return app
