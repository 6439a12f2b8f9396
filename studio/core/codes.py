"""The codes that a sample of a voice may have beside its sound, and what they have to be to belong to it. Pure.

Codes are bytes: little-endian int16, frame after frame, `CODEBOOKS` to a frame.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping

CODEBOOKS = 9
CODES = 1024  # that a codebook has
FRAME_BYTES = 2 * CODEBOOKS

_RATES: Mapping[str, float] = {"dac-44100": 44_100 / 512}
_PLAUSIBLE = (10.0, 200.0)  # frames a second, of codecs that are not known here
_FRAMES_OFF = 2.0  # by which the sound may be longer or shorter than its codes


def frame_rate(codec: str) -> float | None:
    """Frames a second of a codec; None for one that is not known here."""
    return _RATES.get(codec)


def shape_fault(codes: bytes) -> str:
    """Why these bytes are no codes, or ""."""
    if not codes or len(codes) % FRAME_BYTES:
        return f"they are no whole frames of {CODEBOOKS}"
    values = array("h", codes)
    if sys.byteorder == "big":
        values.byteswap()
    low, high = min(values), max(values)
    return "" if low >= 0 and high < CODES else f"they reach from {low} to {high}, and there are codes 0 to {CODES - 1}"


def fault(codes: bytes, codec: str, seconds: float) -> str:
    """Why these bytes are not the codes of so many seconds of sound, or ""."""
    wrong = shape_fault(codes)
    if wrong:
        return wrong
    frames, rate = len(codes) // FRAME_BYTES, frame_rate(codec)
    if rate is None:
        fits = _PLAUSIBLE[0] * seconds - _FRAMES_OFF <= frames <= _PLAUSIBLE[1] * seconds + _FRAMES_OFF
    else:
        fits = abs(frames - seconds * rate) <= _FRAMES_OFF
    return "" if fits else f"they are {frames:,} frames, which is not as long as the sound of {seconds:.1f} s"
