"""Bad files as voice samples: one sentence each, nothing changed, nobody waits, and nothing else is read.

A child process takes half a second to start, so most of these call in this process what the child does; `test_foreign.py` and
the tests marked here go through the child.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.audio import clips, decode, files, foreign, probe
from studio.audio.files import Samples
from studio.core.errors import AudioError, StudioError, VoiceError

RATE = 24_000


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is decoded in this process, by the function that the child calls."""
    monkeypatch.setattr(foreign, "_ask", lambda path, raw, max_seconds, _: probe.answer(path, raw, max_seconds))


def voice(seconds: float, level: float = 0.1) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 200 * at) * (0.7 + 0.3 * np.sin(2 * np.pi * 4 * at))).astype(np.float32)


def wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    files.write_wav(path, samples, rate)
    return path


def header(frames_bytes: int, *, channels: int = 1, rate: int = RATE, bits: int = 16, riff: int = 0xFFFFFFF0) -> bytes:
    """The head of a WAV file that says so."""
    align = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels & 0xFFFF, rate, (rate * align) & 0xFFFFFFFF, align & 0xFFFF, bits)
    return (
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", frames_bytes)
    )


def refused(path: Path) -> StudioError:
    """The error of a file that is refused, whole: what, where, what was kept, what to do."""
    with pytest.raises((AudioError, VoiceError)) as caught:
        clips.prepare(path)
    error = caught.value
    assert error.where == str(path)
    assert error.kept == "nothing was changed"
    assert error.todo
    assert "\n" not in str(error) and "Traceback" not in str(error) and len(error.what) < 160
    return error


def write_silent(path: Path) -> None:
    wav(path, np.zeros(3 * RATE, np.float32))


def write_short(path: Path) -> None:
    wav(path, voice(0.5))


def write_cut_header(path: Path) -> None:
    path.write_bytes(header(1000)[:30])


def write_no_data(path: Path) -> None:
    path.write_bytes(header(0, riff=36))


def write_odd_rate(path: Path) -> None:
    path.write_bytes(header(4000, rate=3) + bytes(4000))


def write_no_channels(path: Path) -> None:
    path.write_bytes(header(4000, channels=0) + bytes(4000))


def write_many_channels(path: Path) -> None:
    path.write_bytes(header(0xFFFFFF, channels=0xFFFF) + bytes(4000))


def write_random(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(5000))


def write_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(500))


def write_lone_tag(path: Path) -> None:
    path.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (write_silent, "nothing to hear"),
        (write_short, "only 0.5 s"),
        (lambda path: path.write_bytes(b""), "no audio file"),
        (lambda path: path.write_bytes(b"R"), "no audio file"),
        (lambda path: path.write_bytes(b"RIFF"), ""),
        (lambda path: path.write_text("hello, this is no sound at all"), "no audio file"),
        (write_random, ""),
        (write_zip, "no audio file"),
        (write_cut_header, ""),
        (write_no_data, "no sound in it"),
        (write_odd_rate, ""),
        (write_no_channels, ""),
        (write_many_channels, ""),
        (write_lone_tag, ""),
        (lambda path: path.mkdir(), "no such audio file"),
        (lambda path: path.symlink_to(path.parent / "nowhere"), "no such audio file"),
        (lambda path: path.symlink_to(path), "no such audio file"),
    ],
)
def test_what_is_no_voice_is_refused_in_one_sentence(
    tmp_path: Path, no_child: None, write: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "her.wav"
    write(path)
    assert words in refused(path).what


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of Unix")
def test_nobody_waits_for_a_pipe_or_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "her.wav")
    assert "no such audio file" in refused(tmp_path / "her.wav").what
    for device in ("/dev/zero", "/dev/null", "/dev/urandom"):
        assert "no such audio file" in refused(Path(device)).what
    (tmp_path / "link.wav").symlink_to("/dev/zero")
    assert "no such audio file" in refused(tmp_path / "link.wav").what


def test_two_hours_are_refused_before_they_are_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "her.wav"
    with path.open("wb") as file:
        file.write(header(2 * 3600 * RATE * 2, riff=36 + 2 * 3600 * RATE * 2))
        file.truncate(44 + 2 * 3600 * RATE * 2)  # holes: the file is as long as it says, and takes no space
    assert "longer than 900 seconds" in refused(path).what

    def none_is_read(*_: object, **__: object) -> None:
        raise AssertionError("a block was decoded")

    monkeypatch.setattr(soundfile.SoundFile, "read", none_is_read)
    told = probe.answer(path, tmp_path / "raw", clips.LONGEST_S)
    assert "longer than 900 seconds" in told["error"]
    assert not (tmp_path / "raw").exists()


