from __future__ import annotations

import numpy as np
import pytest

from studio.engines.draft_levels import active_span, faded_inplace, levelled, limited, silence


def tone(level: float, count: int = 22_050) -> np.ndarray:
    return (level * np.sin(np.arange(count) * 0.05)).astype(np.float32)


@pytest.mark.parametrize("level", [0.03, 0.3, 0.9])
def test_quiet_and_loud_come_out_alike(level: float) -> None:
    rms = np.sqrt(np.mean(levelled(tone(level)) ** 2))
    assert 20 * np.log10(rms) == pytest.approx(-20, abs=0.7)


def test_pauses_do_not_count_for_loudness() -> None:
    with_pause = np.concatenate([tone(0.3), silence(3.0, 22_050), tone(0.3)])
    assert np.abs(levelled(with_pause)).max() == pytest.approx(np.abs(levelled(tone(0.3))).max(), rel=0.02)


def test_silence_stays_silent() -> None:
    assert not levelled(silence(1.0, 22_050)).any()
    assert levelled(silence(0.0, 22_050)).size == 0


def test_peaks_bend_below_the_ceiling_and_the_rest_is_untouched() -> None:
    loud = np.linspace(-3, 3, 1001, dtype=np.float32)
    bent = limited(loud.copy())
    assert np.abs(bent).max() <= 0.95 and (np.diff(bent) >= 0).all()
    quiet = np.abs(loud) < 0.7
    assert np.array_equal(bent[quiet], loud[quiet])


def test_both_ends_fade() -> None:
    faded = faded_inplace(np.ones(1000, np.float32))
    assert faded[0] == faded[-1] == 0 and faded[500] == 1 and np.abs(np.diff(faded)).max() < 0.02
    assert faded_inplace(np.ones(1, np.float32)).size == 1


def test_what_is_heard_is_found() -> None:
    sound = np.concatenate([silence(0.1, 1000), tone(0.5, 500) + np.float32(0.2), silence(0.2, 1000)])
    assert active_span(sound) == (100, 600)
    assert active_span(silence(1.0, 1000)) == (0, 0)
