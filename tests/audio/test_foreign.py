"""Files of strangers, through the real child process."""

from __future__ import annotations

import os
import random
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from studio.audio import decode, files, foreign
from studio.core.errors import AudioError

RATE = 48_000


def tone(seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.repeat((0.3 * np.sin(2 * np.pi * 440 * at))[:, None], channels, axis=1).astype(np.float32)


def encoded(path: Path, container: str, codec: str, channels: int = 1) -> Path:
    """A file made by FFmpeg."""
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE)
        stream.layout = layout
        planar = stream.format.name.endswith("p")
        samples = tone(channels=channels)
        array = np.ascontiguousarray(samples.T) if planar else samples.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(array, format="fltp" if planar else "flt", layout=layout)
        frame.sample_rate, frame.pts = RATE, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    "name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.aiff", "a.caf", "no ending at all", "-y.wav", "a\n;b&.wav"]
)
def test_what_soundfile_writes_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    kind = {".flac": "FLAC", ".mp3": "MP3", ".ogg": "OGG", ".aiff": "AIFF", ".caf": "CAF"}.get(path.suffix, "WAV")
    with path.open("wb") as file:
        soundfile.write(file, tone(channels=2), RATE, format=kind)
    samples, rate = foreign.read(path)
    assert (samples.shape, rate) == ((RATE, 2), RATE)
    assert np.max(np.abs(samples - tone(channels=2))[3_000:-3_000]) < 0.02


@pytest.mark.parametrize(
    ("container", "codec", "ending"),
    [("mp4", "aac", "m4a"), ("ogg", "libopus", "opus"), ("webm", "libopus", "webm"), ("adts", "aac", "aac")],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_ffmpeg_writes_is_read(tmp_path: Path, container: str, codec: str, ending: str, channels: int) -> None:
    path = encoded(tmp_path / f"a.{ending}", container, codec, channels)
    samples, rate = foreign.read(path)
    assert rate == RATE
    assert samples.shape[1] == channels
    assert RATE * 0.95 < len(samples) < RATE * 1.1
    spectrum = np.abs(np.fft.rfft(samples[:, 0]))
    assert np.argmax(spectrum) * RATE / len(samples) == pytest.approx(440, abs=5)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.mp4", "mp4", "aac").rename(tmp_path / "a.wav")
    assert foreign.read(path)[1] == RATE


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile {secret}\n",
        "#EXTM3U\n#EXTINF:1,\n{secret}\n",
        "[playlist]\nFile1={secret}\n",
        '<?xml version="1.0"?><MPD><BaseURL>{secret}</BaseURL></MPD>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ],
)
def test_a_playlist_in_disguise_pulls_in_nothing(tmp_path: Path, text: str) -> None:
    secret = tmp_path / "secret.wav"
    files.write_wav(secret, tone(), RATE)
    path = tmp_path / "song.wav"
    path.write_text(text.format(secret=secret))
    with pytest.raises(AudioError, match="no audio file"):
        foreign.read(path)


def test_damaged_files_are_one_sentence_and_the_terminal_stays_clean(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(5)
    good = encoded(tmp_path / "good.mp3", "mp3", "libmp3lame").read_bytes()
    for index in range(4):
        data = bytearray(good)
        for _ in range(200):
            data[chance.randrange(200, len(data))] = chance.randrange(256)
        path = tmp_path / f"bad{index}.mp3"
        path.write_bytes(bytes(data[: chance.randrange(100, len(data))]))
        try:
            samples, rate = foreign.read(path)
            assert len(samples) < 10 * rate
            assert np.isfinite(samples).all()
        except AudioError as error:
            assert error.where == str(path)
            assert len(error.what) < 200
    out, err = capfd.readouterr()
    assert out == err == ""


def test_a_header_that_lies_takes_no_memory(tmp_path: Path) -> None:
    files.write_wav(tmp_path / "a.wav", tone(0.1), RATE)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xf0\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(bytes(data))
    assert len(foreign.read(tmp_path / "a.wav")[0]) == RATE // 10


def test_too_long_too_slow_and_not_there(tmp_path: Path) -> None:
    files.write_wav(tmp_path / "a.wav", tone(), RATE)
    with pytest.raises(AudioError, match="longer than"):
        foreign.read(tmp_path / "a.wav", max_seconds=0.5)
    with pytest.raises(AudioError, match="too long"):
        foreign.read(tmp_path / "a.wav", time_limit_s=0.001)
    with pytest.raises(AudioError, match="no such audio file"):
        foreign.read(tmp_path / "b.wav")
    with pytest.raises(AudioError, match="no such audio file"):
        foreign.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of Unix")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="no such audio file"):
        foreign.read(tmp_path / "a.wav")


def test_music_is_copied_once_into_the_cache_and_again_when_it_changes(tmp_path: Path) -> None:
    song = encoded(tmp_path / "song.m4a", "mp4", "aac", 2)
    first = foreign.cached(song, tmp_path / "cache")
    assert files.info(first).channels == 2
    stamp = first.stat().st_mtime_ns
    assert foreign.cached(song, tmp_path / "cache") == first
    assert first.stat().st_mtime_ns == stamp
    song.write_bytes(encoded(tmp_path / "other.m4a", "mp4", "aac", 1).read_bytes())
    assert foreign.cached(song, tmp_path / "cache") != first
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".flac", ".flac"]


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    files.write_wav(tmp_path / "a.wav", tone(), RATE)
    with pytest.raises(AudioError, match="cannot be written"):
        foreign.to_flac(tmp_path / "a.wav", tmp_path / "none" / "a.flac")
    (tmp_path / "folder").mkdir()
    with pytest.raises(AudioError, match="cannot be written"):
        foreign.to_flac(tmp_path / "a.wav", tmp_path / "folder")
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError, match="no audio file"):
        foreign.to_flac(tmp_path / "bad.wav", tmp_path / "a.flac")
    assert not list(tmp_path.glob("*.flac"))
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"RIFF....WAVE", ""),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"\xff\xf1\x50", "aac"),
        (b"ffconcat", None),
        (b"", None),
    ],
)
def test_who_reads_what(head: bytes, name: str | None) -> None:
    assert decode.demuxer(head) == name
