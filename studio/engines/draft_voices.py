"""How a character sounds in the draft: a variant, pitch and rate from the voice's seed or settings. Values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from studio.core.errors import EngineError
from studio.core.render import Request, VoiceSpec
from studio.core.voices import TIMBRES, stable_seed

# Variant -> its fundamental in Hz at pitch 50. Chosen by measure out of a hundred: steadily voiced, of usual speed, and apart
# from each other in register, colour or accent. As many as there are timbres, low and high in turn: see `distinct_seeds`.
VARIANTS: Mapping[str, float] = MappingProxyType(
    {
        "en-us": 98.0,
        "en-us+f3": 202.0,
        "en-gb-x-rp+m3": 100.0,
        "en-gb-x-rp+f2": 188.0,
        "en-us+Reed": 111.0,
        "en-us+Annie": 230.0,
        "en-gb-scotland+m1": 91.0,
        "en-gb-scotland+f1": 174.0,
        "en-us+quincy": 84.0,
        "en-us+linda": 225.0,
        "en-gb-x-rp+Lee": 94.0,
        "en-gb-x-rp+belinda": 225.0,
        "en-us+rob": 115.0,
        "en-us+f5": 199.0,
        "en-us+adam": 98.0,
        "en-us+shelby": 167.0,
        "en-gb-scotland+m7": 102.0,
        "en-gb-x-rp+aunty": 175.0,
        "en-us+m8": 83.0,
        "en-us+Andrea": 240.0,
    }
)
_UNKNOWN_REGISTER_HZ = 140.0
_PITCHES = (36, 43, 50, 57, 64)
_RATES = (138, 144, 150, 156)
_RATE_LIMITS = (80, 450)
_PITCH_LIMITS = (0, 99)
_VARIANT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\+[A-Za-z0-9 _-]+)?")


@dataclass(frozen=True, slots=True)
class Delivery:
    """eSpeak NG's own numbers. `rate` is words per minute; `pitch` and `pitch_range` run from 0 to 99; `seed` is for its
    breath noise."""

    variant: str
    rate: int
    pitch: int
    pitch_range: int
    seed: int

    def register_hz(self) -> float:
        """About the fundamental frequency of this voice: what its hums and laughs are tuned to."""
        return VARIANTS.get(self.variant, _UNKNOWN_REGISTER_HZ) * (1 + (self.pitch - 50) / 100)


def delivery(request: Request, turn: int) -> Delivery:
    """How that turn is delivered: the voice's character, the pace, and a little chance that the request's seed decides.

    Raises EngineError for a setting that cannot be used.
    """
    voice = request.voices[request.turns[turn].speaker - 1]
    chance = stable_seed("draft-delivery", request.seed, turn)
    variant, pitch, rate = _character(voice)
    paced = round(rate * request.pace * (1 + (chance % 9 - 4) / 100))
    return Delivery(
        variant=variant,
        rate=min(max(paced, _RATE_LIMITS[0]), _RATE_LIMITS[1]),
        pitch=min(max(pitch + chance // 9 % 3 - 1, _PITCH_LIMITS[0]), _PITCH_LIMITS[1]),
        pitch_range=44 + chance // 27 % 13,
        seed=chance,
    )


def _character(voice: VoiceSpec) -> tuple[str, int, int]:
    """Variant, pitch, rate. Each setting overrides what the seed gives."""
    chance = stable_seed("draft-voice", voice.seed)
    settings = dict(voice.settings)
    variant = settings.get("draft.variant") or tuple(VARIANTS)[voice.seed % TIMBRES]
    if not _VARIANT_NAME.fullmatch(variant):
        raise EngineError(f"“{variant}” is no variant of eSpeak NG", todo="write the setting draft.variant like en-us+f3")
    pitch = _number(settings, "draft.pitch", _PITCH_LIMITS, _PITCHES[chance // 64 % len(_PITCHES)])
    rate = _number(settings, "draft.rate", _RATE_LIMITS, _RATES[chance // 512 % len(_RATES)])
    return variant, pitch, rate


def _number(settings: dict[str, str], name: str, limits: tuple[int, int], otherwise: int) -> int:
    text = settings.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and limits[0] <= int(text) <= limits[1]):
        raise EngineError(f"the setting {name} is “{text}”", todo=f"give it a whole number from {limits[0]} to {limits[1]}")
    return int(text)
