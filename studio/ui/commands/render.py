"""The menu of rendering: what changed, and the queue."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command

COMMANDS = (
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
