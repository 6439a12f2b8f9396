"""Products of rows with weights: the one place where weights are read, and so where the time goes.

`plain` is the slow, obvious twin of `packed`: the same numbers to the bit, or `packed` is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

Product = Callable[[Tensor], Tensor]  # rows [M, in] -> [M, out]
LEAST_ROWS = 4  # the packed kernels read memory faster for four rows than for one or two


def plain(weight: Tensor) -> Product:
    """x -> x W^T for W [out, in]."""
    if weight.device.type != "cpu":
        return lambda rows: F.linear(rows, weight)
    # On a CPU a single row has a kernel of its own, which sums in another order.
    return lambda rows: F.linear(F.pad(rows, (0, 0, 0, 1)), weight)[:1] if len(rows) == 1 else F.linear(rows, weight)


def packed(weight: Tensor, rows: int) -> Product:
    """The same with the weight laid out as oneDNN's kernels for about so many `rows` read it: a copy, the weight can go.

    Fewer rows than `LEAST_ROWS` are padded, so the count of rows decides nothing but the time.
    """
    laid_out = _mkldnn()._reorder_linear_weight(weight, max(rows, LEAST_ROWS))
    pointwise = _mkldnn()._linear_pointwise

    def product(x: Tensor) -> Tensor:
        count = len(x)
        if count < LEAST_ROWS:
            x = F.pad(x, (0, 0, 0, LEAST_ROWS - count))
        out: Tensor = pointwise(x, laid_out, None, "none", [], "")
        return out[:count]

    return product


def can_pack(dtype: torch.dtype, device: torch.device) -> bool:
    """Whether this torch packs weights of this kind and then gives the same numbers. False where packing does not pay."""
    if dtype != torch.bfloat16 or device.type != "cpu" or not _mkldnn_there():
        return False
    try:
        weight = torch.arange(192 * 512, device=device).sin().view(192, 512).to(dtype)
        rows = torch.arange(5 * 512, device=device).cos().view(5, 512).to(dtype)
        ours, plains = packed(weight, 5), plain(weight)
        return all(torch.equal(ours(rows[:count]), plains(rows[:count])) for count in (1, 2, 5))
    except (AttributeError, RuntimeError):  # the operators are torch's own inner ones: another version may not have them
        return False


def in_blocks(product: Product, rows: Tensor, size: int) -> Tensor:
    """A product over rows [M, in] of several segments, `size` at a time, the last ones padded.

    What a row gives may follow the shape of the product it is in; so that shape is always the same.
    """
    count = len(rows)
    padded = F.pad(rows, (0, 0, 0, -count % size))
    return torch.cat([product(block) for block in torch.split(padded, size)])[:count]


def _mkldnn_there() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


def _mkldnn() -> Any:
    return torch.ops.mkldnn
