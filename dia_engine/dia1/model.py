"""The network of Dia-1.6B: text in, a state per byte out; rows of codes in, logits of the next row out. No cache, no loop."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dia_engine.dia1.config import Config, Tower
from dia_engine.layers import MLP, Attention, RMSNorm, rotary_angles


class EncoderLayer(nn.Module):
    def __init__(self, size: Tower) -> None:
        super().__init__()
        self.pre_sa_norm = RMSNorm(size.width, size.eps)
        self.self_attention = Attention(size.width, size.width, size.heads, size.kv_heads, size.head_dim)
        self.post_sa_norm = RMSNorm(size.width, size.eps)
        self.mlp = MLP(size.width, size.hidden)

    def forward(self, x: Tensor, angles: Tensor) -> Tensor:
        normed = self.pre_sa_norm(x)
        x = x + self.self_attention(
            self.self_attention.queries(normed, angles), *self.self_attention.keys_values(normed, angles)
        )
        out: Tensor = x + self.mlp(self.post_sa_norm(x))
        return out


class DecoderLayer(nn.Module):
    def __init__(self, size: Tower, source_width: int) -> None:
        super().__init__()
        self.pre_sa_norm = RMSNorm(size.width, size.eps)
        self.self_attention = Attention(size.width, size.width, size.heads, size.kv_heads, size.head_dim)
        self.pre_ca_norm = RMSNorm(size.width, size.eps)
        self.cross_attention = Attention(size.width, source_width, size.cross_heads, size.cross_kv_heads, size.cross_head_dim)
        self.pre_mlp_norm = RMSNorm(size.width, size.eps)
        self.mlp = MLP(size.width, size.hidden)

    def forward(self, x: Tensor, angles: Tensor, text: Tensor, cross: tuple[Tensor, Tensor] | tuple[None, None]) -> Tensor:
        """`cross` holds the angles of queries and keys in cross attention, or None for both: no rotation there."""
        normed = self.pre_sa_norm(x)
        own = self.self_attention
        x = x + own(own.queries(normed, angles), *own.keys_values(normed, angles), causal=True)
        other = self.cross_attention
        x = x + other(other.queries(self.pre_ca_norm(x), cross[0]), *other.keys_values(text, cross[1]))
        out: Tensor = x + self.mlp(self.pre_mlp_norm(x))
        return out


class Encoder(nn.Module):
    def __init__(self, size: Tower) -> None:
        super().__init__()
        self.size = size
        self.embedding = nn.Embedding(size.vocabulary, size.width)
        self.layers = nn.ModuleList(EncoderLayer(size) for _ in range(size.layers))
        self.norm = RMSNorm(size.width, size.eps)

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, L], all of them real bytes -> states [B, L, E]."""
        angles = rotary_angles(torch.arange(ids.shape[1], device=ids.device), self.size.head_dim, self.size.theta)
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, angles)
        out: Tensor = self.norm(x)
        return out


class ChannelEmbedding(nn.Module):
    """One table per channel, stacked: the row of id i in channel c is c * vocabulary + i."""

    def __init__(self, channels: int, vocabulary: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(channels * vocabulary, width)
        self.channels, self.vocabulary = channels, vocabulary

    def forward(self, rows: Tensor) -> Tensor:
        """rows [B, T, C] -> [B, T, D], summed channel by channel as the original sums, which matters in 16 bits."""
        offsets = torch.arange(self.channels, device=rows.device) * self.vocabulary
        parts = self.embed(rows + offsets).unbind(2)
        x: Tensor = parts[0]
        for part in parts[1:]:
            x = x + part
        return x


class Decoder(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.size, self.cross_rope = config.decoder, config.cross_rope
        self.embeddings = ChannelEmbedding(config.channels, self.size.vocabulary, self.size.width)
        self.layers = nn.ModuleList(DecoderLayer(self.size, config.encoder.width) for _ in range(self.size.layers))
        self.norm = RMSNorm(self.size.width, self.size.eps)

    def forward(self, rows: Tensor, text: Tensor) -> Tensor:
        """rows [B, T, C] from row 0 on, text states [B, L, E] -> states [B, T, D]."""
        row_positions = torch.arange(rows.shape[1], device=rows.device)
        angles = rotary_angles(row_positions, self.size.head_dim, self.size.theta)
        cross: tuple[Tensor, Tensor] | tuple[None, None] = (None, None)
        if self.cross_rope:
            byte_positions = torch.arange(text.shape[1], device=rows.device)
            dim, theta = self.size.cross_head_dim, self.size.theta
            cross = rotary_angles(row_positions, dim, theta), rotary_angles(byte_positions, dim, theta)
        x = self.embeddings(rows)
        for layer in self.layers:
            x = layer(x, angles, text, cross)
        out: Tensor = self.norm(x)
        return out


class Dia1(nn.Module):
    """The whole network. Parameter names are those of the transformers layout without its leading `model.`."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config.encoder)
        self.decoder = Decoder(config)
        self.logits_dense = nn.Linear(config.decoder.width, config.channels * config.decoder.vocabulary, bias=False)

    def encode(self, ids: Tensor) -> Tensor:
        """Text ids [B, L] -> states [B, L, E]."""
        out: Tensor = self.encoder(ids)
        return out

    def decode(self, rows: Tensor, text: Tensor) -> Tensor:
        """Rows [B, T, C] from row 0 on -> states [B, T, D]; the state of row t is what row t + 1 is read from."""
        out: Tensor = self.decoder(rows, text)
        return out

    def logits(self, states: Tensor) -> Tensor:
        """States [..., D] -> logits [..., C, V] in float32."""
        out: Tensor = self.logits_dense(states)
        return out.view(*out.shape[:-1], self.config.channels, -1).float()

    @property
    def device(self) -> torch.device:
        return self.logits_dense.weight.device


def skeleton(config: Config) -> Dia1:
    """The network without memory for its weights (meta device): what names and shapes a checkpoint must have."""
    with torch.device("meta"):
        return Dia1(config).requires_grad_(False).eval()
