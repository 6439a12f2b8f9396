"""Whatever is edited - words, cast, settings -, exactly the segments whose request changed stand as stale, and taking the edit
back brings every take back without rendering."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from studio.core.edits import SetCast, SetSetting
from studio.core.voices import CastEntry
from studio.qt.session import Session
from studio.qt.states import State
from studio.render.requests import casting, request_for

EDITS = 500
SENTENCES = (
    "They found the boat on a Thursday, upright, with the lamp still warm.",
    "And nobody in it.",
    "I remember my father saying that was the part he could not put down.",
    "So what did the keeper write in the book that night?",
    "The names of seven ships, and under the seventh he drew a line.",
    "Yes.",
    "As if he had been called away from his table, in the middle of the night, by a voice.",
)
STANDS = (State.RENDERED, State.KEPT)


def script(chance: random.Random) -> str:
    lines = ["---", "title: A long night", "cast: {Maya: {}, Tom: {}}", "---", "", "# One", ""]
    for number in range(40):
        words = " ".join(chance.choice(SENTENCES) for _ in range(chance.randint(1, 4)))
        lines += [f"[{('Maya', 'Tom')[number % 2]}] {words}"] + [""] * (chance.random() < 0.3)
    return "\n".join(lines) + "\n"


def keys(session: Session) -> dict[str, str]:
    """What would render each segment now, worked out from nothing but the script, the cast and the settings."""
    caps = session.caps
    assert caps is not None
    settled = casting(session.cast, {}, session.settings, caps)
    return {one.id: request_for(one, settled).key(caps) for one in session.plan.segments}


def standing(session: Session) -> dict[str, State]:
    return {status.segment: status.state for status in session.states.in_order(session.plan.segments)}


def edited_words(session: Session, chance: random.Random) -> Callable[[], None]:
    """Change a line somehow; what takes it back."""
    lines = session.text().split("\n")
    first = chance.randrange(5, len(lines))
    old = lines[first]
    more = chance.choice(SENTENCES)
    new = chance.choice(
        (
            [f"{old} {more}" if old else more],
            [f"[Maya] {more}"],
            [],
            [old, "", "# A new chapter", ""],
            [old, "[Tom] " + " ".join(chance.choice(SENTENCES) for _ in range(5))],
            [old.replace("the", "that", 1) + "!"],
            [old, "// a note to myself"],
            ["{pause 1s} " + old],
        )
    )
    session.edit_lines(first, 1, new)

    def back() -> None:
        session.edit_lines(first, len(new), [old])

    return back


def decided(session: Session, chance: random.Random) -> Callable[[], None]:
    """Change the cast or a setting; what takes it back."""
    name = chance.choice(("Maya", "Tom"))
    edit = chance.choice(
        (
            SetCast(name, CastEntry(seed=chance.randrange(10_000))),
            SetCast("Nobody of the script", CastEntry(seed=1)),
            SetSetting("seed", str(chance.randrange(1000))),
            SetSetting("temperature", str(chance.randrange(9, 14) / 10)),
            SetSetting("title", f"Title {chance.randrange(1000)}"),
            SetSetting("turn_gap_s", "0.3"),
        )
    )
    session.do(edit, "Edit")
    return session.undo_stack.undo


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_edits_make_stale_what_they_change_and_undo_brings_it_back(seed: int, session: Session, qtbot: QtBot) -> None:
    chance = random.Random(seed)
    lines = session.text().split("\n")
    session.edit_lines(0, len(lines), script(chance).split("\n"))
    with qtbot.waitSignal(session.rendering.finished, timeout=60_000):
        assert session.render_needed() > 10
    taken = set(keys(session).values())
    changed_in_all = 0
    for _ in range(EDITS // 2):
        before = keys(session)
        back = (edited_words if chance.random() < 0.7 else decided)(session, chance)
        session.settle()
        now = keys(session)
        stale = {one for one, state in standing(session).items() if state not in STANDS}
        assert stale == {one for one, key in now.items() if key not in taken}
        assert stale.isdisjoint(one for one, key in now.items() if before.get(one) == key)
        changed_in_all += len(stale)
        back()
        session.settle()
        assert keys(session) == before
        assert set(standing(session).values()) <= set(STANDS)
        assert session.states.wanting == 0
        assert not session.rendering.count("waiting", "running")
    assert changed_in_all > 100
