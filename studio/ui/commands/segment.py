"""The menu of the segment under the cursor: its rendering, its takes."""

from __future__ import annotations

from collections.abc import Callable

from studio.i18n import N_
from studio.ui.commands.command import Command, Condition, Desk, on_own_segment, on_segment, with_project


def _choose(number: int) -> Callable[[Desk], None]:
    return lambda desk: desk.choose_take(number)


def _has_take(number: int) -> Condition:
    return lambda now: now.takes >= number and now.can_write


COMMANDS = (
    Command(
        "segment.render",
        "segment",
        N_("&Render this segment"),
        lambda desk: desk.render_segment(),
        ("Ctrl+Return", "Ctrl+Enter"),
        on_own_segment,
    ),
    Command("segment.new-take", "segment", N_("&New take"), lambda desk: desk.new_take(), ("Ctrl+T",), on_own_segment),
    Command(
        "segment.swap",
        "segment",
        N_("S&wap takes"),
        lambda desk: desk.swap_takes(),
        ("Ctrl+B",),
        lambda now: now.takes > 1,
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
