from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.mix import mix
from studio.audio.sources import CHUNK_S, ArraySource, AtRate, Source
from studio.core.errors import AudioError, ProjectError
from studio.core.timeline import Clip, Timeline, Track
from tests.audio.reference_mixer import reference_mix
from tests.strategies import examples

RATE = 8_000  # a low rate keeps the sample-by-sample oracle quick


def noise(frames: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((frames, channels)) * 0.1).astype(np.float32)


SOUNDS = {
    "take-a": (noise(9_000, 1, 1), 11_025),
    "take-b": (noise(6_000, 1, 2), RATE),
    "stereo": (noise(5_000, 2, 3), 12_000),
    "bed": (noise(3_001, 2, 4), RATE),
}


def opener(name: str) -> Source:
    return ArraySource(*SOUNDS[name])


def joined(blocks: Iterator[np.ndarray], channels: int = 2) -> np.ndarray:
    return np.concatenate([np.zeros((0, channels), np.float32), *(block.copy() for block in blocks)])


@st.composite
def clips(draw: st.DrawFn, name: str) -> Clip:
    length = draw(st.integers(0, 9_000))
    return Clip(
        id=name,
        source=draw(st.sampled_from([*SOUNDS, ""])),
        start=draw(st.integers(0, 16_000)),
        length=length,
        offset=draw(st.sampled_from([0, 0, 17, 2_500, 50_000])),
        gain_db=draw(st.sampled_from([0.0, -6.0, 3.5])),
        fade_in=draw(st.sampled_from([0, 1, 400, 20_000])),
        fade_out=draw(st.sampled_from([0, 1, 300, 20_000])),
        loops=draw(st.booleans()),
    )


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    tracks = tuple(
        Track(
            name=name,
            clips=tuple(draw(clips(f"{name}-{index}")) for index in range(draw(st.integers(0, 3)))),
            gain_db=draw(st.sampled_from([0.0, -3.0])),
            mute=draw(st.sampled_from([False, False, False, True])),
            solo=draw(st.sampled_from([False, False, False, True])),
            duck_db=draw(st.sampled_from([0.0, -12.0, 9.0])) if name == "music" else 0.0,
        )
        for name in ("speech", "overlap", "music", "effects")
    )
    return Timeline(tracks, (), draw(st.integers(0, 24_000)), RATE)


@examples(25)
@given(timelines(), st.sampled_from([1, 2]), st.sampled_from([777, 4_096, 100_000]))
def test_the_mix_equals_the_obvious_one(timeline: Timeline, channels: int, block: int) -> None:
    expected = reference_mix(timeline, SOUNDS, channels)
    got = joined(mix(timeline, opener, channels=channels, block=block), channels)
    assert got.dtype == np.float32
    assert got.shape == expected.shape
    assert np.max(np.abs(got - expected), initial=0.0) <= 1e-6


@examples(25)
@given(timelines(), st.integers(0, 24_000), st.integers(1, 9_000), st.integers(1, 5_000))
def test_a_stretch_is_the_same_to_the_bit_whatever_was_played_before(
    timeline: Timeline, start: int, count: int, block: int
) -> None:
    whole = joined(mix(timeline, opener))
    end = min(start + count, timeline.length)
    part = joined(mix(timeline, opener, start=start, end=end, block=block))
    assert np.array_equal(part, whole[start:end] if end > start else part[:0])


@pytest.mark.parametrize(
    ("own", "rate", "tolerance"),
    [
        (22_050, 44_100, 1e-6),
        (24_000, 44_100, 1e-6),
        (48_000, 44_100, 1e-6),
        (44_100, 48_000, 1e-6),
        (96_000, 44_100, 1e-6),
        (16_001, 44_100, 2e-5),  # no small ratio: soxr interpolates its filter, and rounds differently far from the start
    ],
)
def test_a_long_source_is_resampled_in_chunks_as_if_in_one(own: int, rate: int, tolerance: float) -> None:
    samples = noise(own * 23, 1, 7)
    whole = soxr.resample(samples, own, rate)
    source = AtRate(ArraySource(samples, own), rate, 1)
    assert abs(source.frames - len(whole)) <= 1
    for start in (0, *(round(CHUNK_S * rate * index) - 500 for index in (1, 3, 5)), source.frames - 1_000):
        for at, piece in source.pieces(start, 1_000):
            expected = whole[start + at : start + at + len(piece)]
            assert np.max(np.abs(piece[: len(expected)] - expected)) <= tolerance


