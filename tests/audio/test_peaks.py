from __future__ import annotations

import numpy as np
import pytest

from studio.audio.peaks import BASE, Builder, Peaks
from studio.core.errors import AudioError

RATE = 44_100
STEP = 1 / 32_767


def noise(frames: int, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, (frames, channels)).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 255, 256, 257, 1_024, 50_001])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_level_holds_the_lowest_and_highest_of_its_samples(frames: int, channels: int) -> None:
    samples = noise(frames, channels)
    peaks = Peaks.compute(samples, RATE)
    for level, bins in enumerate(peaks.levels):
        size = BASE * 4**level
        assert len(bins) == -(-frames // size)
        for index in (0, len(bins) // 2, len(bins) - 1):
            part = samples[index * size : (index + 1) * size]
            assert bins[index] / 32_767 == pytest.approx([part.min(), part.max()], abs=STEP)


def test_blocks_of_any_size_make_the_same_pyramid() -> None:
    samples = noise(30_000, 2)
    builder = Builder(RATE)
    for start in range(0, len(samples), 333):
        builder.add(samples[start : start + 333])
    whole = Peaks.compute(samples, RATE)
    assert all(np.array_equal(one, other) for one, other in zip(builder.result().levels, whole.levels, strict=True))
    assert builder.result().frames == 30_000


@pytest.mark.parametrize(
    ("start", "end", "pixels"), [(0, 300_000, 100), (0, 300_000, 1_000), (120_000, 130_000, 500), (5, 5_000, 7)]
)
def test_a_slice_covers_its_pixels_and_no_more_than_a_bin_beyond(start: int, end: int, pixels: int) -> None:
    samples = noise(300_000)[:, 0] * np.linspace(0, 1, 300_000, dtype=np.float32)
    peaks = Peaks.compute(samples, RATE)
    got = peaks.slice(start, end, pixels)
    step = (end - start) / pixels
    slack = max(BASE, step)
    assert got.shape == (pixels, 2)
    for pixel in range(0, pixels, max(1, pixels // 10)):
        low, high = start + pixel * step, start + (pixel + 1) * step
        inside = samples[int(low) : max(int(low) + 1, int(high))]
        around = samples[max(0, int(low - slack)) : int(high + slack) + 1]
        assert around.min() - STEP <= got[pixel, 0] <= inside.min() + STEP
        assert inside.max() - STEP <= got[pixel, 1] <= around.max() + STEP


def test_outside_the_sound_is_flat() -> None:
    peaks = Peaks.compute(np.ones(1_000, np.float32), RATE)
    got = peaks.slice(-1_000, 2_000, 3)
    assert got.tolist() == [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
    assert not Peaks.compute(np.zeros(0, np.float32), RATE).slice(0, 100, 5).any()
    assert peaks.slice(10, 10, 4).tolist() == [[0.0, 0.0]] * 4
    assert peaks.slice(0, 10, 0).shape == (0, 2)


def test_to_disk_and_back() -> None:
    peaks = Peaks.compute(noise(12_345), RATE)
    again = Peaks.from_bytes(peaks.to_bytes())
    assert (again.frames, again.rate) == (12_345, RATE)
    assert all(np.array_equal(one, other) for one, other in zip(peaks.levels, again.levels, strict=True))


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"x" + data[1:], lambda _: b""]
)
def test_damaged_bytes_are_refused(damage: object) -> None:
    with pytest.raises(AudioError, match="damaged"):
        Peaks.from_bytes(damage(Peaks.compute(noise(1_000), RATE).to_bytes()))  # type: ignore[operator]


def test_what_is_no_number_draws_as_silence() -> None:
    samples = np.array([np.nan, 0.5, np.inf, -0.25, 7.0], np.float32)
    assert Peaks.compute(samples, RATE).levels[0].tolist() == [[round(-0.25 * 32_767), 32_767]]
