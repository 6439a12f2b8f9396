"""The network as it is run against the network as it is written down."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dia_engine.codec.tiled import Tiled
from dia_engine.codec.weights import Loaded, load
from tests.dia_engine.codec import tiny

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def loaded(package_file: Path) -> Loaded:
    return load(package_file, CPU)


@pytest.mark.parametrize("tile", [1, 100, 1 << 40])
@pytest.mark.parametrize("batch", [1, 3])
def test_tiles_of_any_size_give_what_the_plain_network_gives(loaded: Loaded, tile: int, batch: int) -> None:
    frames = 4 if tile == 1 else 25
    codes = torch.from_numpy(tiny.codes(frames, batch=batch).astype(np.int64)).transpose(1, 2)
    pcm = torch.from_numpy(tiny.wave(batch * frames * 512)).view(batch, 1, -1)
    tiled = Tiled(*loaded, torch.float32, tile)
    with torch.inference_mode():
        torch.testing.assert_close(tiled.decode(codes), loaded.network.decode(codes), rtol=0, atol=2e-6)
        assert torch.equal(tiled.encode(pcm), loaded.network.encode(pcm))


def test_neither_codes_nor_samples_are_written_to(loaded: Loaded) -> None:
    codes = torch.from_numpy(tiny.codes(3).astype(np.int64)).T[None]
    pcm = torch.from_numpy(tiny.wave(3 * 512))[None, None]
    before = codes.clone(), pcm.clone()
    tiled = Tiled(*loaded, torch.bfloat16)
    with torch.inference_mode():
        tiled.decode(codes)
        tiled.encode(pcm)
    assert torch.equal(codes, before[0])
    assert torch.equal(pcm, before[1])
