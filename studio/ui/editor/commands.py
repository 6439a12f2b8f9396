"""The editor's own commands as a table: id, words, keys, method. Menus, the command list and the editor's keys read it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.i18n import N_


@dataclass(frozen=True, slots=True)
class EditorCommand:
    """`method` is one of ScriptEditor, without arguments."""

    id: str
    title: str
    keys: tuple[str, ...]
    method: str
    in_menu: bool = False


COMMANDS = (
    EditorCommand("script.fix", N_("Mend this problem"), ("Ctrl+.",), "fix", True),
    EditorCommand("script.fix-all", N_("Mend all of this kind"), ("Ctrl+Shift+.", "Ctrl+>"), "fix_all", True),
    EditorCommand("script.next-problem", N_("Next problem"), ("F8",), "next_problem", True),
    EditorCommand("script.previous-problem", N_("Previous problem"), ("Shift+F8",), "previous_problem", True),
    EditorCommand("script.find", N_("Find…"), ("Ctrl+F",), "show_find", True),
    EditorCommand("script.replace", N_("Replace…"), ("Ctrl+H",), "show_replace", True),
    EditorCommand("script.find-next", N_("Find next"), ("F3",), "find_next"),
    EditorCommand("script.find-previous", N_("Find previous"), ("Shift+F3",), "find_previous"),
    EditorCommand("script.complete", N_("Suggest a word"), ("Alt+/",), "complete"),
    EditorCommand("script.larger", N_("Larger text"), ("Ctrl++", "Ctrl+="), "larger"),
    EditorCommand("script.smaller", N_("Smaller text"), ("Ctrl+-",), "smaller"),
    EditorCommand("script.usual-size", N_("Usual size of text"), ("Ctrl+0",), "usual_size"),
)
_BY_KEY = {QKeySequence(key).toString(): command for command in COMMANDS for key in command.keys}


def command_for(event: QKeyEvent) -> EditorCommand | None:
    """The command of a key, where the window has not taken the key for one of its own."""
    combination: QKeyCombination = event.keyCombination()
    return _BY_KEY.get(QKeySequence(combination).toString())
