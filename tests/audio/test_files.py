from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.audio import files
from studio.core.errors import AudioError


def tone(frames: int = 5_000, channels: int = 1) -> np.ndarray:
    at = np.arange(frames)[:, None] + np.arange(channels)[None]
    return (0.5 * np.sin(at * 0.05)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("bits", "error"), [(16, 2**-16), (24, 2**-24)])
def test_what_is_written_comes_back_to_half_a_step(tmp_path: Path, channels: int, bits: int, error: float) -> None:
    samples = tone(channels=channels)
    for name, write in (("a.flac", files.write_flac), ("a.wav", files.write_wav)):
        write(tmp_path / name, samples, 44_100, bits=bits)
        got, rate = files.read(tmp_path / name)
        assert (got.shape, rate) == (samples.shape, 44_100)
        assert np.max(np.abs(got - samples)) <= error * 1.01


def test_mono_samples_need_no_second_dimension(tmp_path: Path) -> None:
    files.write_flac(tmp_path / "a.flac", tone()[:, 0], 22_050)
    assert files.info(tmp_path / "a.flac") == files.Info(22_050, 1, 5_000, "FLAC")
    assert files.info(tmp_path / "a.flac").seconds == pytest.approx(5_000 / 22_050)


def test_integers_read_and_written_again_are_the_same(tmp_path: Path) -> None:
    every = (np.arange(-32_768, 32_768) / 32_768).astype(np.float32)
    files.write_flac(tmp_path / "a.flac", every, 44_100)
    assert np.array_equal(files.read(tmp_path / "a.flac")[0][:, 0], every)


def test_too_loud_is_clipped_and_no_number_is_silence() -> None:
    pcm = files.to_pcm(np.array([1.0, 1.5, -1.0, -9.0, np.nan, np.inf, 0.4 / 32_768, 0.6 / 32_768], np.float32))
    assert pcm.tolist() == [32_767, 32_767, -32_768, -32_768, 0, 0, 0, 1]
    assert files.to_pcm(np.array([1.0, -1.0], np.float32), 24).tolist() == [2**23 - 1, -(2**23)]


def test_a_reader_answers_any_place_with_silence_outside(tmp_path: Path) -> None:
    files.write_wav(tmp_path / "a.wav", tone(), 44_100)
    whole, _ = files.read(tmp_path / "a.wav")
    with files.Reader(tmp_path / "a.wav") as reader:
        assert np.array_equal(reader.read(4_000, 100), whole[4_000:4_100])
        assert np.array_equal(reader.read(10, 100), whole[10:110])
        assert np.array_equal(reader.read(-50, 100), np.concatenate([np.zeros((50, 1)), whole[:50]]))
        assert np.array_equal(reader.read(4_950, 100), np.concatenate([whole[4_950:], np.zeros((50, 1))]))
        assert not reader.read(9_000, 10).any()
        assert np.array_equal(np.concatenate(list(reader.blocks(700))), whole)


def test_resampling_keeps_pitch_length_and_place(tmp_path: Path) -> None:
    files.write_flac(tmp_path / "a.flac", 0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050), 22_050)
    got, rate = files.read(tmp_path / "a.flac", 44_100)
    assert (len(got), rate) == (44_100, 44_100)
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)
    assert np.max(np.abs(got[2_000:-2_000, 0] - expected[2_000:-2_000])) < 1e-4


@pytest.mark.parametrize("content", [b"", b"RIFF", b"fLaC" + bytes(100), b"hello, this is no sound at all"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match="cannot be read") as caught:
        files.read(path)
    assert caught.value.where == str(path)


def test_a_missing_file_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such audio file"):
        files.info(tmp_path / "none.wav")
    with pytest.raises(AudioError, match="cannot be written"):
        files.write_flac(tmp_path / "none" / "a.flac", tone(), 44_100)
    with pytest.raises(AudioError, match="12 bits"):
        files.write_flac(tmp_path / "a.flac", tone(), 44_100, bits=12)


def test_a_truncated_take_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    files.write_wav(tmp_path / "a.wav", tone(), 44_100)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
    got, _ = files.read(tmp_path / "a.wav")
    assert 2_000 < len(got) < 3_000
