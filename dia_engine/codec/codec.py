"""What callers have of the codec: checked codes and waves in, bounded windows through the network, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dia_engine.codec import weights
from dia_engine.codec.chunks import CONTEXT, decoder_reach, encoder_reach, stream, windows
from dia_engine.codec.config import DacConfig
from dia_engine.errors import BadRequest, memory_errors
from dia_engine.params import Codes

Pcm = NDArray[np.float32]  # [samples], mono, full scale at ±1
DECODE_FRAMES = 512  # about 6 s at once: the last layers hold 17 MB per second of audio, several times over
ENCODE_FRAMES = 1024  # 11 MB per second in the first layers
LOUDEST = 8.0  # floats may pass full scale a little; integers that were only cast to float pass this


class Network(Protocol):
    """Tensors in, tensors out; `Dac` is one, the descript-audio-codec package behind `descript.py` another."""

    def encode(self, pcm: Tensor) -> Tensor: ...

    def decode(self, codes: Tensor) -> Tensor: ...


class Codec:
    """A loaded codec. Holds no state between calls; one thread at a time.

    All memory a call takes beside its result is bounded, whatever the length. In float32 the windows give what the
    whole gives, up to rounding: a frame sees `context` frames on each side and no further.
    """

    def __init__(self, config: DacConfig, network: Network, device: torch.device) -> None:
        self._config = config
        self._network = network
        self._device = device
        self.context = decoder_reach(config)
        self._encoder_context = encoder_reach(config)

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        return self._config.sample_rate

    @property
    def hop(self) -> int:
        """Samples per frame."""
        return self._config.hop

    @property
    def codebooks(self) -> int:
        """Codes per frame."""
        return self._config.codebooks

    def encode(self, pcm: Pcm) -> Codes:
        """Codes [frames, codebooks] of mono floats [samples] at `sample_rate`; the last frame is filled up with silence."""
        wave = _checked_pcm(pcm)
        frames = -(-len(wave) // self.hop)
        wave = np.pad(wave, (0, frames * self.hop - len(wave)))
        parts = []
        for window in windows(frames, ENCODE_FRAMES, self._encoder_context):
            piece = torch.from_numpy(wave[window.low * self.hop : window.high * self.hop])[None, None]  # [1, 1, n]
            codes = self._run(self._network.encode, piece)[0].T.numpy()
            parts.append(codes[window.start - window.low : window.stop - window.low])
        return np.concatenate(parts).astype(np.int16)

    def decode(self, codes: Codes) -> Pcm:
        """Floats [frames * hop] of codes [frames, codebooks]."""
        pcm: Pcm = self._decode(self._checked_codes(codes, 2)[None])[0]
        return pcm

    def decode_batch(self, codes: Codes) -> Pcm:
        """Floats [batch, frames * hop] of codes [batch, frames, codebooks].

        All of one length: the codec looks both ways, so padding would change the end of the shorter ones.
        """
        return self._decode(self._checked_codes(codes, 3))

    def decode_chunks(self, pieces: Iterable[Codes], context: int = CONTEXT) -> Iterator[Pcm]:
        """Samples of codes that come in pieces [frames, codebooks] of any lengths; together what `decode` gives for the whole.

        Samples follow `context` frames behind the codes. Each piece costs its own frames and twice `context` more, so
        pieces of 40 frames and more are cheap. A `context` below `self.context` is quicker to answer and not exact.
        """
        if isinstance(context, bool) or not isinstance(context, int) or context < 0:
            raise BadRequest(f"The context is {context!r} frames", todo=f"use {self.context}")
        checked = (self._checked_codes(piece, 2, may_be_empty=True) for piece in pieces)
        return stream(checked, context, self.hop, lambda codes: self._decode(codes[None])[0])

    def _decode(self, codes: Codes) -> Pcm:
        """[B, frames, codebooks] -> [B, frames * hop]."""
        batch, frames, _ = codes.shape
        out = np.empty((batch, frames * self.hop), np.float32)
        for window in windows(frames, max(1, DECODE_FRAMES // batch), self.context):
            piece = torch.from_numpy(codes[:, window.low : window.high].astype(np.int64)).transpose(1, 2)
            wave = self._run(self._network.decode, piece)[:, 0].numpy()
            low = (window.start - window.low) * self.hop
            length = (window.stop - window.start) * self.hop
            out[:, window.start * self.hop : window.stop * self.hop] = wave[:, low : low + length]
        return out

    def _run(self, function: Callable[[Tensor], Tensor], piece: Tensor) -> Tensor:
        with torch.inference_mode(), memory_errors("running the codec", "free memory or use another device"):
            return function(piece.to(self._device)).cpu()

    def _checked_codes(self, codes: Codes, dimensions: int, may_be_empty: bool = False) -> Codes:
        array = _array(codes)
        shape = "[frames, codebooks]" if dimensions == 2 else "[batch, frames, codebooks]"
        if array.dtype.kind not in "iu" or array.ndim != dimensions or array.shape[-1] != self.codebooks:
            raise BadRequest(
                f"{array.dtype} values in the shape {list(array.shape)} are no codes of this codec",
                todo=f"give whole numbers {shape} with {self.codebooks} codebooks",
            )
        if array.size == 0:
            if may_be_empty:
                return array.astype(np.int16)
            raise BadRequest("There are no codes to decode", todo="give one frame or more")
        if array.min() < 0 or array.max() >= self._config.codebook_size:
            raise BadRequest(
                f"The codes reach from {array.min()} to {array.max()}", todo=f"use 0 to {self._config.codebook_size - 1}"
            )
        return array.astype(np.int16)


def load_codec(path: str | Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> Codec:
    """The codec of a weights file or folder; see `weights.load`.

    `dtype` float32 or bfloat16 is the decoder's but for its last stage; encoding is float32 always, so a voice has the
    same codes in both.
    On a GPU "float32" convolutions are what torch is set to, which is TF32 by default.
    """
    if dtype not in (torch.float32, torch.bfloat16):
        raise BadRequest(f"The codec does not run in {dtype}", todo="use float32 or bfloat16")
    place = checked_device(device)
    config, network = weights.load(path, place, dtype)
    return Codec(config, network, place)


def checked_device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise BadRequest(f"There is no device {name!r} on this machine", todo='use "cpu"') from error
    if device.type == "meta":
        raise BadRequest("The device 'meta' computes nothing", todo='use "cpu"')
    return device


def _checked_pcm(pcm: Pcm) -> Pcm:
    array = _array(pcm)
    if array.dtype.kind != "f" or array.ndim != 1:
        raise BadRequest(
            f"{array.dtype} values in the shape {list(array.shape)} are no mono wave", todo="give floats in one dimension"
        )
    if array.size == 0:
        raise BadRequest("The wave is empty", todo="give one sample or more")
    if not np.isfinite(array).all():
        raise BadRequest("The wave holds values that are no numbers", todo="give floats up to full scale, ±1")
    peak = float(np.abs(array).max())
    if peak > LOUDEST:
        raise BadRequest(f"The wave reaches {peak:g}", todo="scale it to ±1")
    return np.ascontiguousarray(array, dtype=np.float32)


def _array(values: object) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:  # rows of unequal length
        raise BadRequest("These values are no array", todo="give rows of one length") from error
