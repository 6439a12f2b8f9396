"""Making a sample of a voice: read, listened to, mended, cut and written, all off the GUI thread. Values in and out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from studio.core.errors import AudioError, StudioError, VoiceError
from studio.core.prompts import Diagnosis, Remedy, tagged, word_count
from studio.core.voices import Sample, Voice
from studio.i18n import _
from studio.qt.peaks import Waveform
from studio.qt.pools import Lane
from studio.store.layout import TAKES
from studio.store.library import VoiceLibrary
from studio.store.takes import TakeStore

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
Refused = Callable[[StudioError], None]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono sound in memory, float32 [n] at `rate`, with what draws it."""

    samples: np.ndarray
    rate: int
    wave: Waveform = field(repr=False)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def part(self, start_s: float, end_s: float) -> np.ndarray:
        return self.samples[max(0, round(start_s * self.rate)) : max(0, round(end_s * self.rate))]


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One sample of a voice as it is being made: its sound (None until it is read), the part that is taken, its words.
    `kept` is the library's sample it began as, `original` the sound as it came."""

    transcript: str = ""
    style: str = ""
    sound: Sound | None = None
    original: Sound | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    kept: Sample | None = None
    diagnosis: Diagnosis | None = None
    is_cut: bool = False  # its sound is no longer that of `kept`
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # of `kept`, where the library lacks them yet

    @property
    def seconds(self) -> float:
        if self.sound is None:
            return self.kept.seconds if self.kept is not None else 0.0
        return self.end_s - self.start_s


