"""Every command once: id, words, keys, menu, when it can be used and what it does. Menus, keys, command list read this table.

`Desk` says what the commands need of the window; the window's desk does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.i18n import N_, _
from studio.ui.editor.commands import COMMANDS as EDITOR_COMMANDS
from studio.ui.editor.commands import EditorCommand

TAKE_LETTERS = "ABCDEFGHI"


class Desk(Protocol):
    """What a command may ask for."""

    def new_project(self) -> None: ...
    def open_project(self) -> None: ...
    def open_script(self) -> None: ...
    def open_demo(self) -> None: ...
    def save_now(self) -> None: ...
    def export(self) -> None: ...
    def close_project(self) -> None: ...
    def quit(self) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def in_editor(self, method: str) -> None: ...
    def mend_all(self) -> None: ...
    def step_segment(self, step: int) -> None: ...
    def go_to(self, place: str) -> None: ...
    def next_pane(self, step: int) -> None: ...
    def back_to_script(self) -> None: ...
    def toggle_panel(self, panel: str) -> None: ...
    def set_theme(self, name: str) -> None: ...
    def show_commands(self) -> None: ...
    def render_changed(self) -> None: ...
    def render_segment(self) -> None: ...
    def new_take(self) -> None: ...
    def choose_take(self, number: int) -> None: ...
    def swap_takes(self) -> None: ...
    def pause_rendering(self) -> None: ...
    def stop_rendering(self) -> None: ...
    def retry_failed(self) -> None: ...
    def clear_finished(self) -> None: ...
    def toggle_play(self) -> None: ...
    def play_segment(self) -> None: ...
    def mute_segment(self) -> None: ...
    def play_from_start(self) -> None: ...
    def show_help(self) -> None: ...
    def show_log(self) -> None: ...
    def show_about(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which commands can be used now. Counts are numbers of segments, problems, takes, jobs."""

    has_project: bool = False
    can_write: bool = False
    changed: int = 0
    problems: int = 0
    takes: int = 0
    waiting: int = 0
    failed: int = 0
    finished: int = 0
    has_segment: bool = False
    has_sound: bool = False
    can_undo: bool = False
    can_redo: bool = False


Condition = Callable[[Situation], bool]


def _always(now: Situation) -> bool:
    return True


def _with_project(now: Situation) -> bool:
    return now.has_project


def _writable(now: Situation) -> bool:
    return now.can_write


def _on_segment(now: Situation) -> bool:
    return now.has_segment


def _on_own_segment(now: Situation) -> bool:
    return now.has_segment and now.can_write


def _choose(number: int) -> Callable[[Desk], None]:
    return lambda desk: desk.choose_take(number)


def _has_take(number: int) -> Condition:
    return lambda now: now.takes >= number and now.can_write


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do. `keys` are portable key sequences, the first is the one that is shown."""

    id: str
    menu: str
    text: str
    act: Callable[[Desk], None]
    keys: tuple[str, ...] = ()
    when: Condition = _always
    starts_group: bool = False


_SIZES = ("script.larger", "script.smaller", "script.usual-size")
_READING = ("script.find", "script.find-next", "script.find-previous", "script.next-problem", "script.previous-problem")


def _of_editor(command: EditorCommand, menu: str) -> Command:
    """One of the script editor's commands, with its own words and keys."""
    when = _with_project if command.id in (*_SIZES, *_READING) else _writable
    begins = command.id in ("script.fix", "script.find", "script.larger")
    return Command(command.id, menu, command.title, lambda desk: desk.in_editor(command.method), command.keys, when, begins)


MENUS: tuple[tuple[str, str], ...] = (
    ("file", N_("&File")),
    ("edit", N_("&Edit")),
    ("view", N_("&View")),
    ("segment", N_("&Segment")),
    ("render", N_("&Render")),
    ("play", N_("&Play")),
    ("help", N_("&Help")),
)

