"""The menu of takes: making them, choosing among them, comparing two, and what is said of one."""

from __future__ import annotations

from collections.abc import Callable

from studio.i18n import N_
from studio.ui.commands.command import Command, Condition, Desk, Situation, on_own_segment


def _choose(number: int) -> Callable[[Desk], None]:
    return lambda desk: desk.choose_take(number)


def _has_take(number: int) -> Condition:
    return lambda now: now.takes >= number and now.can_write


def _several(now: Situation) -> bool:
    return now.takes > 1 or now.is_comparing


def _on_take(now: Situation) -> bool:
    return now.takes > 0 and now.can_write


def _of(act: str, text: str, keys: tuple[str, ...] = (), when: Condition = _on_take, starts_group: bool = False) -> Command:
    return Command(f"takes.{act}", "takes", text, lambda desk: desk.of_takes(act), keys, when, starts_group)


COMMANDS = (
    Command("segment.new-take", "takes", N_("&New take"), lambda desk: desk.new_take(), ("Ctrl+T",), on_own_segment),
    _of("several", N_("&Several takes at once…"), ("Ctrl+Shift+T",), on_own_segment),
    Command("segment.swap", "takes", N_("&Compare"), lambda desk: desk.of_takes("compare"), ("Ctrl+B",), _several, True),
    _of("blind", N_("Compare &blind, or openly"), ("Ctrl+Shift+B",), _several),
    _of("keep", N_("&Keep this take"), ("Ctrl+Shift+K",)),
    _of("end", N_("&End the comparison"), (), lambda now: now.is_comparing),
    _of("differences", N_("What sets two takes &apart"), ("Ctrl+Shift+D",), lambda now: now.takes > 1),
    _of("lock", N_("&Lock or unlock this take"), ("Ctrl+L",), starts_group=True),
    _of("favourite", N_("&Favourite, or not any more"), ("Ctrl+D",)),
    _of("note", N_("N&ote on this take…"), ("Ctrl+Shift+N",)),
    _of("delete", N_("&Delete this take")),
    _of("restore", N_("&Restore this take")),
    _of("bin", N_("Show or hide deleted takes"), (), lambda now: now.takes > 0, True),
    _of("sort", N_("Takes by score, or by letter"), (), lambda now: now.takes > 1),
    *(
        Command(
            f"segment.take-{number}",
            "takes",
            N_("Choose take {letter}"),
            _choose(number),
            (f"Alt+{number}",),
            _has_take(number),
            number == 1,
        )
        for number in range(1, 10)
    ),
)
