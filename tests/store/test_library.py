"""Voices come back as they were given, have one name each, and are gone when they are removed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core.errors import ProjectError, VoiceError
from studio.core.voices import Consent, Sample, Voice
from studio.store.library import VoiceLibrary, sample_digest
from tests.store.conftest import execute

WORDS = "These very words were spoken by nobody else before, and shall not be found."


def _wave(seed: int) -> bytes:
    import random

    return b"RIFF" + random.Random(seed).randbytes(40_000)


def _voice(name: str, *waves: bytes, **fields: object) -> Voice:
    samples = tuple(Sample(sample_digest(wave), 2.5, WORDS, style) for wave, style in zip(waves, ("", "angry"), strict=False))
    return Voice(name, samples=samples, **fields)  # type: ignore[arg-type]


def _files(*waves: bytes) -> dict[str, Path | bytes]:
    return {sample_digest(wave): wave for wave in waves}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[VoiceLibrary]:
    with VoiceLibrary.open(tmp_path / "data" / "library.db") as opened:
        yield opened


def test_voices_come_back_in_the_order_of_their_names(library: VoiceLibrary) -> None:
    maya = _voice(
        "Maya", _wave(1), _wave(2), seed=3, settings=(("draft.pitch", "55"),), tags=("warm", "low"), language="de", notes="n",
        licence="CC0", consent=Consent("I agree to be heard.", "Maya", "2026-11-21"),
    )  # fmt: skip
    library.add(maya, _files(_wave(1), _wave(2)))
    library.add(Voice("ben", 5))
    library.close()
    with VoiceLibrary.open(library.path) as again:
        assert again.list() == [Voice("ben", 5), maya]
        assert again.get("Maya") == maya
        assert again.sample_path(maya.samples[1].digest).read_bytes() == _wave(2)
        assert again.damage() == []


def test_a_sample_may_be_given_as_a_file(library: VoiceLibrary, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(_wave(1))
    library.add(_voice("Maya", _wave(1)), {sample_digest(_wave(1)): tmp_path / "a.wav"})
    assert library.sample_path(sample_digest(_wave(1))).suffix == ".wav"


@pytest.mark.parametrize("name", ["maya", "MAYA", " Maya ", "Ｍａｙａ"])
def test_a_name_is_one_voice_whatever_its_case(library: VoiceLibrary, name: str) -> None:
    library.add(Voice("Maya", 1))
    with pytest.raises(VoiceError, match="already"):
        library.add(Voice(name, 2))
    assert library.get(name).seed == 1
    assert len(library.list()) == 1


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "\u202egnp.exe", "x" * 200])
def test_what_is_no_name_is_refused(library: VoiceLibrary, name: str) -> None:
    with pytest.raises(VoiceError, match="cannot be a voice's name"):
        library.add(Voice(name, 1))
    assert library.list() == []


def test_an_unknown_voice_is_a_sentence(library: VoiceLibrary) -> None:
    for act in (library.get, library.remove, lambda name: library.replace(name, Voice("Ben"))):
        with pytest.raises(VoiceError, match="no voice called 'Nobody'"):
            act("Nobody")


@pytest.mark.parametrize("data", [b"", b"ID3" + bytes(100), b"RIFF other bytes"])
def test_a_sample_that_does_not_fit_is_refused_whole(library: VoiceLibrary, data: bytes) -> None:
    voice = _voice("Maya", _wave(1))
    with pytest.raises(VoiceError):
        library.add(voice, {voice.samples[0].digest: data})
    with pytest.raises(VoiceError, match="missing"):
        library.add(voice)
    assert library.list() == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "a" * 64, "A" * 64])
def test_a_digest_cannot_lead_out_of_the_library(library: VoiceLibrary, digest: str) -> None:
    with pytest.raises(VoiceError, match="missing"):
        library.sample_path(digest)


def test_a_changed_sample_is_noticed(library: VoiceLibrary) -> None:
    library.add(_voice("Maya", _wave(1)), _files(_wave(1)))
    path = library.sample_path(sample_digest(_wave(1)))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with VoiceLibrary.open(library.path) as again:
        with pytest.raises(VoiceError, match="changed"):
            again.sample_path(sample_digest(_wave(1)))
        assert [finding.kind for finding in again.damage()] == ["bad-sample"]


def test_a_changed_row_is_left_out_and_reported(library: VoiceLibrary) -> None:
    library.add(Voice("Maya", 1, consent=Consent("none")))
    library.add(Voice("Ben", 2))
    library.close()
    execute(library.path, "UPDATE voices SET consent = 'I agree.' WHERE name = 'Maya'")
    with VoiceLibrary.open(library.path) as again:
        assert [voice.name for voice in again.list()] == ["Ben"]
        assert [finding.kind for finding in again.damage()] == ["bad-row"]


def test_replacing_can_rename_and_drops_what_is_no_longer_used(library: VoiceLibrary) -> None:
    library.add(_voice("Maya", _wave(1), _wave(2)), _files(_wave(1), _wave(2)))
    library.add(Voice("Ben", 2))
    with pytest.raises(VoiceError, match="already"):
        library.replace("Maya", _voice("BEN", _wave(1)))
    library.replace("maya", _voice("Mia", _wave(2)))
    assert [voice.name for voice in library.list()] == ["Ben", "Mia"]
    assert library.sample_path(sample_digest(_wave(2))).exists()
    with pytest.raises(VoiceError, match="missing"):
        library.sample_path(sample_digest(_wave(1)))


def test_removing_a_voice_leaves_none_of_its_bytes(library: VoiceLibrary) -> None:
    library.add(
        _voice("Maya", _wave(1), consent=Consent("My spoken agreement, given on a day in autumn, to nobody but you.")),
        _files(_wave(1)),
    )
    library.add(Voice("Ben", 2))
    assert _found(library, _wave(1)) > 0
    assert _found(library, WORDS.encode()) > 0
    library.remove("MAYA")
    assert _found(library, _wave(1)) == 0
    assert _found(library, WORDS.encode()) == 0
    assert _found(library, b"My spoken agreement, given on a day in autumn, to nobody but you.") == 0
    assert [voice.name for voice in library.list()] == ["Ben"]


def test_a_sample_that_another_voice_has_stays(library: VoiceLibrary) -> None:
    library.add(_voice("Maya", _wave(1)), _files(_wave(1)))
    library.add(_voice("Twin", _wave(1)))
    library.remove("Maya")
    assert library.sample_path(sample_digest(_wave(1))).read_bytes() == _wave(1)


def test_only_the_owner_can_read_voices(library: VoiceLibrary) -> None:
    library.add(_voice("Maya", _wave(1)), _files(_wave(1)))
    place = library.path.parent
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [place, *place.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_two_programs_may_use_one_library(library: VoiceLibrary) -> None:
    with VoiceLibrary.open(library.path) as other:
        library.add(Voice("Maya", 1))
        other.add(Voice("Ben", 2))
        assert library.list() == other.list()
        with pytest.raises(VoiceError, match="already"):
            other.add(Voice("MAYA", 3))


def test_a_damaged_library_is_refused_untouched(library: VoiceLibrary) -> None:
    library.close()
    library.path.write_bytes(b"garbage" * 1000)
    with pytest.raises(ProjectError):
        VoiceLibrary.open(library.path)
    assert library.path.read_bytes() == b"garbage" * 1000
    assert [path.name for path in library.path.parent.iterdir()] == ["library.db"]


def _found(library: VoiceLibrary, secret: bytes) -> int:
    """How many 64-byte windows of a secret lie in any file of the library."""
    hay = b"\n".join(path.read_bytes() for path in library.path.parent.rglob("*") if path.is_file())
    return sum(secret[at : at + 64] in hay for at in range(0, len(secret) - 63, 64 if len(secret) > 1000 else 1))
