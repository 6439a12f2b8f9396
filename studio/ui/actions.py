"""Every command once, as QActions: menus, keys and the command list read this. Each menu has its table in `commands`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.i18n import N_, _
from studio.ui.commands import edit, file, manual, play, render, review, segment, takes, view, voice
from studio.ui.commands.command import Command, Desk, Situation

__all__ = ["COMMANDS", "MENUS", "TAKE_LETTERS", "Actions", "Command", "Desk", "Situation", "key_hint", "title_of"]

TAKE_LETTERS = "ABCDEFGHI"

MENUS: tuple[tuple[str, str], ...] = (
    ("file", N_("&File")),
    ("edit", N_("&Edit")),
    ("view", N_("&View")),
    ("segment", N_("&Segment")),
    ("takes", N_("&Takes")),
    ("review", N_("Re&view")),
    ("voice", N_("V&oice")),
    ("render", N_("&Render")),
    ("play", N_("&Play")),
    ("help", N_("&Help")),
)

COMMANDS: tuple[Command, ...] = tuple(
    command for menu in (file, edit, view, segment, takes, review, voice, render, play, manual) for command in menu.COMMANDS
)


def title_of(command: Command) -> str:
    """The command's words in the user's language, with the mnemonic's ampersand."""
    number = command.id.rpartition("-")[2]
    return _(command.text).format(letter=TAKE_LETTERS[int(number) - 1]) if number.isdigit() else _(command.text)


class Actions(QObject):
    """The table as QActions of one window."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {command.id: _action(command, window, desk) for command in COMMANDS}

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def all(self) -> Mapping[str, QAction]:
        return self._actions

    def fill(self, bar: QMenuBar) -> Mapping[str, QMenu]:
        """Put every command into the menu bar. The menus come back by id."""
        menus = {name: bar.addMenu(_(title)) for name, title in MENUS}
        for command in COMMANDS:
            menu = menus[command.menu]
            if command.starts_group:
                menu.addSeparator()
            menu.addAction(self._actions[command.id])
        return menus

    def update(self, now: Situation) -> None:
        for command in COMMANDS:
            self._actions[command.id].setEnabled(command.when(now))


def key_hint(command_id: str) -> str:
    """The command's first key in the short signs of a keyboard, "" without one."""
    keys = next(command.keys for command in COMMANDS if command.id == command_id)
    if not keys:
        return ""
    native = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
    for name, sign in (("Shift+", "⇧ "), ("Ctrl+", "Ctrl "), ("Alt+", "Alt "), ("Return", "↵"), ("Enter", "↵")):
        native = native.replace(name, sign)
    return native


def _action(command: Command, window: QWidget, desk: Desk) -> QAction:
    action = QAction(title_of(command), window)
    action.setObjectName(command.id)
    action.setShortcuts([QKeySequence(key) for key in command.keys])
    action.triggered.connect(partial(_run, command.act, desk))
    window.addAction(action)
    return action


def _run(act: Callable[[Desk], None], desk: Desk, checked: bool = False) -> None:
    act(desk)