_FILE = (
    Command("file.new", "file", N_("&New project…"), lambda desk: desk.new_project(), ("Ctrl+N",)),
    Command("file.open", "file", N_("&Open project…"), lambda desk: desk.open_project(), ("Ctrl+O",)),
    Command("file.open-script", "file", N_("Open &script…"), lambda desk: desk.open_script(), ("Ctrl+Shift+O",)),
    Command("file.demo", "file", N_("Try the &demo"), lambda desk: desk.open_demo()),
    Command("file.save", "file", N_("&Save now"), lambda desk: desk.save_now(), ("Ctrl+S",), _writable, True),
    Command("file.export", "file", N_("&Export…"), lambda desk: desk.export(), ("Ctrl+E",), lambda now: now.has_sound),
    Command("file.close", "file", N_("&Close project"), lambda desk: desk.close_project(), ("Ctrl+W",), _with_project, True),
    Command("file.quit", "file", N_("&Quit"), lambda desk: desk.quit(), ("Ctrl+Q",)),
)

_EDIT = (
    Command("edit.undo", "edit", N_("&Undo"), lambda desk: desk.undo(), ("Ctrl+Z",), lambda now: now.can_undo),
    Command("edit.redo", "edit", N_("&Redo"), lambda desk: desk.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), lambda now: now.can_redo),
    *(_of_editor(command, "edit") for command in EDITOR_COMMANDS if command.id not in _SIZES),
    Command("edit.mend-all", "edit", N_("Mend all problems"), lambda desk: desk.mend_all(), (), lambda now: now.problems > 0),
)

_VIEW = (
    Command("view.commands", "view", N_("&Command list…"), lambda desk: desk.show_commands(), ("Ctrl+Shift+P",)),
    Command(
        "view.script", "view", N_("Go to the &script"), lambda desk: desk.go_to("script"), ("Ctrl+1",), _with_project, True
    ),
    Command(
        "view.segment", "view", N_("Go to the &inspector"), lambda desk: desk.go_to("inspector"), ("Ctrl+2",), _with_project
    ),
    Command(
        "view.timeline", "view", N_("Go to the &timeline"), lambda desk: desk.go_to("timeline"), ("Ctrl+3",), _with_project
    ),
    Command("view.queue", "view", N_("Go to the &queue"), lambda desk: desk.go_to("queue"), ("Ctrl+4",), _with_project),
    Command("view.outline", "view", N_("Go to the &outline"), lambda desk: desk.go_to("outline"), ("Ctrl+5",), _with_project),
    Command("view.voices", "view", N_("Go to the &voices"), lambda desk: desk.go_to("voices"), ("Ctrl+6",), _with_project),
    Command(
        "view.problems", "view", N_("Go to the &problems"), lambda desk: desk.go_to("problems"), ("Ctrl+7",), _with_project
    ),
    Command("view.next-pane", "view", N_("Next pa&ne"), lambda desk: desk.next_pane(1), ("F6",), _with_project, True),
    Command("view.previous-pane", "view", N_("Previous pan&e"), lambda desk: desk.next_pane(-1), ("Shift+F6",), _with_project),
    Command("view.back", "view", N_("&Back to the script"), lambda desk: desk.back_to_script(), ("Esc",), _with_project),
    Command(
        "view.toggle-outline",
        "view",
        N_("Show or hide the outline"),
        lambda desk: desk.toggle_panel("outline"),
        ("F9",),
        _always,
        True,
    ),
    Command(
        "view.toggle-inspector", "view", N_("Show or hide the inspector"), lambda desk: desk.toggle_panel("inspector"), ("F10",)
    ),
    Command(
        "view.toggle-timeline", "view", N_("Show or hide the timeline"), lambda desk: desk.toggle_panel("timeline"), ("F11",)
    ),
    *(_of_editor(command, "view") for command in EDITOR_COMMANDS if command.id in _SIZES),
    Command("view.theme-system", "view", N_("Colours of the system"), lambda desk: desk.set_theme("system"), (), _always, True),
    Command("view.theme-dark", "view", N_("Dark colours"), lambda desk: desk.set_theme("dark")),
    Command("view.theme-light", "view", N_("Light colours"), lambda desk: desk.set_theme("light")),
    Command("view.theme-contrast", "view", N_("High contrast"), lambda desk: desk.set_theme("contrast")),
)

