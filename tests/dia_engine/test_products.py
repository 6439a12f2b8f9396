"""Products are the same to the bit however their weights are laid out and whatever other rows are beside."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dia_engine import products
from dia_engine.layers import gated

CPU = torch.device("cpu")
COUNTS = (1, 2, 3, 4, 5, 10, 33, 64)


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


@pytest.fixture
def packing() -> None:
    if not products.can_pack(torch.bfloat16, CPU):
        pytest.skip("this torch or this processor packs no weights")


@pytest.mark.usefixtures("packing")
@pytest.mark.parametrize("shape", [(64, 96), (24, 16), (192, 512), (1028, 250)])
def test_packed_products_are_the_plain_ones_to_the_bit_for_any_count_of_rows(shape: tuple[int, int]) -> None:
    weight = random(*shape, seed=1)
    plain = products.plain(weight)
    for made_for in (2, 8, 32):
        packed = products.packed(weight, made_for)
        for count in COUNTS:
            rows = random(count, shape[1], seed=count)
            assert torch.equal(packed(rows), plain(rows))
            assert packed(rows).shape == (count, shape[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_row_gives_the_same_at_any_place_and_beside_any_rows(dtype: torch.dtype) -> None:
    weight = random(192, 512, dtype=dtype)
    made = [products.plain(weight)]
    if products.can_pack(dtype, CPU):
        made.append(products.packed(weight, 8))
    row = random(1, 512, seed=2, dtype=dtype)
    for product in made:
        for count in COUNTS[1:]:
            rows = random(count, 512, seed=3, dtype=dtype)
            given = []
            for place in range(count):
                rows[place] = row[0]
                given.append(product(rows)[place])
            assert all(torch.equal(given[0], other) for other in given)


def test_a_product_is_that_of_the_matrix() -> None:
    weight, rows = random(40, 30, dtype=torch.float32), random(7, 30, seed=1, dtype=torch.float32)
    assert torch.allclose(products.plain(weight)(rows), rows @ weight.T, atol=1e-5)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_in_blocks_every_product_has_the_same_shape_and_neighbours_change_nothing(count: int) -> None:
    plain, shapes = products.plain(random(48, 32)), []

    def product(rows: Tensor) -> Tensor:
        shapes.append(tuple(rows.shape))
        return plain(rows)

    rows = random(count, 32, seed=count)
    whole = products.in_blocks(product, rows, 64)
    assert whole.shape == (count, 48)
    assert set(shapes) == {(64, 32)}
    last = products.in_blocks(product, rows[-1:], 64)
    assert torch.equal(last, whole[-1:])


def test_there_is_no_packing_where_it_does_not_pay_or_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not products.can_pack(torch.float32, CPU)
    assert not products.can_pack(torch.float16, CPU)
    assert not products.can_pack(torch.bfloat16, torch.device("meta"))
    monkeypatch.setattr(products, "packed", lambda weight, rows: lambda x: products.plain(weight)(x) + 2**-8)
    assert not products.can_pack(torch.bfloat16, CPU)  # other numbers
    monkeypatch.setattr(products, "packed", lambda *_: (_ for _ in ()).throw(AttributeError("no such operator")))
    assert not products.can_pack(torch.bfloat16, CPU)
    monkeypatch.setattr(products, "_mkldnn_there", lambda: False)
    assert not products.can_pack(torch.bfloat16, CPU)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_gate_gives_a_row_the_same_wherever_it_stands(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)  # three share out tensors in the middle of rows
    try:
        row = random(1, 2 * 8192, dtype=torch.float32)
        out = gated(row.repeat(32, 1))
    finally:
        torch.set_num_threads(before)
    gate, up = row.chunk(2, -1)
    assert torch.equal(out, out[:1].expand_as(out))
    assert torch.allclose(out[:1], torch.nn.functional.silu(gate) * up)
