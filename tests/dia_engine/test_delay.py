import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dia_engine import delay

DELAYS = (0, 8, 9, 10, 11, 12, 13, 14, 15)


@given(st.integers(0, 40), st.lists(st.integers(0, 20), min_size=1, max_size=9).map(lambda some: (0, *some)))
def test_taking_delays_off_gives_what_they_were_put_on(frames: int, delays: tuple[int, ...]) -> None:
    raw = np.arange(frames * len(delays)).reshape(frames, len(delays))
    below = np.full((max(delays), len(delays)), -7)
    delayed = delay.apply(np.concatenate((raw, below)), delays, bos=1026)
    np.testing.assert_array_equal(delay.revert(delayed, delays), raw)


def test_a_full_prefix_holds_bos_down_to_each_delay_and_the_whole_prompt_below_it() -> None:
    prompt = np.arange(27).reshape(3, 9)
    rows = delay.full_rows(3, DELAYS)
    grid = delay.prefix(prompt, DELAYS, bos=1026, rows=rows)
    for channel, down in enumerate(DELAYS):
        assert (grid[: down + 1, channel] == 1026).all()
        assert grid[down + 1 : down + 4, channel].tolist() == prompt[:, channel].tolist()
        assert (grid[down + 4 :, channel] == delay.UNDECIDED).all()
    assert grid[-1].tolist() == [-1] * 8 + [26]  # the row that the original lacks, and with it the last code


def test_too_few_rows_give_no_frames() -> None:
    assert delay.revert(np.zeros((15, 9), np.int64), DELAYS).shape == (0, 9)
