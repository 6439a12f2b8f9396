"""Where sound goes: the machine's output, or a clock that keeps time when there is none. Lives on the player's thread."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeAlias

from PySide6.QtCore import QIODevice, QLoggingCategory

from studio.core.errors import AudioError

if TYPE_CHECKING:  # numpy takes a tenth of a second to load, and the window is to appear first
    import numpy as np
    from numpy.typing import NDArray

Block: TypeAlias = "NDArray[np.float32]"  # [frames, channels]

BUFFER_S = 0.15
NO_DEVICE = "there is no sound device, so nothing is heard"
NO_LIBRARY = "the sound library is missing, so nothing is heard"


class Output(Protocol):
    """Takes blocks and says how many frames were heard. `wants_sound` is False where mixing would be wasted work."""

    wants_sound: bool

    def free_frames(self) -> int: ...

    def write(self, block: Block) -> None: ...

    def heard_frames(self) -> int:
        """Frames heard since it was opened."""
        ...

    def close(self) -> None: ...


class OpenOutput(Protocol):
    """How an output is come by: `open_output`, or a test's."""

    def __call__(self, rate: int, channels: int, buffer_s: float = ..., /) -> Output: ...


class Clock:
    """No sound, but time passes: playback can be followed on a machine without a sound device."""

    wants_sound = False

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._since = monotonic()

    def free_frames(self) -> int:
        return 0

    def write(self, block: Block) -> None:
        """Silence takes any block."""

    def heard_frames(self) -> int:
        return int((monotonic() - self._since) * self._rate)

    def close(self) -> None:
        """There is nothing to let go of."""


class Sink:
    """The machine's default output."""

    wants_sound = True

    def __init__(self, rate: int, channels: int, buffer_s: float = BUFFER_S) -> None:
        """Raises AudioError when there is no device or no library to reach it with."""
        QLoggingCategory.setFilterRules("qt.multimedia.*=false")  # it complains of each sound server that is not there
        try:
            from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
        except ImportError as error:
            raise AudioError(NO_LIBRARY, todo="install libpulse0") from error
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            raise AudioError(NO_DEVICE, todo="connect one and press play again")
        self._frame_bytes = 4 * channels
        wanted = QAudioFormat()
        wanted.setSampleRate(rate)
        wanted.setChannelCount(channels)
        wanted.setSampleFormat(QAudioFormat.SampleFormat.Float)
        self._sink = QAudioSink(device, wanted)
        self._sink.setBufferSize(int(rate * buffer_s) * self._frame_bytes)
        stream = self._sink.start()
        if not isinstance(stream, QIODevice) or not stream.isOpen():
            raise AudioError(NO_DEVICE, todo="connect one and press play again")
        self._stream = stream
        self._written = 0

    def free_frames(self) -> int:
        return self._sink.bytesFree() // self._frame_bytes

    def write(self, block: Block) -> None:
        self._stream.write(block.astype("<f4").tobytes())
        self._written += len(block)

    def heard_frames(self) -> int:
        waiting = (self._sink.bufferSize() - self._sink.bytesFree()) // self._frame_bytes
        return max(0, self._written - waiting)

    def close(self) -> None:
        self._sink.stop()


def open_output(rate: int, channels: int, buffer_s: float = BUFFER_S) -> Output:
    """The default device, with so many seconds written ahead of what is heard. Raises AudioError, whose sentence is for the
    user, when there is none."""
    return Sink(rate, channels, buffer_s)