def timeline_of(*tracks: Track, length: int = RATE) -> Timeline:
    return Timeline(tracks, (), length, RATE)


def speech(*found: Clip) -> Track:
    return Track("speech", found)


@pytest.mark.parametrize(
    "lost",
    [
        AudioError("there is no such audio file", where="gone"),
        ProjectError("the take is missing", where="gone"),
        OSError("disk"),
    ],
)
def test_a_lost_take_is_silent_and_told_once(lost: Exception) -> None:
    told: list[tuple[str, str]] = []

    def open_source(name: str) -> Source:
        if name == "gone":
            raise lost
        return opener(name)

    timeline = timeline_of(
        speech(Clip("1", "gone", 0, 6_000), Clip("2", "take-b", 4_000, 4_000), Clip("3", "gone", 7_000, 1_000))
    )
    got = joined(mix(timeline, open_source, block=512, report=lambda clip, error: told.append((clip.id, error.where))))
    assert not got[:4_000].any()
    assert got[4_000:8_000].any()
    assert told == [("1", "gone")]


def test_a_take_that_is_lost_twice_far_apart_is_told_once() -> None:
    told: list[str] = []

    def open_source(name: str) -> Source:
        if name == "gone":
            raise AudioError("there is no such audio file")
        return opener("take-b")

    between = [Clip(str(i), str(i), 100 * i, 100) for i in range(1, 20)]
    timeline = timeline_of(speech(Clip("a", "gone", 0, 100), *between, Clip("z", "gone", 2_000, 100)))
    joined(mix(timeline, open_source, block=100, report=lambda clip, _: told.append(clip.id)))
    assert told == ["a"]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 40])
def test_clips_of_a_sample_at_every_edge_of_a_block_are_all_heard(block: int) -> None:
    clips = tuple(Clip(str(i), "one", i, 1 + i % 3) for i in range(0, 40, 2))
    timeline = timeline_of(speech(*clips), length=42)
    one = ArraySource(np.full(3, 0.1, np.float32), RATE)
    expected = np.zeros(42)
    for clip in clips:
        expected[clip.start : clip.end] += 0.1
    for start in range(42):
        got = joined(mix(timeline, lambda _: one, channels=1, start=start, block=block), 1)[:, 0]
        assert got == pytest.approx(expected[start:], abs=1e-6)


def test_a_take_that_breaks_while_it_is_read_is_silent_from_there() -> None:
    class Breaking(ArraySource):
        def read(self, start: int, count: int) -> np.ndarray:
            raise AudioError("the audio cannot be read")

    told: list[str] = []
    timeline = timeline_of(speech(Clip("1", "x", 0, 6_000)))
    got = joined(mix(timeline, lambda _: Breaking(noise(6_000), RATE), report=lambda clip, _: told.append(clip.id)))
    assert not got.any()
    assert told == ["1"]


def test_what_is_no_number_is_silence_and_nothing_leaves_full_scale() -> None:
    samples = np.array([0.5, np.nan, np.inf, -np.inf, 0.5, 3.0, -3.0, 1e30], np.float32)
    timeline = timeline_of(speech(Clip("1", "x", 0, 8)), length=8)
    got = joined(mix(timeline, lambda _: ArraySource(samples, RATE), channels=1), 1)
    assert got[:, 0].tolist() == [0.5, 0.0, 0.0, 0.0, 0.5, 1.0, -1.0, 1.0]


def test_loud_clips_together_are_held_at_full_scale() -> None:
    loud = np.full(100, 0.8, np.float32)
    timeline = timeline_of(speech(Clip("1", "x", 0, 100), Clip("2", "x", 0, 100)), length=100)
    got = joined(mix(timeline, lambda _: ArraySource(loud, RATE)))
    assert np.all(got == 1.0)


