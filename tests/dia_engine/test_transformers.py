"""The transformers library's Dia with random weights of many sizes, against ours: logits and greedy codes of both paths.

It is an independent port of the same network. Generation B only; it knows no other. Where its rules differ from the original's
(a length counted otherwise, prompts of a batch padded on the left) each item is still comparable to ours alone.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from dia_engine import fast, reference, weights
from dia_engine.delay import Grid
from dia_engine.dia1.decode import prepare
from dia_engine.dia1.model import Dia1
from dia_engine.params import Params, Prompt, Request
from tests.dia_engine.test_fast import row_by_row

if TYPE_CHECKING:
    from types import ModuleType

TEXTS = (
    "[S1] Rain again.",
    "[S1] Is it? [S2] It is. (sighs) [S1] Then – we stay.",
    "[S2] Übung, 42 words?\n[S1] No!",
    "[S1] A",
)
CLOSE = 1e-4
QUICK = (9, 12)  # all channels, with and without voices, ends by EOS and by length
TOO_NEAR = (5, 16)  # two codes less than 1e-4 apart, on which another machine's rounding might decide; all others are further
SEEDS = [seed if seed in QUICK else pytest.param(seed, marks=pytest.mark.slow) for seed in range(26) if seed not in TOO_NEAR]


@dataclass(frozen=True, slots=True)
class Pair:
    """One network twice: as the library made and saved it, and as we loaded it. `numbers` goes on where the sizes ended."""

    theirs: Any
    ours: Dia1
    numbers: np.random.Generator


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """transformers, imported when a test first asks for it, which takes seconds, and told that there is no network."""
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("transformers is not installed: nothing independent to compare with")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub")))
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        yield transformers


def random_config(library: ModuleType, numbers: np.random.Generator) -> Any:
    """Any sizes, ratios of heads, delays, epsilons and special ids that both libraries can have."""

    def one(*choices: Any) -> Any:
        return choices[numbers.integers(len(choices))]

    def attention(prefix: str = "") -> dict[str, int]:
        kv_heads = one(1, 2, 3)
        return {f"{prefix}num_key_value_heads": kv_heads, f"{prefix}num_attention_heads": kv_heads * one(1, 2, 4)}

    def tower() -> dict[str, Any]:
        sizes = {"hidden_size": one(8, 12, 20, 33), "intermediate_size": one(8, 24, 41), "num_hidden_layers": one(1, 2, 3)}
        rope = {"rope_type": "default", "rope_theta": one(100.0, 10000.0, 500000.0)}
        return {
            **attention(),
            **sizes,
            "head_dim": one(2, 6, 8, 16),
            "norm_eps": one(1e-6, 1e-5, 1e-2),
            "rope_parameters": rope,
        }

    encoder, channels, last = tower(), one(2, 3, 9, 9), one(1027, 1027, 1033)
    pad, bos = numbers.permutation([last, 1025]).tolist()
    decoder = {
        **tower(),
        **attention("cross_"),
        "cross_head_dim": one(2, 6, 10),
        "cross_hidden_size": encoder["hidden_size"],
        "num_channels": channels,
        "vocab_size": last + 1,
        "max_position_embeddings": 192,
        "pad_token_id": pad,
        "bos_token_id": bos,
        "eos_token_id": 1024,
    }
    delays = one([0, 8, 9, 10, 11, 12, 13, 14, 15][:channels], [0, *numbers.integers(0, 20, channels - 1).tolist()])
    delays[-1] = max(delays[-1], 1)  # without any delay the last row of ours would be one that it has no room for
    return library.DiaConfig(
        encoder_config=library.DiaEncoderConfig(**encoder, max_position_embeddings=128),
        decoder_config=library.DiaDecoderConfig(**decoder),
        delay_pattern=delays,
    )


@torch.no_grad()
def random_pair(library: ModuleType, seed: int, folder: Path) -> Pair:
    """Weights with which logits spread over a few units and speech ends now and then.

    Those of queries and keys are smaller: with scores far apart attention is nearly a switch and multiplies rounding errors.
    """
    numbers = np.random.default_rng(seed)
    theirs = library.DiaForConditionalGeneration(random_config(library, numbers)).eval()
    for name, weight in theirs.named_parameters():
        spread = torch.from_numpy(numbers.standard_normal(weight.shape, np.float32))
        wanted = 0.7 if "q_proj" in name or "k_proj" in name else 1.5
        scale = 0.3 if weight.ndim == 1 else 1.0 if "embed" in name else wanted * weight.shape[1] ** -0.5
        weight.copy_(spread * scale + (weight.ndim == 1))
    theirs.logits_dense.weight[1024] *= 3
    theirs.save_pretrained(folder)
    return Pair(theirs, weights.load(folder), numbers)


def read(library: ModuleType, texts: list[str]) -> dict[str, torch.Tensor]:
    """Ids and mask [B, L] as the library's own tokenizer has them."""
    return dict(library.DiaTokenizer()(texts, padding=True, return_tensors="pt"))


