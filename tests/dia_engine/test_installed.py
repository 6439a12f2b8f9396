import importlib.util

import pytest


def test_torch_is_there_for_the_tests_beside_this_one() -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed: all other tests of dia_engine but those of the text are left out")
    assert importlib.util.find_spec("safetensors") is not None
