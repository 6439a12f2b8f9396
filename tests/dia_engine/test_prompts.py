from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from dia_engine import prompts
from dia_engine.codec import Codec, load_codec
from dia_engine.errors import BadRequest
from tests.dia_engine.codec import tiny

RATE = 44_100


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Codec:
    return load_codec(tiny.write_package(tmp_path_factory.mktemp("codec") / "weights.pth"))


def voice(seconds: float = 1.2, rate: int = RATE) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def test_a_voice_becomes_the_codes_that_the_codec_finds(codec: Codec) -> None:
    np.testing.assert_array_equal(prompts.encode(codec, voice(), RATE), codec.encode(voice()))


def test_channels_are_averaged_and_integers_scaled(codec: Codec) -> None:
    both = np.stack([voice() * 1.5, voice() * 0.5], axis=1)
    np.testing.assert_array_equal(prompts.encode(codec, both, RATE), prompts.encode(codec, both.mean(axis=1), RATE))
    whole = (voice() * 32768).astype(np.int16)
    np.testing.assert_array_equal(prompts.encode(codec, whole, RATE), codec.encode(whole / np.float32(32768)))


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_another_rate_is_resampled_to_as_many_frames(codec: Codec, rate: int) -> None:
    codes = prompts.encode(codec, voice(rate=rate), rate)
    assert abs(len(codes) - len(codec.encode(voice()))) <= 1
    middle = slice(30, 60)
    sound, wanted = codec.decode(codes)[30 * 512 : 60 * 512], codec.decode(codec.encode(voice()))[30 * 512 : 60 * 512]
    assert len(sound) == len(wanted)
    assert (codes[middle, 0] == codec.encode(voice())[middle, 0]).mean() > 0.5


@pytest.mark.parametrize(
    ("audio", "rate", "says"),
    [
        (np.zeros(RATE * 2, np.float32), RATE, "silent"),
        (voice() * 1e-4, RATE, "silent"),
        (np.stack([voice(), -voice()], axis=1), RATE, "silent"),
        (voice(0.5), RATE, "0.50 s long"),
        (np.zeros(0, np.float32), RATE, "0.00 s long"),
        (voice(61), RATE, "longer than 60 s"),
        (np.full(RATE * 2, np.nan, np.float32), RATE, "no numbers"),
        (np.append(voice(), np.float32(np.inf)), RATE, "no numbers"),
        (voice() * 30_000, RATE, "reaches"),
        (np.zeros((2, 2, 2), np.float32), RATE, "no sound"),
        (np.zeros((2, RATE), np.float32), RATE, "no sound"),
        (np.zeros(RATE * 2, np.int64), RATE, "no sound"),
        (np.zeros(RATE * 2, complex), RATE, "no sound"),
        (np.array(["a"] * RATE * 2), RATE, "no sound"),
        (voice(), 0, "rate"),
        (voice(), -44_100, "rate"),
        (voice(), True, "rate"),
        (voice(), 44_100.0, "rate"),
    ],
)
def test_what_is_no_voice_is_refused_before_anything_runs(
    codec: Codec, audio: Any, rate: Any, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(codec, "encode", lambda _: pytest.fail("the codec was run"))
    with pytest.raises(BadRequest, match=says) as raised:
        prompts.encode(codec, audio, rate, keep_in=tmp_path / "kept")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "kept").exists()


def test_the_limit_is_the_callers(codec: Codec) -> None:
    with pytest.raises(BadRequest, match=r"longer than 1\.1 s"):
        prompts.encode(codec, voice(), RATE, longest_s=1.1)


def test_a_voice_is_encoded_once(codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prompts.encode(codec, voice(), RATE, keep_in=tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    assert file.stat().st_size < 3_000
    monkeypatch.setattr(codec, "encode", lambda _: pytest.fail("it was encoded again"))
    again = prompts.encode(codec, voice(), RATE, keep_in=tmp_path / "kept")
    np.testing.assert_array_equal(again, first)
    assert again.dtype == first.dtype == np.int16


def test_another_sound_rate_or_codec_is_another_voice(codec: Codec, tmp_path: Path) -> None:
    other = load_codec(tiny.write_package(tmp_path / "other.pth", seed=5))
    for loaded, audio, rate in (
        (codec, voice(), RATE),
        (codec, -voice(), RATE),
        (codec, voice(), 48_000),
        (other, voice(), RATE),
    ):
        kept = prompts.encode(loaded, audio, rate, keep_in=tmp_path / "kept")
        np.testing.assert_array_equal(kept, prompts.encode(loaded, audio, rate))
    assert len(list((tmp_path / "kept").iterdir())) == 4


@pytest.mark.parametrize("spoil", ["empty", "cut", "flipped", "other", "folder"])
def test_a_damaged_file_is_made_anew(codec: Codec, tmp_path: Path, spoil: str) -> None:
    codes = prompts.encode(codec, voice(), RATE, keep_in=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    if spoil == "folder":
        file.unlink()
        file.mkdir()
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        file.write_bytes({"empty": b"", "cut": whole[:-1], "flipped": flipped, "other": b"other" * 100}[spoil])
    np.testing.assert_array_equal(prompts.encode(codec, voice(), RATE, keep_in=tmp_path), codes)
    if spoil != "folder":
        assert file.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_where_nothing_can_be_kept_the_voice_is_encoded_all_the_same(codec: Codec, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    codes = prompts.encode(codec, voice(), RATE, keep_in=tmp_path / "file")
    np.testing.assert_array_equal(codes, codec.encode(voice()))


def test_a_file_is_read_with_its_channels_and_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "voice.wav", np.stack([voice(rate=8_000)] * 2, axis=1), 8_000)
    pcm, rate = prompts.read(tmp_path / "voice.wav")
    assert rate == 8_000
    assert pcm.shape == (9_600, 2)


@pytest.mark.parametrize(("seconds", "says"), [(0.5, "0.50 s long"), (61, "longer than 60 s")])
def test_a_file_that_is_no_voice_is_named(tmp_path: Path, seconds: float, says: str) -> None:
    soundfile.write(tmp_path / "voice.wav", voice(seconds, 8_000), 8_000)
    with pytest.raises(BadRequest, match=rf"voice\.wav.*{says}"):
        prompts.read(tmp_path / "voice.wav")


@pytest.mark.parametrize("content", [None, b"", b"no sound at all", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_sound_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "voice.wav").write_bytes(content)
    with pytest.raises(BadRequest, match=r"voice\.wav.*no sound file"):
        prompts.read(tmp_path / "voice.wav")
