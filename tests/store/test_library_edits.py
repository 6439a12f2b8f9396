"""Voices are found, changed many at a time, duplicated, and what was done is undone; who uses one is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import VoiceError
from studio.core.voices import SeedRank, Voice
from studio.store import library_rows, places
from studio.store.library import VoiceLibrary, sample_digest
from tests.store.conftest import execute
from tests.store.voices import AGREED, files, flac, opened, voice

ONE, TWO = flac(1), flac(2)
AGREEMENT = flac(3)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[VoiceLibrary]:
    with opened(tmp_path / "data" / "library.db") as library:
        yield library


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A folder that holds a project, as far as anybody looks from afar."""
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "project.db").touch()
    return tmp_path / "show"


def names(voices: object) -> list[str]:
    return [one.name for one in voices]  # type: ignore[attr-defined]


def test_all_that_a_voice_is_comes_back(library: VoiceLibrary) -> None:
    maya = voice(
        "Maya", ONE, TWO, colour="#3a86c8", folder="Show/Guests", seeds=(SeedRank(7, 1, 3),),
        consent=replace(AGREED, recording=sample_digest(AGREEMENT)),
    )  # fmt: skip
    library.add(maya, files(ONE, TWO, AGREEMENT))
    library.close()
    with VoiceLibrary.open(library.path, write=False) as again:
        assert again.get("maya") == again.list()[0] == maya
        assert again.sample_path(maya.consent.recording).read_bytes() == AGREEMENT


def test_voices_are_found_by_words_tags_folder_and_language(library: VoiceLibrary) -> None:
    library.add_all([
        Voice("Zoë", 1, tags=("warm", "Low"), folder="Show", language="de-AT", notes="from the harbour"),
        Voice("Ben", 2, tags=("warm",), folder="Show/Guests"),
        Voice("Showman", 3, folder="Showtime", language="de"),
    ])  # fmt: skip
    assert names(library.search()) == ["Ben", "Showman", "Zoë"]
    assert names(library.search("ZOE")) == ["Zoë"]
    assert names(library.search("zoe harbour")) == ["Zoë"]
    assert names(library.search("warm")) == ["Ben", "Zoë"]
    assert names(library.search(tags=("LOW", "warm"))) == ["Zoë"]
    assert names(library.search(folder="show")) == ["Ben", "Zoë"]
    assert names(library.search(language="de")) == ["Showman", "Zoë"]
    assert names(library.search("nobody")) == []


