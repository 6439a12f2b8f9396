"""The menu of the segment under the cursor."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command, on_own_segment, on_segment, with_project

COMMANDS = (
    Command(
        "segment.render",
        "segment",
        N_("&Render this segment"),
        lambda desk: desk.render_segment(),
        ("Ctrl+Return", "Ctrl+Enter"),
        on_own_segment,
    ),
    Command(
        "segment.play", "segment", N_("&Play this segment"), lambda desk: desk.play_segment(), ("Shift+Space",), on_segment
    ),
    Command(
        "segment.mute",
        "segment",
        N_("&Mute or unmute this segment"),
        lambda desk: desk.mute_segment(),
        ("Ctrl+Shift+M",),
        on_own_segment,
    ),
    Command(
        "segment.previous",
        "segment",
        N_("Pr&evious segment"),
        lambda desk: desk.step_segment(-1),
        ("Alt+Up",),
        with_project,
        True,
    ),
    Command("segment.next", "segment", N_("Ne&xt segment"), lambda desk: desk.step_segment(1), ("Alt+Down",), with_project),
)
