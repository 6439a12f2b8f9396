"""What our slow path gave on the tiny model of tiny.py, on the day it was equal to the original on the original's own vectors.

What is drawn with the full prefix follows our own counted random numbers, the rest the original. `python -m
tests.dia_engine.recorded` makes data/recorded.npz anew; there should never be a reason to.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from dia_engine import reference, weights
from dia_engine.dia1.model import Dia1
from dia_engine.params import Params, Prompt, Request
from tests.dia_engine import tiny

DATA = Path(__file__).parent / "data" / "recorded.npz"
TEXTS = ("[S1] Rain again.", "[S1] Is it? [S2] It is. (sighs) [S1] Then – we stay.", "[S2] A short answer.")
ROWS = np.random.PCG64(7).random_raw(6 * 9).reshape(6, 9).astype(np.int64) & 1023
PROMPT = Prompt(np.random.PCG64(8).random_raw(5 * 9).reshape(5, 9).astype(np.int64) & 1023)
CASES = {
    "greedy": [Request(TEXTS[0], None, Params(temperature=0.0))],
    "batch": [
        Request(TEXTS[0], PROMPT, Params(temperature=0.0, max_tokens=80)),
        Request(TEXTS[1], None, Params(temperature=0.0, max_tokens=80)),
        Request(TEXTS[2], None, Params(temperature=0.0, max_tokens=80)),
    ],
    "sampled": [
        Request(TEXTS[1], None, Params(seed=11, max_tokens=48)),
        Request(TEXTS[1], PROMPT, Params(seed=11, max_tokens=48)),
    ],
}


def compute(model: Dia1) -> dict[str, np.ndarray]:
    """Logits [2, 3, C, V] after fed rows, and the codes of every case."""
    logits = reference.next_logits(model, ROWS, reference.text_states(model, TEXTS[1]))[:, [0, 2, 5]]
    out: dict[str, np.ndarray] = {"logits": logits.numpy()}
    for name, requests in CASES.items():
        for as_original in (False, True):
            for number, result in enumerate(reference.generate(model, requests, reference_prefix=as_original)):
                out[f"{name}_{'original' if as_original else 'full'}_{number}"] = result.codes
    return out


def main() -> None:
    torch.set_num_threads(1)
    out: dict[str, np.ndarray] = {}
    for generation in ("A", "B"):
        with tempfile.TemporaryDirectory() as folder:
            tiny.write_model(Path(folder), generation)
            out |= {f"{generation}_{name}": value for name, value in compute(weights.load(folder)).items()}
    DATA.parent.mkdir(exist_ok=True)
    np.savez_compressed(DATA, **out)
    for name, value in out.items():
        print(name, value.shape)


if __name__ == "__main__":
    main()
