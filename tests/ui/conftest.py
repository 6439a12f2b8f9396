"""What tests of the whole window share: a theme in force for as long as a module's tests run, and the end of a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from studio.ui.theme import ThemeSwitch
from studio.ui.window import MainWindow


@pytest.fixture(scope="module")
def themes(qapp: QApplication) -> Iterator[ThemeSwitch]:
    """The dark theme. To lay it on takes longer than to make a window."""
    yield ThemeSwitch(qapp, "dark")
    qapp.setStyleSheet("")


@pytest.fixture
def dispose() -> Callable[[MainWindow], None]:
    """Closes a window for good, so that no later test has it polished again."""

    def close_for_good(window: MainWindow) -> None:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    return close_for_good
