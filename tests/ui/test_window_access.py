"""The window to those who do not see it or do not use a mouse: names, sizes, and a way through by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.qt.remembered import Remembered
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore
from studio.ui.theme import ThemeSwitch
from studio.ui.window import MainWindow

SCRIPT = "# One\n\n[Maya] They found the boat (chuckling) on a Thursday.\n[Tom] And nobody in it.\n{music sea.flac}\n"
VIEWS = ("script", "inspector", "timeline", "queue", "outline", "voices", "problems")
ROW_ROLES = (QAccessible.Role.ListItem, QAccessible.Role.Cell, QAccessible.Role.MenuItem)


@pytest.fixture
def window(themes: ThemeSwitch, dispose: Callable[[MainWindow], None], qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    window = MainWindow(Workspace(Remembered(tmp_path / "window.ini"), engine="fake"), themes)
    window.show()
    ProjectStore.create(tmp_path / "show", SCRIPT).close()
    with qtbot.waitSignal(window.workspace.engine.ready, timeout=20_000):
        window.desk.open_path(tmp_path / "show")
    window.shown.refresh()  # type: ignore[union-attr]
    yield window
    dispose(window)


def items(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """All that a screen reader meets: what cannot be seen is left out."""
    yield root
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from items(child)


def described(item: QAccessibleInterface) -> str:
    box = item.rect()
    kind = type(item.object()).__name__ if item.object() is not None else "item"
    return f"{kind} {item.role()} “{item.text(QAccessible.Text.Name)}” {box.width()}x{box.height()}"


@pytest.mark.parametrize("view", VIEWS)
def test_all_that_takes_the_focus_has_a_name_and_a_role(window: MainWindow, view: str) -> None:
    window.desk.go_to(view)
    window.shown.refresh()  # type: ignore[union-attr]
    root = QAccessible.queryAccessibleInterface(window)
    nameless = [
        described(item)
        for item in items(root)
        if item.state().focusable
        and (not any(letter.isalnum() for letter in item.text(QAccessible.Text.Name)) or item.role() == QAccessible.Role.NoRole)
    ]
    assert nameless == []


@pytest.mark.parametrize("view", VIEWS)
def test_all_that_can_be_hit_is_as_large_as_a_finger_tip(window: MainWindow, view: str) -> None:
    window.desk.go_to(view)
    window.shown.refresh()  # type: ignore[union-attr]
    QApplication.processEvents()
    root = QAccessible.queryAccessibleInterface(window)
    roles = (
        QAccessible.Role.Button,
        QAccessible.Role.ButtonMenu,
        QAccessible.Role.CheckBox,
        QAccessible.Role.ComboBox,
        QAccessible.Role.EditableText,
        QAccessible.Role.ListItem,
        QAccessible.Role.PageTab,
        QAccessible.Role.SpinBox,
    )
    small = [
        described(item)
        for item in items(root)
        if item.role() in roles and not item.state().offscreen and 0 < min(item.rect().width(), item.rect().height()) < 24
    ]
    assert small == []


def test_the_focus_is_never_trapped_and_escape_leads_back(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.editor.setFocus()
    seen = set()
    for _ in range(200):
        here = QApplication.focusWidget()
        assert here is not None
        seen.add(id(here))
        QTest.keyClick(here, Qt.Key.Key_Tab)
    assert len(seen) > 12
    assert id(window.editor) in seen
    for view in VIEWS:
        window.desk.go_to(view)
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
        assert window.editor.hasFocus(), view


def test_the_export_dialog_has_names_for_all_its_fields(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.export()
    dialog = window.desk.export_dialog
    assert dialog is not None
    root = QAccessible.queryAccessibleInterface(dialog)
    nameless = [described(item) for item in items(root) if item.state().focusable and not item.text(QAccessible.Text.Name)]
    assert nameless == []
    dialog.close()


def test_a_long_title_does_not_push_the_window_off_the_screen(window: MainWindow) -> None:
    before = window.minimumSizeHint().width()
    window.top.show_title("A title that is much longer than any title has the right to be, and goes on for a while " * 2, "")
    assert window.minimumSizeHint().width() <= before
