"""Two takes side by side: equally loud, switched within 50 ms and without a gap, blind until one is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.audio.loudness import measure
from studio.audio.sources import ArraySource, AtRate
from studio.core.errors import ProjectError
from studio.core.timeline import RATE
from studio.qt.comparing import Comparing, gains
from studio.qt.player import CHANNELS, Player
from studio.qt.pools import SameThread
from studio.qt.sound import Block
from studio.qt.sounds import Sounds
from studio.store.takes import TakeStore

LOUD, QUIET, SHORT, MISSING = "a" * 32, "b" * 32, "c" * 32, "d" * 32
TAKE_RATE = 24_000
LEVELS = {LOUD: (0.4, 2.0), QUIET: (0.05, 1.6), SHORT: (0.3, 0.2)}  # gain, seconds


def noise(key: str) -> np.ndarray:
    gain, seconds = LEVELS[key]
    return (np.random.default_rng(ord(key[0])).uniform(-1, 1, int(TAKE_RATE * seconds)) * gain).astype(np.float32)


class Reel:
    """An output with a buffer of a known length: it takes what has room, and plays on only when it is told to."""

    wants_sound = True

    def __init__(self, rate: int, channels: int, buffer_s: float) -> None:
        self.size = int(rate * buffer_s)
        self.heard = 0
        self.blocks: list[Block] = []

    @property
    def written(self) -> int:
        return sum(map(len, self.blocks))

    def free_frames(self) -> int:
        return self.size - (self.written - self.heard)

    def write(self, block: Block) -> None:
        assert len(block) <= self.free_frames()
        self.blocks.append(block.copy())

    def heard_frames(self) -> int:
        return self.heard

    def close(self) -> None:
        """There is nothing to let go of."""

    def samples(self) -> np.ndarray:
        return np.concatenate(self.blocks)[:, 0] if self.blocks else np.zeros(0, np.float32)


@dataclass
class Project:
    """What a comparison asks of an open project."""

    sounds: Sounds
    chosen: list[tuple[str, str]] = field(default_factory=list)

    def choose_take(self, segment: str, key: str) -> None:
        self.chosen.append((segment, key))


@dataclass
class Desk:
    project: Project
    player: Player
    comparing: Comparing
    reels: list[Reel]

    def begin(self, one: str = LOUD, other: str = QUIET, *, is_blind: bool = False) -> None:
        self.comparing.begin(self.project, "s1", one, other, is_blind=is_blind)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("takes")
    store = TakeStore(folder, sync=False)
    for key in LEVELS:
        store.write(key, noise(key), TAKE_RATE, (), "{}")
    return folder


@pytest.fixture
def desk(folder: Path, qapp: object) -> Iterator[Desk]:
    sounds, reels = Sounds(TakeStore(folder, sync=False)), []  # type: ignore[var-annotated]

    def opened(rate: int, channels: int, buffer_s: float) -> Reel:
        reels.append(Reel(rate, channels, buffer_s))
        return reels[-1]

    player = Player(sounds.mix, opened)
    comparing = Comparing(player, SameThread())
    comparing.let_chance_be(lambda: False)
    yield Desk(Project(sounds), player, comparing, reels)
    player.close()


def at_timeline_rate(key: str) -> np.ndarray:
    """A take as it is mixed, one side of it."""
    source = AtRate(ArraySource(np.round(noise(key) * 32768) / 32768, TAKE_RATE), RATE, CHANNELS)
    return np.concatenate([piece for _at, piece in source.pieces(0, source.frames)])[:, 0]


def is_heard(samples: np.ndarray, at: int, key: str, gain_db: float) -> np.ndarray:
    """Where, from frame `at` on, the samples are that take's at that gain."""
    whole = at_timeline_rate(key) * 10 ** (gain_db / 20)
    wanted = np.zeros(len(samples), np.float32)
    part = whole[at : at + len(samples)]
    wanted[: len(part)] = part
    return np.abs(samples - wanted) < 1e-3


def test_both_are_as_loud_as_the_quieter_one(desk: Desk) -> None:
    desk.begin()
    now = desk.comparing.now
    assert now is not None
    measured = []
    for number in (0, 1):
        timeline = desk.comparing._timeline(number)
        measured.append(measure(desk.project.sounds.mix(timeline, 0), RATE, CHANNELS).integrated_lufs)
    assert abs(measured[0] - measured[1]) < 0.5
    assert now.lufs is not None
    assert now.lufs[0] - now.lufs[1] > 15
    assert now.gains_db[1] == 0.0
    assert now.gains_db[0] < -15


