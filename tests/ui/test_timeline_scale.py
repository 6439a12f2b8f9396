import pytest

from studio.ui.timeline.scale import MAX_PX_PER_S, MIN_PX_PER_S, Scale, clock, tick_step, ticks


def test_zooming_keeps_the_time_under_the_pointer() -> None:
    scale = Scale(24.0, 100.0)
    under = scale.seconds(300)
    assert scale.zoomed(3, 300).seconds(300) == pytest.approx(under)
    assert scale.zoomed(-2, 300).seconds(300) == pytest.approx(under)


def test_zooming_in_and_out_again_finds_the_tiles_of_the_first_zoom() -> None:
    assert Scale(24.0).zoomed(4, 0).zoomed(-4, 0).px_per_s == 24.0


def test_zoom_has_ends_and_never_shows_what_lies_before_the_start() -> None:
    assert Scale().zoomed(99, 0).px_per_s == MAX_PX_PER_S
    assert Scale().zoomed(-99, 0).px_per_s == MIN_PX_PER_S
    assert Scale(24.0, 1.0).zoomed(-5, 800).left_s == 0.0


def test_a_fitted_stretch_fills_the_width() -> None:
    scale = Scale().fitting(60, 120, 600)
    assert (scale.x(60), scale.x(120)) == (0.0, 600.0)


@pytest.mark.parametrize("px_per_s", [0.02, 0.5, 3.0, 24.0, 150.0, 400.0])
def test_named_ticks_never_crowd_and_cover_the_view(px_per_s: float) -> None:
    scale = Scale(px_per_s, 12.3)
    times = ticks(scale, 1000)
    assert tick_step(px_per_s) * px_per_s >= 64 or tick_step(px_per_s) == 7200
    assert scale.x(times[0]) <= 0
    assert scale.x(times[-1]) >= 1000


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [(0, 0, "0:00"), (134.3, 1, "2:14.3"), (59.96, 1, "1:00.0"), (3723, 0, "1:02:03"), (-1, 0, "0:00"), (59.6, 0, "1:00")],
)
def test_times_are_written_as_a_clock_shows_them(seconds: float, decimals: int, text: str) -> None:
    assert clock(seconds, decimals) == text
