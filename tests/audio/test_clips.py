from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.audio import clips, dsp, files
from studio.core.errors import AudioError, VoiceError

RATE = 24_000


def voice(seconds: float, level: float = 0.1) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 200 * at) * (0.7 + 0.3 * np.sin(2 * np.pi * 4 * at))).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(round(seconds * RATE)) * 1e-4).astype(np.float32)


def test_silence_at_both_ends_goes_but_for_a_breath() -> None:
    got = clips.prepare_samples(np.concatenate([quiet(1.0), voice(4.0), quiet(2.0)]), RATE)
    assert got.seconds == pytest.approx(4.15, abs=0.05)
    assert got.rate == RATE
    assert got.samples.dtype == np.float32
    assert got.samples.ndim == 1
    assert got.warnings == ()


@pytest.mark.parametrize("level", [0.02, 0.1, 0.5])
def test_every_sample_comes_to_one_level(level: float) -> None:
    got = clips.prepare_samples(voice(3.0, level), RATE)
    assert dsp.rms_db(got.samples) == pytest.approx(-20.0, abs=0.3)


def test_a_peak_stays_below_the_ceiling() -> None:
    spiky = voice(3.0, 0.02)
    spiky[RATE] = 0.5
    got = clips.prepare_samples(spiky, RATE)
    assert dsp.peak_db(got.samples) == pytest.approx(-1.0, abs=0.1)


def test_pitch_and_shape_survive() -> None:
    sound = voice(3.0)
    got = clips.prepare_samples(sound, RATE).samples
    scale = float(np.max(got) / np.max(sound))
    assert np.max(np.abs(got - sound[: len(got)] * scale)) < 1e-4


def test_a_part_can_be_chosen() -> None:
    assert clips.prepare_samples(voice(40.0), RATE, start_s=5.0, end_s=12.0).seconds == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (voice(0.5), "only 0.5 s"),
        (voice(31.0), "31 s long"),
        (np.zeros(RATE * 3, np.float32), "nothing to hear"),
        (quiet(3.0), "nothing to hear"),
        (np.zeros(0, np.float32), "nothing to hear"),
        (np.full(RATE * 3, np.nan, np.float32), "nothing to hear"),
    ],
)
def test_what_cannot_serve_is_refused_in_a_sentence(sound: np.ndarray, words: str) -> None:
    with pytest.raises(VoiceError, match=words) as caught:
        clips.prepare_samples(sound, RATE, where="her.wav")
    assert caught.value.where == "her.wav"
    assert caught.value.todo


def test_the_limits_are_the_callers() -> None:
    assert clips.prepare_samples(voice(0.5), RATE, min_s=0.4).seconds == pytest.approx(0.5, abs=0.01)
    with pytest.raises(VoiceError, match="choose 2 s"):
        clips.prepare_samples(voice(3.0), RATE, max_s=2.0)


def test_clipping_is_told_and_not_refused() -> None:
    got = clips.prepare_samples(np.clip(voice(3.0, 3.0), -1, 1), RATE)
    assert len(got.warnings) == 1
    assert "clipped" in got.warnings[0]


def test_a_float_file_beyond_full_scale_keeps_its_shape() -> None:
    sound = voice(3.0, 5.0)
    got = clips.prepare_samples(sound, RATE).samples
    scale = float(np.max(got) / np.max(sound))
    assert np.max(np.abs(got - sound[: len(got)] * scale)) < 1e-4


def test_a_stereo_file_becomes_mono(tmp_path: Path) -> None:
    files.write_flac(tmp_path / "her.flac", np.stack([voice(2.0), np.zeros(2 * RATE, np.float32)], axis=1), RATE)
    got = clips.prepare(tmp_path / "her.flac")
    assert got.samples.ndim == 1
    assert got.seconds == pytest.approx(2.0, abs=0.05)


def test_what_is_no_audio_is_an_audio_error(tmp_path: Path) -> None:
    (tmp_path / "her.wav").write_text("hello")
    with pytest.raises(AudioError, match="no audio file"):
        clips.prepare(tmp_path / "her.wav")


def test_pydub_comes_in_late_and_quietly() -> None:
    program = (
        "import sys, warnings; warnings.simplefilter('error'); import numpy as np; from studio.audio import clips\n"
        "assert 'pydub' not in sys.modules\n"
        "clips.prepare_samples(np.sin(np.arange(48000) * 0.05), 24000)\n"
        "assert 'pydub' in sys.modules"
    )
    root = Path(clips.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