def test_what_does_not_say_how_long_it_is_is_decoded_no_further_than_allowed(tmp_path: Path, no_child: None) -> None:
    path = tmp_path / "her.ogg"
    soundfile.write(path, np.tile(voice(5.0), 3), RATE, format="OGG")
    with pytest.raises(AudioError, match="longer than 10 seconds"):
        foreign.read(path, max_seconds=10.0)


@pytest.fixture
def listening() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who has called it."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def answer() -> None:
            while not over.is_set():
                try:
                    callers.append(server.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], callers
        over.set()
        thread.join()


@pytest.mark.parametrize("text", ["ffconcat version 1.0\nfile {file}\n", "#EXTM3U\n#EXTINF:1,\n{url}\n{file}\n"])
@pytest.mark.parametrize(
    "lead", [b"", b"RIFF\x10\x00\x00\x00WAVE", b"ID3\x04\x00\x00\x00\x00\x00\x00", b"OggS", b"\x00\x00\x00\x18ftypM4A "]
)
def test_a_playlist_in_disguise_reads_no_other_file_and_calls_nobody(
    tmp_path: Path, no_child: None, text: str, lead: bytes, listening: tuple[int, list[object]]
) -> None:
    port, callers = listening
    secret = wav(tmp_path / "secret.wav", voice(3.0))
    path = tmp_path / "her.wav"
    path.write_bytes(lead + text.format(file=secret, url=f"http://127.0.0.1:{port}/a.wav").encode())
    refused(path)
    assert callers == []


def test_surround_at_96_khz_becomes_one_voice(tmp_path: Path, no_child: None) -> None:
    at = np.arange(3 * 96_000) / 96_000
    centre = (0.2 * np.sin(2 * np.pi * 200 * at)).astype(np.float32)
    rumble = (0.5 * np.sin(2 * np.pi * 30 * at)).astype(np.float32)
    nothing = np.zeros_like(centre)
    sound = np.stack([nothing, nothing, centre, rumble, nothing, nothing], axis=1)
    soundfile.write(tmp_path / "her.wav", sound, 96_000, subtype="PCM_24")
    got = clips.prepare(tmp_path / "her.wav")
    assert (got.rate, got.samples.ndim) == (44_100, 1)
    assert got.seconds == pytest.approx(3.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(got.samples))
    loudest = np.argmax(spectrum) * got.rate / len(got.samples)
    assert loudest == pytest.approx(200.0, abs=1.0), "the effects channel is no part of a voice"


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3", "WAV"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_file_gives_what_there_is_or_one_sentence(tmp_path: Path, no_child: None, kind: str, share: float) -> None:
    path = tmp_path / "her.wav"
    with path.open("wb") as file:
        soundfile.write(file, voice(4.0), RATE, format=kind)
    data = path.read_bytes()
    path.write_bytes(data[: max(int(len(data) * share), 20)])
    try:
        got = clips.prepare(path)
    except (AudioError, VoiceError) as error:
        assert error.kept and error.where == str(path)
    else:
        assert 1.0 <= got.seconds <= 4.2
        assert np.isfinite(got.samples).all()


def test_a_file_that_vanishes_before_the_child_opens_it(tmp_path: Path) -> None:
    gone = tmp_path / "her.wav"
    command = [sys.executable, "-P", "-m", "studio.audio.probe", str(gone), str(tmp_path / "raw"), "900", str(4 << 30)]
    root = str(Path(clips.__file__).parents[2])
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": root})
    assert done.returncode == 1
    assert "cannot be read (No such file or directory)" in done.stdout and "Traceback" not in done.stderr


def test_a_file_that_vanishes_while_it_is_looked_at(tmp_path: Path, no_child: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wav(tmp_path / "her.wav", voice(3.0))
    ask = foreign._ask

    def after_it_is_gone(*arguments: object) -> object:
        path.unlink()
        return ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(foreign, "_ask", after_it_is_gone)
    assert "No such file" in refused(path).what


def test_a_file_that_shrinks_while_it_is_read_ends_there(tmp_path: Path) -> None:
    path = wav(tmp_path / "her.wav", voice(20.0))
    rate, channels, blocks = decode.blocks(path)
    first = next(blocks)
    with path.open("r+b") as file:
        file.truncate(44 + 2 * RATE)
    rest = sum(len(block) for block in blocks)
    assert (rate, channels) == (RATE, 1)
    assert len(first) + rest < 20 * RATE


def test_a_file_nobody_may_read_is_told(tmp_path: Path, no_child: None) -> None:
    path = wav(tmp_path / "her.wav", voice(3.0))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "Permission denied" in refused(path).what