@torch.no_grad()
def their_logits(library: ModuleType, theirs: Any, text: str, rows: Grid) -> np.ndarray:
    """Logits [2, T, C, V] after each of the rows [T, C], unconditional ones first."""
    ids = read(library, [text])["input_ids"]
    out = theirs(
        input_ids=torch.cat((torch.zeros_like(ids), ids)),
        attention_mask=torch.ones_like(ids).expand(2, -1),
        decoder_input_ids=torch.from_numpy(rows).expand(2, -1, -1),
    )
    return out.logits.unflatten(0, (2, -1)).transpose(1, 2).numpy()


def their_codes(library: ModuleType, theirs: Any, requests: list[Request]) -> list[np.ndarray]:
    """Greedy codes [frames, C] of a batch, prompts put in and delays taken off by the library's own functions.

    max_tokens of the requests must be such that a row number counted from the right is the same for all.
    """
    processor, delays, ids = library.DiaProcessor, theirs.config.delay_pattern, theirs.config.decoder_config
    prompts = [0 if request.prompt is None else len(request.prompt.codes) for request in requests]
    start = 1 + max(prompts)
    rows = torch.full((len(requests), start + max(delays), len(delays)), ids.pad_token_id)
    rows[:, :start] = ids.bos_token_id
    mask = torch.ones(rows.shape[:2], dtype=torch.long)
    for number, request in enumerate(requests):
        if request.prompt is not None:
            rows[number, start - prompts[number] : start] = torch.from_numpy(request.prompt.codes.astype(np.int64))
        mask[number, : start - 1 - prompts[number]] = 0
    known = processor.build_indices(len(requests), rows.shape[1], len(delays), delays)
    params = requests[int(np.argmax(prompts))].params
    out = theirs.generate(
        **read(library, [request.text for request in requests]),
        decoder_input_ids=processor.apply_audio_delay(rows, ids.pad_token_id, ids.bos_token_id, known),
        decoder_attention_mask=mask,
        do_sample=False,
        guidance_scale=params.cfg_scale,
        top_k=params.cfg_filter_top_k,
        max_length=params.max_tokens - max(delays) + 1,  # it adds the delays, and forces EOS a row before its end
    )
    ended = out.shape[1] - (out[:, :, 0] == ids.pad_token_id).sum(1) - 1
    back = processor.build_indices(len(requests), out.shape[1], len(delays), delays, revert=True)
    frames = processor.apply_audio_delay(out, -1, -1, back)
    return [frames[number, start:end].numpy() for number, end in enumerate(ended)]


def random_requests(pair: Pair) -> list[Request]:
    """Three greedy ones with and without voices; a shorter voice has as many rows fewer as the library pads it with."""
    numbers, channels = pair.numbers, pair.ours.config.channels
    frames = numbers.integers(0, 12, 3) * numbers.integers(0, 2, 3)
    most = int(frames.max() + max(pair.ours.config.delays) + numbers.integers(2, 70))
    settings = {"temperature": 0.0, "cfg_scale": float(numbers.choice([1.5, 3.0, 5.0])), "cfg_filter_top_k": 45}
    return [
        Request(
            str(numbers.choice(TEXTS)),
            Prompt(numbers.integers(0, 1024, (count, channels))) if count else None,
            Params(**settings, max_tokens=most - int(frames.max() - count)),
        )
        for count in frames
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_logits_of_both_branches_are_the_librarys(library: ModuleType, seed: int, tmp_path: Path) -> None:
    pair = random_pair(library, seed, tmp_path)
    rows = pair.numbers.integers(0, 1028, (24, pair.ours.config.channels))
    for text in TEXTS[1:3]:
        wanted = their_logits(library, pair.theirs, text, rows)
        slow = reference.next_logits(pair.ours, rows, reference.text_states(pair.ours, text)).numpy()
        assert slow.shape == wanted.shape
        assert np.abs(slow - wanted).max() <= CLOSE
        assert np.abs(row_by_row(pair.ours, rows, text, 1) - wanted.swapaxes(0, 1)).max() <= CLOSE
        assert np.abs(wanted[0] - wanted[1]).max() > 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_codes_of_both_paths_are_the_librarys(library: ModuleType, seed: int, tmp_path: Path) -> None:
    pair = random_pair(library, seed, tmp_path)
    requests = random_requests(pair)
    wanted = their_codes(library, pair.theirs, requests)
    for ours in (reference.generate(pair.ours, requests), fast.generate(prepare(pair.ours), requests)):
        for one, codes in zip(ours, wanted, strict=True):
            np.testing.assert_array_equal(one.codes, codes)
