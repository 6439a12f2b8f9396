"""Codes are a part of a sample: kept beside it, verified, lent to requests, and gone with it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import VoiceError
from studio.store.library import VoiceLibrary, sample_digest
from tests.store.voices import coded, codes, files, flac, opened, voice

ONE, TWO = flac(1, 0.1), flac(2, 0.1)
CODES = codes(1)
DIGEST = sample_digest(CODES)
MAYA = coded(voice("Maya", ONE, TWO), CODES)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[VoiceLibrary]:
    with opened(tmp_path / "data" / "library.db") as library:
        library.add(MAYA, files(ONE, TWO, CODES))
        yield library


def place(library: VoiceLibrary) -> Path:
    return library.path.parent / "samples" / DIGEST[:2] / f"{DIGEST}.codes"


def test_codes_come_back_with_their_sample_and_are_for_the_owner_alone(library: VoiceLibrary) -> None:
    library.close()
    with VoiceLibrary.open(library.path, write=False) as again:
        assert again.get("maya") == MAYA
        assert again.sample_codes(MAYA.samples[0].codes) == CODES
        assert again.damage() == []
    assert stat.S_IMODE(place(library).stat().st_mode) == 0o600


def test_codes_that_were_changed_are_noticed_whenever_they_are_read(library: VoiceLibrary) -> None:
    assert library.sample_codes(DIGEST) == CODES
    place(library).write_bytes(CODES[:-2] + b"\0\0")
    with pytest.raises(VoiceError, match=r"changed or damaged.*add the voice again"):
        library.sample_codes(DIGEST)
    assert [(finding.kind, finding.where) for finding in library.damage()] == [("bad-sample", "Maya")]
    place(library).unlink()
    with pytest.raises(VoiceError, match=r"codes .* cannot be read"):
        library.sample_codes(DIGEST)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64])
def test_a_digest_of_codes_cannot_lead_out_of_the_library(library: VoiceLibrary, digest: str) -> None:
    with pytest.raises(VoiceError):
        library.sample_codes(digest)


@pytest.mark.parametrize(
    "data",
    [b"", CODES[:-1], codes(1, 0.5), CODES[:-2] + b"\0\x7f", ONE],
    ids=["none", "a byte short", "half as long", "beyond", "a recording"],
)
def test_codes_that_are_not_those_of_the_sound_are_refused_whole(library: VoiceLibrary, data: bytes) -> None:
    ben = coded(voice("Ben", ONE), data)
    with pytest.raises(VoiceError, match=r"not the codes of the sample.*unchanged"):
        library.add(ben, files(ONE, data))
    with pytest.raises(VoiceError, match="missing"):
        library.add(coded(voice("Ben", ONE), codes(2)))
    assert library.list() == [MAYA]


def test_codes_go_with_the_last_sample_that_has_them(library: VoiceLibrary) -> None:
    library.duplicate("Maya", "Twin")
    library.replace("Maya", replace(MAYA, samples=(replace(MAYA.samples[0], codes="", codec=""), MAYA.samples[1])))
    assert library.sample_codes(DIGEST) == CODES, "the twin has them"
    former = library.remove("Twin")
    assert not place(library).exists()
    library.restore(former)
    assert library.sample_codes(DIGEST) == CODES


def test_codes_are_not_changed_by_an_edit_of_many(library: VoiceLibrary) -> None:
    with pytest.raises(ValueError, match="replace"):
        library.edit(["Maya"], lambda one: replace(one, samples=voice("Maya", ONE, TWO).samples))
    assert library.get("Maya") == MAYA
