"""What is asked of an engine so that a voice can be heard: one line by one speaker, outside any project, kept in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studio.core.render import Request, SpokenTurn, VoiceSpec
from studio.core.segments import Segment
from studio.core.voices import Voice
from studio.render.requests import Casting, prompted, request_for, spoken_by
from studio.store import durable, places
from studio.store.takes import TakeStore

SAMPLE_LINE = "This is how I sound. Every word you write for me will be spoken like this."
MAX_CHARACTERS = 160


def request_of_voice(
    voice: Voice, *, clones: bool, codec: str = "", text: str = SAMPLE_LINE, style: str = "", seed: int | None = None
) -> Request:
    """A line in a voice: with its sample where the engine `clones`, by its codes where they are of the engine's `codec`, by its
    seed or by another one. The sample's sound and codes are filled in later: see `requests.with_samples`."""
    sample = voice.sample(style) if clones else None
    own = voice.seed if voice.seed is not None else 1
    spec = VoiceSpec(own if seed is None else seed, voice.settings)
    if sample is not None:
        spec = prompted(spec, sample, 1, codec)
    return Request((SpokenTurn(1, text),), (spec,), spec.seed)


def request_of_character(segments: Sequence[Segment], casting: Casting, name: str) -> Request | None:
    """A character's first line in the voice it has now; None where it has no line. Raises VoiceError."""
    segment = next((one for one in segments if any(turn.character == name for turn in one.turns)), None)
    if segment is None:
        return None
    request = request_for(segment, casting)
    turn = next(turn for turn in segment.turns if turn.character == name)
    voice = request.voices[turn.speaker - 1]
    if voice.transcript:
        voice = replace(voice, transcript=spoken_by(1, voice.transcript))
    return Request((SpokenTurn(1, shortened(turn.text)),), (voice,), request.seed)


def shortened(text: str) -> str:
    """The first sentences of a line, as far as it takes a few seconds to hear."""
    if len(text) <= MAX_CHARACTERS:
        return text
    cut = max(text.rfind(mark, 0, MAX_CHARACTERS) for mark in ".!?;,")
    return text[: cut + 1] if cut > 20 else text[: text.rfind(" ", 0, MAX_CHARACTERS)]


def preview_takes() -> TakeStore:
    """Where previews are kept: for the owner's eyes, and swept when a voice is removed."""
    durable.make_folder(places.previews(), mode=0o700)
    return TakeStore(places.previews())
