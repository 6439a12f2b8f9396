"""What callers have of the codec: checked codes and waves in, bounded windows through the network, arrays out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dia_engine.codec import weights
from dia_engine.codec.chunks import Stream, Window, decoder_reach, encoder_reach, even_windows, windows
from dia_engine.codec.config import DacConfig
from dia_engine.codec.probe import quicker_dtype
from dia_engine.codec.tiled import TILE, WHOLE, Tiled
from dia_engine.errors import BadRequest, OutOfMemory, device_errors, memory_errors
from dia_engine.params import Codes

Pcm = NDArray[np.float32]  # [samples], mono, full scale at ±1
DECODE_FRAMES = 512  # about 6 s at once: 17 MB per second of audio go from stage to stage
GPU_FRAMES, GPU_BATCH = 148, 8  # as many at once, and little to fill up when one segment is alone
ENCODE_FRAMES = 1024  # 11 MB per second in the first layers
LOUDEST = 8.0  # floats may pass full scale a little; integers that were only cast to float pass this


class Network(Protocol):
    """Tensors in, tensors out; `Tiled` is one, the descript-audio-codec package behind `descript.py` another."""

    def encode(self, pcm: Tensor) -> Tensor: ...

    def decode(self, codes: Tensor) -> Tensor: ...


class Codec:
    """A loaded codec. Holds no state between calls; one thread at a time.

    All memory a call takes beside its result is bounded, whatever the length. In float32 the windows give what the
    whole gives, up to rounding: a frame sees `context` frames on each side and no further.
    """

    def __init__(
        self,
        config: DacConfig,
        network: Network,
        device: torch.device,
        *,
        digest: str = "",
        frames: int | None = None,
        batch: int | None = None,
    ) -> None:
        """`digest` names the weights that codes come of. `frames` and `batch` fix the shape that is decoded at once.

        On a processor several windows at once gain nothing, so there they go one by one.
        """
        on_gpu = device.type == "cuda"
        self._config = config
        self._network = network
        self.device = device
        self.digest = digest
        self.context = decoder_reach(config)
        self._encoder_context = encoder_reach(config)
        self._batch = batch or (GPU_BATCH if on_gpu else 1)
        self._frames = max(frames or (GPU_FRAMES if on_gpu else DECODE_FRAMES), 3 * self.context)

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
        return self.decode_many([codes])[0]

    def decode_many(self, segments: Sequence[Codes]) -> list[Pcm]:
        """Floats [frames * hop] for each of several codes [frames, codebooks] of any lengths, to the bit what each gives alone.

        Cut into windows of one length, which go through the network in a batch of one size, filled up with zeros where
        there are not enough: nothing is padded in time, as the codec looks both ways, and no shape depends on company. Should
        memory run out, the batch is halved, and from then on bits may differ from those before.
        """
        checked = [self._checked_codes(codes) for codes in segments]
        out = [np.empty(len(codes) * self.hop, np.float32) for codes in checked]
        by_length: dict[int, list[tuple[int, Window]]] = {}
        for number, codes in enumerate(checked):
            for window in even_windows(len(codes), self._frames, self.context):
                by_length.setdefault(window.high - window.low, []).append((number, window))
        for works in by_length.values():
            while works:
                some = works[: self._batch]
                waves = self._decode([checked[number][window.low : window.high] for number, window in some])
                for (number, window), wave in zip(works, waves, strict=False):  # there may be fewer: the batch was halved
                    wanted = wave[(window.start - window.low) * self.hop : (window.stop - window.low) * self.hop]
                    out[number][window.start * self.hop : window.stop * self.hop] = wanted
                del works[: len(waves)]
        return out

    def stream(self, context: int | None = None) -> Stream:
        """Decodes pieces [frames, codebooks] of any lengths as they come; together what `decode` gives for the whole.

        Samples follow `context` frames behind the codes. Each piece costs its own frames and twice `context` more, so
        pieces of 40 frames and more are cheap. A `context` below `self.context` is quicker to answer and not exact.
        """
        context = self.context if context is None else context
        if isinstance(context, bool) or not isinstance(context, int) or context < 0:
            raise BadRequest(f"The context is {context!r} frames", todo=f"use {self.context}")
        return Stream(context, self.hop, self.decode, lambda piece: self._checked_codes(piece, may_be_empty=True))

    def decode_chunks(self, pieces: Iterable[Codes], context: int | None = None) -> Iterator[Pcm]:
        """Samples of codes that come in pieces; see `stream`."""
        return self.stream(context).over(pieces)

    def _decode(self, batch: list[Codes]) -> Pcm:
        """Codes [frames, codebooks] of equal length -> [batch or fewer, frames * hop]: fewer where memory ran out."""
        while True:
            batch = batch[: self._batch]
            codes = np.zeros((self._batch, *batch[0].shape), np.int64)
            codes[: len(batch)] = batch
            try:
                pcm: Pcm = self._run(self._network.decode, torch.from_numpy(codes).transpose(1, 2))[:, 0].numpy()
                return pcm[: len(batch)]
            except OutOfMemory:
                if self._batch == 1:
                    raise
                self._batch //= 2

    def _run(self, function: Callable[[Tensor], Tensor], piece: Tensor) -> Tensor:
        doing = "running the codec"
        with torch.inference_mode(), device_errors(doing), memory_errors(doing, "free memory or use another device"):
            result = function(piece.to(self.device))
            if self.device.type != "cuda":
                return result.cpu()
            host = torch.empty(result.shape, dtype=result.dtype, pin_memory=True)
            host.copy_(result, non_blocking=True)
            torch.cuda.current_stream(self.device).synchronize()  # waits for this thread's stream, not for the device
            return host

    def _checked_codes(self, codes: Codes, may_be_empty: bool = False) -> Codes:
        array = _array(codes)
        if array.dtype.kind not in "iu" or array.ndim != 2 or array.shape[-1] != self.codebooks:
            raise BadRequest(
                f"{array.dtype} values in the shape {list(array.shape)} are no codes of this codec",
                todo=f"give whole numbers [frames, codebooks] with {self.codebooks} codebooks",
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


def load_codec(path: str | Path, device: str = "cpu", dtype: torch.dtype | None = torch.float32) -> Codec:
    """The codec of a weights file or folder; see `weights.load`.

    `dtype` float32 or bfloat16 is the decoder's, None the one that is quicker here, see `quicker_dtype`. Encoding is float32
    always, so a voice has the same codes in both.
    On a GPU "float32" convolutions are what torch is set to, which is TF32 by default.
    """
    if dtype not in (None, torch.float32, torch.bfloat16):
        raise BadRequest(f"The codec does not run in {dtype}", todo="use float32 or bfloat16")
    place = checked_device(device)
    config, network = weights.load(path, place)
    with memory_errors("loading the codec", "free memory or use another device"):
        tiled = Tiled(config, network, dtype or quicker_dtype(place), TILE if place.type == "cpu" else WHOLE)
    return Codec(config, tiled, place, digest=digest_of(network.state_dict()))


def checked_device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise BadRequest(f"There is no device {name!r} on this machine", todo='use "cpu"') from error
    if device.type == "meta":
        raise BadRequest("The device 'meta' computes nothing", todo='use "cpu"')
    return device


def digest_of(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of all that codes are made by: two codecs with the same one encode alike."""
    found = hashlib.sha256()
    for name, value in state.items():
        if not name.startswith("decoder."):
            found.update(f"{name} {list(value.shape)}\n".encode())
            found.update(value.cpu().contiguous().numpy().data)
    return found.hexdigest()


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
