"""The menu of listening for proof: takes in doubt, and what is to be spoken again."""

from __future__ import annotations

from studio.i18n import N_
from studio.ui.commands.command import Command, Condition, Situation, writable


def _doubtful(now: Situation) -> bool:
    return now.doubts > 0


def _marked(now: Situation) -> bool:
    return now.pickups > 0


def _own_marked(now: Situation) -> bool:
    return now.pickups > 0 and now.can_write


def _of(act: str, text: str, keys: tuple[str, ...], when: Condition, starts_group: bool = False) -> Command:
    name = act.replace("_", "-")
    return Command(f"review.{name}", "review", text, lambda desk: desk.of_review(act), keys, when, starts_group)


COMMANDS = (
    _of("next_doubt", N_("&Next doubtful take"), ("F7",), _doubtful),
    _of("previous_doubt", N_("Pre&vious doubtful take"), ("Shift+F7",), _doubtful),
    _of("accept", N_("&Accept it as it is"), ("Ctrl+Shift+A",), lambda now: now.doubts > 0 and now.can_write),
    _of(
        "mark",
        N_("&Mark what is heard as a pickup"),
        ("Ctrl+M",),
        lambda now: now.can_write and (now.has_segment or now.has_sound),
        True,
    ),
    _of("note", N_("N&ote on this pickup"), (), _own_marked),
    _of("unmark", N_("Take the pickup's mark awa&y"), (), _own_marked),
    _of("run_up", N_("Play with a &run-up of three seconds"), ("Ctrl+R",), lambda now: now.has_segment and now.has_sound),
    _of("render_pickups", N_("Render all &pickups again"), (), _own_marked),
    _of("export_pickups", N_("&Export pickups…"), (), _marked, True),
    _of("import_pickups", N_("&Import pickups…"), (), writable),
)
