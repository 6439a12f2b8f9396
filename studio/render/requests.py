"""From a segment, the cast and the voices to the frozen request an engine is given. Pure; samples are filled in last.

Seeds. A voice's: the cast entry's, else the library voice's, else one derived from the character's name and the project's
seed, so that the members of a cast sound different. A request's: `{seed …}`; else that of its first speaker who lives by a seed
alone, for to some models the seed is who speaks, and that voice lends it to every segment it speaks in; else, where samples
say who speaks, one derived from the project's seed and the words. Further takes derive others from it. Nothing that stands
before or after a segment is part of its seed, and the words stand for the segment rather than its id: an edit that is taken
back brings back the very take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from studio.core.errors import VoiceError
from studio.core.render import Caps, Request, SpokenTurn, VoiceSpec
from studio.core.segments import Segment, SegmentTurn
from studio.core.settings import SAMPLING, text, whole
from studio.core.voices import Cast, CastEntry, Sample, Voice, distinct_seeds, stable_seed

_TAG = re.compile(r"\[S[12]\]\s*")

PcmOf = Callable[[Sample], tuple[bytes, int]]  # float32 mono and its rate
CodesOf = Callable[[str], bytes]  # by their digest: see `studio.core.codes`


@dataclass(frozen=True, slots=True)
class Casting:
    """All that decides a request besides its segment. `clones`: the engine speaks with the voice of a sample, so that
    samples belong to the key; with engines that do not, changing a sample makes nothing stale. `codec`: the engine speaks by
    codes of that one, where a sample has them."""

    cast: Cast
    voices: Mapping[str, Voice]
    base_seed: int = 1
    params: tuple[tuple[str, str], ...] = ()
    clones: bool = False
    codec: str = ""
    seeds: Mapping[str, int] = field(default_factory=dict)  # derived ones, kept apart from each other


def casting(cast: Cast, voices: Mapping[str, Voice], settings: Mapping[str, str], caps: Caps) -> Casting:
    """The casting of a project: the cast (front matter overlaid by the project), the library, the settings, the engine."""
    params = tuple((name, text(settings, name)) for name in SAMPLING if text(settings, name))
    base_seed = whole(settings, "seed")
    return Casting(cast, voices, base_seed, params, caps.clones, caps.codec, distinct_seeds(("S1", "S2", *cast), base_seed))


def request_for(segment: Segment, casting: Casting, take: int = 0) -> Request:
    """The request that renders a segment; `take` > 0 asks for another performance of the same words.

    Sounds of samples are left out (they are no part of the key): see `with_samples`. Raises VoiceError where the cast or a
    `{voice …}` names a voice the library lacks.
    """
    specs: dict[int, VoiceSpec] = {}
    for turn in segment.turns:
        if turn.speaker not in specs:
            specs[turn.speaker] = _voice_spec(turn, casting)
    voices = tuple(specs[speaker] for speaker in sorted(specs))
    turns = tuple(SpokenTurn(turn.speaker, turn.text) for turn in segment.turns)
    seed = segment.seed if segment.seed is not None else _seed(turns, specs, casting.base_seed)
    if take:
        seed = stable_seed(seed, "take", take)
    return Request(turns, voices, seed, segment.pace, casting.params)


def _seed(turns: Sequence[SpokenTurn], specs: Mapping[int, VoiceSpec], base_seed: int) -> int:
    """The seed of a segment's first take. `specs` by speaker, in the order in which they begin to speak."""
    lent = next((spec.seed for spec in specs.values() if not spec.sample_digest), None)
    if lent is not None:
        return lent
    return stable_seed(base_seed, "segment", *(part for turn in turns for part in (turn.speaker, turn.text)))


def lender(segment: Segment, casting: Casting) -> Voice | None:
    """The voice of the library that lends a segment its seed; None where the script, the cast or no voice at all does."""
    heard = {turn.speaker: turn for turn in reversed(segment.turns)}
    for turn in sorted(heard.values(), key=segment.turns.index) if segment.seed is None else ():
        if not _voice_spec(turn, casting).sample_digest:
            entry, _ = _entry(turn, casting)
            return casting.voices.get(entry.voice) if entry.seed is None else None
    return None


def with_samples(request: Request, samples: Mapping[str, Sample], pcm_of: PcmOf, codes_of: CodesOf) -> Request:
    """The request with the sound of its voices' samples, and the codes of those that speak by them, ready for an engine. Its
    key stays the same."""
    filled = []
    for voice in request.voices:
        sample = samples.get(voice.sample_digest)
        if sample is not None:
            pcm, rate = pcm_of(sample)
            coded = codes_of(voice.codes_digest) if voice.codes_digest else b""
            voice = replace(voice, pcm=pcm, rate=rate, codes=coded)
        filled.append(voice)
    return replace(request, voices=tuple(filled))


def overheads(settled: Casting) -> Mapping[str, int]:
    """The bytes of each character's prompt transcript, where the engine is given one."""
    if not settled.clones:
        return {}
    samples = {
        name: settled.voices[entry.voice].sample(entry.style)
        for name, entry in settled.cast.items()
        if entry.voice in settled.voices
    }
    return {name: len(sample.transcript.encode()) for name, sample in samples.items() if sample is not None}


def samples_by_digest(voices: Mapping[str, Voice]) -> Mapping[str, Sample]:
    """Every sample of the library by its digest."""
    return {sample.digest: sample for voice in voices.values() for sample in voice.samples}


def _voice_spec(turn: SegmentTurn, casting: Casting) -> VoiceSpec:
    entry, named_for = _entry(turn, casting)
    voice = Voice(named_for)
    if entry.voice:
        found = casting.voices.get(entry.voice)
        if found is None:
            raise VoiceError(
                f'the voice "{entry.voice}" of {turn.character or "the narrator"} is not in the library',
                kept="nothing was rendered with another voice in its place",
                todo=f'add it with "dia-studio voices add {entry.voice}" or give the character another voice',
            )
        voice = found
    derived = casting.seeds.get(named_for, stable_seed(named_for, casting.base_seed))
    seed = next(one for one in (entry.seed, voice.seed, derived) if one is not None)
    sample = voice.sample(entry.style) if casting.clones else None
    if sample is None:
        return VoiceSpec(seed, voice.settings)
    return prompted(VoiceSpec(seed, voice.settings), sample, turn.speaker, casting.codec)


def _entry(turn: SegmentTurn, casting: Casting) -> tuple[CastEntry, str]:
    """The cast entry in force, and the character that a derived seed is named for. An override is `Name`, `Name/style` or
    `/style`, where a name is a character's or else a voice's."""
    own = casting.cast.get(turn.character, CastEntry())
    if not turn.voice:
        return own, turn.character
    name, _, style = turn.voice.partition("/")
    if not name or name == turn.character:
        return replace(own, style=style or own.style), turn.character
    if name in casting.cast:
        other = casting.cast[name]
        return replace(other, style=style or other.style), name
    return CastEntry(name, style), name


def prompted(spec: VoiceSpec, sample: Sample, speaker: int, codec: str) -> VoiceSpec:
    """The voice with a sample, for an engine that clones; with its codes, where they are of that engine's codec."""
    coded = sample.codes if codec and sample.codec == codec else ""
    transcript = spoken_by(speaker, sample.transcript)
    return replace(spec, sample_digest=sample.digest, transcript=transcript, codes_digest=coded)


def spoken_by(speaker: int, transcript: str) -> str:
    """A sample's transcript with the tag its speaker has in this segment."""
    words = _TAG.sub("", transcript).strip()
    return f"[S{speaker}] {words}"
