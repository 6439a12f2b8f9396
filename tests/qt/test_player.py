"""The transport: what sounds is what the timeline says, edits are heard from the next block on, silence keeps time too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import AudioError
from studio.core.timeline import Marker, Timeline
from studio.qt.player import Player
from studio.qt.sound import Block, Clock

RATE = 8000


class Tape:
    """An output that takes everything at once and remembers it; `heard` says how far it has been played."""

    wants_sound = True

    def __init__(self) -> None:
        self.room = 400
        self.blocks: list[Block] = []
        self.heard = 0
        self.closed = False

    def free_frames(self) -> int:
        return self.room

    def write(self, block: Block) -> None:
        assert len(block) <= self.room
        self.room -= len(block)
        self.blocks.append(block.copy())

    def heard_frames(self) -> int:
        return self.heard

    def close(self) -> None:
        self.closed = True

    def play_on(self, frames: int) -> None:
        self.heard += frames
        self.room += frames

    def samples(self) -> list[float]:
        return [float(value) for block in self.blocks for value in block[:, 0]]


def ramp(timeline: Timeline, start: int) -> Iterator[Block]:
    """Each frame's value is its number, plus what the timeline's first marker position says."""
    base = timeline.markers[0].start if timeline.markers else 0
    for first in range(start, timeline.length, 150):
        numbers = np.arange(first, min(first + 150, timeline.length), dtype=np.float32) + base
        yield np.stack([numbers, numbers], axis=1)


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def player(tape: Tape, qapp: object) -> Iterator[Player]:
    player = Player(ramp, lambda rate, channels, buffer_s: tape)
    player.set_timeline(Timeline(length=1000, rate=RATE))
    yield player
    player.close()


def test_playing_writes_the_mix_without_a_gap_as_room_allows(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.play()
    qtbot.waitUntil(lambda: len(tape.samples()) == 400)
    tape.play_on(130)
    qtbot.waitUntil(lambda: len(tape.samples()) == 530)
    assert tape.samples() == list(range(530))
    qtbot.waitUntil(lambda: player.position == 130)


def test_it_ends_by_itself_and_says_so(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.play()
    tape.room = 1000
    tape.heard = 1000
    qtbot.waitUntil(lambda: not player.is_playing())
    assert player.position == 1000
    assert tape.closed


def test_pause_keeps_the_place_and_play_goes_on_there(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.play()
    qtbot.waitUntil(lambda: len(tape.samples()) == 400)
    tape.play_on(200)
    qtbot.waitUntil(lambda: player.position == 200)
    player.pause()
    qtbot.waitUntil(lambda: tape.closed)
    tape.blocks.clear()
    tape.heard, tape.room = 0, 400
    player.play()
    qtbot.waitUntil(lambda: bool(tape.blocks))
    assert tape.samples()[0] == 200


def test_seeking_moves_at_once_and_stays_within_the_show(player: Player) -> None:
    seen: list[object] = []
    player.moved.connect(seen.append)
    player.seek(700)
    player.seek(5000)
    player.seek(-3)
    assert seen == [700, 1000, 0]


def test_an_edit_is_heard_from_the_next_block_on(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.play()
    qtbot.waitUntil(lambda: len(tape.samples()) == 400)
    player.set_timeline(Timeline(markers=(Marker(10_000, "louder"),), length=1000, rate=RATE))
    tape.play_on(100)
    qtbot.waitUntil(lambda: len(tape.samples()) == 500)
    assert tape.samples()[399:402] == [399, 10_400, 10_401]


def test_a_preview_leaves_the_place_in_the_show_alone(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.seek(300)
    player.preview(Timeline(length=50, rate=RATE))
    qtbot.waitUntil(lambda: len(tape.samples()) == 50)
    tape.heard = 50
    qtbot.waitUntil(lambda: not player.is_playing())
    assert player.position == 300


def test_without_a_device_time_passes_and_it_says_so_once(qtbot: QtBot) -> None:
    def nothing(rate: int, channels: int, buffer_s: float) -> Tape:
        raise AudioError("there is no sound device, so nothing is heard")

    player = Player(ramp, nothing)
    told: list[object] = []
    player.trouble.connect(told.append)
    player.set_timeline(Timeline(length=RATE // 10, rate=RATE))
    for _ in range(2):
        player.play()
        with qtbot.waitSignal(player.playing_changed):
            pass
        assert player.position == RATE // 10
    player.close()
    assert len(told) == 1


def test_a_file_that_cannot_be_read_stops_playing_and_is_named(tape: Tape, qtbot: QtBot) -> None:
    def broken(timeline: Timeline, start: int) -> Iterator[Block]:
        raise AudioError("the file is damaged", where="bed.flac")
        yield np.zeros((1, 2), np.float32)

    player = Player(broken, lambda rate, channels, buffer_s: tape)
    player.set_timeline(Timeline(length=100, rate=RATE))
    with qtbot.waitSignal(player.trouble) as trouble:
        player.play()
    qtbot.waitUntil(lambda: not player.is_playing())
    player.close()
    assert trouble.args[0].where == "bed.flac"


def test_an_empty_show_does_not_play(qapp: object, tape: Tape) -> None:
    player = Player(ramp, lambda rate, channels, buffer_s: tape)
    player.play()
    assert not player.is_playing()
    player.close()


def test_the_clock_hears_time_pass(qtbot: QtBot) -> None:
    clock = Clock(1000)
    before = clock.heard_frames()
    qtbot.wait(30)
    assert clock.heard_frames() - before >= 25


def test_the_end_of_an_earlier_play_does_not_end_this_one(player: Player, tape: Tape, qtbot: QtBot) -> None:
    player.play()
    player.seek(100)
    qtbot.waitUntil(lambda: bool(tape.blocks))
    player._feeder.ended.emit(1)
    qtbot.wait(20)
    assert player.is_playing()