def test_gains_only_ever_make_quieter_and_leave_what_cannot_be_measured() -> None:
    assert gains(-20.0, -26.0) == (-6.0, 0.0)
    assert gains(-70.0, -20.0) == (0.0, 0.0)


def test_a_switch_is_heard_within_50_ms_at_the_same_place_without_a_gap(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    qtbot.waitUntil(lambda: bool(desk.reels) and desk.reels[0].written > 0, timeout=20_000)
    reel = desk.reels[0]
    for _step in range(30):  # 0.3 s are heard, 10 ms at a time, as the device would
        qtbot.waitUntil(lambda: reel.free_frames() == 0, timeout=20_000)
        reel.heard += RATE // 100
    qtbot.waitUntil(lambda: reel.free_frames() == 0, timeout=20_000)  # the worst moment: the buffer has just been filled
    pressed_at = reel.heard
    desk.comparing.switch()
    now = desk.comparing.now
    assert now is not None
    assert now.heard == 1
    for _step in range(20):
        qtbot.waitUntil(lambda: reel.free_frames() == 0, timeout=20_000)
        reel.heard += RATE // 100
    samples = reel.samples()
    other = is_heard(samples, 0, QUIET, now.gains_db[1])
    first = int(np.argmin(other[::-1]))  # how many of the last frames are the other take's without a break
    begins = len(samples) - first
    assert 0 <= begins - pressed_at <= 0.05 * RATE, f"{1000 * (begins - pressed_at) / RATE:.1f} ms"
    assert is_heard(samples[: begins - round(0.005 * RATE) - 1], 0, LOUD, now.gains_db[0]).all()
    assert len(desk.reels) == 1  # one output all along: nothing was closed and opened


def test_pressing_again_goes_back_and_after_the_end_it_begins_anew(desk: Desk, qtbot: QtBot) -> None:
    desk.begin()
    for heard in (1, 0, 1):
        desk.comparing.switch()
        assert desk.comparing.now is not None
        assert desk.comparing.now.heard == heard
    desk.player.pause()
    desk.comparing.switch()
    assert desk.player.is_comparing()
    qtbot.waitUntil(lambda: len(desk.reels) == 2 and desk.reels[1].written > 0, timeout=20_000)
    assert is_heard(desk.reels[1].samples(), 0, LOUD, desk.comparing.now.gains_db[0]).all()


def test_blind_the_two_change_places_by_chance_and_keep_tells_which_it_was(desk: Desk) -> None:
    desk.comparing.let_chance_be(lambda: True)
    desk.begin(is_blind=True)
    now = desk.comparing.now
    assert now is not None
    assert (now.keys, now.is_blind) == ((QUIET, LOUD), True)
    desk.comparing.switch()
    assert desk.comparing.keep() == LOUD
    assert desk.project.chosen == [("s1", LOUD)]
    assert desk.comparing.now is not None
    assert (desk.comparing.now.is_blind, desk.comparing.now.kept) == (False, LOUD)


def test_hiding_the_names_in_the_middle_shuffles_sounds_and_loudness_alike(desk: Desk) -> None:
    desk.begin()
    before = desk.comparing.now
    desk.comparing.let_chance_be(lambda: True)
    desk.comparing.set_blind(True)
    now = desk.comparing.now
    assert before is not None and now is not None
    assert not desk.player.is_playing()
    assert now.keys == before.keys[::-1]
    assert now.lufs == (before.lufs or ())[::-1]
    assert desk.comparing._sounds is not None
    assert [held.lufs for held in desk.comparing._sounds] == list(now.lufs or ())
    desk.comparing.set_blind(False)
    assert desk.comparing.now is not None
    assert not desk.comparing.now.is_blind


def test_chance_decides_both_ways_when_nobody_decides_for_it(desk: Desk) -> None:
    comparing = Comparing(desk.player, SameThread())
    drawn = {comparing._chance() for _draw in range(200)}
    assert drawn == {True, False}


def test_a_take_too_short_to_be_measured_is_played_as_it_is(desk: Desk) -> None:
    desk.begin(LOUD, SHORT)
    assert desk.comparing.now is not None
    assert desk.comparing.now.gains_db == (0.0, 0.0)


def test_a_take_that_cannot_be_read_ends_it_in_a_sentence(desk: Desk) -> None:
    told: list[object] = []
    desk.comparing.trouble.connect(told.append)
    desk.begin(LOUD, MISSING)
    assert desk.comparing.now is None
    assert isinstance(told[0], ProjectError)


def test_the_end_falls_silent_and_forgets(desk: Desk) -> None:
    desk.begin()
    desk.comparing.end()
    desk.comparing.end()
    desk.comparing.switch()
    assert desk.comparing.now is None
    assert not desk.player.is_playing()
    assert desk.comparing.keep() == ""
