import numpy as np
from PySide6.QtGui import QColor

from studio.ui.timeline.tiles import TILE_PX, Looped, TileCache, draw_wave


class Ramp:
    """A sound whose loudness grows from 0 at the start to 1 at second 10."""

    seconds = 10.0

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        loud = np.clip(np.linspace(start_s, end_s, count, endpoint=False) / 10, 0, 1)
        return -loud, loud


def ink(image, column: int) -> int:
    return sum(image.pixelColor(column, row).alpha() > 0 for row in range(image.height()))


def test_louder_columns_are_taller_and_silence_is_a_line() -> None:
    image = draw_wave(np.array([0.0, -0.25, -0.5, -9.0]), np.array([0.0, 0.25, 0.5, 9.0]), 41, QColor("#7fd1e0"))
    assert [ink(image, column) for column in range(4)] == [1, 19, 37, 41]
    assert image.pixelColor(2, 5).name() == "#7fd1e0"


def test_a_tile_is_drawn_once_and_again_only_after_its_source_changed() -> None:
    cache, color = TileCache(), QColor("red")
    first = cache.tile("a", Ramp(), 0, 24.0, 30, color)
    assert cache.tile("a", Ramp(), 0, 24.0, 30, color) is first
    cache.tile("a", Ramp(), 0, 30.0, 30, color)
    assert cache.drawn == 2
    cache.forget("a")
    cache.tile("a", Ramp(), 0, 24.0, 30, color)
    assert cache.drawn == 3


def test_neighbouring_tiles_continue_each_other() -> None:
    cache, color = TileCache(), QColor("red")
    left, right = (cache.tile("a", Ramp(), number, 51.2, 101, color) for number in (0, 1))
    assert 0 <= ink(right, 0) - ink(left, TILE_PX - 1) <= 2


def test_the_cache_forgets_the_oldest_and_stays_small() -> None:
    cache, color = TileCache(capacity=3), QColor("red")
    for number in (0, 1, 2, 0, 3):
        cache.tile("a", Ramp(), number, 24.0, 10, color)
    drawn = cache.drawn
    cache.tile("a", Ramp(), 0, 24.0, 10, color)
    assert cache.drawn == drawn
    cache.tile("a", Ramp(), 1, 24.0, 10, color)
    assert cache.drawn == drawn + 1


def test_a_looped_sound_shows_its_waveform_again_and_again() -> None:
    once, looped = Ramp(), Looped(Ramp())
    assert np.allclose(looped.columns(2, 6, 40), once.columns(2, 6, 40))
    assert np.allclose(looped.columns(22, 26, 40), once.columns(2, 6, 40))
    over_the_end = looped.columns(8, 12, 40)[1]
    assert np.allclose(over_the_end[:20], once.columns(8, 10, 20)[1])
    assert np.allclose(over_the_end[20:], once.columns(0, 2, 20)[1])


def test_a_loop_shorter_than_a_pixel_still_draws() -> None:
    least, greatest = Looped(Ramp()).columns(0, 36_000, 20)
    assert len(least) == len(greatest) == 20
