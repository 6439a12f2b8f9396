"""What is asked of the model and what comes back: frozen values that check themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dia_engine.errors import BadRequest

Codes = NDArray[np.int16]  # [frames, channels]
CODES = 1024  # entries of each codebook
LEAST_TEMPERATURE = 0.01  # below this the division overflows before it differs from greedy


@dataclass(frozen=True, slots=True)
class Params:
    """How to sample. Anything out of range raises `BadRequest` when the value is made.

    `temperature` 0 takes the likeliest code. `top_p` 0 keeps one code, 1 all. `cfg_scale` 0 means no guidance.
    `cfg_filter_top_k` None keeps all codes. `max_tokens` counts rows, the first one and the prompt's included, as the
    original does; None means as many as the model has positions for. `seed` None draws one, which the result tells.
    """

    temperature: float = 1.2
    top_p: float = 0.95
    cfg_scale: float = 3.0
    cfg_filter_top_k: int | None = 45
    max_tokens: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        _real("temperature", self.temperature, 0.0, 100.0)
        if 0 < self.temperature < LEAST_TEMPERATURE:
            raise BadRequest(f"temperature is {self.temperature}", todo=f"use 0 for greedy, or {LEAST_TEMPERATURE} and more")
        _real("top_p", self.top_p, 0.0, 1.0)
        _real("cfg_scale", self.cfg_scale, 0.0, 100.0)
        _whole("cfg_filter_top_k", self.cfg_filter_top_k, 1, 1 << 20)
        _whole("max_tokens", self.max_tokens, 1, 1 << 20)
        _whole("seed", self.seed, 0, (1 << 63) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """A voice to go on with: its codes [frames, channels] and, if the text does not hold it yet, what is said in them."""

    codes: NDArray[np.integer[Any]]
    transcript: str = ""

    def __post_init__(self) -> None:
        codes = np.asarray(self.codes)
        if codes.ndim != 2 or 0 in codes.shape or codes.dtype.kind not in "iu":
            raise BadRequest(
                f"A prompt of {codes.dtype} values in the shape {list(codes.shape)} is no voice",
                todo="give whole numbers, one row of codes per frame",
            )
        if codes.min() < 0 or codes.max() >= CODES:
            raise BadRequest(
                f"The prompt's codes reach from {codes.min()} to {codes.max()}", todo=f"use codes 0 to {CODES - 1}"
            )
        object.__setattr__(self, "codes", codes.astype(np.int16))


@dataclass(frozen=True, slots=True)
class Request:
    """One segment: text with speaker tags, the voice it goes on with, and how to sample it."""

    text: str
    prompt: Prompt | None = None
    params: Params = field(default_factory=Params)

    def spoken(self) -> str:
        """All text the model is given: the prompt's transcript first, on a line of its own."""
        if self.prompt is None or not self.prompt.transcript.strip():
            return self.text
        return f"{self.prompt.transcript.strip()}\n{self.text.strip()}"


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """What came of one request: codes [frames, channels] without the prompt's, the seed, and why it ended.

    `reason` "length" means that the model had not finished speaking when the rows ran out.
    """

    codes: Codes
    seed: int
    reason: Literal["eos", "length"]


def _real(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not low <= value <= high:
        raise BadRequest(f"{name} is {value!r}", todo=f"use a number from {low:g} to {high:g}")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRequest(f"{name} is {value!r}", todo=f"use a whole number from {low} to {high}")
