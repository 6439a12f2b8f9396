"""The pace governor leaves alone what is easy to follow, stretches what is nearly so, and tells the rest."""

from __future__ import annotations

import pytest

from studio.core.quality import Defect, Finding, Review
from studio.render.pacing import REACH, Governor, predicted

GOVERNOR = Governor(130.0, 185.0)


def review(wpm: float, *findings: Finding) -> Review:
    return Review("k", 1, findings, words_per_minute=wpm)


@pytest.mark.parametrize("wpm", [130.0, 131.0, 160.0, 185.0])
def test_what_lies_within_the_bounds_is_left_alone(wpm: float) -> None:
    assert GOVERNOR.gentle(review(wpm), 12) == 1.0
    assert GOVERNOR.judged(review(wpm), 12) == review(wpm)


@pytest.mark.parametrize("wpm", [123.0, 129.9, 185.1, 190.0, 196.0])
def test_what_lies_a_little_outside_is_stretched_to_within(wpm: float) -> None:
    factor = GOVERNOR.gentle(review(wpm), 12)
    assert 0 < abs(factor - 1) <= REACH + 1e-4
    assert 130.0 <= wpm * factor <= 185.0
    assert GOVERNOR.judged(review(wpm), 12).findings == ()


@pytest.mark.parametrize(("wpm", "defect", "limit"), [(122.0, Defect.SLOW, 130.0), (198.0, Defect.FAST, 185.0)])
def test_what_lies_further_out_is_a_fault(wpm: float, defect: Defect, limit: float) -> None:
    assert GOVERNOR.gentle(review(wpm), 12) == 1.0
    judged = GOVERNOR.judged(review(wpm), 12)
    assert judged.findings == (Finding(defect, wpm, limit),)
    assert judged.is_doubtful
    assert GOVERNOR.judged(judged, 12) == judged, "it is said once"


@pytest.mark.parametrize(("wpm", "words"), [(300.0, 7), (0.0, 20), (float("nan"), 20)])
def test_short_replies_and_unknown_paces_are_free(wpm: float, words: int) -> None:
    assert GOVERNOR.gentle(review(wpm), words) == 1.0
    assert GOVERNOR.judged(review(wpm), words).findings == ()


def test_who_asks_for_haste_gets_it() -> None:
    assert GOVERNOR.judged(review(200.0), 12, pace=1.2).findings == ()
    assert GOVERNOR.judged(review(140.0), 12, pace=1.2).findings == (Finding(Defect.SLOW, 140.0, 156.0),)


def test_the_pace_is_guessed_from_the_estimate() -> None:
    assert predicted(30, 12.0) == 150.0
    assert predicted(30, 0.0) == 0.0
