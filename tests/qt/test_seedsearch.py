"""Looking for a seed: one line with several, one after another, on the render thread; stop, keep, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.audio.files import info
from studio.core.errors import StudioError
from studio.core.voices import Voice
from studio.engines.fake import FakeEngine, Faults
from studio.qt.render_thread import RenderThread
from studio.qt.seedsearch import MOST, Candidate, SeedSearch, seeds

LINE = "Who is there, and what do you want at this hour?"


class Told:
    def __init__(self, search: SeedSearch) -> None:
        self.found: list[Candidate] = []
        self.ends: list[bool] = []
        self.troubles: list[StudioError] = []
        search.found.connect(self.found.append)
        search.ended.connect(lambda: self.ends.append(True))
        search.trouble.connect(self.troubles.append)


@pytest.fixture
def thread(qtbot: QtBot) -> Iterator[RenderThread]:
    thread = RenderThread()
    yield thread
    thread.close()


@pytest.fixture
def search(thread: RenderThread, tmp_path: Path) -> SeedSearch:
    thread.use_engine(FakeEngine)
    return SeedSearch(thread, tmp_path / "previews")


def test_seeds_are_distinct_and_the_same_every_day() -> None:
    assert seeds(1, 7) == [7]
    assert seeds(20, 7)[:5] == seeds(5, 7)
    assert len(set(seeds(MOST, 7))) == MOST
    assert all(0 <= seed < 2**31 for seed in seeds(MOST, 7))
    assert seeds(5, 7)[1:] != seeds(5, 8)[1:]


def test_candidates_come_one_after_another_each_with_a_sound_of_its_own(qtbot: QtBot, search: SeedSearch) -> None:
    told = Told(search)
    search.start(4, 7, LINE)
    assert search.is_searching
    qtbot.waitUntil(lambda: bool(told.ends))
    assert [one.seed for one in told.found] == seeds(4, 7)
    assert search.candidates == tuple(told.found)
    assert len({one.path.read_bytes() for one in told.found}) == 4
    assert all(info(one.path).seconds == pytest.approx(one.seconds) for one in told.found)
    assert not search.is_searching and told.ends == [True] and told.troubles == []


def test_what_was_rendered_once_is_there_the_next_time(qtbot: QtBot, search: SeedSearch) -> None:
    told = Told(search)
    search.start(2, 7, LINE)
    qtbot.waitUntil(lambda: len(told.ends) == 1)
    stamps = [one.path.stat().st_mtime_ns for one in search.candidates]
    search.start(3, 7, LINE)
    qtbot.waitUntil(lambda: len(told.ends) == 2)
    assert [one.path.stat().st_mtime_ns for one in search.candidates[:2]] == stamps
    assert [one.seed for one in search.candidates] == seeds(3, 7)


def test_stopping_keeps_what_is_there(qtbot: QtBot, thread: RenderThread, tmp_path: Path) -> None:
    thread.use_engine(lambda: FakeEngine(step_s=0.05))
    search = SeedSearch(thread, tmp_path / "previews")
    told = Told(search)
    cancelled: list[int] = []
    thread.cancelled.connect(cancelled.append)
    search.start(50, 7, LINE)
    qtbot.waitUntil(lambda: len(told.found) >= 1)
    search.stop()
    assert not search.is_searching and told.ends == [True]
    qtbot.waitUntil(lambda: not thread.is_busy())
    assert len(cancelled) == 1, "the one in hand was stopped, too"
    assert len(search.candidates) == len(told.found) < 50
    search.stop()
    assert told.ends == [True]


def test_a_new_search_takes_the_place_of_the_old_one(qtbot: QtBot, thread: RenderThread, tmp_path: Path) -> None:
    thread.use_engine(lambda: FakeEngine(step_s=0.02))
    search = SeedSearch(thread, tmp_path / "previews")
    told = Told(search)
    search.start(50, 7, LINE)
    qtbot.waitUntil(lambda: bool(told.found))
    search.start(2, 99, "Another line altogether, and not a long one.")
    qtbot.waitUntil(lambda: bool(told.ends))
    assert [one.seed for one in search.candidates] == seeds(2, 99)


def test_one_is_kept_by_its_seed_and_the_search_is_over(qtbot: QtBot, search: SeedSearch) -> None:
    told = Told(search)
    search.start(3, 7, LINE)
    qtbot.waitUntil(lambda: len(told.found) >= 2)
    assert search.keep(told.found[1].seed) == seeds(3, 7)[1]
    assert not search.is_searching
    with pytest.raises(StudioError, match="not among those"):
        search.keep(123)


@pytest.mark.parametrize("faults", [Faults.of("error"), {"no": "such fault"}])
def test_an_engine_that_fails_is_told_once_and_ends_the_search(
    qtbot: QtBot, thread: RenderThread, tmp_path: Path, faults: Faults
) -> None:
    thread.use_engine(lambda: FakeEngine(faults=faults))
    search = SeedSearch(thread, tmp_path / "previews")
    told = Told(search)
    search.start(5, 7, LINE)
    qtbot.waitUntil(lambda: bool(told.ends))
    assert len(told.troubles) == 1
    assert not search.is_searching and search.candidates == ()


def test_a_cache_that_cannot_be_written_is_told(qtbot: QtBot, thread: RenderThread, tmp_path: Path) -> None:
    (tmp_path / "previews").write_text("no folder")
    thread.use_engine(FakeEngine)
    search = SeedSearch(thread, tmp_path / "previews")
    told = Told(search)
    search.start(2, 7, LINE)
    qtbot.waitUntil(lambda: bool(told.ends))
    assert len(told.troubles) == 1


def test_settings_of_a_voice_go_along_and_its_sample_does_not(qtbot: QtBot, search: SeedSearch) -> None:
    told = Told(search)
    search.start(1, 7, LINE)
    qtbot.waitUntil(lambda: len(told.ends) == 1)
    search.start(1, 7, LINE, Voice("Her", settings=(("draft.variant", "en-us+f3"),)))
    qtbot.waitUntil(lambda: len(told.ends) == 2)
    assert told.found[0].path != told.found[1].path


@pytest.mark.parametrize(("asked", "wanted"), [(0, 1), (-5, 1), (10_000, MOST)])
def test_the_amount_is_kept_within_reason(search: SeedSearch, asked: int, wanted: int) -> None:
    search.start(asked, 7, LINE)
    assert search.wanted == wanted
    search.stop()
