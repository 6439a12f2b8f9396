"""Every format is read again with a second reader: mutagen, soundfile, FFmpeg."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import mutagen
import mutagen.flac
import mutagen.mp3
import numpy as np
import pytest
import soundfile

from studio.audio import export
from studio.audio.export import wav
from studio.audio.export.encode import Coding, encode
from studio.core.errors import Cancelled, ExportError

RATE = 44_100
SUFFIXES = sorted(export.FORMATS)


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x80\x40\x20" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


COVER_JPEG = (Path(__file__).parents[3] / "resources" / "demo" / "the-lily-pod.jpg").read_bytes()
CHAPTERS = ((0.0, 0.6174, "Hello"), (0.6174, 1.2346, "Zwölf 🌸"), (1.2346, 3.0, "And “goodbye”"))
TAGS = export.Tags("Tïtle 🌸", "An Author", "The Album", "2026", "A comment\nof two lines", png(), CHAPTERS)


def sound(seconds: float = 3.0, channels: int = 2) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    one = 0.4 * np.sin(2 * np.pi * 440 * at)
    return np.stack([one, 0.5 * one], axis=1)[:, :channels].astype(np.float32)


def blocks(samples: np.ndarray, size: int = 5_000) -> Iterator[np.ndarray]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("channels", [1, 2])
def test_the_sound_comes_back_from_two_readers(tmp_path: Path, suffix: str, channels: int) -> None:
    samples = sound(channels=channels)
    path = tmp_path / f"a{suffix}"
    assert export.write(path, blocks(samples), RATE, channels, TAGS) == len(samples)
    assert left(tmp_path) == [path.name]
    tolerance = 0.03 if suffix == ".mp3" else 2**-16 * 1.01  # LAME takes up to half a decibel off
    got, rate = soundfile.read(path, always_2d=True)
    assert (rate, got.shape) == (RATE, samples.shape)
    assert np.max(np.abs(got - samples)[3_000:-3_000]) <= tolerance
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (RATE, channels)
        decoded = sum(frame.samples for frame in container.decode(stream))
    assert abs(decoded - len(samples)) <= (1_152 if suffix == ".mp3" else 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_length_is_told_right(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    export.write(path, blocks(sound(7.3)), RATE, 2)
    found = mutagen.File(path)
    assert found is not None
    assert found.info.length == pytest.approx(7.3, abs=0.06 if suffix == ".mp3" else 0.001)
    assert soundfile.info(path).frames == round(7.3 * RATE)  # the LAME header tells what to leave out at both ends


@pytest.mark.parametrize(("channels", "kbit"), [(1, 128), (2, 192)])
def test_mp3_is_of_constant_bit_rate(tmp_path: Path, channels: int, kbit: int) -> None:
    export.write(tmp_path / "a.mp3", blocks(sound(channels=channels)), RATE, channels)
    info = mutagen.mp3.MP3(tmp_path / "a.mp3").info
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.CBR
    assert info.bitrate == pytest.approx(kbit * 1000, rel=0.01)
    export.write(tmp_path / "b.mp3", blocks(sound(channels=channels)), RATE, channels, options={"bitrate": 96})
    assert mutagen.mp3.MP3(tmp_path / "b.mp3").info.bitrate == pytest.approx(96_000, rel=0.01)


@pytest.mark.parametrize(("cover", "kind"), [(png(), "image/png"), (COVER_JPEG, "image/jpeg")])
def test_mp3_tags_are_where_players_look(tmp_path: Path, cover: bytes, kind: str) -> None:
    tags = export.Tags(TAGS.title, TAGS.author, TAGS.album, TAGS.year, TAGS.comment, cover, CHAPTERS)
    export.write(tmp_path / "a.mp3", blocks(sound()), RATE, 2, tags)
    found = mutagen.mp3.MP3(tmp_path / "a.mp3").tags
    assert found.version == (2, 3, 0)
    texts = {name: str(found[name]) for name in ("TIT2", "TPE1", "TALB", "TDRC")}
    assert texts == {"TIT2": "Tïtle 🌸", "TPE1": "An Author", "TALB": "The Album", "TDRC": "2026"}
    assert found["COMM::eng"].text == ["A comment\nof two lines"]
    picture = found["APIC:"]
    assert (picture.mime, picture.type, picture.data) == (kind, 3, cover)


def test_mp3_chapters_are_exact_to_the_millisecond(tmp_path: Path) -> None:
    export.write(tmp_path / "a.mp3", blocks(sound()), RATE, 2, TAGS)
    found = mutagen.mp3.MP3(tmp_path / "a.mp3").tags
    contents = found["CTOC:toc"]
    assert contents.flags == 3  # ordered, top level
    chapters = [found[f"CHAP:{name}"] for name in contents.child_element_ids]
    assert [(one.start_time, one.end_time) for one in chapters] == [(0, 617), (617, 1_235), (1_235, 3_000)]
    assert [str(one.sub_frames["TIT2"]) for one in chapters] == [title for _, _, title in CHAPTERS]
    with av.open(str(tmp_path / "a.mp3")) as container:
        second = [(float(one["start"] * one["time_base"]), one["metadata"]["title"]) for one in container.chapters()]
    assert second == [(0.0, "Hello"), (0.617, "Zwölf 🌸"), (1.235, "And “goodbye”")]


def test_flac_tags_cover_and_chapters(tmp_path: Path) -> None:
    export.write(tmp_path / "a.flac", blocks(sound()), RATE, 2, TAGS)
    found = mutagen.flac.FLAC(tmp_path / "a.flac")
    texts = {name: found[name] for name in ("title", "artist", "album", "date", "description")}
    assert texts == {
        "title": ["Tïtle 🌸"],
        "artist": ["An Author"],
        "album": ["The Album"],
        "date": ["2026"],
        "description": ["A comment\nof two lines"],
    }
    assert [found[f"chapter00{index}"] for index in (1, 2, 3)] == [["00:00:00.000"], ["00:00:00.617"], ["00:00:01.235"]]
    assert [found[f"chapter00{index}name"][0] for index in (1, 2, 3)] == [title for _, _, title in CHAPTERS]
    (picture,) = found.pictures
    assert (picture.mime, picture.type, picture.width, picture.height, picture.data) == ("image/png", 3, 3, 2, png())
    export.write(tmp_path / "b.flac", blocks(sound()), RATE, 2, export.Tags(cover=COVER_JPEG))
    (picture,) = mutagen.flac.FLAC(tmp_path / "b.flac").pictures
    assert (picture.mime, picture.width, picture.height, picture.data) == ("image/jpeg", 1_400, 1_400, COVER_JPEG)


def test_flac_chapters_beyond_an_hour(tmp_path: Path) -> None:
    tags = export.Tags(chapters=((0.0, 3_725.5, "One"), (3_725.5, 9_999.0, "Two")))
    export.write(tmp_path / "a.flac", blocks(sound()), RATE, 2, tags)
    assert mutagen.flac.FLAC(tmp_path / "a.flac")["chapter002"] == ["01:02:05.500"]


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_24_bits_are_finer_than_16(tmp_path: Path, suffix: str) -> None:
    export.write(tmp_path / f"a{suffix}", blocks(sound()), RATE, 2, options={"bits": 24})
    assert soundfile.info(tmp_path / f"a{suffix}").subtype == "PCM_24"
    got, _ = soundfile.read(tmp_path / f"a{suffix}")
    assert np.max(np.abs(got - sound())) <= 2**-24 * 1.01


def test_wav_texts_and_cue_points(tmp_path: Path) -> None:
    export.write(tmp_path / "a.wav", blocks(sound()), RATE, 2, TAGS)
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        texts = (file.title, file.artist, file.album, file.date, file.comment)
        log = file.extra_info
    assert texts == ("Tïtle 🌸", "An Author", "The Album", "2026", "A comment\nof two lines")
    for _, position in ((1, 0), (2, round(0.6174 * RATE)), (3, round(1.2346 * RATE))):
        assert f"Pos : {position:>5}" in log
        assert f"Offset : {position:>5}" in log
    assert "labl : 2 : Zwölf" in log
    data = (tmp_path / "a.wav").read_bytes()
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_texts_break_no_tag(tmp_path: Path, suffix: str) -> None:
    nasty = "a\x00b\x1bc\ud800d" + "\u202e" + "x" * 100_000
    tags = export.Tags(nasty, "[CHAPTER]=;#\\\n", '"quoted"', "not a year", nasty, None, ((0.0, 3.0, nasty),))
    path = tmp_path / f"a{suffix}"
    export.write(path, blocks(sound()), RATE, 2, tags)
    assert soundfile.info(path).frames == 3 * RATE
    assert mutagen.File(path) is not None
    if suffix != ".wav":
        with av.open(str(path)) as container:
            assert {name.lower(): text for name, text in container.metadata.items()}["title"].startswith("abcd\u202exxx")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_tags_and_no_sound_still_make_a_file(tmp_path: Path, suffix: str) -> None:
    assert export.write(tmp_path / f"a{suffix}", iter(()), RATE, 2) == 0
    assert (tmp_path / f"a{suffix}").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_progress_counts_up_to_the_end(tmp_path: Path, suffix: str) -> None:
    heard: list[int] = []
    export.write(tmp_path / f"a{suffix}", blocks(sound()), RATE, 2, progress=heard.append)
    assert heard == sorted(set(heard))
    assert heard[-1] == 3 * RATE


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("after", [0, 3])
def test_stopping_leaves_the_old_file_and_no_thread(tmp_path: Path, suffix: str, after: int) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"the old file")
    calls = iter(range(1_000))
    closed = threading.Event()

    def endless() -> Iterator[np.ndarray]:
        try:
            while True:
                yield sound(0.1)
        finally:
            closed.set()

    with pytest.raises(Cancelled):
        export.write(path, endless(), RATE, 2, stopped=lambda: next(calls) >= after)
    assert path.read_bytes() == b"the old file"
    assert left(tmp_path) == [path.name]
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "mix"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_whoever_reads_the_old_file_goes_on_reading_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"the old file")
    with path.open("rb") as old:
        export.write(path, blocks(sound(0.5)), RATE, 2)
        assert old.read() == b"the old file"
    assert soundfile.info(path).frames == RATE // 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_error_of_the_mix_comes_through_and_leaves_the_old_file(tmp_path: Path, suffix: str) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield sound(0.5)
        raise ZeroDivisionError

    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"the old file")
    with pytest.raises(ZeroDivisionError):
        export.write(path, broken(), RATE, 2)
    assert path.read_bytes() == b"the old file"
    assert left(tmp_path) == [path.name]


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
import numpy as np
from studio.audio import export
from studio.core.errors import ExportError
try:
    noise = np.random.default_rng(0).standard_normal((44_100, 2)).astype("f4")
    export.write(sys.argv[1], (noise for _ in range(30)), 44_100, 2)
except ExportError as error:
    print(error.what, "|", error.kept)
"""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_a_sentence_and_leaves_the_old_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"the old file")
    root = Path(export.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "there is no space left on the disk | the file that was there is unchanged", done.stderr
    assert path.read_bytes() == b"the old file"
    assert left(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.xyz", "“.xyz” is no format"),
        ("a", "no ending"),
        ("none/a.mp3", "folder does not exist"),
        ("folder.mp3", "this is a folder"),
        ("part.wav", "part of the show"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_mixed(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.mp3").mkdir()
    (tmp_path / "part.wav").write_bytes(b"music")

    def never() -> Iterator[np.ndarray]:
        raise AssertionError
        yield

    with pytest.raises(ExportError, match=words) as caught:
        export.write(tmp_path / name, never(), RATE, 2, inputs=[tmp_path / "part.wav", tmp_path / "missing.wav"])
    assert caught.value.kept
    assert caught.value.todo
    assert (tmp_path / "part.wav").read_bytes() == b"music"


def test_an_input_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "part.wav").write_bytes(b"music")
    (tmp_path / "link.wav").symlink_to(tmp_path / "part.wav")
    with pytest.raises(ExportError, match="part of the show"):
        export.write(tmp_path / "link.wav", blocks(sound()), RATE, 2, inputs=[tmp_path / "part.wav"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(ExportError, match="cannot be written to"):
        export.write(tmp_path / "shut" / "a.mp3", blocks(sound()), RATE, 2)


@pytest.mark.parametrize(
    ("options", "words"), [({"bitrate": 123}, "“123” is no value for bit rate"), ({"colour": "red"}, "no option “colour”")]
)
def test_options_are_checked(tmp_path: Path, options: dict[str, str | int], words: str) -> None:
    with pytest.raises(ExportError, match=words):
        export.write(tmp_path / "a.mp3", blocks(sound()), RATE, 2, options=options)


def test_rates_and_channels_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="11025 samples per second"):
        export.write(tmp_path / "a.mp3", blocks(sound()), 11_025, 2)
    with pytest.raises(ExportError, match="3 channels"):
        export.write(tmp_path / "a.mp3", blocks(sound()), RATE, 3)


@pytest.mark.parametrize("cover", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff" + b"\xff" * 50])
@pytest.mark.parametrize("suffix", [".mp3", ".flac"])
def test_a_cover_that_is_no_picture_is_refused(tmp_path: Path, suffix: str, cover: bytes) -> None:
    with pytest.raises(ExportError, match="cover"):
        export.write(tmp_path / f"a{suffix}", blocks(sound()), RATE, 2, export.Tags(cover=cover))
    assert left(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_name_is_never_an_option_or_an_address(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (f"-y{suffix}", f"pipe:1{suffix}", f"a b\n'“;{suffix}"):
        export.write(name, blocks(sound(0.2)), RATE, 2)
        assert soundfile.info(tmp_path / name).frames == round(0.2 * RATE)


def test_too_loud_and_no_number_are_written_as_full_scale_and_silence(tmp_path: Path) -> None:
    samples = np.array([[2.0], [-2.0], [np.nan], [np.inf], [0.25]], np.float32)
    for suffix in SUFFIXES:
        export.write(tmp_path / f"a{suffix}", iter([samples]), RATE, 1)
    for suffix in (".wav", ".flac"):
        got, _ = soundfile.read(tmp_path / f"a{suffix}")
        assert got.tolist() == [32_767 / 32_768, -1.0, 0.0, 0.0, 0.25]


def test_a_wav_that_has_to_be_rf64_says_its_length_chapters_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def encode_as_if_beyond_four_gigabytes(work: Any, coding: Coding, *rest: Any) -> None:
        asked.append(coding.options)
        encode(work, replace(coding, options={"rf64": "always"}), *rest)

    monkeypatch.setattr(wav, "encode", encode_as_if_beyond_four_gigabytes)
    path = tmp_path / "a.wav"
    second = np.zeros((RATE, 2), np.float32)
    export.write(path, iter([second] * 3), RATE, 2, export.Tags(chapters=((0.0, 1.0, "One"), (1.0, 3.0, "Two"))))
    assert asked == [{"rf64": "auto"}], "FFmpeg changes over by itself where a file outgrows 32 bits"
    assert soundfile.info(path).frames == RATE * 3
    with path.open("rb") as file:
        assert file.read(4) == b"RF64"
        file.seek(20)
        assert struct.unpack("<Q", file.read(8))[0] == path.stat().st_size - 8
