from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from studio.audio.dsp import gain_of
from studio.audio.files import resample
from studio.audio.screening import Expectation, Repeat, Screening, level_finding, repeats_in, screen, usual_level
from studio.core.quality import DOUBTFUL, Defect, Finding, total
from tests.audio.screening.defects import INJECTIONS
from tests.audio.screening.takes import Take, clean_takes

LINE = ("Good evening, everybody, and welcome to the second part of our programme.",)
AGAIN = ("I know, I know, I know. You told me that already.",)
CROWD = ("Please welcome our guest. (applause)",)
STRENGTHS = (0.0, 0.35, 0.7, 1.0)
NOTHING = Expectation(0.0, 0)
RATE = 22_050


@pytest.fixture(scope="module")
def takes() -> dict[tuple[str, ...], Take]:
    texts = (LINE, AGAIN, CROWD)
    return dict(zip(texts, clean_takes(texts, (10,), 3), strict=True))


def screened(take: Take) -> Screening:
    return screen(take.samples, take.rate, take.expectation)


def kinds(take: Take) -> set[Defect]:
    return {finding.defect for finding in screened(take).findings}


def finding(take: Take, kind: Defect) -> Finding:
    return next(one for one in screened(take).findings if one.defect is kind)


def test_a_clean_take_has_nothing_against_it_and_is_measured(takes: dict[tuple[str, ...], Take]) -> None:
    found = screened(takes[LINE])
    assert found.findings == ()
    assert 100 < found.words_per_minute < 230 and -28 < found.level_db < -18
    assert 0.0 < found.speech_start_s < 0.2 and found.speech_end_s == pytest.approx(
        len(takes[LINE].samples) / takes[LINE].rate, abs=0.1
    )


@pytest.mark.parametrize("kind", INJECTIONS)
def test_the_worse_it_is_the_more_it_costs(kind: Defect, takes: dict[tuple[str, ...], Take]) -> None:
    usual = replace(takes[LINE], expectation=replace(takes[LINE].expectation, level_db=screened(takes[LINE]).level_db))
    penalties = [finding(INJECTIONS[kind](usual, strength, np.random.default_rng(5)), kind).penalty for strength in STRENGTHS]
    assert all(one <= other + 1e-9 for one, other in pairwise(penalties)) and penalties[0] < penalties[-1], penalties


def test_a_finding_says_where_it_is(takes: dict[tuple[str, ...], Take]) -> None:
    take = takes[LINE]
    half = len(take.samples) // 2
    pause = np.zeros(2 * take.rate, np.float32)
    silent = finding(replace(take, samples=np.concatenate([take.samples[:half], pause, take.samples[half:]])), Defect.GAP)
    assert silent.value == pytest.approx(2.0, abs=0.2)
    assert silent.start_s == pytest.approx(half / take.rate, abs=0.15) and silent.end_s == pytest.approx(
        half / take.rate + 2, abs=0.15
    )
    hiss = np.random.default_rng(1).standard_normal(2 * take.rate).astype(np.float32) * np.float32(0.03)
    noisy = finding(replace(take, samples=np.concatenate([take.samples[:half], hiss, take.samples[half:]])), Defect.NOISE)
    assert noisy.start_s == pytest.approx(half / take.rate, abs=0.4) and noisy.end_s - noisy.start_s == pytest.approx(
        2, abs=0.4
    )


def test_words_that_the_text_repeats_are_no_loop_until_they_do_not_end(takes: dict[tuple[str, ...], Take]) -> None:
    take = takes[AGAIN]
    assert kinds(take) == set()
    start, length = int(0.05 * take.rate), int(0.6 * take.rate)
    stuck = np.concatenate(
        [take.samples[: start + length]] + 5 * [take.samples[start : start + length]] + [take.samples[start + length :]]
    )
    assert Defect.LOOP in kinds(replace(take, samples=stuck))


def test_the_same_sound_again_is_a_loop_only_where_the_text_does_not_repeat_itself(takes: dict[tuple[str, ...], Take]) -> None:
    take = takes[LINE]
    start, length = int(0.05 * take.rate), int(0.6 * take.rate)
    doubled = replace(take, samples=np.concatenate([take.samples[: start + length], take.samples[start:]]))
    share = length / len(doubled.samples)
    meant = replace(take.expectation, repeats=(Repeat(0.0, 2 * share, share),))
    elsewhere = replace(take.expectation, repeats=(Repeat(1.0 - 2 * share, 1.0, share),))
    assert Defect.LOOP in kinds(doubled) and Defect.LOOP in kinds(replace(doubled, expectation=elsewhere))
    assert Defect.LOOP not in kinds(replace(doubled, expectation=meant))


def test_sounds_that_the_text_asks_for_are_no_noise_and_no_slowness(takes: dict[tuple[str, ...], Take]) -> None:
    assert kinds(takes[CROWD]) == set()