_SEGMENT = (
    Command(
        "segment.render",
        "segment",
        N_("&Render this segment"),
        lambda desk: desk.render_segment(),
        ("Ctrl+Return", "Ctrl+Enter"),
        _on_own_segment,
    ),
    Command("segment.new-take", "segment", N_("&New take"), lambda desk: desk.new_take(), ("Ctrl+T",), _on_own_segment),
    Command(
        "segment.swap",
        "segment",
        N_("S&wap takes"),
        lambda desk: desk.swap_takes(),
        ("Ctrl+B",),
        lambda now: now.takes > 1,
    ),
    Command(
        "segment.play", "segment", N_("&Play this segment"), lambda desk: desk.play_segment(), ("Shift+Space",), _on_segment
    ),
    Command(
        "segment.mute",
        "segment",
        N_("&Mute or unmute this segment"),
        lambda desk: desk.mute_segment(),
        ("Ctrl+Shift+M",),
        _on_own_segment,
    ),
    Command(
        "segment.previous",
        "segment",
        N_("Pr&evious segment"),
        lambda desk: desk.step_segment(-1),
        ("Alt+Up",),
        _with_project,
        True,
    ),
    Command("segment.next", "segment", N_("Ne&xt segment"), lambda desk: desk.step_segment(1), ("Alt+Down",), _with_project),
    *(
        Command(
            f"segment.take-{number}",
            "segment",
            N_("Choose take {letter}"),
            _choose(number),
            (f"Alt+{number}",),
            _has_take(number),
            number == 1,
        )
        for number in range(1, 10)
    ),
)

_RENDER = (
    Command(
        "render.changed",
        "render",
        N_("&Render what changed"),
        lambda desk: desk.render_changed(),
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        lambda now: now.changed > 0 and now.can_write,
    ),
    Command(
        "render.pause",
        "render",
        N_("&Pause or resume"),
        lambda desk: desk.pause_rendering(),
        ("Ctrl+Shift+Space",),
        lambda now: now.waiting > 0,
        True,
    ),
    Command(
        "render.stop",
        "render",
        N_("&Stop rendering"),
        lambda desk: desk.stop_rendering(),
        ("Ctrl+Shift+X",),
        lambda now: now.waiting > 0,
    ),
    Command(
        "render.retry",
        "render",
        N_("&Retry all failed"),
        lambda desk: desk.retry_failed(),
        (),
        lambda now: now.failed > 0,
    ),
    Command(
        "render.clear",
        "render",
        N_("&Clear finished"),
        lambda desk: desk.clear_finished(),
        (),
        lambda now: now.finished > 0,
    ),
)

_PLAY = (
    Command(
        "play.toggle", "play", N_("&Play or pause"), lambda desk: desk.toggle_play(), ("Ctrl+Space",), lambda now: now.has_sound
    ),
    Command(
        "play.start",
        "play",
        N_("Play from the &start"),
        lambda desk: desk.play_from_start(),
        ("Alt+Home",),
        lambda now: now.has_sound,
    ),
)

_HELP = (
    Command("help.manual", "help", N_("&Manual"), lambda desk: desk.show_help(), ("F1",)),
    Command("help.log", "help", N_("Open the &log folder"), lambda desk: desk.show_log()),
    Command("help.about", "help", N_("&About Dia Studio"), lambda desk: desk.show_about()),
)

COMMANDS: tuple[Command, ...] = (*_FILE, *_EDIT, *_VIEW, *_SEGMENT, *_RENDER, *_PLAY, *_HELP)


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