class VoiceMaking(QObject):
    """Lives on the GUI thread. Each act gives its result to `then`, or a sentence to `refused`, on this thread."""

    def __init__(self, library: Path, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = lane

    def read(self, path: Path, then: Callable[[Sound], None], refused: Refused) -> None:
        """The sound of a user's file, of whatever format."""
        self._run(partial(_read_foreign, path), then, refused)

    def read_sample(self, sample: Sample, then: Callable[[Sound], None], refused: Refused) -> None:
        """The sound of a sample of the library."""
        self._run(partial(_read_sample, self._library, sample.digest), then, refused)

    def take(self, samples: np.ndarray, rate: int, then: Callable[[Sound], None], refused: Refused) -> None:
        """Sound that is in memory, [n] or [n, channels]."""
        self._run(partial(_sound, samples, rate), then, refused)

    def read_take(self, project: Path, key: str, speaker: int | None, then: Callable[[Draft], None], refused: Refused) -> None:
        """What one speaker says in a take of a project."""
        self._run(partial(_draft_of_take, project / TAKES, key, speaker), then, refused)

    def read_consent(self, path: Path, statement: str, then: Callable[[tuple[str, bytes]], None], refused: Refused) -> None:
        """A recording of a consent in a user's file: its digest, and the file that the library is to keep."""
        self._run(partial(_consent, path, statement), then, refused)

    def sound_of(self, digest: str, data: bytes, then: Callable[[Sound], None], refused: Refused) -> None:
        """The sound of a recording of the library, or of one that is to enter it."""
        work = partial(_sound_in, data) if data else partial(_read_sample, self._library, digest)
        self._run(work, then, refused)

    def examine(self, draft: Draft, then: Callable[[Diagnosis], None], refused: Refused) -> None:
        """What the doctor says of the part that is taken."""
        if draft.sound is not None:
            self._run(partial(_examine, draft.sound, draft.start_s, draft.end_s, draft.transcript), then, refused)

    def mend(self, draft: Draft, remedy: Remedy, then: Callable[[Cut], None], refused: Refused) -> None:
        """What a remedy makes of the sound, and which part is taken then."""
        if draft.sound is not None:
            self._run(partial(_mend, draft.sound, draft.start_s, draft.end_s, remedy), then, refused)

    def write_part(self, draft: Draft, path: Path, then: Callable[[float], None], refused: Refused) -> None:
        """The part that is taken as a WAV file, for listening; its seconds go to `then`."""
        if draft.sound is not None:
            self._run(partial(_write, draft.sound, draft.start_s, draft.end_s, path), then, refused)

    def finish(
        self, drafts: Sequence[Draft], then: Callable[[tuple[Sequence[Sample], dict[str, bytes]]], None], refused: Refused
    ) -> None:
        """The samples of these drafts as the library is to have them, with the files of those that are new."""
        self._run(partial(_finish, tuple(drafts)), then, refused)

    def _run(self, work: Callable[[], T], then: Callable[[T], None], refused: Refused) -> None:
        def on_error(error: Exception) -> None:
            if not isinstance(error, StudioError):
                raise error
            refused(error)

        self._lane.run(work, then, on_error)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a remedy made: the sound, and the part of it that is taken."""

    sound: Sound
    start_s: float
    end_s: float


def drafts_of(voice: Voice) -> list[Draft]:
    """The samples of a voice, to be changed."""
    return [Draft(one.transcript, one.style, kept=one) for one in voice.samples]


def _sound(samples: np.ndarray, rate: int) -> Sound:
    from studio.audio.downmix import to_mono
    from studio.audio.files import finite
    from studio.audio.peaks import Peaks

    mono = to_mono(finite(samples.astype("float32")))
    return Sound(mono, rate, Waveform(Peaks.compute(mono, rate)))


def _read_foreign(path: Path) -> Sound:
    from studio.audio import clips

    try:
        samples, rate = clips.read(path)
    except AudioError as error:
        raise AudioError(error.what, where=path.name, kept=_("no voice was made"), todo=error.todo) from error
    if not len(samples):
        raise VoiceError(_("there is nothing in this recording"), where=path.name, kept=_("no voice was made"))
    return _sound(samples, rate)


def _read_own(path: Path) -> Sound:
    from studio.audio import files

    return _sound(*files.read(path))


def _read_sample(library: Path, digest: str) -> Sound:
    with VoiceLibrary.open(library, write=False) as opened:
        return _read_own(opened.sample_path(digest))


def _examine(sound: Sound, start_s: float, end_s: float, transcript: str) -> Diagnosis:
    from studio.audio.doctor import examine

    return examine(sound.part(start_s, end_s), sound.rate, transcript)


def _mend(sound: Sound, start_s: float, end_s: float, remedy: Remedy) -> Cut:
    """Where to cut is only noted, so that it can be moved; what changes the sound changes all of it alike."""
    from studio.audio import mending
    from studio.audio.dsp import gain_of
    from studio.audio.stretches import best_stretch

    rate, first = sound.rate, round(start_s * sound.rate)
    if remedy is Remedy.BEST_STRETCH:
        best = best_stretch(sound.samples, rate)
        return Cut(sound, best.start / rate, best.end / rate) if best.end > best.start else Cut(sound, start_s, end_s)
    part = sound.part(start_s, end_s)
    if remedy is Remedy.TRIM:
        span = mending.speech_span(part, rate)
        if span.end <= span.start:
            return Cut(sound, start_s, end_s)
        return Cut(sound, (first + span.start) / rate, (first + span.end) / rate)
    if remedy is Remedy.LEVEL:
        return Cut(_sound(sound.samples * gain_of(mending.gain_db(part)), rate), start_s, end_s)
    if remedy is Remedy.REMOVE_DC:
        return Cut(_sound(sound.samples - part.mean(), rate), start_s, end_s)
    return Cut(_sound(mending.mended(sound.samples, rate, [remedy]), rate), start_s, end_s)


def _write(sound: Sound, start_s: float, end_s: float, path: Path) -> float:
    import soundfile

    part = sound.part(start_s, end_s)
    soundfile.write(path, part.clip(-1.0, 1.0), sound.rate, "PCM_16", format="WAV")
    return len(part) / sound.rate


def _finish(drafts: Sequence[Draft]) -> tuple[Sequence[Sample], dict[str, bytes]]:
    samples: list[Sample] = []
    files: dict[str, bytes] = {}
    for draft in drafts:
        sample, own = _finished(draft)
        samples.append(sample)
        files.update(own)
    return samples, files


def _finished(draft: Draft) -> tuple[Sample, Mapping[str, bytes]]:
    """The sample, and its files where the library lacks them. Raises VoiceError for what is no sample of a voice."""
    from studio.render import prompting

    if not word_count(draft.transcript):
        what, todo = _("a sample has no transcript"), _("write down the words that are said in it")
        raise VoiceError(what, kept=_("the voice is as it was"), todo=todo)
    if draft.kept is not None and not draft.is_cut:
        return replace(draft.kept, transcript=tagged(draft.transcript), style=draft.style), draft.files
    if draft.sound is None:
        raise VoiceError(_("a sample is still being read"), kept=_("the voice is as it was"), todo=_("wait a moment"))
    sound = draft.sound
    made = prompting.of_recording(
        sound.samples, sound.rate, draft.transcript, draft.style, start_s=draft.start_s, end_s=draft.end_s
    )
    return made.sample, made.files


def _draft_of_take(takes: Path, key: str, speaker: int | None) -> Draft:
    from studio.render import prompting

    made = prompting.of_take(TakeStore(takes), key, speaker=speaker)
    sound = _sound(*_decoded(made.sound))
    return Draft(made.sample.transcript, "", sound, sound, 0.0, sound.seconds, made.sample, made.diagnosis, files=made.files)


def _consent(path: Path, statement: str) -> tuple[str, bytes]:
    from studio.render.voices import sample_from

    if not word_count(statement):
        what, todo = _("it is not known what was agreed"), _("write down the words of the consent first")
        raise VoiceError(what, kept=_("the recording was not added"), todo=todo)
    sample, data, _warnings = sample_from(path, statement)
    return sample.digest, data


def _sound_in(data: bytes) -> Sound:
    return _sound(*_decoded(data))


def _decoded(data: bytes) -> tuple[np.ndarray, int]:
    import soundfile

    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return samples, int(rate)
