"""A tiny Dia with its codec, as a folder that `--model` may name. It speaks noise, and ends by itself in less than a second."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from safetensors.torch import save_file

from tests.dia_engine import tiny
from tests.dia_engine.codec import tiny as tiny_codec

LETTERS, ROWS = 1024, 3072  # as many as the real one has: positions cost no weights
EAGER = 1.8  # how much rather than the tiny model it ends
EOS = 1024


def write(folder: Path, *, eager: float = EAGER, rows: int = ROWS) -> Path:
    """Config, weights and the folder `codec`; returns the folder. With `eager` 0 it never ends."""
    folder.mkdir(parents=True, exist_ok=True)
    config = copy.deepcopy(tiny.FLAT)
    config["encoder_config"]["max_position_embeddings"] = LETTERS  # type: ignore[index]
    config["decoder_config"]["max_position_embeddings"] = rows  # type: ignore[index]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    weights = tiny.transformers_weights()
    head = weights["logits_dense.weight"].view(tiny.CHANNELS, tiny.VOCABULARY, tiny.D)
    head[0, EOS] *= eager
    save_file(weights, folder / "model.safetensors")
    tiny_codec.write_transformers(folder / "codec")
    return folder
