"""The time left: from rendered sound alone, calm, never negative."""

from __future__ import annotations

import pytest

from studio.render.eta import RECENT, Pace, clock, in_words


def test_nothing_is_claimed_before_the_first_segment_is_done() -> None:
    assert Pace().seconds_left(100.0) is None
    assert Pace().noted(0.0, 3.0).seconds_left(100.0) is None


def test_one_slow_segment_does_not_frighten_anybody() -> None:
    pace = Pace()
    for wall_s in (5.0, 5.0, 60.0, 5.0, 5.0):
        pace = pace.noted(10.0, wall_s)
    assert pace.seconds_left(100.0) == pytest.approx(50.0)


def test_a_machine_that_gets_busy_is_noticed() -> None:
    pace = Pace()
    for wall_s in (*[1.0] * 50, *[4.0] * RECENT):
        pace = pace.noted(1.0, wall_s)
    assert pace.seconds_left(10.0) == pytest.approx(40.0)


def test_the_time_left_is_never_negative() -> None:
    assert Pace().noted(1.0, 2.0).seconds_left(-5.0) == 0.0


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (40, "40 s"), (700, "12 min"), (7_500, "2 h 05 min")])
def test_times_read_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(("seconds", "shown"), [(187.4, "3:07"), (3_723, "1:02:03"), (-1, "0:00")])
def test_lengths_read_as_players_show_them(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
