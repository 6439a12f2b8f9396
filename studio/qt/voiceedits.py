"""Changes to the voice library, one after the other off the GUI thread, each with the change that takes it back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.voices import Cast, Voice
from studio.i18n import _, counted
from studio.qt.models.voices import names_in_words
from studio.qt.pools import Lane
from studio.qt.voices import BUILT_IN, Voices
from studio.render.removal import remove_voice, replace_voice
from studio.store.library import Former, Use, VoiceLibrary

Files = Mapping[str, bytes]
Uses = Sequence[Use]
NOBODY = Cast()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did: voices that are in the library now as they are here, names that are no longer, and its inverse. `said`
    is the sentence about it where it is known only now, `cast` whom imported voices speak for."""

    put: Sequence[Voice]
    gone: Sequence[str]
    back: Change
    said: str = ""
    cast: Cast = NOBODY


Change = Callable[[VoiceLibrary], Outcome]
Then = Callable[[Outcome], None]
Refused = Callable[[StudioError], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, or would be done. `said` is the sentence about it."""

    said: str
    change: Change
    then: Then | None = None
    refused: Refused | None = None  # who is told of an error in place of everybody


class VoiceEdits(QObject):
    """Lives on the GUI thread. `done(sentence)` follows each change that can be taken back."""

    done = Signal(str)
    undone = Signal(str)
    trouble = Signal(object)
    stacks_changed = Signal()

    def __init__(self, voices: Voices, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._voices = voices
        self._lane = lane
        self._waiting: deque[tuple[Step, list[Step], str]] = deque()
        self._is_busy = False
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    # what there is to take back

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def undo_count(self) -> int:
        """How many changes can be taken back."""
        return len(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    def undo(self) -> None:
        if self._undo:
            step = self._undo.pop()
            self._begin(step, self._redo, _("Undone: {what}").format(what=step.said))

    def redo(self) -> None:
        if self._redo:
            step = self._redo.pop()
            self._begin(step, self._undo, _("Done again: {what}").format(what=step.said))

    # changes

    def add(self, voice: Voice, files: Files, then: Then | None = None, refused: Refused | None = None) -> None:
        said = _("“{name}” is in the library.").format(name=voice.name)
        self._new(Step(said, partial(_add, [voice], files), then, refused))

    def replace(self, name: str, voice: Voice, files: Files, then: Then | None = None, refused: Refused | None = None) -> None:
        """Put a voice in the place of another one, be it under another name."""
        said = _("“{name}” was changed.").format(name=voice.name)
        self._new(Step(said, partial(_replace, name, voice, files), then, refused))

    def remove(self, names: Sequence[str]) -> None:
        """Remove voices and their bytes, wherever they are used."""
        said = _("{voices} removed, with every recording, from this computer.").format(voices=names_in_words(list(names)))
        self._new(Step(said, partial(removing, tuple(names))))

    def duplicate(self, voice: Voice) -> str:
        """Another voice that sounds the same; the name it gets."""
        name = self.free_name(voice.name)
        self._new(
            Step(_("“{name}” is a copy.").format(name=name), partial(_add, [replace(voice, name=name)], {})),
        )
        return name

    def edit(self, names: Iterable[str], change: Callable[[Voice], Voice]) -> None:
        """Change tags, folder, language and the like of many voices at once, all or none."""
        wanted = tuple(names)
        said = _("{voices} changed.").format(voices=names_in_words(wanted))
        self._new(Step(said, partial(_edit, wanted, change)))

    def bring_in(self, said: str, change: Change, then: Then | None = None) -> None:
        """Make a change that is worked out where the library is."""
        self._new(Step(said, change, then))

    def free_name(self, name: str) -> str:
        """The name, or with a number behind it where there is such a voice already."""
        taken = {one.name.casefold() for one in self._voices.on_offer()}
        number, free = 1, name
        while free.casefold() in taken:
            number += 1
            free = f"{name} {number}"
        return free

    def where_used(self, names: Sequence[str], then: Callable[[Sequence[Use]], None]) -> None:
        """Let `then` know which projects use any of these voices, as far as that was noted."""
        self._lane.run(partial(_uses, self._voices.path, tuple(names)), then, self._on_refused)

    # one after the other

    def _new(self, step: Step) -> None:
        self._redo.clear()
        self._begin(step, self._undo, "")

    def _begin(self, step: Step, onto: list[Step], said: str) -> None:
        self._waiting.append((step, onto, said))
        self._go_on()

    def _go_on(self) -> None:
        if self._is_busy or not self._waiting:
            return
        self._is_busy = True
        step, onto, said = self._waiting.popleft()
        self._lane.run(
            partial(_run, self._voices.path, step.change),
            lambda outcome: self._on_done(step, onto, said, outcome),
            lambda error: self._on_failed(error, step.refused),
        )

    def _on_done(self, step: Step, onto: list[Step], said: str, outcome: Outcome) -> None:
        self._is_busy = False
        did = outcome.said or step.said
        onto.append(Step(did, outcome.back))
        self._voices.took(outcome.put, outcome.gone)
        self.stacks_changed.emit()
        (self.undone if said else self.done).emit(said or did)
        if step.then is not None:
            step.then(outcome)
        self._go_on()

    def _on_failed(self, error: Exception, refused: Refused | None) -> None:
        self._is_busy = False
        self.stacks_changed.emit()
        if refused is not None and isinstance(error, StudioError):
            refused(error)
        else:
            self._on_refused(error)
        self._go_on()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self.trouble.emit(error)


def _run(path: Path, change: Change) -> Outcome:
    """On a pool, over a library of its own."""
    with VoiceLibrary.open(path) as library:
        return change(library)


def _add(voices: Sequence[Voice], files: Files, library: VoiceLibrary) -> Outcome:
    library.add_all(voices, files)
    return Outcome(voices, (), partial(removing, tuple(one.name for one in voices)))


def removing(names: Sequence[str], library: VoiceLibrary) -> Outcome:
    formers: list[Former] = []
    try:
        for name in names:
            formers.append(remove_voice(library, name, force=True))
    except StudioError:
        _restore(formers, library)
        raise
    return Outcome((), names, partial(_restore, formers))


def _restore(formers: Sequence[Former], library: VoiceLibrary) -> Outcome:
    for former in formers:
        library.restore(former)
    voices = [former.voice for former in formers]
    return Outcome(voices, (), partial(removing, tuple(one.name for one in voices)))


def _replace(name: str, voice: Voice, files: Files, library: VoiceLibrary) -> Outcome:
    _take_in([name], library)
    former = replace_voice(library, name, voice, files, force=True)
    gone = () if former.voice.name == voice.name else (former.voice.name,)
    return Outcome([voice], gone, partial(_put_back, former, voice, files))


def _put_back(former: Former, voice: Voice, files: Files, library: VoiceLibrary) -> Outcome:
    library.restore(former, instead_of=voice.name)
    gone = () if former.voice.name == voice.name else (voice.name,)
    return Outcome([former.voice], gone, partial(_replace, former.voice.name, voice, files))


def _edit(names: Sequence[str], change: Callable[[Voice], Voice], library: VoiceLibrary) -> Outcome:
    _take_in(names, library)
    before = {voice.name: voice for voice in library.edit(names, change)}
    after = [change(voice) for voice in before.values()]
    return Outcome(after, (), partial(_edit, tuple(before), lambda voice: before[voice.name]))


def _take_in(names: Sequence[str], library: VoiceLibrary) -> None:
    """Built-in voices enter the library by being changed."""
    for name in names:
        if name in BUILT_IN and not library.has(name):
            library.add(BUILT_IN[name])


def _uses(path: Path, names: Sequence[str]) -> Sequence[Use]:
    with VoiceLibrary.open(path, write=False) as library:
        return [use for name in names for use in library.uses(name)]


def used_in_words(uses: Sequence[Use]) -> str:
    """Where voices are used, as a clause: projects with the characters that speak so."""
    by_project: dict[str, set[str]] = {}
    for use in uses:
        by_project.setdefault(use.title or use.project.name, set()).update(use.characters)
    shown = [
        f"“{title}” ({', '.join(sorted(names))})" if any(names) else f"“{title}”"
        for title, names in list(by_project.items())[:3]
    ]
    more = len(by_project) - len(shown)
    return ", ".join([*shown, *([counted(more, _("more project"), _("more projects"))] if more else [])])
