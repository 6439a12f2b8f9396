"""The parts that all Dia networks are made of. Weights are [out, in]; nothing has a bias; states stay in the compute dtype."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

UNSHARED = 1 << 16  # values of gate and up: torch gives a thread at least half as many results


class RMSNorm(nn.Module):
    """x / sqrt(mean(x²) + eps) * weight, in float32 whatever the compute dtype."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), x.shape[-1:], self.weight.float(), self.eps).to(x.dtype)


class Attention(nn.Module):
    """Projections of one attention. The scale is 1, not 1/sqrt(head_dim): the model was trained so."""

    def __init__(self, width: int, source_width: int, heads: int, kv_heads: int, head_dim: int) -> None:
        super().__init__()
        self.q_proj = nn.Linear(width, heads * head_dim, bias=False)
        self.k_proj = nn.Linear(source_width, kv_heads * head_dim, bias=False)
        self.v_proj = nn.Linear(source_width, kv_heads * head_dim, bias=False)
        self.o_proj = nn.Linear(heads * head_dim, width, bias=False)
        self.head_dim = head_dim

    def queries(self, x: Tensor, angles: Tensor | None) -> Tensor:
        """x [B, T, D] -> [B, H, T, d], rotated if there are angles."""
        return rotate(self._heads(self.q_proj(x)), angles)

    def keys_values(self, source: Tensor, angles: Tensor | None) -> tuple[Tensor, Tensor]:
        """source [B, S, D] -> two times [B, KV, S, d]; values are never rotated."""
        return rotate(self._heads(self.k_proj(source)), angles), self._heads(self.v_proj(source))

    def forward(self, q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False) -> Tensor:
        """q [B, H, T, d] over k, v [B, KV, S, d] -> [B, T, D]. Query head h reads kv head h // (H / KV)."""
        repeats = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(repeats, 1), v.repeat_interleave(repeats, 1)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=1.0)
        out: Tensor = self.o_proj(seen.transpose(1, 2).flatten(2))
        return out

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], -1, self.head_dim).transpose(1, 2)


class MLP(nn.Module):
    """down(silu(gate) * up), gate and up in one matrix: gate's rows first."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_up_proj = nn.Linear(width, 2 * hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.gate_up_proj(x).chunk(2, -1)
        out: Tensor = self.down_proj(F.silu(gate) * up)
        return out


def gated(rows: Tensor) -> Tensor:
    """silu(gate) * up of rows [M, 2 * hidden], gate first.

    A CPU computes the last values of a thread's share in another way, and a long tensor is shared out in the middle of rows;
    so it goes piece by piece there, none long enough to be shared out.
    """
    most = max(UNSHARED // rows.shape[1], 1) if rows.device.type == "cpu" else max(len(rows), 1)
    pieces = [F.silu(gate) * up for gate, up in (piece.chunk(2, -1) for piece in torch.split(rows, most))]
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)


def rotary_angles(positions: Tensor, head_dim: int, theta: float) -> Tensor:
    """positions [T] -> angles [T, d/2] in float32: position / theta^(2i/d)."""
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32, device=positions.device) / head_dim
    return positions.float()[:, None] / theta**exponents


def turns(positions: int, head_dim: int, theta: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the angles of every position, each [positions, d/2] in float32."""
    angles = rotary_angles(torch.arange(positions, device=device), head_dim, theta)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, angles: Tensor | None) -> Tensor:
    """Rotate x [B, H, T, d] by angles [T, d/2], in float32; element i pairs with i + d/2. None leaves it as it is."""
    if angles is None:
        return x
    first, second = x.float().chunk(2, -1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1).to(x.dtype)
