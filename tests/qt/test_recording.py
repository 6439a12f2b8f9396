"""The microphone: level, a minute at the most, and one sentence for each way in which there is none.

`Fake` stands for the device: machines that run tests have no microphone. What this machine itself answers is tested last."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from studio.core.errors import AudioError
from studio.qt import recording
from studio.qt.recording import Device, Heard, Microphone, Recording

RATE = 8_000


class Fake:
    """An open microphone that hears what it is given, in pieces, and then nothing, or fails."""

    rate = RATE

    def __init__(self, pieces: list[NDArray[np.float32]], error: AudioError | None = None) -> None:
        self.pieces = pieces
        self.error = error
        self.is_closed = False

    def read(self) -> NDArray[np.float32]:
        if self.pieces:
            return self.pieces.pop(0)
        if self.error is not None:
            raise self.error
        return np.zeros(0, np.float32)

    def close(self) -> None:
        self.is_closed = True


class Told:
    """Everything that a recording says."""

    def __init__(self, recorder: Recording) -> None:
        self.levels: list[float] = []
        self.seconds: list[float] = []
        self.heard: list[Heard] = []
        self.troubles: list[AudioError] = []
        recorder.level.connect(self.levels.append)
        recorder.elapsed.connect(self.seconds.append)
        recorder.ended.connect(self.heard.append)
        recorder.trouble.connect(self.troubles.append)


def sound(seconds: float, level: float = 0.5) -> NDArray[np.float32]:
    return np.full(round(seconds * RATE), level, np.float32)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LOOK_MS", 1)


def recorder_of(source: Fake) -> tuple[Recording, Told]:
    recorder = Recording(lambda _: source)
    return recorder, Told(recorder)


def test_what_is_spoken_is_heard_with_its_level(qtbot: QtBot) -> None:
    fake = Fake([sound(0.3, 0.1), sound(0.3, 0.5)])
    recorder, told = recorder_of(fake)
    recorder.start()
    assert recorder.is_recording
    qtbot.waitUntil(lambda: len(told.levels) == 2)
    recorder.stop()
    assert not recorder.is_recording and fake.is_closed
    (heard,) = told.heard
    assert (heard.rate, heard.samples.dtype, heard.samples.shape) == (RATE, np.float32, (round(0.6 * RATE),))
    assert heard.seconds == pytest.approx(0.6)
    assert told.levels == pytest.approx([-20.0, -6.02], abs=0.01)
    assert told.seconds == pytest.approx([0.3, 0.6])
    assert told.troubles == []


def test_what_came_last_is_not_lost_by_stopping(qtbot: QtBot) -> None:
    recorder, told = recorder_of(Fake([sound(1.0)]))
    recorder.start()
    recorder.stop()
    assert told.heard[0].seconds == pytest.approx(1.0)


def test_a_minute_is_the_most(qtbot: QtBot) -> None:
    recorder, told = recorder_of(Fake([sound(25.0), sound(25.0), sound(25.0), sound(25.0)]))
    recorder.start()
    qtbot.waitUntil(lambda: bool(told.heard))
    assert told.heard[0].seconds == pytest.approx(60.0)
    assert not recorder.is_recording


def test_a_device_that_vanishes_leaves_what_was_said_before(qtbot: QtBot) -> None:
    gone = AudioError("the microphone is gone", kept="what was recorded before stays", todo="connect it again")
    recorder, told = recorder_of(Fake([sound(2.0)], gone))
    recorder.start()
    qtbot.waitUntil(lambda: bool(told.heard))
    assert told.heard[0].seconds == pytest.approx(2.0)
    assert told.troubles == [gone]


@pytest.mark.parametrize(("before", "words"), [([], "refuses it"), ([sound(1.0)], "is gone")])
def test_a_device_that_says_nothing_is_told_after_a_while(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, before: list[NDArray[np.float32]], words: str
) -> None:
    monkeypatch.setattr(recording, "PATIENCE_MS", 20)
    recorder, told = recorder_of(Fake(list(before)))
    recorder.start()
    qtbot.waitUntil(lambda: bool(told.troubles))
    (error,) = told.troubles
    assert words in error.what
    assert error.kept and error.todo
    assert len(told.heard) == len(before)
    assert not recorder.is_recording


def test_a_device_that_cannot_be_opened_is_told_and_nothing_begins(qtbot: QtBot) -> None:
    refusal = AudioError("the system refuses it", kept="nothing was recorded", todo="allow it")

    def refuse(_: bytes) -> Fake:
        raise refusal

    recorder = Recording(refuse)
    told = Told(recorder)
    recorder.start()
    assert told.troubles == [refusal]
    assert not recorder.is_recording
    recorder.stop()
    assert told.heard == []


def test_a_touch_of_the_button_records_nothing(qtbot: QtBot) -> None:
    recorder, told = recorder_of(Fake([sound(0.1)]))
    recorder.start()
    recorder.stop()
    assert told.heard == []


def test_two_recordings_do_not_mix(qtbot: QtBot) -> None:
    sources: Iterator[Fake] = iter([Fake([sound(1.0, 0.1)]), Fake([sound(2.0, 0.2)])])
    recorder = Recording(lambda _: next(sources))
    told = Told(recorder)
    for _ in range(2):
        recorder.start()
        recorder.start()
        recorder.stop()
    assert [round(heard.seconds, 3) for heard in told.heard] == [1.0, 2.0]
    assert {round(float(value), 3) for value in told.heard[1].samples} == {0.2}


def test_closing_drops_what_was_recorded_and_lets_the_device_go(qtbot: QtBot) -> None:
    fake = Fake([sound(1.0)])
    recorder, told = recorder_of(fake)
    recorder.start()
    recorder.close()
    assert fake.is_closed
    assert told.heard == []


def test_without_the_sound_library_one_sentence_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    monkeypatch.delattr("PySide6.QtMultimedia", raising=False)
    for ask in (recording.devices, lambda: Microphone(b"")):
        with pytest.raises(AudioError, match="sound library is missing") as caught:
            ask()
        assert caught.value.kept and caught.value.todo


def test_this_machine_answers_for_itself(qtbot: QtBot) -> None:
    """No fake: QtMultimedia is asked. A machine without a microphone, as those that run tests are, says so in a sentence."""
    recorder = Recording()
    told = Told(recorder)
    try:
        found = recorder.devices()
    except AudioError as error:
        assert "microphone" in error.what or "sound library" in error.what
        assert error.kept == "nothing was recorded" and error.todo
        recorder.start()
        assert [str(one) for one in told.troubles] == [str(error)]
        assert not recorder.is_recording
    else:
        assert all(isinstance(one, Device) and one.name for one in found)
    with pytest.raises(AudioError):
        Microphone(b"no such device")
