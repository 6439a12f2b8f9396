"""The script editor's commands as rows of a menu's table, with their own words and keys."""

from __future__ import annotations

from studio.ui.commands.command import Command, with_project, writable
from studio.ui.editor.commands import EditorCommand

SIZES = ("script.larger", "script.smaller", "script.usual-size")
_READING = ("script.find", "script.find-next", "script.find-previous", "script.next-problem", "script.previous-problem")


def of_editor(command: EditorCommand, menu: str) -> Command:
    """One of the script editor's commands, with its own words and keys."""
    when = with_project if command.id in (*SIZES, *_READING) else writable
    begins = command.id in ("script.fix", "script.find", "script.larger")
    return Command(command.id, menu, command.title, lambda desk: desk.in_editor(command.method), command.keys, when, begins)
