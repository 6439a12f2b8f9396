"""What is asked of a speech engine and what it answers: capabilities, requests and their key, events, the protocol.

Sound crosses this protocol as `bytes` of little-endian float32, mono: hashable, cheap to pass between processes, and
`numpy.frombuffer` reads it without a copy. Times are seconds from the start of the segment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Limits:
    """What the planner cuts by. Only engines state these; nothing else knows a model's limits."""

    best_seconds: tuple[float, float] = (5.0, 20.0)
    aim_seconds: tuple[float, float] = (8.0, 15.0)
    max_seconds: float = 35.0
    max_text_bytes: int = 1024
    max_speakers: int = 2


@dataclass(frozen=True, slots=True)
class Caps:
    """What an engine can do. Engines differ by this alone, never by name or class."""

    id: str
    revision: str  # of weights and code: part of every key
    sample_rate: int
    limits: Limits
    sounds: frozenset[str]  # non-verbals it can make
    frame_rate: float = 0.0
    codec: str = ""
    text_in: Literal["whole", "stream"] = "whole"
    audio_out: Literal["whole", "stream"] = "whole"
    words: bool = False  # it reports word times
    clones: bool = False  # it speaks with the voice of a sample
    deterministic: bool = True
    slots: int = 1  # how many sessions may be open together: see Engine
    is_draft: bool = False  # a scratch track, shown as such
    is_speech: bool = True  # what it makes can be measured as speech; False for the tones of a test


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """One speaker's voice as an engine needs it: everything here is part of the key, the name is not. Codes are given
    to engines of their codec alone, which speak by them and not by the sound."""

    seed: int
    settings: tuple[tuple[str, str], ...] = ()
    sample_digest: str = ""
    transcript: str = ""
    pcm: bytes = b""  # float32 mono at `rate`; not part of the key, the digest stands for it
    rate: int = 0
    codes_digest: str = ""  # SHA-256; part of the key where there are codes
    codes: bytes = b""  # see `studio.core.codes`; not part of the key, the digest stands for them


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """What one speaker says in a segment. `speaker` is 1-based and indexes the request's voices."""

    speaker: int
    text: str
    pause_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One segment to render. Frozen and hashable; two requests with one key make the same sound."""

    turns: tuple[SpokenTurn, ...]
    voices: tuple[VoiceSpec, ...]
    seed: int
    pace: float = 1.0
    params: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The transcript with its speaker tags: exactly what a text-to-dialogue model is sent."""
        return tagged_text(self.turns)

    def recipe(self, caps: Caps) -> str:
        """Canonical JSON of all that decides the sound. Stored beside the take; its hash is the key."""
        voices = []
        for voice in self.voices:
            fields = asdict(voice)
            del fields["pcm"], fields["rate"], fields["codes"]
            if not voice.codes_digest:  # so that takes without codes keep their keys
                del fields["codes_digest"]
            voices.append(fields)
        recipe = {
            "engine": caps.id,
            "revision": caps.revision,
            "turns": [asdict(turn) for turn in self.turns],
            "voices": voices,
            "seed": self.seed,
            "pace": self.pace,
            "params": dict(self.params),
        }
        return json.dumps(recipe, sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    def key(self, caps: Caps) -> str:
        """The content key: 32 hexadecimal digits."""
        return hashlib.sha256(self.recipe(caps).encode()).hexdigest()[:32]


def tagged_text(turns: tuple[SpokenTurn, ...]) -> str:
    """`[S1] … [S2] … [S1]`: the turns, then the tag of the second-to-last speaker, as the model's authors advise."""
    body = " ".join(f"[S{turn.speaker}] {turn.text}" for turn in turns)
    return f"{body} [S{turns[-2].speaker}]" if len(turns) > 1 else body


@dataclass(frozen=True, slots=True)
class Word:
    """When a word is heard. `start` and `end` are code points of the turn's text."""

    turn: int
    start: int
    end: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Audio:
    """The next stretch of sound, gapless and in order."""

    start_s: float
    pcm: bytes  # float32 mono


@dataclass(frozen=True, slots=True)
class Words:
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """`phase` is "loading" or "rendering". Of "rendering" `done` and `total` are seconds of speech (total is an estimate); of
    "loading" they are in a unit of the engine's (bytes of weights, say), and total is 0 where it is not known."""

    phase: str
    done: float
    total: float


@dataclass(frozen=True, slots=True)
class Done:
    """The last event. `unspoken` lists what was not spoken: (turn, start, end) code points; nothing is cut silently."""

    reason: str  # "complete" | "limit"
    seconds: float
    unspoken: tuple[tuple[int, int, int], ...] = ()
    codes: bytes = b""


Event = Audio | Words | Progress | Done


@runtime_checkable
class Session(Protocol):
    """One segment being rendered: a pull iterator that lives on the caller's thread. Iterated once. `cancel` may come from any
    thread and makes the iterator raise `Cancelled` within one step. The first event is a Progress that comes at once, without a
    step, so that many sessions can begin together.

    Where several sessions are open (see Engine), iterating any of them drives the step that all share. What the step gives the
    others is kept for them, a whole segment at most, and each hears its own events in order. One that is cancelled, closed or
    fails leaves the others as they are."""

    def __iter__(self) -> Iterator[Event]: ...

    def cancel(self) -> None: ...

    def ready(self) -> bool:
        """Whether the next event, the end or the error is there already, so that taking it costs no step. False is always a
        safe answer: it only means that others who are ready are served first."""
        ...


@runtime_checkable
class Engine(Protocol):
    """A speech engine. Built, loaded, used and closed on one thread.

    Up to `caps.slots` sessions may be open and iterated in turns. A session takes its slot when it is first iterated and gives
    it back when its iterator ends or is closed; one that is never iterated costs nothing. Same request and seed give the same
    sound whatever stands in the other slots. An engine may refuse a session beyond its slots with EngineError, or let it wait:
    iterating the one that waits then drives the others on. An engine with one slot may also serve both in turns.

    When the engine itself fails, every open session raises the same EngineError once it has given what was kept for it."""

    @property
    def caps(self) -> Caps: ...

    def load(self, note: Callable[[str], None] = ..., report: Callable[[Progress], None] = ...) -> None:
        """Make ready to speak. `note` is told sentences for people, `report` how far loading is ("loading"), both on this
        thread, and at least once in a second or two. What `report` raises (Cancelled) ends loading. Raises EngineError."""
        ...

    def open(self, request: Request) -> Session: ...

    def close(self) -> None: ...
