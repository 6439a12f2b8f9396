"""The time left: from rendered sound alone, calm, never negative."""

from __future__ import annotations

import pytest

from studio.render.eta import RECENT, Meter, Pace, Spent, clock, in_words


def took(wall_s: float) -> Spent:
    """A segment that was rendered by itself."""
    return Spent(wall_s, wall_s)


def test_nothing_is_claimed_before_the_first_segment_is_done() -> None:
    assert Pace().seconds_left(100.0) is None
    assert Pace().noted(0.0, took(3.0)).seconds_left(100.0) is None


def test_one_slow_segment_does_not_frighten_anybody() -> None:
    pace = Pace()
    for wall_s in (5.0, 5.0, 60.0, 5.0, 5.0):
        pace = pace.noted(10.0, took(wall_s))
    assert pace.seconds_left(100.0) == pytest.approx(50.0)


def test_a_machine_that_gets_busy_is_noticed() -> None:
    pace = Pace()
    for wall_s in (*[1.0] * 50, *[4.0] * RECENT):
        pace = pace.noted(1.0, took(wall_s))
    assert pace.seconds_left(10.0) == pytest.approx(40.0)


def test_the_time_left_is_never_negative() -> None:
    assert Pace().noted(1.0, took(2.0)).seconds_left(-5.0) == 0.0


def test_segments_in_flight_together_share_the_time() -> None:
    meter = Meter()
    meter.start(1, 10.0)
    assert meter.end(1, 14.0) == Spent(4.0, 4.0), "alone"
    meter.start(2, 20.0)
    meter.start(3, 22.0)
    assert meter.end(2, 26.0) == Spent(6.0, 4.0), "two seconds alone, four with another"
    assert meter.end(3, 27.0) == Spent(5.0, 3.0)


def test_with_four_at_once_the_time_left_is_a_fourth_but_never_less_than_the_longest_takes() -> None:
    meter, pace = Meter(), Pace()
    for job in range(4):
        meter.start(job, 0.0)
    for job in range(4):
        pace = pace.noted(10.0, meter.end(job, 20.0))
    assert pace.seconds_left(400.0) == pytest.approx(200.0)
    assert pace.seconds_left(12.0, longest_s=9.0) == pytest.approx(18.0), "the last one goes on alone at its own speed"


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (40, "40 s"), (700, "12 min"), (7_500, "2 h 05 min")])
def test_times_read_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(("seconds", "shown"), [(187.4, "3:07"), (3_723, "1:02:03"), (-1, "0:00")])
def test_lengths_read_as_players_show_them(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
