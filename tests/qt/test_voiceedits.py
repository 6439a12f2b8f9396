"""The library changed from the window: each change can be taken back, recordings and all; what fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.core.voices import Cast, Consent, Voice
from studio.qt import places
from studio.qt.pools import SameThread
from studio.qt.voiceedits import VoiceEdits, used_in_words
from studio.qt.voices import Voices
from studio.qt.voicesharing import VoiceSharing
from studio.store.library import Use, VoiceLibrary
from tests.store.voices import AGREED, files, flac, voice


@pytest.fixture
def voices(qapp: object) -> Iterator[Voices]:
    voices = Voices(places.library_file())
    voices.open()
    yield voices
    voices.close()


class Told:
    def __init__(self, *parts: VoiceEdits | VoiceSharing) -> None:
        self.said: list[str] = []
        self.troubles: list[StudioError] = []
        for part in parts:
            part.trouble.connect(self.troubles.append)
            if isinstance(part, VoiceEdits):
                part.done.connect(self.said.append)
                part.undone.connect(self.said.append)
            else:
                part.said.connect(self.said.append)


@pytest.fixture
def edits(voices: Voices) -> VoiceEdits:
    return VoiceEdits(voices, SameThread())


def in_library(voices: Voices) -> dict[str, Voice]:
    with VoiceLibrary.open(voices.path, write=False) as library:
        return {one.name: one for one in library.list()}


def test_what_is_added_changed_and_removed_comes_back_by_undo(voices: Voices, edits: VoiceEdits) -> None:
    one, other = flac(1), flac(2)
    told = Told(edits)
    edits.add(voice("Rosa", one), dict(files(one)))
    first = voices.all()["Rosa"]
    edits.replace("Rosa", replace(voice("Aunt Rosa", one, other), tags=("warm",)), dict(files(one, other)))
    edits.remove(["Aunt Rosa"])
    assert "Aunt Rosa" not in voices.all()
    assert in_library(voices) == {}
    edits.undo()
    assert voices.all()["Aunt Rosa"].tags == ("warm",)
    edits.undo()
    assert dict(voices.all()) == {"Rosa": first} == in_library(voices)
    edits.undo()
    assert not edits.can_undo
    for _ in range(3):
        edits.redo()
    assert in_library(voices) == {} == dict(voices.all())
    edits.undo()
    with VoiceLibrary.open(voices.path, write=False) as library:
        kept = library.get("Aunt Rosa")
        assert [library.sample_path(sample.digest).read_bytes() for sample in kept.samples] == [one, other]
    assert told.troubles == []
    assert len(told.said) == 3 + 3 + 3 + 1


def test_what_fails_is_one_sentence_and_nothing_to_undo(voices: Voices, edits: VoiceEdits) -> None:
    told = Told(edits)
    edits.add(Voice("Rosa"), {})
    edits.add(Voice("ROSA"), {})
    assert [error.what for error in told.troubles] == ["there is a voice called 'ROSA' already"]
    mine: list[StudioError] = []
    edits.add(Voice("Rosa"), {}, refused=mine.append)
    assert len(mine) == 1
    assert len(told.troubles) == 1
    edits.undo()
    assert not edits.can_undo


def test_many_are_changed_at_once_and_undone_as_one_built_in_ones_too(voices: Voices, edits: VoiceEdits) -> None:
    edits.add(Voice("Rosa", tags=("old",)), {})
    edits.edit(["Rosa", "Annie"], lambda one: replace(one, folder="Show", tags=(*one.tags, "guest")))
    assert {name: one.folder for name, one in voices.all().items()} == {"Rosa": "Show", "Annie": "Show"}
    assert [one.name for one in voices.search("gue")] == ["Annie", "Rosa"]
    assert [one.name for one in voices.search(folder="Show", tags=["old"])] == ["Rosa"]
    assert voices.folders() == ["Show"]
    edits.undo()
    assert voices.all()["Rosa"].tags == ("old",)
    assert voices.all()["Annie"].folder == ""


def test_a_copy_has_a_name_of_its_own(voices: Voices, edits: VoiceEdits) -> None:
    sound = flac(3)
    edits.add(voice("Rosa", sound), dict(files(sound)))
    assert edits.duplicate(voices.all()["Rosa"]) == "Rosa 2"
    assert edits.duplicate(voices.all()["Rosa"]) == "Rosa 3"
    assert voices.all()["Rosa 3"].samples == voices.all()["Rosa"].samples


def test_thousands_are_found_while_one_types(voices: Voices) -> None:
    voices.took([Voice(f"Voice {number:04}", tags=("deep" if number % 2 else "high",)) for number in range(5_000)])
    assert len(voices.search("deep")) == 2_500
    assert [one.name for one in voices.search("0042 high")] == ["Voice 0042"]


def test_a_bundle_goes_out_with_consent_and_comes_in_beside_another_of_its_name(
    voices: Voices, edits: VoiceEdits, tmp_path: Path
) -> None:
    sharing = VoiceSharing(voices, edits, SameThread())
    told = Told(edits, sharing)
    sound = flac(4)
    edits.add(voice("Rosa", sound), dict(files(sound)))
    assert sharing.without_consent(["Rosa", "Annie"]) == ["Rosa"]
    sharing.export(["Rosa"], tmp_path / "rosa.diavoice", Consent())
    assert "consent" in told.troubles[0].what
    assert not (tmp_path / "rosa.diavoice").exists()
    sharing.export(["Rosa"], tmp_path / "rosa.diavoice", AGREED)
    assert (tmp_path / "rosa.diavoice").exists()
    assert voices.all()["Rosa"].consent == AGREED
    edits.edit(["Rosa"], lambda one: replace(one, notes="changed since"))
    came = []
    sharing.take_in(tmp_path / "rosa.diavoice", lambda outcome: came.append(outcome.cast))
    assert set(voices.all()) == {"Rosa", "Rosa 2"}
    assert "“Rosa” → “Rosa 2”" in told.said[-1]
    assert came == [Cast()]
    edits.undo()
    assert set(voices.all()) == {"Rosa"}
    data = bytearray((tmp_path / "rosa.diavoice").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "rosa.diavoice").write_bytes(data)
    sharing.take_in(tmp_path / "rosa.diavoice")
    assert len(told.troubles) == 2
    assert set(voices.all()) == {"Rosa"}


def test_where_voices_are_used_is_said_by_projects_and_characters() -> None:
    uses = [Use(Path(f"/shows/{n}"), f"Show {n}", ("Maya",), 0.0) for n in range(5)]
    uses.append(Use(Path("/shows/0"), "Show 0", ("Tom",), 0.0))
    assert used_in_words(uses) == "“Show 0” (Maya, Tom), “Show 1” (Maya), “Show 2” (Maya), 2 more projects"
