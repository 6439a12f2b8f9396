"""Networks of random weights: of the true shapes to measure with, of small ones to try the measuring. They speak noise."""

from __future__ import annotations

import torch
from torch import Tensor

from dia_engine.dia1.config import Config, Tower
from dia_engine.dia1.model import Dia1, skeleton
from dia_engine.errors import memory_errors

SPREAD = 0.02  # of all matrices; zeros or constants would run faster than real weights do, larger ones overflow 16 bits
TINY = Config(
    encoder=Tower(2, 64, 128, 4, 4, 16, 256, 1024),
    decoder=Tower(2, 64, 128, 4, 2, 16, 1028, 3072, cross_heads=4, cross_kv_heads=4, cross_head_dim=16),
)
SIZES = {"full": Config(), "tiny": TINY}


def network(config: Config, dtype: torch.dtype, device: torch.device, seed: int = 0) -> Dia1:
    """A network with random matrices, made straight in `dtype`, and norms of ones. Raises `OutOfMemory`."""
    numbers = torch.Generator(device).manual_seed(seed)
    model = skeleton(config)
    state: dict[str, Tensor] = {}
    with memory_errors("making the weights", "use a smaller dtype or another device"):
        for name, empty in model.state_dict().items():
            if empty.ndim == 1:
                state[name] = torch.ones(empty.shape, device=device)  # float32, as loading leaves them
            else:
                state[name] = torch.empty(empty.shape, dtype=dtype, device=device).normal_(0, SPREAD, generator=numbers)
    model.load_state_dict(state, strict=True, assign=True)
    return model.requires_grad_(False)
