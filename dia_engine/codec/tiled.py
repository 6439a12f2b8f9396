"""The DAC network as it is run: what `dac.Dac` computes, in tiles that stay in the processor's cache, channels last.

A stage's tensors pass 30 MB per second of audio, and an operation on one that does not stay in the cache costs ten times
what it costs there. So each stage goes over its input in tiles with as many positions on each side as it sees.
Convolutions that change the rate are one product each, of two neighbouring positions with the samples between them, or of
two neighbouring groups of samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, embedding_bag, linear, normalize, pad

from dia_engine.codec.chunks import UNITS, down_reach, up_reach, windows
from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import KERNEL, Dac, Quantizer, ResidualUnit, Snake, Stage

TILE = 4096  # samples, at the finer of a stage's two rates: 1.5 MB in the last stage, 12 MB in the first but long enough
WHOLE = 1 << 40  # samples, for devices that have no cache to stay in
Run = Callable[[Tensor], Tensor]  # [B, L, C] -> [B, M, D]


class _Section(NamedTuple):
    """Some layers in a row, that turn `before` positions into `after`, and see `reach` such groups on each side."""

    run: Run
    before: int
    after: int
    reach: int
    tile: int


class Tiled:
    """Encoder and quantiser run in float32 always: a voice has the same codes whatever the decoder runs in.

    In bfloat16 the decoder's products are rounded and its residual stream is not, which keeps the noise where it would be
    with a last stage in float32 (35 dB below the sound in a full-size codec with random weights).
    """

    def __init__(self, config: DacConfig, network: Dac, dtype: torch.dtype, tile: int = TILE) -> None:
        self._books = _books(network.quantizer)
        self._table = torch.cat([table for _, _, _, table in self._books])
        self._encoder = _encoder(config, network.encoder.block, tile)
        self._decoder = _decoder(config, network.decoder.model, dtype, tile)

    def encode(self, pcm: Tensor) -> Tensor:
        """[B, 1, frames * hop] -> codes [B, codebooks, frames]."""
        rest = _through(self._encoder, pcm.transpose(1, 2))  # [B, frames, latent]
        found = []
        for weight, bias, entries, table in self._books:
            codes = (normalize(linear(rest, weight, bias), dim=-1) @ entries).argmax(dim=-1)
            rest = rest - table[codes]
            found.append(codes)
        return torch.stack(found, dim=1)

    def decode(self, codes: Tensor) -> Tensor:
        """[B, codebooks, frames] -> float32 [B, 1, frames * hop]."""
        batch, books, frames = codes.shape
        first = torch.arange(books, device=codes.device) * (len(self._table) // books)  # each codebook's rows in the table
        rows = (codes.transpose(1, 2) + first).reshape(-1, books)
        latent = embedding_bag(rows, self._table, mode="sum").view(batch, frames, -1)
        return _through(self._decoder, latent).transpose(1, 2)


def _books(quantizer: Quantizer) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """For each codebook the projection in, the entries to look among, and what each entry is as a latent [size, latent]."""
    found = []
    for book in quantizer.books:
        table = linear(book.codebook.weight, book.out_proj.weight[:, :, 0], book.out_proj.bias)
        into = book.in_proj
        found.append((into.weight[:, :, 0].contiguous(), _bias(into), normalize(book.codebook.weight, dim=-1).T, table))
    return found


def _encoder(config: DacConfig, parts: nn.Sequential, tile: int) -> list[_Section]:
    exact = torch.float32
    sections, first = [], [_convolution(parts[0], exact)]
    for rate, stage in zip(config.encoder_rates, _stages(parts), strict=True):
        *units, snake, down = stage.block
        layers = [*first, *(_unit(unit, exact) for unit in units), _snake(snake, exact), _downward(down, exact)]
        reach = down_reach(rate, UNITS + (KERNEL // 2 if first else 0))
        sections.append(_Section(_chain(layers), rate, 1, reach, max(1, tile // rate)))
        first = []
    last = _chain([_snake(parts[-2], exact), _convolution(parts[-1], exact)])
    return [*sections, _Section(last, 1, 1, 1, tile)]


def _decoder(config: DacConfig, parts: nn.Sequential, dtype: torch.dtype, tile: int) -> list[_Section]:
    exact = torch.float32
    sections = [_Section(_chain([_product(parts[0], dtype), _to(exact)]), 1, 1, KERNEL // 2, tile)]
    ends = [_snake(parts[-3], exact), _convolution(parts[-2], exact), torch.tanh]
    for number, (rate, stage) in enumerate(zip(config.decoder_rates, _stages(parts), strict=True), start=1):
        snake, up, *units = stage.block
        is_last = number == len(config.decoder_rates)
        layers = [_snake(snake, dtype), _upward(up, dtype), _to(exact), *(_unit(unit, dtype) for unit in units)]
        reach = up_reach(rate, UNITS + (KERNEL // 2 if is_last else 0))
        sections.append(_Section(_chain(layers + ends if is_last else layers), 1, rate, reach, max(1, tile // rate)))
    return sections


def _stages(parts: nn.Sequential) -> list[Stage]:
    return [part for part in parts if isinstance(part, Stage)]


def _through(sections: list[_Section], x: Tensor) -> Tensor:
    """[B, L, C] -> [B, M, D], each section in tiles."""
    for run, before, after, reach, tile in sections:
        done = []
        for window in windows(x.shape[1] // before, tile, reach):
            y = run(x[:, window.low * before : window.high * before])
            low = (window.start - window.low) * after
            done.append(y[:, low : low + (window.stop - window.start) * after])
        x = done[0] if len(done) == 1 else torch.cat(done, dim=1)
    return x


def _chain(layers: list[Run]) -> Run:
    def run(x: Tensor) -> Tensor:
        for layer in layers:
            x = layer(x)
        return x

    return run


def _to(dtype: torch.dtype) -> Run:
    return lambda x: x.to(dtype)


def _snake(part: nn.Module, dtype: torch.dtype) -> Run:
    """In the dtype that comes, and then in `dtype`."""
    alpha = cast(Snake, part).alpha[0, :, 0]
    inverse = (alpha + 1e-9).reciprocal()
    in_dtype = {one: (alpha.to(one), inverse.to(one)) for one in (torch.float32, dtype)}

    def run(x: Tensor) -> Tensor:
        slope, scale = in_dtype[x.dtype]
        wave = (x * slope).sin_().square_()
        return torch.addcmul(x, wave, scale, out=wave).to(dtype)  # new memory is dearer than the arithmetic

    return run


def _unit(part: nn.Module, dtype: torch.dtype) -> Run:
    """What is added is computed in `dtype`; what it is added to stays as exact as it comes."""
    first, wide, second, narrow = cast(ResidualUnit, part).block
    branch = _chain([_snake(first, dtype), _convolution(wide, dtype), _snake(second, dtype), _convolution(narrow, dtype)])

    def run(x: Tensor) -> Tensor:
        added = branch(x)
        return added.add_(x) if added.dtype == x.dtype else added + x  # never into x, which neighbouring tiles see too

    return run


def _convolution(part: nn.Module, dtype: torch.dtype) -> Run:
    layer = cast(nn.Conv1d, part)
    weight = layer.weight[:, :, None].to(dtype, memory_format=torch.channels_last)  # [out, in, 1, kernel]
    bias = _bias(layer).to(dtype)
    stride, padding, dilation = (1, layer.stride[0]), (0, int(layer.padding[0])), (1, layer.dilation[0])

    def run(x: Tensor) -> Tensor:
        image = x.transpose(1, 2)[:, :, None]  # [B, C, 1, L], as it lies in memory channels last
        return conv2d(image, weight, bias, stride, padding, dilation)[:, :, 0].transpose(1, 2)

    return run


def _product(part: nn.Module, dtype: torch.dtype) -> Run:
    """A convolution as one matrix product, many times faster where the positions are few and the channels many."""
    layer = cast(nn.Conv1d, part)
    out, channels, kernel = layer.weight.shape
    weight = layer.weight.permute(2, 1, 0).reshape(kernel * channels, out).to(dtype)
    bias = _bias(layer).to(dtype)

    def run(x: Tensor) -> Tensor:
        seen = pad(x.to(dtype), (0, 0, kernel // 2, kernel // 2)).unfold(1, kernel, 1)  # [B, L, C, kernel]
        rows = seen.transpose(2, 3).reshape(-1, kernel * channels)
        return torch.addmm(bias, rows, weight).view(len(x), -1, out)

    return run


def _upward(part: nn.Module, dtype: torch.dtype) -> Run:
    """A transposed convolution of twice its stride: the samples between two positions come of these two."""
    layer = cast(nn.ConvTranspose1d, part)
    channels, out, kernel = layer.weight.shape
    rate = kernel // 2
    taps = layer.weight.permute(2, 0, 1).view(2, rate, channels, out)  # of the later position, then of the earlier
    weight = taps.flip(0).transpose(1, 2).reshape(2 * channels, rate * out).to(dtype)
    bias = _bias(layer).to(dtype).repeat(rate)

    def run(x: Tensor) -> Tensor:
        length = x.shape[1]
        padded = pad(x, (0, 0, 1, 1))
        pairs = torch.cat([padded[:, :-1], padded[:, 1:]], dim=2)  # [B, L + 1, 2C]: the earlier, the later
        samples = torch.addmm(bias, pairs.view(-1, 2 * channels), weight).view(len(x), -1, out)
        return samples[:, rate // 2 : rate // 2 + length * rate]

    return run


def _downward(part: nn.Module, dtype: torch.dtype) -> Run:
    """A convolution of twice its stride: each position comes of two neighbouring groups of samples."""
    layer = cast(nn.Conv1d, part)
    out, channels, kernel = layer.weight.shape
    rate = kernel // 2
    weight = layer.weight.permute(2, 1, 0).reshape(kernel * channels, out).to(dtype)
    bias = _bias(layer).to(dtype)

    def run(x: Tensor) -> Tensor:
        groups = pad(x, (0, 0, rate // 2, rate // 2)).view(len(x), -1, rate * channels)
        pairs = torch.cat([groups[:, :-1], groups[:, 1:]], dim=2)
        return torch.addmm(bias, pairs.view(-1, kernel * channels), weight).view(len(x), -1, out)

    return run


def _bias(layer: nn.Conv1d | nn.ConvTranspose1d) -> Tensor:
    return cast(Tensor, layer.bias)
