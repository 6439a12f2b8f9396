"""Matrices in 8 bits: half the memory of 16, at the cost of exact numbers. Only on demand; no choice made for a user takes it.

Each row of a matrix is whole numbers from -127 to 127 and one scale in float32; rows of input stay as they are.

On a CPU it saves memory and no time. Measured with a matrix of 16384 x 2048 on one thread of a processor with AVX-512 that
others used too (best of 12, torch 2.13): for 2 rows 0.95 of the speed of packed bfloat16, for 8 rows 0.5; without torch's
kernel for it a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from dia_engine.dia1.config import Config
from dia_engine.dia1.model import skeleton
from dia_engine.products import Product

LARGEST = 127
SCALE_BYTES = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """What quantizing changes in logits: the error's length by that of the logits, and how often the best id is the same."""

    relative_error: float
    same_choices: float


def quantize(weight: Tensor) -> Product:
    """x -> x W^T for W [out, in] kept in 8 bits: a copy, the weight can go."""
    numbers, scales = rounded(weight)
    if _has_kernel(weight.dtype, weight.device):
        ones = torch.ones_like(scales, dtype=weight.dtype)  # the kernel would take scales in 16 bits only
        return lambda rows: (torch._weight_int8pack_mm(rows.contiguous(), numbers, ones).float() * scales).to(rows.dtype)
    return lambda rows: (F.linear(rows, numbers.to(rows.dtype)).float() * scales).to(rows.dtype)


def rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers int8 [out, in] and scales float32 [out] whose product is nearest to a matrix. Rows of zeros stay so."""
    scales = weight.abs().amax(1).float() / LARGEST
    scales = torch.where(scales > 0, scales, torch.ones_like(scales))
    numbers = torch.empty(weight.shape, dtype=torch.int8, device=weight.device)
    for part, own, scale in zip(*(torch.split(each, 1024) for each in (weight, numbers, scales)), strict=True):
        own.copy_((part.float() / scale[:, None]).round_().clamp_(-LARGEST, LARGEST))  # never a whole matrix in float32
    return numbers, scales


def saved_bytes(config: Config, dtype: torch.dtype) -> int:
    """How many bytes less the matrices of a network take. Tables of embeddings stay as they are."""
    shapes = [v.shape for name, v in skeleton(config).state_dict().items() if v.ndim == 2 and "embed" not in name]
    return sum(rows * columns * (dtype.itemsize - 1) - rows * SCALE_BYTES for rows, columns in shapes)


def difference(exact: Tensor, quantized: Tensor, eos: int) -> Difference:
    """Compare logits [..., C, V] of the same rows. Ids beyond `eos` are never chosen."""
    error = torch.linalg.vector_norm(quantized - exact) / torch.linalg.vector_norm(exact)
    best = [logits[..., : eos + 1].argmax(-1) for logits in (exact, quantized)]
    return Difference(float(error), float((best[0] == best[1]).double().mean()))


def _has_kernel(dtype: torch.dtype, device: torch.device) -> bool:
    """Whether this torch has a product of its own for such weights here, and it computes what it should."""
    if device.type != "cpu" or dtype not in (torch.float32, torch.bfloat16):  # float16 cannot hold sums of so large numbers
        return False
    numbers = torch.arange(64 * 96, device=device).remainder(255).sub(LARGEST).to(torch.int8).view(64, 96)
    rows = torch.linspace(-1, 1, 3 * 96, device=device).view(3, 96).to(dtype)
    wanted = F.linear(rows.float(), numbers.float())
    try:
        got = torch._weight_int8pack_mm(rows, numbers, torch.ones(64, dtype=dtype, device=device)).float()
    except (AttributeError, RuntimeError):  # an inner operator: another version may not have it
        return False
    return torch.allclose(got, wanted, rtol=0.02, atol=0.02 * float(wanted.abs().max()))
