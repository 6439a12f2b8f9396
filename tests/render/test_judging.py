"""Doubtful takes are spoken again, the best one is heard, and a power cut costs no more than what was in hand."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from studio.core.quality import Defect, Finding, Review
from studio.core.render import Caps, Engine, Request
from studio.engines.fake import FakeEngine, Faults
from studio.render import episode
from studio.render.episode import Episode, Rendered, Wishes, kept, render_missing
from studio.render.judging import stretched_take
from studio.render.plan import Reason, State, why
from studio.render.projects import source_of
from studio.render.runner import EngineSeat
from studio.store import lock
from studio.store.project import ProjectStore
from studio.store.takes import Take, TakeStore
from tests.render.shops import Diary

TEXT = """# One

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.

# Two

[Tom] And nobody in it, nobody at all, as far as anybody could see from the pier.
"""

NO_FAULTS = Faults()


@dataclass
class Ears:
    """Finds a fault in every take but those with one of these seeds; tells the pace that it is told."""

    good: frozenset[int] = frozenset()
    pace: float = 150.0
    heard: list[str] = field(default_factory=list)

    def review(self, key: str, samples: npt.NDArray[np.float32], rate: int, request: Request, caps: Caps, take: Take) -> Review:
        assert samples.shape == (take.frames,)
        self.heard.append(key)
        found = () if request.seed in self.good else (Finding(Defect.HUM, 6.0 + request.seed % 7, 6.0),)
        return Review(key, 1, found, take.words, self.pace * json.loads(take.recipe).get("stretched", 1.0), -20.0)


@dataclass
class Studio:
    """A script, and what it takes to render it again and again."""

    script: Path
    folder: Path
    faults: Faults = NO_FAULTS

    def build(self) -> Engine:
        return FakeEngine(caps={"is_speech": True}, faults=self.faults)

    def made(self, store: ProjectStore | None, wishes: Wishes = Wishes()) -> Episode:  # noqa: B008 - frozen
        return episode.episode(source_of(self.script, self.folder), store, self.build().caps, wishes)

    def run(self, ears: Ears, wishes: Wishes = Wishes(), **more: object) -> tuple[Rendered, Diary]:  # noqa: B008 - frozen
        seat, diary = EngineSeat(self.build, lambda _: None), Diary()
        store = ProjectStore.open(self.folder) if self.folder.exists() else None
        try:
            with kept(self.made(store, wishes)) as stored:
                return render_missing(stored, seat, diary, lambda: False, ears, **more), diary  # type: ignore[arg-type]
        finally:
            seat.close()
            if store is not None:
                store.close()

    def rows(self) -> list[tuple[str, str]]:
        with ProjectStore.open(self.folder, write=False) as store:
            return [(row.segment, row.key) for row in store.all_takes()]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    script = tmp_path / "show.txt"
    script.write_text(TEXT)
    yield Studio(script, tmp_path / "show")


def seeds(studio: Studio, take: int) -> frozenset[int]:
    """The seeds of take `take` of every segment."""
    from studio.render.requests import request_for

    made = studio.made(None)
    return frozenset(request_for(one, made.casting, take).seed for one in made.plan.segments)


def test_a_doubtful_take_is_spoken_again_and_the_good_one_is_heard(studio: Studio) -> None:
    rendered, diary = studio.run(Ears(seeds(studio, 1)))
    assert len(rendered.standing) == 2
    for one in rendered.standing:
        assert (one.state, one.reason) == (State.RENDERED, None)
        assert one.take != one.key, "the second take is heard"
    assert (len(rendered.retaken), rendered.doubtful, len(studio.rows())) == (2, (), 4)
    assert [line for line in diary.told if line.startswith("added")] != []


def test_the_engine_goes_on_while_a_take_is_looked_over(studio: Studio) -> None:
    went_on = threading.Event()

    class Slow(Ears):
        def review(self, *take: Any) -> Review:
            assert went_on.wait(60), "nothing was finished meanwhile"
            return super().review(*take)

    usual = Diary.finished

    def finished(diary: Diary, *what: Any) -> None:
        usual(diary, *what)
        if sum(line.startswith("finished") for line in diary.told) == 2:
            went_on.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Diary, "finished", finished)
        rendered, _ = studio.run(Slow(seeds(studio, 0)))
    assert all(one.state is State.RENDERED for one in rendered.standing)


def test_what_was_decided_is_not_rendered_or_looked_over_again(studio: Studio) -> None:
    first, _ = studio.run(Ears(seeds(studio, 1)))
    ears = Ears()
    again, diary = studio.run(ears)
    assert ([one.take for one in again.standing], ears.heard) == ([one.take for one in first.standing], [])
    assert diary.told == ["began "]


def test_where_nothing_helps_the_best_is_heard_and_the_doubt_is_told(studio: Studio) -> None:
    rendered, _ = studio.run(Ears())
    assert len(studio.rows()) == 6, "one take and two retakes of each"
    assert set(rendered.doubtful) == {one.segment for one in rendered.standing}
    assert rendered.outcome.failed == {}
    with ProjectStore.open(studio.folder, write=False) as store:
        known = store.reviews()
        for one in rendered.standing:
            of = [row.key for row in store.takes_of(one.segment)]
            assert known[one.take].penalty == min(known[key].penalty for key in of)


def test_several_takes_are_made_where_they_are_asked_for(studio: Studio) -> None:
    won: list[tuple[int, bool]] = []
    rendered, _ = studio.run(
        Ears(seeds(studio, 2)), Wishes(takes=3, retries=0), note_seed=lambda segment, seed, is_won: won.append((seed, is_won))
    )
    assert (len(studio.rows()), len(rendered.retaken)) == (6, 4)
    assert {seed for seed, is_won in won if is_won} == seeds(studio, 2)
    assert len(won) == 6


@pytest.mark.slow
def test_a_power_cut_among_the_retakes_loses_nothing_and_repeats_nothing(studio: Studio, tmp_path: Path) -> None:
    ears, cuts, usual = Ears(seeds(studio, 2)), count(), ProjectStore.put_review

    def put(store: ProjectStore, review: Review) -> None:
        shutil.copytree(studio.folder, tmp_path / f"cut {next(cuts)}")  # as if the power went before it was noted
        usual(store, review)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectStore, "put_review", put)
        expected, _ = studio.run(ears)
    assert len(ears.heard) == 6 == next(cuts)
    for cut in (0, 2, 3, 5):
        again = Studio(studio.script, tmp_path / f"cut {cut}")
        (again.folder / lock.NAME).unlink()  # of this process, which lives
        before = set(again.rows())
        rendered, _ = again.run(Ears(seeds(studio, 2)))
        assert [one.take for one in rendered.standing] == [one.take for one in expected.standing]
        assert set(again.rows()) == set(studio.rows())
        assert {key for _, key in before}.isdisjoint(rendered.outcome.rendered)
        assert (again.run(Ears())[1].told, rendered.doubtful) == (["began "], ())


def test_an_automatic_choice_gives_way_when_the_words_change_and_comes_back_with_them(studio: Studio) -> None:
    first, _ = studio.run(Ears(seeds(studio, 1)))
    studio.script.write_text(TEXT.replace("Thursday", "Friday"))
    changed, _ = studio.run(Ears(), Wishes(retries=0))
    assert changed.standing[0].take not in [one.take for one in first.standing]
    assert changed.standing[1].take == first.standing[1].take
    studio.script.write_text(TEXT)
    back, diary = studio.run(Ears())
    assert ([one.take for one in back.standing], diary.told) == ([one.take for one in first.standing], ["began "])


def test_a_take_that_cannot_be_made_leaves_the_choice_to_the_others(studio: Studio) -> None:
    studio.faults = Faults.of("error", text="boat", segment=3)
    rendered, _ = studio.run(Ears(), Wishes(takes=2, retries=0))
    assert all(one.take for one in rendered.standing)


@pytest.mark.parametrize(("wpm", "count"), [(190.0, 1), (160.0, 0)])
def test_a_pace_a_little_too_fast_is_stretched_in_a_take_of_its_own(studio: Studio, wpm: float, count: int) -> None:
    good = seeds(studio, 0)
    rendered, _ = studio.run(Ears(good, pace=wpm))
    for one in rendered.standing:
        assert (one.state, one.take != one.key) == (State.RENDERED, bool(count))
    with ProjectStore.open(studio.folder, write=False) as store:
        for one in rendered.standing:
            assert len(store.takes_of(one.segment)) == 1 + count
            slow, fast = store.takes.info(one.take), store.takes.info(one.key)
            assert slow.frames == pytest.approx(fast.frames * max(wpm / 185.0, 1.0), rel=1e-3)
            assert slow.words[-1].end_s == pytest.approx(fast.words[-1].end_s * max(wpm / 185.0, 1.0), rel=1e-3)
            assert why(slow.recipe, one.request, studio.build().caps) == Reason.SETTINGS, "nothing else differs"
    again, diary = studio.run(Ears(good, pace=wpm))
    assert ([one.take for one in again.standing], diary.told) == ([one.take for one in rendered.standing], ["began "])


def test_a_stretched_take_follows_from_its_take_alone_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    tone = (np.sin(np.arange(44_100) * 2 * np.pi * 220 / 22_050) * 0.3).astype(np.float32)
    keys, sounds = set(), set()
    for name in ("one", "other"):
        takes = TakeStore(tmp_path / name / "takes")
        takes.write("ab" * 16, tone, 22_050, recipe='{"engine":"fake","seed":1}')
        before = takes.path("ab" * 16).read_bytes()
        made = stretched_take(takes, "ab" * 16, 0.96)
        keys.add(made.key)
        sounds.add(made.digest)
        assert takes.path("ab" * 16).read_bytes() == before
        assert made.seconds == pytest.approx(2.0 / 0.96, abs=1e-3)
        sound, _ = soundfile.read(takes.path(made.key))
        middle = sound[10_000:30_000] * np.hanning(20_000)
        assert np.argmax(np.abs(np.fft.rfft(middle, 1 << 18))) * 22_050 / (1 << 18) == pytest.approx(220.0, rel=0.0029)
    assert len(keys) == len(sounds) == 1
    assert stretched_take(takes, "ab" * 16, 0.97).key not in keys


def test_a_locked_take_is_left_alone_whatever_becomes_of_the_words(studio: Studio) -> None:
    from studio.core.edits import MarkTake
    from studio.core.project import TakeMark

    first, _ = studio.run(Ears(seeds(studio, 0)))
    locked = first.standing[0]
    with ProjectStore.open(studio.folder) as store:
        store.save(store.load(), MarkTake(locked.segment, locked.take, TakeMark(is_locked=True)).apply(store.load())[0])
    studio.script.write_text(TEXT.replace("Thursday", "Friday"))
    changed, diary = studio.run(Ears())
    assert (changed.standing[0].state, changed.standing[0].take) == (State.LOCKED, locked.take)
    assert (changed.standing[0].changed, diary.told) == (Reason.TEXT, ["began "])


def test_a_deleted_take_makes_room_for_another_and_comes_back_without_rendering(studio: Studio) -> None:
    from studio.core.edits import MarkTake
    from studio.core.project import TakeMark

    first, _ = studio.run(Ears(seeds(studio, 0)))
    gone = first.standing[0]
    with ProjectStore.open(studio.folder) as store:
        project = store.load()
        deleted, undo = MarkTake(gone.segment, gone.take, TakeMark(is_binned=True, binned_at=4e9)).apply(project)
        store.save(project, deleted)
    second, diary = studio.run(Ears(seeds(studio, 1)))
    assert diary.told[0] == f"began {gone.segment}"
    assert second.standing[0].take not in ("", gone.take)
    with ProjectStore.open(studio.folder) as store:
        store.save(store.load(), undo.apply(store.load())[0])
    third, diary = studio.run(Ears())
    assert ([one.take for one in third.standing], diary.told) == ([one.take for one in first.standing], ["began "])


def test_codes_are_kept_with_the_take(studio: Studio) -> None:
    from studio.core.render import Done, Event

    class Coding:
        """The fake engine, giving codes."""

        def __init__(self) -> None:
            self._engine = FakeEngine(caps={"codec": "dac"})
            self.caps, self.load, self.close = self._engine.caps, self._engine.load, self._engine.close

        def open(self, request: Request) -> object:
            session = self._engine.open(request)

            class Codes:
                cancel, ready = session.cancel, session.ready

                def __iter__(self) -> Iterator[Event]:
                    for event in session:
                        yield replace(event, codes=b"codes") if isinstance(event, Done) else event

            return Codes()

    studio.build = Coding  # type: ignore[method-assign, assignment]
    rendered, _ = studio.run(Ears(), Wishes(retries=0))
    with ProjectStore.open(studio.folder, write=False) as store:
        assert {store.takes.codes(one.key) for one in rendered.standing} == {(b"codes", "dac")}
        assert store.check() == []
