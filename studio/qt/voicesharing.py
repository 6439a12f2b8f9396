"""Voices handed on and taken in, off the GUI thread: bundles of voices, and of a whole cast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.voicefields import content_hash
from studio.core.voices import Consent
from studio.i18n import _
from studio.qt.models.voices import names_in_words
from studio.qt.pools import Lane
from studio.qt.voiceedits import Outcome, Then, VoiceEdits, removing
from studio.qt.voices import Voices
from studio.render import sharing
from studio.store import bundles
from studio.store.bundle_manifest import SUFFIX
from studio.store.bundles import Bundle
from studio.store.library import VoiceLibrary


class VoiceSharing(QObject):
    """Lives on the GUI thread. `said(sentence)` follows what went well."""

    said = Signal(str)
    trouble = Signal(object)

    def __init__(self, voices: Voices, edits: VoiceEdits, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._voices = voices
        self._edits = edits
        self._lane = lane

    def without_consent(self, names: Sequence[str]) -> list[str]:
        """Those of these voices that have a recording and nobody's consent: a bundle of them needs one."""
        found = [voice for name in names if (voice := self._voices.find(name)) is not None]
        return [voice.name for voice in found if voice.files and not voice.consent]

    def export(self, names: Sequence[str], path: Path, consent: Consent) -> None:
        """Write voices into a bundle; the consent is kept for those that have none."""
        self._out(path, consent, lambda library: sharing.export_voices(library, names, path, consent))

    def export_cast(self, project: Path, path: Path, consent: Consent) -> None:
        """Write a project's cast with its voices. The project has to be on disk as it is meant."""
        self._out(path, consent, lambda library: sharing.export_cast(library, project, path, consent))

    def take_in(self, path: Path, then: Then | None = None) -> None:
        """Take the voices of a bundle in; one whose name another voice has gets a number behind it."""
        self._edits.bring_in(_("The bundle was taken in."), partial(_take_in, path), then)

    def _out(self, path: Path, consent: Consent, write: Callable[[VoiceLibrary], sharing.Exported]) -> None:
        self._lane.run(partial(_with_library, self._voices.path, write), self._on_out, self._on_refused)

    def _on_out(self, done: sharing.Exported) -> None:
        self._voices.took([voice for voice in done.voices if voice.name in self._voices.all()])
        voices = names_in_words([voice.name for voice in done.voices])
        self.said.emit(_("{voices} exported to {path}.").format(voices=voices, path=done.path))

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self.trouble.emit(error)


def _with_library(path: Path, act: Callable[[VoiceLibrary], sharing.Exported]) -> sharing.Exported:
    with VoiceLibrary.open(path) as library:
        return act(library)


def _take_in(path: Path, library: VoiceLibrary) -> Outcome:
    bundle = bundles.read(path)
    names = _free_names(bundle, library)
    done = sharing.import_bundle(library, bundle, names)
    new = [voice.name for voice in done.new]
    if not new:
        said = _("Every voice of this bundle is in the library already.")
    elif names:
        changed = ", ".join(f"“{old}” → “{now}”" for old, now in names.items())
        said = _("{voices} imported; others had these names: {changed}.").format(voices=names_in_words(new), changed=changed)
    else:
        said = _("{voices} imported.").format(voices=names_in_words(new))
    return Outcome([*done.new, *done.known], (), partial(removing, tuple(new)), said, done.cast)


def _free_names(bundle: Bundle, library: VoiceLibrary) -> dict[str, str]:
    """Another name for each voice whose name another voice has."""
    return {
        voice.name: _free(voice.name, library)
        for voice in bundle.voices
        if library.has(voice.name) and content_hash(library.get(voice.name)) != content_hash(voice)
    }


def _free(name: str, library: VoiceLibrary) -> str:
    number = 2
    while library.has(f"{name} {number}"):
        number += 1
    return f"{name} {number}"


__all__ = ["SUFFIX", "VoiceSharing"]
