"""The menu of files: projects, scripts, export."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command, with_project, writable

COMMANDS = (
    Command("file.new", "file", N_("&New project…"), lambda desk: desk.new_project(), ("Ctrl+N",)),
    Command("file.new-episode", "file", N_("New &episode of this show…"), lambda desk: desk.new_episode(), (), with_project),
    Command("file.open", "file", N_("&Open project…"), lambda desk: desk.open_project(), ("Ctrl+O",)),
    Command("file.open-script", "file", N_("Open &script…"), lambda desk: desk.open_script(), ("Ctrl+Shift+O",)),
    Command("file.demo", "file", N_("Try the &demo"), lambda desk: desk.open_demo()),
    Command("file.save", "file", N_("&Save now"), lambda desk: desk.save_now(), ("Ctrl+S",), writable, True),
    Command("file.export", "file", N_("&Export…"), lambda desk: desk.export(), ("Ctrl+E",), lambda now: now.has_sound),
    Command("file.close", "file", N_("&Close project"), lambda desk: desk.close_project(), ("Ctrl+W",), with_project, True),
    Command("file.quit", "file", N_("&Quit"), lambda desk: desk.quit(), ("Ctrl+Q",)),
)