@pytest.mark.parametrize("few", [0, 1, 500])
def test_a_first_search_finds_what_later_ones_find(library: VoiceLibrary, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """It reads no more than may fit."""
    monkeypatch.setattr(library_rows, "FEW", few)
    library.add(voice("Zoë Low", ONE, tags=("warm",), folder="Show/Ä", language="de"), files(ONE))
    library.add(voice("Low", TWO, notes="Show", language="en-GB"), files(TWO))
    library.add(Voice("Ben", 2, tags=("low-fi",), folder="Low"))
    library.list()
    for asked in (
        {"text": "low"},
        {"text": "LOW zoe"},
        {"tags": ("low",)},
        {"folder": "show/a"},
        {"language": "EN"},
        {"text": "x"},
    ):
        with VoiceLibrary.open(library.path) as fresh:
            assert fresh.search(**asked) == library.search(**asked)  # type: ignore[arg-type]
    assert names(library.search(folder="show/a")) == ["Zoë Low"] and library.search("warm")[0].samples


def test_a_search_sees_what_others_and_oneself_have_changed(library: VoiceLibrary) -> None:
    assert library.search() == []
    with VoiceLibrary.open(library.path) as other:
        other.add(Voice("Maya", 1))
        assert names(library.search("maya")) == ["Maya"]
        library.add(Voice("Ben", 2))
        assert names(other.search()) == ["Ben", "Maya"]
        library.note_seed("Maya", 9, won=True)
        assert other.search("maya")[0].seeds == library.search("maya")[0].seeds == (SeedRank(9, 1, 1),)


def test_a_removed_voice_is_brought_back_from_memory(library: VoiceLibrary, show: Path) -> None:
    maya = voice("Maya", ONE, TWO, consent=AGREED)
    library.add(maya, files(ONE, TWO))
    library.note_uses(show, "A show", {"Maya": ["Tom"]})
    former = library.remove("maya", force=True)
    assert library.list() == [] and library.all_uses() == {}
    library.restore(former)
    assert library.get("Maya") == maya
    assert [use.characters for use in library.uses("maya")] == [("Tom",)]
    assert library.damage() == []


def test_a_replaced_voice_is_brought_back_with_its_name_and_samples(library: VoiceLibrary) -> None:
    maya = voice("Maya", ONE, TWO)
    library.add(maya, files(ONE, TWO))
    former = library.replace("Maya", voice("Mia", TWO, seed=3))
    with pytest.raises(VoiceError):
        library.sample_path(sample_digest(ONE))
    library.restore(former, instead_of="Mia")
    assert library.list() == [maya]
    assert library.damage() == []


def test_many_voices_are_changed_at_once_or_none(library: VoiceLibrary) -> None:
    library.add_all([Voice(f"Voice {number}", number) for number in range(30)])
    everybody = names(library.list())

    def change(one: Voice) -> Voice:
        return replace(one, tags=(*one.tags, "choir"), folder="Choir")

    before = library.edit(everybody, change)
    assert {(one.tags, one.folder) for one in library.list()} == {(("choir",), "Choir")}
    with pytest.raises(VoiceError, match="Nobody"):
        library.edit([*everybody, "Nobody"], lambda one: replace(one, folder=""))
    with pytest.raises(ValueError, match="replace"):
        library.edit(["Voice 1"], lambda one: replace(one, name="Another"))
    assert {one.folder for one in library.list()} == {"Choir"}
    former = {one.name: one for one in before}
    library.edit(everybody, lambda one: former[one.name])
    assert library.list() == list(before)
    assert library.damage() == []


def test_adding_several_adds_all_or_none(library: VoiceLibrary) -> None:
    library.add(Voice("Ben", 1))
    for others in ([Voice("Maya", 2), Voice("BEN", 3)], [Voice("Maya", 2), Voice("maya", 3)], [voice("Maya", ONE), Voice("")]):
        with pytest.raises(VoiceError):
            library.add_all(others, files(ONE))
    assert names(library.list()) == ["Ben"]


def test_a_duplicate_stands_on_its_own(library: VoiceLibrary) -> None:
    library.add(voice("Maya", ONE, seed=7, tags=("warm",)), files(ONE))
    copy = library.duplicate("maya", "Mia")
    assert copy == replace(library.get("Maya"), name="Mia")
    library.remove("Maya")
    assert library.sample_path(sample_digest(ONE)).read_bytes() == ONE
    with pytest.raises(VoiceError, match="already"):
        library.duplicate("Mia", "MIA")


def test_a_voice_in_use_is_neither_removed_nor_renamed_and_the_projects_are_named(library: VoiceLibrary, show: Path) -> None:
    library.add(voice("Maya", ONE), files(ONE))
    library.note_uses(show, "A show", {"Maya": ["Tom", "Ann"]})
    for act in (library.remove, lambda name: library.replace(name, Voice("Mia", 1))):
        with pytest.raises(VoiceError) as refused:
            act("MAYA")
        assert "A show" in str(refused.value) and str(show) in str(refused.value) and "--force" in refused.value.todo
    library.replace("Maya", replace(library.get("Maya"), notes="changed"))
    assert library.get("Maya").notes == "changed"
    library.note_uses(show, "A show", {"Ben": ["Tom"]})
    library.remove("Maya")
    assert library.list() == []


def test_uses_are_those_of_projects_that_are_there_and_the_users_own(library: VoiceLibrary, show: Path) -> None:
    library.add(Voice("Maya", 1))
    cached = places.renders() / "x"
    cached.mkdir(parents=True)
    (cached / "project.db").touch()
    library.note_uses(cached, "Cached", {"Maya": ["Tom"]})
    assert library.uses("Maya") == []
    library.note_uses(show, "A show", {"MAYA": ["Tom", "Ann"]})
    [use] = library.uses("maya")
    assert (use.project, use.title, use.characters) == (show, "A show", ("Ann", "Tom"))
    (show / "project.db").unlink()
    assert library.uses("Maya") == []
    library.remove("Maya")
    library.note_uses(cached.parent, "", {})
    assert library.damage() == []


def test_a_removal_that_was_cut_short_is_made_up_for_at_the_next_opening(
    library: VoiceLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(voice("Maya", ONE), files(ONE))
    path = library.sample_path(sample_digest(ONE))
    with monkeypatch.context() as power_cut:
        power_cut.setattr("studio.store.durable.wipe", lambda _: pytest.fail("no power"))
        with pytest.raises(pytest.fail.Exception):
            library.remove("Maya")
    assert path.exists() and library.list() == []
    library.close()
    VoiceLibrary.open(library.path).close()
    assert not path.exists()


def test_a_row_that_was_changed_by_hand_can_be_removed_and_nothing_else(library: VoiceLibrary) -> None:
    library.add_all([Voice("Maya", 1), Voice("Ben", 2)])
    library.close()
    execute(library.path, "UPDATE voices SET seeds = '[[1, 9, 9]]' WHERE name = 'Maya'")
    with VoiceLibrary.open(library.path) as again:
        assert names(again.list()) == ["Ben"] and not again.has("Maya")
        with pytest.raises(VoiceError, match="no voice"):
            again.edit(["Maya"], lambda one: one)
        again.remove("Maya")
        assert again.damage() == []
