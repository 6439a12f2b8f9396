"""What tests of engines share: a tiny Dia."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_dia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a tiny Dia with its codec; empty where there is no torch. One thread is quickest for it, here and in
    children."""
    folder = tmp_path_factory.mktemp("tiny-dia")
    if find_spec("torch") is None:
        yield folder
        return
    import torch

    from tests.engines import tiny_dia

    usual = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        torch.set_num_threads(1)
        yield tiny_dia.write(folder)
    torch.set_num_threads(usual)
