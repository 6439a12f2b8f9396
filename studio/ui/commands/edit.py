"""The menu of edits: undo, and what the script editor can do."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command
from studio.ui.commands.ofeditor import SIZES, of_editor
from studio.ui.editor.commands import COMMANDS as EDITOR_COMMANDS

COMMANDS = (
    Command("edit.undo", "edit", N_("&Undo"), lambda desk: desk.undo(), ("Ctrl+Z",), lambda now: now.can_undo),
    Command("edit.redo", "edit", N_("&Redo"), lambda desk: desk.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), lambda now: now.can_redo),
    *(of_editor(command, "edit") for command in EDITOR_COMMANDS if command.id not in SIZES),
    Command("edit.mend-all", "edit", N_("Mend all problems"), lambda desk: desk.mend_all(), (), lambda now: now.problems > 0),
)
