from typing import Any

import numpy as np
import pytest

from dia_engine.errors import BadRequest
from dia_engine.params import Params, Prompt


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": -0.1},
        {"temperature": 1e-30},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"temperature": "1"},
        {"temperature": True},
        {"top_p": -0.1},
        {"top_p": 1.1},
        {"top_p": None},
        {"cfg_scale": -1.0},
        {"cfg_scale": 1e9},
        {"cfg_filter_top_k": 0},
        {"cfg_filter_top_k": 1.5},
        {"max_tokens": 0},
        {"max_tokens": -5},
        {"seed": -1},
        {"seed": 1 << 63},
        {"seed": 1.0},
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(setting: dict[str, Any]) -> None:
    (name,) = setting
    with pytest.raises(BadRequest, match=rf"{name} is .*; use .*\.$"):
        Params(**setting)


def test_the_ends_of_the_ranges_are_good() -> None:
    Params(temperature=0, top_p=0.0, cfg_scale=0.0, cfg_filter_top_k=1, max_tokens=1, seed=0)
    Params(temperature=0.01, top_p=1, cfg_scale=100.0, cfg_filter_top_k=None, max_tokens=None, seed=(1 << 63) - 1)


@pytest.mark.parametrize(
    "codes",
    [
        np.zeros((0, 9), np.int16),
        np.zeros(9, np.int16),
        np.zeros((3, 9), np.float32),
        np.full((3, 9), 1024),
        np.full((3, 9), -1),
    ],
)
def test_a_prompt_is_frames_of_codes(codes: Any) -> None:
    with pytest.raises(BadRequest):
        Prompt(codes)


def test_a_prompt_takes_any_whole_numbers() -> None:
    assert Prompt(np.full((3, 9), 1023, np.uint64)).codes.dtype == np.int16
