"""The window with an engine that speaks four segments at a time: real folders, a real engine process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore

LINES = [f"{{pause 0.1s}} [Maya] This is number {number}{', and it is a long one' * (number % 3)}." for number in range(9)]
SCRIPT = "---\ncast: {Maya: {}}\n---\n\n" + "\n\n".join(LINES) + "\n"
Open = Callable[..., Session]


@pytest.fixture
def open_with(workspace: Workspace, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a project of nine segments with a fake engine of these options."""

    def open_it(**options: object) -> Session:
        monkeypatch.setenv("DIA_STUDIO_FAKE_ENGINE", json.dumps({"slots": 4, **options}))
        folder = tmp_path / "show"
        ProjectStore.create(folder, SCRIPT).close()
        with qtbot.waitSignal(workspace.engine.ready, timeout=20_000):
            assert workspace.open(folder)
        assert workspace.session is not None
        assert len(workspace.session.plan.segments) == len(LINES)
        return workspace.session

    return open_it


def states(session: Session) -> list[str]:
    return [str(status.state) for status in session.states.in_order(session.plan.segments)]


def test_four_are_in_hand_at_once_each_with_its_own_seconds(open_with: Open, qtbot: QtBot) -> None:
    session = open_with(step_s=0.05)
    rendering = session.rendering
    most = 0

    def all_move() -> bool:
        nonlocal most
        most = max(most, len(rendering.running))
        told = [rendering.progress_of(row.segment) for row in rendering.running]
        return len(told) == 4 and all(one is not None and one.done > 0 for one in told)

    with qtbot.waitSignal(rendering.finished, timeout=60_000) as finished:
        session.render_needed()
        qtbot.waitUntil(all_move, timeout=20_000)
        assert states(session).count("rendering") == 4
        assert all(0 < rendering.share_of(row.id) <= 1 for row in rendering.running)
        qtbot.waitUntil(lambda: rendering.seconds_left() is not None, timeout=20_000)
    assert finished.args == [len(LINES), 0]
    assert most == 4
    assert set(states(session)) == {"rendered"}


def test_the_longest_come_first_but_what_is_asked_for_by_itself_before_them(open_with: Open, qtbot: QtBot) -> None:
    session = open_with(step_s=0.05)
    took: list[str] = []
    session.rendering.took.connect(lambda row, _: took.append(row.segment))
    lengths = {one.id: one.estimated_s for one in session.plan.segments}
    shortest = min(lengths, key=lengths.__getitem__)
    with qtbot.waitSignal(session.rendering.finished, timeout=60_000):
        session.render_needed()
        asked = [lengths[row.segment] for row in session.rendering.rows()]
        assert asked == sorted(asked, reverse=True)
        session.render_segment(shortest)
        waiting = [row.segment for row in session.rendering.rows() if row.state == "waiting"]
        assert waiting[0] == shortest
    assert took.index(shortest) < len(LINES) - 1


def test_stop_ends_all_that_are_in_hand_and_keeps_what_is_done(open_with: Open, qtbot: QtBot) -> None:
    session = open_with(step_s=0.05)
    session.render_needed()
    with qtbot.waitSignal(session.rendering.took, timeout=20_000):
        pass
    session.rendering.stop()
    qtbot.waitUntil(lambda: session.rendering.count("waiting", "running") == 0, timeout=20_000)
    done = states(session).count("rendered")
    assert 0 < done < len(LINES)
    assert session.render_needed() == len(LINES) - done, "nothing is rendered twice"


def test_a_segment_that_kills_the_engine_is_found_and_costs_no_other(open_with: Open, qtbot: QtBot) -> None:
    session = open_with(faults=[{"kind": "die", "text": "number 4", "step": 2}])
    with qtbot.waitSignal(session.rendering.finished, timeout=60_000) as finished:
        session.render_needed()
    assert finished.args == [len(LINES) - 1, 1]
    assert [index for index, state in enumerate(states(session)) if state == "failed"] == [4]


def test_loading_is_told_as_a_phase_of_its_own(open_with: Open, qtbot: QtBot) -> None:
    session = open_with(load_s=1.0)
    with qtbot.waitSignal(session.rendering.finished, timeout=60_000):
        session.render_needed()
        qtbot.waitUntil(lambda: session.rendering.load_progress is not None, timeout=20_000)
        assert all(session.rendering.share_of(row.id) == 0 for row in session.rendering.running)
    assert session.rendering.load_progress is None
