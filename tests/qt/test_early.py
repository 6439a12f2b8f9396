"""A segment is heard while it is still being rendered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.audio import files
from studio.core.timeline import Timeline
from studio.qt.early import Early
from studio.qt.session import Session
from studio.qt.workspace import Workspace


@pytest.fixture
def slowly(workspace: Workspace, make_project: Callable[..., Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A project with an engine that takes about as long to speak as one to listen."""
    monkeypatch.setenv("DIA_STUDIO_FAKE_ENGINE", json.dumps({"speed": 2}))
    with qtbot.waitSignal(workspace.engine.ready):
        assert workspace.open(make_project())
    assert workspace.session is not None
    return workspace.session


@pytest.mark.qt_log_ignore("PulseAudioService")
def test_what_there_is_of_a_segment_is_heard_and_goes_on_as_it_grows(
    workspace: Workspace, slowly: Session, qtbot: QtBot
) -> None:
    session, previewing = slowly, workspace.previewing
    segment = session.plan.segments[0].id
    assert not previewing.hear_early(session, segment), "nothing is being rendered"
    played: list[Timeline] = []
    workspace.player._play.connect(lambda timeline, start, number: played.append(timeline))
    workspace.player._swap.connect(played.append)
    with qtbot.waitSignal(session.rendering.took):
        session.render_needed()
        qtbot.waitUntil(lambda: previewing.hear_early(session, segment))
        assert workspace.player.is_playing() and session.takes.of(segment) == ()
        qtbot.waitUntil(lambda: len(played) > 1)
    [take] = session.takes.of(segment)
    assert [one.length for one in played] == sorted({one.length for one in played}), "it grows"
    [clip] = played[0].tracks[0].clips
    early = session.sounds.open(clip.source)
    sound, rate = files.read(session.sounds.path(take.key))
    heard = early.read(0, early.frames)
    assert (early.rate, clip.start) == (rate, 0) and early.frames <= len(sound)
    np.testing.assert_allclose(heard, sound[: len(heard)], atol=1e-3)
    assert session.rendering.heard_early(segment) is None, "it is a take now"
    assert workspace.player.position == 0, "the place in the show stays"
    workspace.player.pause()


def test_a_segment_begun_again_is_heard_from_its_new_beginning() -> None:
    early = Early()
    first = early.begin("key", 44_100)
    first.add(bytes(400))
    again = early.begin("key", 44_100)
    assert early.of("key") is again and again.frames == 0
    again.add(bytes(40))
    early.end("key")
    assert early.of("key") is None and again.is_over and again.source().frames == 10
    early.end("key")
