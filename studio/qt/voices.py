"""The user's voices, for casting: those of the library, and the ones every machine has. Lives on the GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.render import Request
from studio.core.voices import Sample, Voice, stable_seed
from studio.render.requests import samples_by_digest, with_samples
from studio.store.library import VoiceLibrary
from studio.store.library_search import Index, folded

# Variants of the draft voice that are far apart from each other. With Dia each speaks by its seed.
_BUILT_IN = (
    ("Annie", "en-us+Annie"),
    ("Reed", "en-us+Reed"),
    ("Belinda", "en-gb-x-rp+belinda"),
    ("Lee", "en-gb-x-rp+Lee"),
    ("Fiona", "en-gb-scotland+f1"),
    ("Malcolm", "en-gb-scotland+m1"),
    ("Shelby", "en-us+shelby"),
    ("Quincy", "en-us+quincy"),
)

BUILT_IN: Mapping[str, Voice] = {
    name: Voice(name, seed=stable_seed("built-in", name), settings=(("draft.variant", variant),), tags=("built-in",))
    for name, variant in _BUILT_IN
}


class Voices(QObject):
    """`changed` follows every change of the library. A built-in voice enters the library when it is first cast, so that the
    command line knows it too."""

    changed = Signal()
    trouble = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._library: VoiceLibrary | None = None
        self._voices: dict[str, Voice] = {}
        self._index: Index | None = None  # of all on offer; made when somebody searches

    @property
    def path(self) -> Path:
        """The library's file: work off this thread opens it for itself."""
        return self._path

    @property
    def is_open(self) -> bool:
        return self._library is not None

    def open(self) -> None:
        """Read the library; a missing one is made. What is damaged is told, and then there are no voices."""
        try:
            self._library = VoiceLibrary.open(self._path)
            self._voices = {voice.name: voice for voice in self._library.list()}
        except StudioError as error:
            self.trouble.emit(error)

    def all(self) -> Mapping[str, Voice]:
        """The library's voices by name."""
        return self._voices

    def on_offer(self) -> Sequence[Voice]:
        """The library's voices by name, then the built-in ones it does not hold yet."""
        return self._indexed().voices

    def find(self, name: str) -> Voice | None:
        """The voice of that name that is on offer."""
        return self._voices.get(name) or BUILT_IN.get(name)

    def search(self, text: str = "", tags: Iterable[str] = (), folder: str = "", language: str = "") -> Sequence[Voice]:
        """Those on offer that fit all that is asked; fast enough for every key among thousands."""
        return self._indexed().search(text, tuple(tags), folder, language)

    def tags(self) -> Sequence[str]:
        """Every tag that some voice on offer has."""
        return _each(tag for voice in self.on_offer() for tag in voice.tags)

    def languages(self) -> Sequence[str]:
        """Every language that some voice on offer speaks."""
        return _each(voice.language for voice in self.on_offer())

    def folders(self) -> Sequence[str]:
        """Every folder with a voice in it, and those above."""
        found = {voice.folder for voice in self._voices.values() if voice.folder}
        parts = [folder.split("/") for folder in found]
        return _each("/".join(one[: depth + 1]) for one in parts for depth in range(len(one)))

    def took(self, put: Iterable[Voice], gone: Iterable[str] = ()) -> None:
        """The library was changed: these are in it now as they are here, and those no longer."""
        left = dict(self._voices)
        for name in gone:
            left.pop(name, None)
        left.update({voice.name: voice for voice in put})
        self._voices = left
        self._index = None
        self.changed.emit()

    def ensure(self, name: str) -> None:
        """Put a built-in voice into the library, if it is not there. Raises StudioError."""
        if name in self._voices or name not in BUILT_IN or self._library is None:
            return
        self._library.add(BUILT_IN[name])
        self.took([BUILT_IN[name]])

    def complete(self, request: Request) -> Request:
        """The request with the sound of its samples, and codes. Raises StudioError where one cannot be read."""
        if not any(voice.sample_digest for voice in request.voices):
            return request
        return with_samples(request, samples_by_digest(self._voices), self._pcm_of, self._codes_of)

    def close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None

    def _indexed(self) -> Index:
        if self._index is None:
            own = sorted(self._voices.values(), key=lambda voice: folded(voice.name))
            self._index = Index([*own, *(voice for name, voice in BUILT_IN.items() if name not in self._voices)])
        return self._index

    def _pcm_of(self, sample: Sample) -> tuple[bytes, int]:
        from studio.audio.files import read

        assert self._library is not None
        samples, rate = read(self._library.sample_path(sample.digest))
        return samples.mean(axis=1).astype("<f4").tobytes(), rate

    def _codes_of(self, digest: str) -> bytes:
        assert self._library is not None
        return self._library.sample_codes(digest)


def _each(names: Iterable[str]) -> Sequence[str]:
    """Every name once, in order."""
    return sorted(set(names), key=folded)
