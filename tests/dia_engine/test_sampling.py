import numpy as np
import pytest
import torch

from dia_engine import sampling
from dia_engine.dia1.config import Config
from dia_engine.params import Params

EOS, VOCABULARY = 1024, 1028


def logits(**values: float) -> torch.Tensor:
    """[9, 1028], zero but for channel 0's values at the ids named `_7=…`."""
    out = torch.zeros(9, VOCABULARY)
    for name, value in values.items():
        out[0, int(name[1:])] = value
    return out


def test_eos_is_never_drawn_by_chance() -> None:
    near = logits(_5=3.0, _1024=2.99)
    for alone in (True, False):
        chances = sampling.probabilities(near, Params(top_p=1.0), EOS, eos_alone=alone)
        assert chances[0, EOS] == 0


def test_where_eos_is_likeliest_generation_b_ends_and_generation_a_may_go_on() -> None:
    ended = sampling.keep_speakable(logits(_5=2.9, _1024=3.0), EOS)
    assert sampling.probabilities(ended, Params(), EOS, eos_alone=True)[0, EOS] == 1
    assert 0 < sampling.probabilities(ended, Params(), EOS, eos_alone=False)[0, EOS] < 1


def test_only_the_first_channel_can_end_and_no_channel_says_pad_or_bos() -> None:
    kept = sampling.keep_speakable(torch.ones(2, 9, VOCABULARY), EOS)
    assert torch.isfinite(kept[:, 0]).sum() == 2 * 1025
    assert torch.isfinite(kept[:, 1:]).sum() == 2 * 8 * 1024


def test_a_filter_that_keeps_nothing_speakable_falls_back_to_the_best_speakable_id() -> None:
    cond = torch.zeros(9, VOCABULARY)
    cond[:, 1026] = 9.0  # BOS takes the only place
    cond[:, 77] = 1.0
    for params in (Params(cfg_filter_top_k=1), Params(cfg_filter_top_k=1, temperature=0.0)):
        chosen = sampling.filtered(cond, torch.zeros_like(cond), params, EOS)
        assert (chosen.argmax(-1) == 77).all()
        assert torch.isfinite(sampling.probabilities(chosen, Params(), EOS, eos_alone=True)).all()


def test_guidance_picks_and_conditional_logits_weigh_in_generation_b_guided_ones_in_a() -> None:
    cond, uncond = logits(_1=1.0, _2=0.9), logits(_1=1.0, _2=0.1)
    params = Params(cfg_scale=3.0, cfg_filter_top_k=2)
    assert sampling.choosable(cond, uncond, params, Config("B"))[0, 2] == pytest.approx(0.9)
    assert sampling.choosable(cond, uncond, params, Config("A"))[0, 2] == pytest.approx(0.9 + 3 * 0.8)


@pytest.mark.parametrize(("value", "scaled"), [(2.0, 1.6), (-2.0, -1.6)])
def test_generation_a_multiplies_the_logit_of_eos(value: float, scaled: float) -> None:
    cond = logits(_1024=value)
    assert sampling.choosable(cond, cond, Params(), Config("A"))[0, EOS] == pytest.approx(scaled)
    assert sampling.plain(cond, cond, Params(), EOS, 1.0)[0, EOS] == pytest.approx(value)


def test_top_p_keeps_the_id_that_crosses_and_always_the_best() -> None:
    row = torch.log(torch.tensor([0.1, 0.4, 0.3, 0.2]))
    assert torch.isfinite(sampling.keep_top_p(row, 0.5)).tolist() == [False, True, True, False]
    assert torch.isfinite(sampling.keep_top_p(row, 0.0)).tolist() == [False, True, False, False]
    assert torch.isfinite(sampling.keep_top_p(row, 1.0)).all()


def test_scale_zero_is_the_conditional_logits() -> None:
    cond, uncond = torch.randn(2, 9, VOCABULARY, generator=torch.Generator().manual_seed(1))
    assert torch.equal(sampling.guide(cond, uncond, 0.0), cond)


def test_a_draw_is_torchs_multinomial_and_follows_the_distribution() -> None:
    chances = torch.softmax(torch.randn(18, VOCABULARY, generator=torch.Generator().manual_seed(3)), -1)
    ours, theirs = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    for _ in range(5):
        drawn = sampling.draw(chances, sampling.noise(18, VOCABULARY, ours))
        assert torch.equal(drawn, torch.multinomial(chances, 1, generator=theirs)[:, 0])
    coin = torch.tensor([[0.25, 0.75]]).expand(4000, 2)
    heads = sampling.draw(coin, sampling.noise(4000, 2, ours)).float().mean()
    assert float(heads) == pytest.approx(0.75, abs=0.03)


def test_what_is_no_code_becomes_code_zero() -> None:
    assert sampling.valid(np.array([-1, 0, 1023, 1024, 1026])).tolist() == [0, 0, 1023, 0, 0]
