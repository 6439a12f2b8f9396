"""What a change of the cast would make stale is counted before it is made: exactly the segments that then are."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from studio.core.edits import SetCast
from studio.core.voices import Cast, CastEntry
from studio.qt.foresight import made_stale
from studio.qt.recasting import entry_of, give_cast, give_voice
from studio.qt.session import Session
from studio.qt.states import State
from studio.qt.voices import BUILT_IN
from studio.qt.workspace import Workspace

SCRIPT = """---
title: Recast
cast:
  Maya: {}
  Tom: {seed: 3}
  Bo: {voice: Fiona}
---

# One

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.
[Tom] And nobody in it.

[Bo] It was not the line that frightened me.

[Tom] {voice Maya} I can sound like her when I want to, and nobody will know.

[Maya] {voice Reed} Or like somebody from the library, if it has to be so.

[Guest] I am in nobody's cast.
"""


def standing(session: Session) -> dict[str, bool]:
    found = session.states.in_order(session.plan.segments)
    return {one.segment: one.reason is None and one.state is not State.FAILED for one in found}


def test_the_count_is_what_then_turns_stale(workspace: Workspace, make_project: Callable[..., Path], qtbot: QtBot) -> None:
    with qtbot.waitSignal(workspace.engine.ready):
        assert workspace.open(make_project(SCRIPT))
    session = workspace.session
    assert session is not None
    for name in ("Fiona", "Reed"):
        workspace.voices.ensure(name)
    with qtbot.waitSignal(session.rendering.finished):
        session.render_needed()
    assert all(standing(session).values())
    dice = random.Random(20261121)
    counts = set()
    for _ in range(40):
        who = dice.choice(["Maya", "Tom", "Bo", "Guest", "Newcomer"])
        seed = dice.choice([None, None, 1, 9])
        entry = dice.choice([None, CastEntry(dice.choice(["", *BUILT_IN]), dice.choice(["", "calm"]), seed)])
        if entry is not None:
            workspace.voices.ensure(entry.voice)
        before = standing(session)
        expected = made_stale(session, workspace.voices, who, entry)
        assert standing(session) == before, "counting changes nothing"
        session.do(SetCast(who, entry), "Cast")
        session._standing.finish()
        now = standing(session)
        assert expected == {one for one in now if before[one] and not now[one]}, (who, entry)
        counts.add(len(expected))
        if dice.random() < 0.7:
            session.undo_stack.undo()
            session._standing.finish()
    assert len(counts) > 2


def test_a_voice_is_given_in_a_style_and_keeps_the_seed(workspace: Workspace, session: Session) -> None:
    session.do(SetCast("Maya", CastEntry("", "", 7)), "Seed")
    assert entry_of(session, "Maya", "Annie", "calm") == CastEntry("Annie", "calm", 7)
    give_voice(session, workspace.voices, "Maya", "Annie", "calm")
    assert session.cast["Maya"] == CastEntry("Annie", "calm", 7)


def test_a_whole_cast_is_given_in_one_step_of_undo(workspace: Workspace, session: Session) -> None:
    give_cast(session, workspace.voices, Cast((("Maya", CastEntry("Annie")), ("Tom", CastEntry("Reed", "dry")))))
    assert session.cast["Maya"].voice == "Annie"
    assert session.cast["Tom"] == CastEntry("Reed", "dry")
    assert set(workspace.voices.all()) == {"Annie", "Reed"}
    session.undo_stack.undo()
    assert session.cast["Maya"].voice == ""
    assert session.cast["Tom"].voice == ""
