"""Takes are looked over in the background; doubtful ones are spoken again, and the best one is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from pytestqt.qtbot import QtBot

from studio.core.edits import MarkTake, SetSetting
from studio.core.project import TakeMark
from studio.core.quality import Defect, Finding, Review
from studio.core.render import Caps, Request
from studio.engines.registry import FAKE_VARIABLE
from studio.qt import reviewing
from studio.qt.change import Change, Kind
from studio.qt.session import Session
from studio.qt.states import Reason, State, Status
from studio.qt.workspace import Workspace
from studio.render.requests import request_for
from studio.store.project import ProjectStore
from studio.store.take_rows import TakeRow
from studio.store.takes import Take


class Ears:
    """Finds a fault in every take whose seed is not among the good ones, and tells the pace it is told."""

    def __init__(self) -> None:
        self.good: set[int] = set()
        self.pace = 150.0
        self.heard: list[str] = []

    def review(self, key: str, samples: object, rate: int, request: Request, caps: Caps, take: Take) -> Review:
        self.heard.append(key)
        found = () if request.seed in self.good else (Finding(Defect.HUM, 6.0 + request.seed % 7, 6.0),)
        pace = self.pace if '"stretched"' not in take.recipe else 184.0
        return Review(key, 1, found, (), pace, -20.0)

    @contextmanager
    def opened(self) -> Iterator[Ears]:
        yield self


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Ears:
    ears = Ears()
    opening: Callable[[], AbstractContextManager[object]] = ears.opened
    monkeypatch.setattr(reviewing.Reviewing.__init__, "__defaults__", (opening, None))
    monkeypatch.setenv(FAKE_VARIABLE, '{"caps": {"is_speech": true}}')
    return ears


@pytest.fixture
def spoken(ears: Ears, session: Session) -> Session:
    """An open project with an engine whose tones count as speech."""
    assert session.caps is not None and session.caps.is_speech
    return session


def seeds(session: Session, take: int) -> set[int]:
    assert session.casting is not None
    return {request_for(one, session.casting, take).seed for one in session.plan.segments}


def is_idle(session: Session) -> bool:
    return not session.rendering.count("waiting", "running") and not session.reviewing._tasks + session.reviewing._in_hand


def settled(session: Session) -> bool:
    """Nothing is rendered or looked over any more, and every contest has come to an end."""
    picks = session.reviewing.picks
    return is_idle(session) and len(picks) == len({one.key for one in statuses(session)}) and all(picks.values())


def statuses(session: Session) -> list[Status]:
    return session.states.in_order(session.plan.segments)


def rendered(session: Session, qtbot: QtBot) -> None:
    session.render_needed()
    qtbot.waitUntil(lambda: settled(session), timeout=30_000)


def test_a_doubtful_take_is_spoken_again_and_the_good_one_is_heard(spoken: Session, ears: Ears, qtbot: QtBot) -> None:
    ears.good = seeds(spoken, 1)
    told: list[Change] = []
    spoken.changed.connect(told.append)
    rendered(spoken, qtbot)
    for status in statuses(spoken):
        assert (status.state, status.take != status.key) == (State.RENDERED, True)
        review, first = spoken.reviewing.of(status.take), spoken.reviewing.of(status.key)
        assert review is not None and first is not None and first.is_doubtful and not review.is_doubtful
        assert not spoken.reviewing.is_pending(status.take)
    assert spoken.project.chosen == {}, "nobody has chosen anything"
    assert any(change.touches(Kind.TAKES) for change in told)
    heard = {status.take for status in statuses(spoken)}
    qtbot.waitUntil(lambda: {clip.source for clip in spoken.timeline.tracks[0].clips} == heard, timeout=20_000)
    assert spoken.render_needed() == 0


def test_what_was_left_open_is_gone_on_with(
    spoken: Session, ears: Ears, workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears.good = seeds(spoken, 1)
    monkeypatch.setattr(spoken.reviewing, "_start", lambda: None)  # nobody has time
    took: list[TakeRow] = []
    spoken.rendering.took.connect(lambda row, _: took.append(row))
    spoken.render_needed()
    qtbot.waitUntil(lambda: spoken.rendering.count("waiting", "running") == 0, timeout=30_000)
    folder, count = spoken.folder, len(took)
    workspace.close_project()
    with ProjectStore.open(folder, write=False) as store:
        assert set(store.picks().values()) == {""}
    with qtbot.waitSignal(workspace.opened):
        assert workspace.open(folder)
    again = workspace.session
    assert again is not None
    qtbot.waitUntil(lambda: again.casting is not None, timeout=20_000)
    rendered(again, qtbot)
    assert all(status.take != status.key for status in statuses(again))
    assert len(again.takes.of(again.plan.segments[0].id)) == 2 and count == len(statuses(again))


def test_stopping_ends_the_retakes_too(spoken: Session, ears: Ears, qtbot: QtBot) -> None:
    spoken.rendering.took.connect(lambda *_: spoken.rendering.stop())
    spoken.render_needed()
    qtbot.waitUntil(lambda: bool(ears.heard) and is_idle(spoken), timeout=30_000)
    assert len(ears.heard) == 1
    assert all(spoken.reviewing.picks.values()), "what is there has decided"


def test_a_pace_a_little_too_fast_is_stretched(spoken: Session, ears: Ears, qtbot: QtBot) -> None:
    ears.good, ears.pace = seeds(spoken, 0), 190.0
    rendered(spoken, qtbot)
    for status in statuses(spoken):
        assert status.take != status.key
        assert spoken.takes.seconds(status.take) == pytest.approx((spoken.takes.seconds(status.key) or 0) / 0.9736, rel=1e-3)
        assert status.state is State.RENDERED


def test_locks_and_the_bin_count_at_once_and_undo_brings_takes_back_without_rendering(
    spoken: Session, ears: Ears, qtbot: QtBot
) -> None:
    ears.good = seeds(spoken, 0)
    rendered(spoken, qtbot)
    segment = spoken.plan.segments[0].id
    take = spoken.states.of(segment).take  # type: ignore[union-attr]
    spoken.do(MarkTake(segment, take, TakeMark(is_binned=True, binned_at=4e9)), "Delete take")
    status = spoken.states.of(segment)
    assert status is not None and (status.state, status.take) == (State.EMPTY, "")
    spoken.undo_stack.undo()
    spoken.do(MarkTake(segment, take, TakeMark(is_locked=True)), "Lock take")
    spoken.do(SetSetting("temperature", "0.5"), "Temperature")
    status = spoken.states.of(segment)
    assert status is not None
    assert (status.state, status.take, status.reason, status.changed) == (State.LOCKED, take, None, Reason.SETTINGS)
    while spoken.undo_stack.canUndo():
        spoken.undo_stack.undo()
    assert statuses(spoken)[0].take == take
    assert spoken.render_needed() == 0
