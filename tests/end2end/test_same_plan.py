"""The two doors, window and terminal, plan a project with finished takes alike: both learn from them how an engine speaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.estimate import seconds
from studio.core.parse import parse
from studio.core.render import Caps, Request, SpokenTurn, VoiceSpec
from studio.core.segments import plan
from studio.engines.fake import FakeEngine
from studio.qt.remembered import Remembered
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore
from tests.end2end.conftest import Run

SENTENCE = "They found the boat on a Thursday, upright, with the lamp still warm, and nobody had seen it come in."
TAKES = 20


def slow_take(store: ProjectStore, caps: Caps, number: int) -> None:
    """A finished take that lasts twice as long as it is estimated to."""
    text = f"{SENTENCE} {'Again. ' * number}".strip()
    request = Request((SpokenTurn(1, text),), (VoiceSpec(number),), number)
    sound = np.zeros(round(2 * seconds(text) * caps.sample_rate), np.float32)
    take = store.takes.write(request.key(caps), sound, caps.sample_rate, recipe=request.recipe(caps))
    store.add_take(f"segment{number}", take.key)


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(Remembered(tmp_path / "window.ini"), engine="fake")
    yield made
    made.close()


def test_window_and_terminal_plan_a_project_with_takes_alike(
    run: Run, workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    text = "\n".join(["[S1] And so it began.", *[SENTENCE] * 30]) + "\n"
    caps = FakeEngine().caps
    with ProjectStore.create(tmp_path / "show", text) as store:
        for number in range(TAKES):
            slow_take(store, caps, number)

    in_terminal = run("plan", tmp_path / "show", "--engine", "fake", "--format", "json").json()
    with qtbot.waitSignal(workspace.engine.ready):
        assert workspace.open(tmp_path / "show")
    assert workspace.session is not None
    seen = workspace.session.plan
    workspace.close_project()
    assert workspace.open(tmp_path / "show"), "again, now that the engine is known"
    assert workspace.session is not None
    assert workspace.session.plan.starts == seen.starts

    assert [row["line"] for row in in_terminal] == [place.line + 1 for place in seen.starts]
    assert [row["end_line"] for row in in_terminal] == [place.line + 1 for place in seen.ends]
    assert [row["estimated_seconds"] for row in in_terminal] == [round(one.estimated_s, 2) for one in seen.segments]
    unlearned = plan(parse(text), caps.limits)
    assert len(seen.segments) > len(unlearned.segments), "the takes taught something"
