"""Makes samples of a voice: from a user's file, from the microphone, from a take. They are values; the library keeps them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from studio.audio import clips, files
from studio.audio.doctor import examine
from studio.audio.downmix import to_mono
from studio.audio.files import Samples
from studio.core.errors import VoiceError
from studio.core.prompts import Diagnosis, Trait, tagged, word_count
from studio.core.render import SpokenTurn, Word
from studio.core.voices import Sample
from studio.render.takecut import TakePart, sample_of_take
from studio.store.library import sample_digest
from studio.store.takes import TakeStore

# What is mended without asking while a sample is made, and so need not be told.
MENDED = frozenset({Trait.LEVEL, Trait.HEAD, Trait.TAIL, Trait.DC})
_KEPT = "nothing was changed"


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A sample and the FLAC that the library is to keep of it, under the sample's digest; what the doctor says of the sound it
    was made from; and, of a take, the codes of just this sound: see `studio.core.codes`."""

    sample: Sample
    sound: bytes
    diagnosis: Diagnosis
    codes: bytes = b""

    @property
    def files(self) -> Mapping[str, bytes]:
        """What `VoiceLibrary.add` is to be given beside the sample."""
        files = {self.sample.digest: self.sound}
        return {**files, self.sample.codes: self.codes} if self.codes else files

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is worth telling, in sentences without a full stop."""
        troubles = (check for check in self.diagnosis.troubles if check.trait not in MENDED)
        return tuple(check.sentence().rstrip(".") for check in troubles)


def of_file(path: Path, transcript: str, style: str = "", *, start_s: float = 0.0, end_s: float | None = None) -> Made:
    """A sample from [start_s, end_s) of a user's file of any format. Raises AudioError or VoiceError."""
    _require_words(transcript, path)
    samples, rate = clips.read(path)
    return of_recording(samples, rate, transcript, style, start_s=start_s, end_s=end_s, where=path)


def of_recording(
    samples: Samples,
    rate: int,
    transcript: str,
    style: str = "",
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    where: str | Path = "",
) -> Made:
    """A sample from samples [n] or [n, channels] at `rate`: trimmed, levelled, its transcript tagged. Raises VoiceError."""
    _require_words(transcript, where)
    prepared = clips.prepare_samples(samples, rate, where=where, start_s=start_s, end_s=end_s)
    chosen = samples[max(round(start_s * rate), 0) : None if end_s is None else max(round(end_s * rate), 0)]
    diagnosis = examine(to_mono(np.asarray(chosen, np.float32)), rate, _examined(transcript))
    sound = flac(prepared.samples, prepared.rate)
    return Made(Sample(sample_digest(sound), prepared.seconds, tagged(transcript), style), sound, diagnosis)


def of_take(takes: TakeStore, key: str, *, words: Sequence[Word] = (), speaker: int | None = None, style: str = "") -> Made:
    """A sample from a finished take, as `sample_of_take` cuts it. `words`: from alignment, where the engine told none. The
    sound stays as it is in the take, level and all, and is cut at whole frames, so that its codes are those of the sample; a
    take that was stretched after it was decoded has none to give. Raises ProjectError, AudioError or VoiceError."""
    take = takes.info(key)
    samples, rate = files.read(takes.path(key))
    codes, codec = (takes.codes(key) if _is_as_decoded(take.recipe) else None) or (b"", "")
    told = take.words or tuple(words)
    part = sample_of_take(to_mono(samples), rate, turns_of(take.recipe), told, speaker, codes, codec, take.unspoken)
    return of_part(part, style)


def of_part(part: TakePart, style: str = "") -> Made:
    """The sample that a part of a take makes."""
    sound = flac(part.samples, part.rate)
    diagnosis = examine(part.samples, part.rate, part.transcript)
    coded = sample_digest(part.codes) if part.codes else ""
    sample = Sample(sample_digest(sound), part.seconds, part.transcript, style, coded, part.codec)
    return Made(sample, sound, diagnosis, part.codes)


def turns_of(recipe: str) -> tuple[SpokenTurn, ...]:
    """The turns of a take's recipe. Raises VoiceError for one that is empty or cannot be read."""
    try:
        turns = json.loads(recipe)["turns"]
        return tuple(SpokenTurn(int(turn["speaker"]), str(turn["text"])) for turn in turns)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        what = "it is not known what is said in this take"
        raise VoiceError(what, kept="the take and the library are unchanged", todo="choose another take") from error


def _is_as_decoded(recipe: str) -> bool:
    """Whether a take's sound is what its codes are decoded to, and not that at another pace."""
    try:
        fields = json.loads(recipe)
        return bool(fields.get("pace", 1.0) == 1.0 and "stretched" not in fields)
    except (ValueError, AttributeError, RecursionError):
        return False


def flac(samples: Samples, rate: int) -> bytes:
    """Mono samples as the library keeps them."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def _examined(transcript: str) -> str:
    """The transcript with its first tag, which is put there without asking; other tags are told of."""
    return transcript if transcript.lstrip().startswith("[") else f"[S1] {transcript.strip()}"


def _require_words(transcript: str, where: str | Path) -> None:
    if not word_count(transcript):
        what = "the sample has no transcript"
        raise VoiceError(what, where=where, kept=_KEPT, todo="write down the words that are spoken in it")