@pytest.mark.parametrize("pitch_hz", [98.0, 118.0, 201.0])
def test_a_steady_low_voice_is_no_hum(pitch_hz: float) -> None:
    times = np.arange(4 * RATE) / RATE
    chance = np.random.default_rng(6)
    glides = np.interp(times, np.arange(0.0, 5.0, 0.25), 1 + 0.04 * chance.standard_normal(20))
    phase = 2 * np.pi * np.cumsum(pitch_hz * glides) / RATE
    voice = np.sum([np.sin(phase * harmonic) / harmonic for harmonic in range(1, 20)], axis=0) * (
        np.sin(2 * np.pi * 2 * times) > -0.6
    )
    assert Defect.HUM not in {one.defect for one in screen((voice * 0.1).astype(np.float32), RATE, NOTHING).findings}


def test_a_take_that_is_as_loud_as_its_chapter_is_no_outlier() -> None:
    usual = usual_level([-23.0, -22.5, -70.0, -24.0, -23.2, -9.0])
    assert usual == -23.0
    assert level_finding(-26.0, usual) is None and level_finding(-26.0, None) is None and level_finding(-70.0, usual) is None
    quiet, loud = level_finding(-33.0, usual), level_finding(-13.0, usual)
    assert quiet is not None and loud is not None and quiet.value == -10.0 and loud.value == 10.0
    assert quiet.penalty == loud.penalty > 0


def test_too_few_takes_say_nothing_of_what_is_usual() -> None:
    assert usual_level([]) is None and usual_level([-23.0, -24.0, -22.0]) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One two three.", 0),
        ("No, no!", 1),
        ("no NO no", 1),
        ("Never again. Never again!", 1),
        ("It is said that it was so.", 0),
    ],
)
def test_repetitions_in_a_text_are_counted(text: str, count: int) -> None:
    places = repeats_in(text)
    assert len(places) == count and all(0 <= place.start < place.end <= 1 and 0 < place.period < 1 for place in places)


def tone(hz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def strange() -> Iterator[tuple[str, np.ndarray]]:
    chance = np.random.default_rng(0)
    yield "nothing", np.zeros(0, np.float32)
    yield "a sample", np.ones(1, np.float32)
    yield "ten samples", tone(440, 1)[:10]
    yield "silence", np.zeros(3 * RATE, np.float32)
    yield "an offset", np.full(RATE, 0.5, np.float32)
    yield "no numbers", np.full(RATE, np.nan, np.float32)
    yield "a tenth", tone(200, 0.1)
    yield "half a second", tone(200, 0.5)
    yield "noise", chance.standard_normal(2 * RATE).astype(np.float32)
    yield "very loud", (1e30 * chance.standard_normal(RATE)).astype(np.float32)
    yield "very quiet", (1e-30 * chance.standard_normal(RATE)).astype(np.float32)
    yield "a square", np.sign(tone(100, 2))
    yield "a click", np.eye(1, RATE, RATE // 2, dtype=np.float32)[0]
    yield "a tone", tone(440, 3)


@pytest.mark.parametrize(("name", "samples"), [*strange()], ids=[name for name, _ in strange()])
@pytest.mark.parametrize("rate", [22_050, 48_000])
def test_any_sound_is_screened(name: str, samples: np.ndarray, rate: int) -> None:
    before = samples.copy()
    for expectation in (NOTHING, Expectation(3.0, 8, "limit", level_db=-23.0)):
        found = screen(samples, rate, expectation)
        assert all(np.isfinite([one.value, one.limit, one.start_s, one.end_s, one.penalty]).all() for one in found.findings)
        assert np.isfinite([found.words_per_minute, found.level_db]).all() and found.speech_start_s <= found.speech_end_s
        assert len({one.defect for one in found.findings}) == len(found.findings)
    assert np.array_equal(before, samples, equal_nan=True)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 5.0])
def test_silence_where_words_should_be_ended_early_and_is_nothing_else(seconds: float) -> None:
    found = screen(np.zeros(int(seconds * RATE), np.float32), RATE, Expectation(4.0, 10, level_db=-23.0))
    assert [(one.defect, one.value) for one in found.findings] == [(Defect.SHORT, 0.0)]
    assert total(found.findings) > DOUBTFUL and found.words_per_minute == 0.0


def test_noise_alone_is_noise_and_a_held_chord_is_music() -> None:
    hiss = (0.1 * np.random.default_rng(4).standard_normal(4 * RATE)).astype(np.float32)
    chord = tone(330, 4, 0.1) + tone(415, 4, 0.1) + tone(494, 4, 0.1)
    expectation = Expectation(4.0, 10)
    assert Defect.NOISE in {one.defect for one in screen(hiss, RATE, expectation).findings}
    assert Defect.MUSIC in {one.defect for one in screen(chord, RATE, expectation).findings}


def test_the_rate_of_the_samples_changes_little(takes: dict[tuple[str, ...], Take]) -> None:
    take = INJECTIONS[Defect.HUM](takes[LINE], 0.6, np.random.default_rng(2))
    here = screened(take)
    there = screen(resample(take.samples, take.rate, 48_000), 48_000, take.expectation)
    assert [one.defect for one in here.findings] == [one.defect for one in there.findings]
    assert here.level_db == pytest.approx(there.level_db, abs=0.5)


def test_what_is_screened_does_not_depend_on_how_loud_it_is(takes: dict[tuple[str, ...], Take]) -> None:
    quiet = replace(takes[LINE], samples=takes[LINE].samples * np.float32(gain_of(-20.0)))
    assert kinds(quiet) == set()
