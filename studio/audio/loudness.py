"""Loudness of a programme by ITU-R BS.1770 and EBU R 128, block by block: FFmpeg's ebur128 does the weighting and gating."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import soxr

from studio.audio.dsp import OVERSAMPLING, SILENCE_DB, db_of
from studio.audio.files import Samples, finite

LAYOUTS = {1: "mono", 2: "stereo"}
QUIETEST_LUFS = -70.0  # the absolute gate: a programme below it, or shorter than 0.4 s, measures this
STEP = 1 << 15


@dataclass(frozen=True, slots=True)
class Loudness:
    """The figures of a programme. Mono is one channel: it measures 3 LU below the same sound on two."""

    integrated_lufs: float
    range_lu: float
    true_peak_db: float
    sample_peak_db: float
    rms_db: float
    frames: int


class Meter:
    """Feed it blocks in order, then ask. Memory does not grow with the programme's length."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._layout = rate, LAYOUTS[channels]
        self._graph = av.filter.Graph()
        source = self._graph.add(
            "abuffer", f"sample_rate={rate}:sample_fmt=flt:channel_layout={self._layout}:time_base=1/{rate}"
        )
        meter, sink = self._graph.add("ebur128", "metadata=1"), self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._oversampled = soxr.ResampleStream(rate, rate * OVERSAMPLING, channels, dtype="float32")
        self._channels = channels
        self._figures: dict[str, Any] = {}
        self._frames = 0
        self._power = self._sample_peak = self._true_peak = 0.0

    def add(self, block: Samples) -> None:
        """Take float32 [n, channels]."""
        block = finite(block)
        for start in range(0, len(block), STEP):
            self._step(np.ascontiguousarray(block[start : start + STEP], np.float32))

    def result(self) -> Loudness:
        """The figures. The meter takes nothing more after this."""
        self._peaks(self._oversampled.resample_chunk(np.zeros((0, self._channels), np.float32), last=True))
        integrated = float(self._figures.get("lavfi.r128.I", QUIETEST_LUFS))
        return Loudness(
            integrated_lufs=max(integrated, QUIETEST_LUFS) if math.isfinite(integrated) else QUIETEST_LUFS,
            range_lu=float(self._figures.get("lavfi.r128.LRA", 0.0)),
            true_peak_db=db_of(max(self._true_peak, self._sample_peak)),
            sample_peak_db=db_of(self._sample_peak),
            rms_db=db_of(math.sqrt(self._power / (self._frames * self._channels))) if self._frames else SILENCE_DB,
            frames=self._frames,
        )

    def _step(self, block: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout=self._layout)
        frame.sample_rate, frame.pts = self._rate, self._frames
        self._graph.push(frame)
        self._pull()
        self._frames += len(block)
        self._power += float(np.sum(np.square(block, dtype=np.float64)))
        self._sample_peak = max(self._sample_peak, float(np.max(np.abs(block), initial=0.0)))
        self._peaks(self._oversampled.resample_chunk(block))

    def _peaks(self, oversampled: Samples) -> None:
        self._true_peak = max(self._true_peak, float(np.max(np.abs(oversampled), initial=0.0)))

    def _pull(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if frame.metadata:
                self._figures = dict(frame.metadata)


def measure(blocks: Iterable[Samples], rate: int, channels: int) -> Loudness:
    """The loudness of a whole programme, given as float32 blocks [n, channels]."""
    meter = Meter(rate, channels)
    for block in blocks:
        meter.add(block)
    return meter.result()
