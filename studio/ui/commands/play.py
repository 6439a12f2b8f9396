"""The menu of playing."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command

COMMANDS = (
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
