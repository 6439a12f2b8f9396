"""Random numbers by counting: SplitMix64 as written down by its authors, and fit to draw codes with."""

from __future__ import annotations

import math

import pytest
import torch

from dia_engine import counter

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def split_mix(seed: int, place: int) -> int:
    """The output number `place` of the generator that starts in `seed`, in Python's whole numbers."""
    return mix((seed + GAMMA * (place + 1)) & MASK)


def drawn(seed: int, places: int) -> torch.Tensor:
    return counter.exponential(torch.tensor(seed), torch.arange(places))


def correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack((one, other)))[0, 1])


def test_the_whole_numbers_are_those_that_other_implementations_publish() -> None:
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]  # seed 0, as Java gives them
    assert [split_mix(0, place) for place in range(4)] == published


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**63 - 1])
@pytest.mark.parametrize("place", [0, 1, 1027, 9252, 28_421_145])
def test_each_number_is_the_logarithm_of_split_mix_at_its_place(seed: int, place: int) -> None:
    bits = split_mix(split_mix(seed, 0), place) >> 40
    ours = counter.exponential(torch.tensor(seed), torch.tensor([place]))
    assert ours.dtype == torch.float32
    assert float(ours[0]) == pytest.approx(-math.log((bits + 0.5) / 2**24), rel=1e-4, abs=6e-8)


def test_no_number_is_zero_nor_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    for bits in (0, -1):  # all of them clear, all of them set
        monkeypatch.setattr(counter, "_mixed", lambda x, bits=bits: torch.full_like(x, bits))
        number = float(counter.exponential(torch.tensor(0), torch.tensor([0]))[0])
        assert 0 < number < 20


def test_the_distribution_is_exponential_with_mean_one() -> None:
    numbers = torch.cat([drawn(seed, 50_000) for seed in range(4)]).double()
    assert float(numbers.mean()) == pytest.approx(1, abs=0.01)
    assert float(numbers.var()) == pytest.approx(1, abs=0.03)
    for chance in (0.01, 0.25, 0.5, 0.99):
        assert float((numbers < -math.log(1 - chance)).double().mean()) == pytest.approx(chance, abs=0.005)


def test_neighbouring_seeds_and_places_have_nothing_to_do_with_each_other() -> None:
    one, other, far = drawn(7, 50_000), drawn(8, 50_000), drawn(7 + (1 << 40), 50_000)
    for a, b in ((one, other), (one, far), (one[1:], one[:-1]), (one[1028:], one[:-1028]), (one[1:], other[:-1])):
        assert abs(correlation(a, b)) < 0.02
    firsts = counter.exponential(torch.arange(50_000), torch.tensor(0))
    assert abs(correlation(firsts[1:], firsts[:-1])) < 0.02
    assert float(firsts.mean()) == pytest.approx(1, abs=0.02)


def test_a_number_depends_on_its_place_and_not_on_what_is_asked_for_with_it() -> None:
    whole = drawn(5, 9252)
    assert torch.equal(whole[1000:1033], counter.exponential(torch.tensor(5), torch.arange(1000, 1033)))
    two = counter.exponential(torch.tensor([[5], [6]]), torch.arange(40).expand(2, -1))
    assert torch.equal(two, torch.stack((drawn(5, 40), drawn(6, 40))))
