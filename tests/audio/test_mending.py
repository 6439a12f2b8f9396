"""Remedies: what was wrong is good afterwards, the voice is the same, and doing it twice changes nothing more."""

from __future__ import annotations

import numpy as np
import pytest

from studio.audio import mending
from studio.audio.doctor import examine
from studio.audio.dsp import peak_db, rms_db
from studio.audio.files import Samples
from studio.core.prompts import Remedy, Trait, Verdict
from tests.audio.doctor import speech
from tests.audio.doctor.speech import RATE


@pytest.fixture(scope="module")
def voice() -> Samples:
    return speech.spoken([speech.request("en-us+f3", speech.TEXTS[0])])[0][0][: 4 * RATE]


@pytest.fixture(scope="module")
def faulty(voice: Samples) -> dict[Remedy, Samples]:
    quiet = np.zeros(2 * RATE, np.float32)
    return {
        Remedy.TRIM: np.concatenate([quiet, voice, quiet]),
        Remedy.LEVEL: voice * np.float32(0.02),
        Remedy.REMOVE_DC: voice + np.float32(0.08),
        Remedy.REMOVE_HUM: speech.with_hum(voice, 60.0, 12.0),
        Remedy.BEST_STRETCH: np.concatenate([voice, quiet[: RATE // 3]] * 3),
    }


FAULTS = {
    Remedy.TRIM: Trait.HEAD,
    Remedy.LEVEL: Trait.LEVEL,
    Remedy.REMOVE_DC: Trait.DC,
    Remedy.REMOVE_HUM: Trait.HUM,
    Remedy.BEST_STRETCH: Trait.LENGTH,
}


@pytest.mark.parametrize("remedy", list(mending.MENDS))
def test_what_was_wrong_is_good_afterwards(faulty: dict[Remedy, Samples], remedy: Remedy) -> None:
    before = examine(faulty[remedy], RATE)[FAULTS[remedy]]
    assert before.verdict is not Verdict.GOOD
    assert before.remedy is remedy
    original = faulty[remedy].copy()
    after = mending.MENDS[remedy](faulty[remedy], RATE)
    assert examine(after, RATE)[FAULTS[remedy]].verdict is Verdict.GOOD
    assert np.array_equal(faulty[remedy], original), "the samples that were given are untouched"
    assert after.dtype == np.float32


@pytest.mark.parametrize("remedy", list(mending.MENDS))
def test_doing_it_twice_changes_nothing_more(faulty: dict[Remedy, Samples], remedy: Remedy) -> None:
    once = mending.MENDS[remedy](faulty[remedy], RATE)
    twice = mending.MENDS[remedy](once, RATE)
    assert len(twice) == len(once)
    assert np.max(np.abs(twice - once)) < 1e-5


@pytest.mark.parametrize("lead", [5_000, 5_055, 5_123, 5_177])
def test_a_second_cut_finds_nothing_wherever_the_first_one_fell(voice: Samples, lead: int) -> None:
    once = mending.trimmed(np.concatenate([np.zeros(lead, np.float32), voice, np.zeros(lead, np.float32)]), RATE)
    assert len(voice) <= len(once) < len(voice) + lead
    assert len(mending.trimmed(once, RATE)) == len(once)


@pytest.mark.parametrize("remedy", list(mending.MENDS))
@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(RATE, np.float32), np.ones(5, np.float32)])
def test_nothing_to_mend_is_no_trouble(remedy: Remedy, sound: Samples) -> None:
    assert np.isfinite(mending.MENDS[remedy](sound, RATE)).all()


def test_the_voice_stays_where_the_hum_goes(voice: Samples, faulty: dict[Remedy, Samples]) -> None:
    after = mending.without_hum(faulty[Remedy.REMOVE_HUM], RATE)
    assert rms_db(after - voice) < rms_db(voice) - 25.0
    assert rms_db(faulty[Remedy.REMOVE_HUM] - voice) > rms_db(voice) - 14.0


def test_all_at_once_in_the_order_that_suits_them(voice: Samples) -> None:
    faulty = speech.with_hum(np.concatenate([np.zeros(RATE, np.float32), voice]) * np.float32(0.02), 50.0, 12.0) + np.float32(
        0.1
    )
    after = mending.mended(faulty, RATE, [Remedy.LEVEL, Remedy.REMOVE_DC, Remedy.TRIM, Remedy.REMOVE_HUM, Remedy.ADD_TAG])
    assert rms_db(after) == pytest.approx(mending.LEVEL_DBFS, abs=0.2)
    assert peak_db(after) <= mending.CEILING_DBFS + 0.1
    troubles = {check.trait for check in examine(after, RATE).troubles}
    assert not troubles & {Trait.DC, Trait.LEVEL, Trait.HUM, Trait.HEAD}
