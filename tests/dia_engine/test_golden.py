"""Outputs recorded from the original on a tiny random model, against ours: in every layout, for both generations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from dia_engine import delay, reference, sampling, text
from dia_engine.dia1.model import Dia1
from dia_engine.errors import TextTooLong
from dia_engine.params import Params, Prompt, Request
from dia_engine.requests import text_ids

Models = dict[str, Dia1]
LAYOUTS = ("transformers", "original", "pth")
CLOSE = 1e-4  # of logits and encoder states, whose standard deviations are about 1.5 and 1
SETTINGS = ("temperature", "top_p", "cfg_scale", "cfg_filter_top_k", "max_tokens")
FULL = ("greedy_a", "greedy_b", "greedy_batch", "greedy_prompt_a", "greedy_prompt_b", "greedy_prompt_batch")
ORIGINAL = (
    *FULL,
    "greedy_a_cfg1_k20",
    "greedy_prompt_batch_all",
    "sampled_seed7",
    "sampled_seed1234",
    "sampled_seed99_prompt",
    "sampled_seed5_batch",
)
QUICK = ("greedy_a", "greedy_prompt_b", "sampled_seed1234")  # the others prove the same for other requests
LEGACY = ("greedy_a", "greedy_b", "greedy_batch", "greedy_prompt_b", "sampled_seed7")


def quick_and_slow(tags: tuple[str, ...]) -> list[object]:
    return [tag if tag in QUICK else pytest.param(tag, marks=pytest.mark.slow) for tag in tags]


def vectors(golden: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(golden / f"{name}.npz") as opened:
        return {key: opened[key] for key in opened.files}


def largest_difference(ours: torch.Tensor, theirs: np.ndarray) -> float:
    assert ours.shape == theirs.shape
    return float(np.abs(ours.numpy() - theirs).max())


def requests_of(golden: Path, texts: list[str], name: str, tag: str) -> list[Request]:
    told = json.loads((golden / f"{name}.json").read_text(encoding="utf-8"))[tag]
    seed = int(tag.split("seed")[1].split("_")[0]) if "seed" in tag else 0
    params = Params(seed=seed, **{key: told[key] for key in SETTINGS if key in told})
    prompts = vectors(golden, "delay")
    return [
        Request(texts[number], None if prompt is None else Prompt(prompts[f"prompt_{prompt}"]), params)
        for number, prompt in zip(told["texts"], told["prompts"], strict=True)
    ]


def assert_same_codes(model: Dia1, golden: Path, texts: list[str], name: str, tag: str, *, as_original: bool) -> None:
    results = reference.generate(model, requests_of(golden, texts, name, tag), reference_prefix=as_original)
    wanted = vectors(golden, name)
    for number, result in enumerate(results):
        np.testing.assert_array_equal(result.codes, wanted[f"{tag}_codes_{number}"])


def test_texts_become_the_same_ids_and_one_too_long_is_refused_where_the_original_cuts_it(
    golden: Path, golden_texts: list[str]
) -> None:
    ids = vectors(golden, "text")
    for number, line in enumerate(golden_texts):
        wanted = bytes(ids[f"ids_{number}"].tolist())
        assert text.encode(line)[:192] == wanted
        if len(text.encode(line)) <= 192:
            assert text_ids(line, 192) == wanted
    with pytest.raises(TextTooLong) as caught:
        text_ids(golden_texts[8], 192)
    assert golden_texts[8].endswith(caught.value.unspoken)
    assert caught.value.unspoken.endswith("[S2] lost")


def test_prefix_and_delays_are_the_originals(golden: Path) -> None:
    told = vectors(golden, "delay")
    delays = told["delay_pattern"].tolist()
    prompts = [told[f"prompt_{number}"].astype(np.int64) for number in range(3)]
    for number, prompt in enumerate(prompts):
        rows = delay.full_rows(len(prompt), delays) - 1
        np.testing.assert_array_equal(delay.prefix(prompt, delays, bos=1026, rows=rows), told[f"prefill_{number}"][0])
    np.testing.assert_array_equal(delay.prefix(None, delays, bos=1026, rows=15), told["prefill_none"][0])
    for item, wanted in zip((prompts[0], None, prompts[1]), told["prefill_batch_p0_none_p1"], strict=True):
        np.testing.assert_array_equal(delay.prefix(item, delays, bos=1026, rows=28), wanted)
    for raw, delayed, reverted in zip(told["raw"], told["delayed"], told["reverted"], strict=True):
        np.testing.assert_array_equal(delay.apply(raw.astype(np.int64), delays, bos=1026), delayed)
        np.testing.assert_array_equal(delay.revert(delayed.astype(np.int64), delays), reverted[:-15])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_encoder_states(golden: Path, golden_texts: list[str], golden_models: Models, layout: str) -> None:
    told = vectors(golden, "encoder")
    for number in (0, 1, 3):
        uncond, cond = reference.text_states(golden_models[layout], golden_texts[number])
        assert largest_difference(uncond, told[f"enc_{number}_uncond"]) < CLOSE
        assert largest_difference(cond, told[f"enc_{number}_cond"]) < CLOSE
        assert float((uncond - uncond[0]).abs().max()) < 1e-5  # one vector, whatever the position


@pytest.mark.parametrize("layout", LAYOUTS)
def test_logits(golden: Path, golden_texts: list[str], golden_models: Models, layout: str) -> None:
    told = vectors(golden, "logits")
    for number, rows in ((1, (0, 1, 7, 23)), (3, (0, 23))):
        texts = reference.text_states(golden_models[layout], golden_texts[number])
        uncond, cond = reference.next_logits(golden_models[layout], told["tf_rows"].astype(np.int64), texts)
        for row in rows:
            assert largest_difference(uncond[row], told[f"t{number}_uncond_{row}"]) < CLOSE
            assert largest_difference(cond[row], told[f"t{number}_cond_{row}"]) < CLOSE


def test_logits_of_generation_a_rotate_in_cross_attention(golden: Path, golden_texts: list[str], golden_models: Models) -> None:
    told, rows = vectors(golden, "legacy"), vectors(golden, "logits")["tf_rows"].astype(np.int64)
    model = golden_models["legacy"]
    uncond, cond = reference.next_logits(model, rows, reference.text_states(model, golden_texts[1]))
    for row in (0, 7, 23):
        assert largest_difference(uncond[row], told[f"t1_uncond_{row}"]) < CLOSE
        assert largest_difference(cond[row], told[f"t1_cond_{row}"]) < CLOSE


def test_guided_and_filtered_logits(golden: Path) -> None:
    told = vectors(golden, "logits")
    for row in (7, 23):
        cond, uncond = (torch.from_numpy(told[f"t1_{kind}_{row}"]) for kind in ("cond", "uncond"))
        assert largest_difference(sampling.guide(cond, uncond, 3.0), told[f"t1_cfg3_{row}"]) < CLOSE
        ours = sampling.filtered(cond, uncond, Params(cfg_scale=3.0, cfg_filter_top_k=45), eos=1024).numpy()
        np.testing.assert_array_equal(np.isneginf(ours), np.isneginf(told[f"t1_filtered45_{row}"]))
        kept = np.isfinite(ours)
        np.testing.assert_array_equal(ours[kept], told[f"t1_filtered45_{row}"][kept])


@pytest.mark.parametrize("number", range(7))
def test_distributions_and_draws(golden: Path, number: int) -> None:
    told = vectors(golden, "sampling")
    setting = json.loads((golden / "sampling.json").read_text(encoding="utf-8"))[number]
    params = Params(setting["temperature"], setting["top_p"], cfg_filter_top_k=setting["top_k"])
    chances = sampling.probabilities(torch.from_numpy(told["logits"]), params, 1024, eos_alone=True)
    wanted = told[f"probs_{number}"]
    tie = 4  # all values equal: which of them are kept is nobody's promise, how many is
    assert np.count_nonzero(chances[tie]) == np.count_nonzero(wanted[tie])
    clear = [row for row in range(len(wanted)) if row != tie]
    np.testing.assert_allclose(chances[clear].numpy(), wanted[clear], atol=1e-6)
    noise = sampling.noise(*chances.shape, torch.Generator().manual_seed(setting["seed"]))
    np.testing.assert_array_equal(sampling.draw(chances, noise)[clear], told[f"token_{number}"][clear])


@pytest.mark.parametrize("tag", quick_and_slow(FULL))
def test_codes_with_the_full_prefix(golden: Path, golden_texts: list[str], golden_models: Models, tag: str) -> None:
    assert_same_codes(golden_models["transformers"], golden, golden_texts, "generate_fulldelay", tag, as_original=False)


@pytest.mark.parametrize("tag", quick_and_slow(ORIGINAL))
def test_codes_of_the_original_with_its_faults(golden: Path, golden_texts: list[str], golden_models: Models, tag: str) -> None:
    assert_same_codes(golden_models["original"], golden, golden_texts, "generate", tag, as_original=True)


@pytest.mark.parametrize("tag", quick_and_slow(LEGACY))
def test_codes_of_generation_a(golden: Path, golden_texts: list[str], golden_models: Models, tag: str) -> None:
    assert_same_codes(golden_models["legacy"], golden, golden_texts, "legacy", tag, as_original=True)


def test_every_recorded_generation_is_tested(golden: Path) -> None:
    for name, tags in (("generate_fulldelay", FULL), ("generate", ORIGINAL), ("legacy", LEGACY)):
        assert set(json.loads((golden / f"{name}.json").read_text(encoding="utf-8"))) == set(tags)
