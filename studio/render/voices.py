"""The voices a cast may name, and the sound of their samples, from the user's library. Opened only when needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from studio.core.errors import AudioError, StudioError
from studio.core.render import Request
from studio.core.script import Script
from studio.core.voices import Cast, Sample, Voice
from studio.render.requests import samples_by_digest, with_samples
from studio.store import places

NO_VOICES: Mapping[str, Voice] = {}


def names_voices(script: Script, cast: Cast) -> bool:
    """Whether anything in the cast or the script asks for a voice by name, so that the library has to be opened."""
    overridden = (utterance.voice for paragraph in script.paragraphs for utterance in paragraph.utterances)
    return any(entry.voice for entry in cast.values()) or any(overridden)


def library_voices(path: Path | None = None) -> Mapping[str, Voice]:
    """Every voice of the library by name; none where there is no library yet. Raises ProjectError for a damaged one."""
    place = path or places.library()
    if not place.exists():
        return NO_VOICES
    from studio.store.library import VoiceLibrary  # SQLAlchemy: `lint` starts without it

    with closing(VoiceLibrary.open(place, write=False)) as library:
        return {voice.name: voice for voice in library.list()}


def voices_for(script: Script, cast: Cast) -> Mapping[str, Voice]:
    """The library's voices where the script names any, else none."""
    return library_voices() if names_voices(script, cast) else NO_VOICES


def uses_of(script: Script, cast: Cast) -> Mapping[str, set[str]]:
    """Which voices of the library a script is cast with, and for whom: voice -> characters."""
    uses: dict[str, set[str]] = {}
    for character, entry in cast.items():
        if entry.voice:
            uses.setdefault(entry.voice, set()).add(character)
    for paragraph in script.paragraphs:
        for utterance in paragraph.utterances:
            name = utterance.voice.partition("/")[0]
            if name and name != utterance.character and name not in cast:
                uses.setdefault(name, set()).add(utterance.character)
    return uses


def note_uses(project: Path, title: str, script: Script, cast: Cast) -> None:
    """Let the library know which of its voices a project of the user's is cast with. Where it cannot be told, nothing comes of
    it but that a removal would not name this project."""
    if not places.library().exists():
        return
    from studio.store.library import VoiceLibrary

    with suppress(StudioError), closing(VoiceLibrary.open(places.library())) as library:
        library.note_uses(project, title, uses_of(script, cast))


def sample_filler(voices: Mapping[str, Voice]) -> Callable[[Request], Request]:
    """What fills a request with the sound of its samples, and codes; each is read once. The function raises VoiceError or
    AudioError."""
    samples = samples_by_digest(voices)
    sounds: dict[str, tuple[bytes, int]] = {}
    coded: dict[str, bytes] = {}

    def pcm_of(sample: Sample) -> tuple[bytes, int]:
        if sample.digest not in sounds:
            sounds[sample.digest] = _read(sample.digest)
        return sounds[sample.digest]

    def codes_of(digest: str) -> bytes:
        if digest not in coded:
            coded[digest] = _read_codes(digest)
        return coded[digest]

    return lambda request: with_samples(request, samples, pcm_of, codes_of)


def sample_from(path: Path, transcript: str, style: str = "") -> tuple[Sample, bytes, tuple[str, ...]]:
    """A voice sample from a user's recording: the sample, the FLAC the library is to keep, and what the doctor says of it. A
    transcript without a tag gets one. Raises AudioError or VoiceError."""
    try:
        from studio.render.prompting import of_file
    except (ImportError, OSError) as error:
        todo = "install it with pip install soundfile pydub"
        raise AudioError(
            f"no library to read audio with is installed ({error})", where=path, kept="nothing was changed", todo=todo
        ) from error
    made = of_file(path, transcript, style)
    return made.sample, made.sound, made.warnings


def _read(digest: str) -> tuple[bytes, int]:
    from studio.audio import files
    from studio.store.library import VoiceLibrary

    with closing(VoiceLibrary.open(places.library(), write=False)) as library:
        sound, rate = files.read(library.sample_path(digest))
    return sound.mean(axis=1).astype("<f4").tobytes(), rate


def _read_codes(digest: str) -> bytes:
    from studio.store.library import VoiceLibrary

    with closing(VoiceLibrary.open(places.library(), write=False)) as library:
        return library.sample_codes(digest)
