"""The microphone: what is spoken into it, as a voice sample. Lives on the GUI thread; QtMultimedia is loaded when it is first
asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QIODevice, QLoggingCategory, QObject, QTimer, Signal, Slot

from studio.core.errors import AudioError

if TYPE_CHECKING:  # numpy takes a tenth of a second to load, and the window is to appear first
    import numpy as np
    from numpy.typing import NDArray

LONGEST_S = 60.0
SHORTEST_S = 0.2
LOOK_MS = 50  # between two looks at what has come
PATIENCE_MS = 3_000  # until a microphone that says nothing counts as gone or refused
_TODO = "connect one, or bring a sound file instead"
_KEPT = "nothing was recorded"


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone as the system calls it. `id` is the system's own."""

    id: bytes
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was recorded: mono float32 [n] at the device's rate."""

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


class Source(Protocol):
    """An open microphone."""

    rate: int

    def read(self) -> NDArray[np.float32]:
        """What has come since the last time: mono [n], often empty. Raises AudioError when the device is gone."""
        ...

    def close(self) -> None: ...


OpenSource = Callable[[bytes], Source]


class Microphone:
    """A device of this machine's, open."""

    def __init__(self, id_: bytes) -> None:
        """The device of that id, the system's default for b"". Raises AudioError."""
        multimedia = _multimedia()
        device = _device(multimedia, id_)
        form = device.preferredFormat()
        form.setSampleFormat(multimedia.QAudioFormat.SampleFormat.Float)
        if not device.isFormatSupported(form):
            form.setSampleFormat(multimedia.QAudioFormat.SampleFormat.Int16)
        self.rate = int(form.sampleRate())
        self._channels = max(1, int(form.channelCount()))
        self._is_float = form.sampleFormat() == multimedia.QAudioFormat.SampleFormat.Float
        self._none = multimedia.QtAudio.Error.NoError if hasattr(multimedia, "QtAudio") else multimedia.QAudio.Error.NoError
        self._source = multimedia.QAudioSource(device, form)
        stream = self._source.start()
        if not isinstance(stream, QIODevice) or not stream.isOpen() or self._source.error() != self._none:
            what = "the microphone cannot be opened: another program has it, or the system refuses it"
            raise AudioError(what, where=device.description(), kept=_KEPT, todo="allow the microphone in the system's settings")
        self._stream = stream
        self._rest = b""

    def read(self) -> NDArray[np.float32]:
        import numpy as np

        data = self._rest + bytes(self._stream.readAll().data())
        size = (4 if self._is_float else 2) * self._channels
        whole = len(data) // size * size
        self._rest = data[whole:]
        if not whole and self._source.error() != self._none:
            raise AudioError("the microphone is gone", kept="what was recorded before stays", todo="connect it again")
        if self._is_float:
            samples = np.frombuffer(data[:whole], np.float32)
        else:
            samples = np.frombuffer(data[:whole], np.int16).astype(np.float32) / np.float32(32_768)
        return np.asarray(samples.reshape(-1, self._channels).mean(axis=1), np.float32)

    def close(self) -> None:
        self._source.stop()


class Recording(QObject):
    """Records from one microphone, a minute at the most. `level` is the loudest sample of the last moment in dBFS; `ended`
    brings what was recorded, also where the device vanished meanwhile, which `trouble` tells."""

    started = Signal()
    level = Signal(float)
    elapsed = Signal(float)  # seconds recorded
    ended = Signal(object)  # Heard
    trouble = Signal(object)  # an AudioError to show

    def __init__(self, open_source: OpenSource = Microphone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = open_source
        self._source: Source | None = None
        self._parts: list[NDArray[np.float32]] = []
        self._frames = 0
        self._silent_ms = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_recording(self) -> bool:
        return self._source is not None

    def devices(self) -> Sequence[Device]:
        """The microphones of this machine: see the function of this name."""
        return devices()

    def start(self, device: bytes = b"") -> None:
        """Record from a device, or from the default one. What is wrong with it comes by `trouble`."""
        if self._source is not None:
            return
        try:
            self._source = self._open(device)
        except AudioError as error:
            self.trouble.emit(error)
            return
        self._parts, self._frames, self._silent_ms = [], 0, 0
        self._timer.start()
        self.started.emit()

    def stop(self) -> None:
        """End it; `ended` follows at once if anything was recorded."""
        if self._source is None:
            return
        self._look()
        self._finish()

    def close(self) -> None:
        """Let the microphone go; what was recorded is dropped."""
        self._timer.stop()
        source, self._source = self._source, None
        if source is not None:
            source.close()
        self._parts = []

    @Slot()
    def _look(self) -> None:
        source = self._source
        if source is None:
            return
        try:
            new = source.read()
        except AudioError as error:
            self.trouble.emit(error)
            self._finish()
            return
        if not len(new):
            self._miss()
            return
        self._silent_ms = 0
        room = round(LONGEST_S * source.rate) - self._frames
        self._take(new[:room], source.rate)
        if len(new) >= room:
            self._finish()

    def _take(self, new: NDArray[np.float32], rate: int) -> None:
        from studio.audio.dsp import peak_db

        self._parts.append(new)
        self._frames += len(new)
        self.level.emit(peak_db(new))
        self.elapsed.emit(self._frames / rate)

    def _miss(self) -> None:
        """Nothing has come: systems that refuse a microphone without a word, and devices that vanish, look like this."""
        self._silent_ms += LOOK_MS
        if self._silent_ms < PATIENCE_MS:
            return
        gone = self._frames > 0
        what = (
            "the microphone is gone"
            if gone
            else "nothing comes from the microphone: it is switched off, or the system refuses it"
        )
        kept = "what was recorded before stays" if gone else _KEPT
        todo = "connect it again" if gone else "allow the microphone in the system's settings"
        self.trouble.emit(AudioError(what, kept=kept, todo=todo))
        self._finish()

    def _finish(self) -> None:
        import numpy as np

        parts, source = self._parts, self._source
        self.close()
        if source is not None and parts and self._frames >= SHORTEST_S * source.rate:
            self.ended.emit(Heard(np.concatenate(parts), source.rate))


def devices() -> Sequence[Device]:
    """The microphones of this machine, the default first. Raises AudioError where there are none, or nothing to ask with."""
    multimedia = _multimedia()
    default = multimedia.QMediaDevices.defaultAudioInput()
    found = [Device(bytes(one.id().data()), one.description()) for one in multimedia.QMediaDevices.audioInputs()]
    if not found:
        raise _absent()
    return sorted(found, key=lambda one: one.id != bytes(default.id().data()))


def _device(multimedia: Any, id_: bytes) -> Any:
    if not id_:
        device = multimedia.QMediaDevices.defaultAudioInput()
        if device.isNull():
            raise _absent()
        return device
    for device in multimedia.QMediaDevices.audioInputs():
        if bytes(device.id().data()) == id_:
            return device
    raise AudioError("the microphone that was chosen is gone", kept=_KEPT, todo="connect it again, or choose another one")


def _multimedia() -> Any:
    QLoggingCategory.setFilterRules("qt.multimedia.*=false")  # it complains of each sound server that is not there
    try:
        from PySide6 import QtMultimedia
    except ImportError as error:
        what = "the sound library is missing, so nothing can be recorded"
        raise AudioError(what, kept=_KEPT, todo="install libpulse0, or bring a sound file instead") from error
    return QtMultimedia


def _absent() -> AudioError:
    return AudioError("there is no microphone", kept=_KEPT, todo=_TODO)
