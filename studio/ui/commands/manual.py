"""The menu of help."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command

COMMANDS = (
    Command("help.manual", "help", N_("&Manual"), lambda desk: desk.show_help(), ("F1",)),
    Command("help.log", "help", N_("Open the &log folder"), lambda desk: desk.show_log()),
    Command("help.about", "help", N_("&About Dia Studio"), lambda desk: desk.show_about()),
)
