"""A bundle gives back what was put in; any other file is refused with a sentence, and not a byte of it goes anywhere."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import StorageFullError, VoiceError
from studio.core.voicefields import canonical
from studio.core.voices import Cast, CastEntry, SeedRank, Voice
from studio.store import bundle_manifest, bundles
from studio.store.library import VoiceLibrary, sample_digest
from studio.store.plain_zip import zipped
from tests.store.voices import AGREED, coded, codes, files, flac, opened, voice

ONE, TWO = flac(1, 0.1), flac(2, 0.1)
MAYA = voice("Maya", ONE, TWO, seed=7, consent=AGREED, licence="CC0", seeds=(SeedRank(9, 1, 2),), tags=("warm",))
CAST = Cast((("Tom", CastEntry("Maya", "angry", 3)), ("Ann", CastEntry("", "", 5))))


@pytest.fixture
def library(tmp_path: Path) -> VoiceLibrary:
    with opened(tmp_path / "data" / "library.db") as library:
        library.add_all([MAYA, Voice("Ben", 5)], files(ONE, TWO))
        return library


@pytest.fixture
def bundle(library: VoiceLibrary, tmp_path: Path) -> Path:
    bundles.write(tmp_path / "maya.diavoice", [MAYA, Voice("Ben", 5)], library.sample_path, CAST, "A show")
    return tmp_path / "maya.diavoice"


def refused(path: Path, data: bytes | None = None) -> str:
    """What is said about a file; reading it leaves it, and all beside it, as they are."""
    if data is not None:
        path.write_bytes(data)
    before = {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    with pytest.raises(VoiceError) as told:
        bundles.read(path)
    assert {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()} == before
    sentence = str(told.value)
    assert sentence.startswith(f"{path}: ") and "nothing was imported" in sentence and sentence.count(". ") == 0
    return told.value.what


def test_what_was_put_in_comes_out(bundle: Path) -> None:
    found = bundles.read(bundle)
    assert list(found.voices) == [Voice("Ben", 5), MAYA]
    assert (found.cast, found.title) == (CAST, "A show")
    assert dict(found.files) == {sample_digest(ONE): ONE, sample_digest(TWO): TWO}
    assert re.fullmatch("[0-9a-f]{64}", found.content)
    assert bundle.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(bundle) as other_reader:
        assert other_reader.testzip() is None


def test_codes_travel_with_their_samples_and_others_are_refused(library: VoiceLibrary, tmp_path: Path) -> None:
    maya, path = coded(MAYA, codes(1)), tmp_path / "coded.diavoice"
    library.replace("Maya", maya, files(codes(1)))
    content = bundles.write(path, [maya], library.sample_path)
    found = bundles.read(path)
    assert list(found.voices) == [maya]
    assert dict(found.files) == {sample_digest(one): one for one in (ONE, TWO, codes(1))}
    library.replace("Maya", MAYA)
    assert content != bundles.write(tmp_path / "uncoded", [MAYA], library.sample_path), "other codes are another voice"

    for wrong in (codes(2, 0.5), codes(2)[:-1], codes(2)[:-2] + b"\0\x40", ONE, b"OggS" + bytes(1544)):
        voice = coded(MAYA, wrong)
        entries = {f"samples/{sample_digest(one)}.flac": one for one in (ONE, TWO)}
        entries[f"samples/{sample_digest(wrong)}.codes"] = wrong
        listed = {name: (sample_digest(data), len(data)) for name, data in entries.items()}
        manifest = canonical(bundle_manifest.made([voice], Cast(), "", listed))
        said = refused(path, b"".join(zipped([(bundles.MANIFEST, manifest), *sorted(entries.items())])))
        assert "codes of a sample are not its own" in said or "recordings are not" in said


def test_equal_voices_make_equal_files_and_others_do_not(library: VoiceLibrary, bundle: Path, tmp_path: Path) -> None:
    again = bundles.write(tmp_path / "again", [Voice("Ben", 5), MAYA], library.sample_path, CAST, "A show")
    assert (tmp_path / "again").read_bytes() == bundle.read_bytes()
    assert again == bundles.read(bundle).content
    assert bundles.write(tmp_path / "again", [replace(MAYA, notes="x")], library.sample_path) != again


def test_every_flipped_bit_is_noticed(bundle: Path, tmp_path: Path) -> None:
    whole, path = bundle.read_bytes(), tmp_path / "changed"
    dice = random.Random(20261121)
    headers = [*range(48), *range(whole.index(b"fLaC") - 110, whole.index(b"fLaC") + 4), *range(len(whole) - 160, len(whole))]
    for at in {*headers, *(dice.randrange(len(whole)) for _ in range(60))}:
        changed = bytearray(whole)
        changed[at] ^= 1 << dice.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(VoiceError):
            bundles.read(path)


def test_what_is_cut_off_or_added_is_noticed(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for size in (0, 1, 29, 30, 200, len(whole) // 2, len(whole) - 1):
        refused(tmp_path / "cut", whole[:size])
    assert "added" in refused(tmp_path / "more", whole + b"\0")
    assert "no such" in refused(tmp_path / "nothing here")
    assert "no such" in refused(tmp_path)


def _resealed(whole: bytes, change: Callable[[dict[str, object]], object], entries: object = None) -> bytes:
    """The bundle after a change by somebody who knows the format: with the right hash, in the right form."""
    manifest = json.loads(whole[30 + len(bundles.MANIFEST) : whole.index(b"PK\3\4samples"[:4], 40)])
    change(manifest)
    del manifest["content"]
    manifest["content"] = bundle_manifest.hash_of(manifest)
    sounds = entries or [(f"samples/{sample_digest(one)}.flac", one) for one in (ONE, TWO)]
    return b"".join(zipped([(bundles.MANIFEST, canonical(manifest)), *sorted(sounds)]))  # type: ignore[misc]


def test_a_manifest_that_was_written_anew_has_to_make_sense(bundle: Path, tmp_path: Path) -> None:
    whole, path = bundle.read_bytes(), tmp_path / "anew"
    path.write_bytes(_resealed(whole, lambda manifest: None))
    assert bundles.read(path).voices == bundles.read(bundle).voices

    def told(change: Callable[[dict[str, object]], object], entries: object = None) -> str:
        return refused(path, _resealed(whole, change, entries))

    assert "newer version" in told(lambda one: one.update(version=2))
    assert "not a voice bundle" in told(lambda one: one.update(format="something else"))
    assert "not complete" in told(lambda one: one.pop("cast"))
    assert "not complete" in told(lambda one: one.update(files=3))
    assert "no voice that can be" in told(lambda one: one["voices"][0].update(name="a\nb\0"))  # type: ignore[index]
    assert "one name" in told(lambda one: one["voices"].append({**one["voices"][0], "name": "BEN"}))  # type: ignore[attr-defined, index]
    assert "names a voice" in told(lambda one: one["cast"][0].update(voice="Nobody"))  # type: ignore[index]
    assert "holds no voice" in told(lambda one: one.update(voices=[], cast=[], files=[]), [("a", b"")])
    assert "recordings are not" in told(lambda one: one["files"].pop())  # type: ignore[attr-defined]
    for name in ("../../x.flac", "/etc/x.flac", "C:\\x.flac", f"SAMPLES/{sample_digest(ONE)}.flac", "samples/a\0.flac"):
        assert "recordings are not" in told(lambda one, name=name: one["files"][0].update(name=name))  # type: ignore[misc]
    for size in (-1, 0, 10**12):
        assert "size" in told(lambda one, size=size: one["files"][0].update(bytes=size))  # type: ignore[misc]
    swapped = [(f"samples/{sample_digest(one)}.flac", other) for one, other in ((ONE, TWO), (TWO, ONE))]
    assert "does not match its hash" in told(lambda one: None, swapped)
    strange = b"OggS" + bytes(100)
    name = f"samples/{sample_digest(strange)}.flac"

    def with_ogg(one: dict[str, object]) -> None:
        samples = one["voices"][1]["samples"]  # type: ignore[index]
        one["files"][0].update(name=name, sha256=sample_digest(strange), bytes=len(strange))  # type: ignore[index]
        samples[:] = [{**samples[0], "file": sample_digest(strange)}, {**samples[1], "file": one["files"][1]["sha256"]}]  # type: ignore[index]

    last = max(ONE, TWO, key=sample_digest)
    assert "neither FLAC nor WAV" in told(with_ogg, [(name, strange), (f"samples/{sample_digest(last)}.flac", last)])


def test_a_manifest_with_the_hash_of_another_is_refused(bundle: Path, tmp_path: Path) -> None:
    manifest = json.loads(zipfile.ZipFile(bundle).read(bundles.MANIFEST))
    sounds = sorted((f"samples/{sample_digest(one)}.flac", one) for one in (ONE, TWO))
    for data in (canonical({**manifest, "title": "Another show"}), json.dumps(manifest).encode()):
        changed = b"".join(zipped([(bundles.MANIFEST, data), *sounds]))
        assert "does not match its hash" in refused(tmp_path / "changed", changed)


def _zip(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_STORED, link: bool = False) -> bytes:
    """An archive as others write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            info.external_attr = (0o120777 if link else 0o644) << 16
            archive.writestr(info, data)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_that_others_made_go_nowhere(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile" / "x.diavoice"
    path.parent.mkdir()
    with zipfile.ZipFile(bundle) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    names = ["../../evil", "/evil", "C:\\evil", "a/../../evil", "samples/x\0y", entries[1][0], entries[1][0].upper(), "x.zip"]
    hostile = [_zip(*entries, (name, _zip(*entries))) for name in names]
    hostile += [_zip((name, b"#!"), *entries) for name in names]
    hostile += [_zip(*entries), _zip(*entries, link=True), _zip(*entries, compression=zipfile.ZIP_DEFLATED)]
    hostile += [_zip((bundles.MANIFEST, b"[" * 200_000)), _zip((bundles.MANIFEST, b'{"a": 1e999}'))]
    for data in hostile:
        refused(path, data)
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_would_cost_time_or_memory_is_refused_at_once(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    bomb = _zip((bundles.MANIFEST, bytes(8_000_000)), compression=zipfile.ZIP_DEFLATED)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 46_000_000, 0, 0)
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0x21, 0, 2**32 - 1, 2**32 - 1, 13, 0) + bundles.MANIFEST.encode()
    tracemalloc.start()
    try:
        said = [refused(path, data) for data in (bomb, head + bytes(1000))]
        with path.open("wb") as million:
            million.write(bundle.read_bytes())
            million.seek(46_000_000, 1)
            million.write(end)
        started, before = time.process_time(), tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        with pytest.raises(VoiceError, match="65,535 or more entries"):
            bundles.read(path)
        assert tracemalloc.get_traced_memory()[1] - before < 10_000_000
    finally:
        tracemalloc.stop()
    assert "packed again" in said[0] and "manifest is too large" in said[1]
    assert time.process_time() - started < 10  # it takes none at all; a slow machine is no fault


def test_a_bundle_that_cannot_be_written_leaves_nothing(
    library: VoiceLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "maya.diavoice"
    target.parent.mkdir()
    target.write_bytes(b"the old one")
    monkeypatch.setattr(bundles, "zipped", lambda entries: _breaking(zipped(entries)))
    with pytest.raises(StorageFullError):
        bundles.write(target, [MAYA], library.sample_path)
    assert [one.name for one in target.parent.iterdir()] == ["maya.diavoice"]
    assert target.read_bytes() == b"the old one"


def _breaking(chunks: object) -> object:
    for number, chunk in enumerate(chunks):  # type: ignore[call-overload]
        if number == 4:
            raise OSError(28, "No space left on device")
        yield chunk