def test_only_what_sounds_is_open_and_all_is_closed_in_the_end() -> None:
    opened: set[int] = set()
    most = 0

    class Counting(ArraySource):
        def close(self) -> None:
            opened.discard(id(self))

    kept: list[Counting] = []

    def open_source(_: str) -> Source:
        nonlocal most
        source = Counting(noise(400), RATE)
        kept.append(source)
        opened.add(id(source))
        most = max(most, len(opened))
        return source

    timeline = timeline_of(speech(*(Clip(str(i), str(i), i * 400, 400) for i in range(200))), length=80_000)
    for _ in mix(timeline, open_source, block=400):
        pass
    assert len(kept) == 200
    assert most <= 8
    assert not opened
    player = mix(timeline, open_source, block=400)
    next(player)
    assert opened
    player.close()
    assert not opened


def ducked(start: int, *, mute: bool = False) -> np.ndarray:
    tone = np.ones(100, np.float32) * 0.5
    tracks = (
        Track("speech", (Clip("1", "quiet", 3 * RATE, 2 * RATE),), mute=mute),
        Track("music", (Clip("m", "tone", 0, 8 * RATE, loops=True),), duck_db=-12.0),
    )
    sources = {"quiet": np.zeros(2 * RATE, np.float32), "tone": tone}
    timeline = Timeline(tracks, (), 8 * RATE, RATE)
    return joined(mix(timeline, lambda name: ArraySource(sources[name], RATE), channels=1, start=start), 1)[:, 0]


def test_music_is_down_before_the_first_word_and_comes_back_after_the_last() -> None:
    level = 20 * np.log10(ducked(0) / 0.5)
    assert level[2 * RATE] == pytest.approx(0.0, abs=1e-3)
    assert level[3 * RATE : 5 * RATE] == pytest.approx(-12.0, abs=1e-3)
    assert level[6 * RATE] == pytest.approx(0.0, abs=1e-3)
    assert np.max(np.abs(np.diff(level))) < 0.02  # no step that could be heard as a click


def test_music_stays_down_in_a_short_pause_and_comes_back_in_a_long_one() -> None:
    def level_in_gap(gap: int) -> float:
        words = (Clip("1", "quiet", RATE, RATE), Clip("2", "quiet", 2 * RATE + gap, RATE))
        tracks = (speech(*words), Track("music", (Clip("m", "tone", 0, 8 * RATE, loops=True),), duck_db=-12.0))
        sounds = {"quiet": np.zeros(RATE, np.float32), "tone": np.full(100, 0.5, np.float32)}
        timeline = Timeline(tracks, (), 8 * RATE, RATE)
        got = joined(mix(timeline, lambda name: ArraySource(sounds[name], RATE), channels=1), 1)[:, 0]
        return float(np.max(20 * np.log10(got[2 * RATE : 2 * RATE + gap] / 0.5)))

    assert level_in_gap(RATE) == pytest.approx(-12.0, abs=1e-3)
    assert level_in_gap(2 * RATE) == pytest.approx(0.0, abs=1e-3)


def test_ducking_looks_at_the_timeline_and_not_at_what_was_played() -> None:
    assert np.array_equal(ducked(0)[5 * RATE :], ducked(5 * RATE))


def test_speech_that_is_not_heard_does_not_duck() -> None:
    assert ducked(0, mute=True) == pytest.approx(0.5)


def test_a_muted_music_track_leaves_the_speech_as_it_is() -> None:
    clip = Clip("1", "take-b", 0, 6_000)
    alone = joined(mix(timeline_of(speech(clip)), opener))
    music = Track("music", (Clip("m", "bed", 0, RATE, loops=True),), mute=True)
    assert np.array_equal(joined(mix(timeline_of(speech(clip), music), opener)), alone)
    soloed = timeline_of(replace(speech(clip), solo=True), replace(music, mute=False))
    assert np.array_equal(joined(mix(soloed, opener)), alone)


def test_an_empty_timeline_is_no_blocks() -> None:
    assert list(mix(Timeline(), opener)) == []
