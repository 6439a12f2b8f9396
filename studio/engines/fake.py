"""A real small engine that makes tones: deterministic, fast, and failing in every way an engine can fail when asked to. Its
sessions share their steps, as those of a model that decodes many segments together do.

It serves tests, benchmarks and kill tests, in this process or in a child. Standard library only, so that it starts at once.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, cast, get_args

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Caps, Done, Event, Limits, Progress, Request, Word, Words
from studio.engines.fake_batch import Batch, Member
from studio.engines.sounds import DIA_SOUNDS

FaultKind = Literal[
    "die",  # os._exit in the middle
    "abort",  # killed by a signal
    "hang",  # never another event, deaf to cancel
    "error",  # EngineError
    "engine",  # the engine as a whole fails: every session ends with one EngineError, until the engine is closed
    "memory",  # MemoryError
    "bug",  # RuntimeError
    "nan",
    "infinite",
    "odd",  # bytes that are no whole number of samples
    "disorder",  # audio out of order
    "length",  # declares a length that is not that of its audio
    "no-done",
    "late",  # an event after Done
    "type",  # something that is no event
    "word",  # a word beyond the audio
    "print",  # prints to stdout, then goes on well
]
_WORD = re.compile(r"\S+")
_BLOCK_S = 0.25
_CHARACTERS_PER_S = 15.0
_LEVEL = 0.2
_LOADING_PARTS = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure. It happens before audio block `step` of every request whose text contains `text` (and, unless -1, the
    `segment`-th opened since the engine was built). With a `marker`, a path, only while that file does not exist: it is
    written first, so that an engine that died of it works when it is started again."""

    kind: FaultKind
    text: str = ""
    segment: int = -1
    step: int = 0
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Faults:
    """The failures to act out; the first that fits a request is taken."""

    rules: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, kind: FaultKind, **where: object) -> Faults:
        """One failure: `Faults.of("die", text="boom", step=2)`."""
        return cls((Fault(kind, **where),))  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, value: object) -> Faults:
        """From a Faults, or from what `dataclasses.asdict` made of one. Raises TypeError or ValueError for anything else."""
        if isinstance(value, Faults):
            return value
        rules = cast("Mapping[str, Sequence[Mapping[str, object]]]", value)["rules"] if isinstance(value, Mapping) else value
        faults = tuple(Fault(**rule) for rule in cast("Sequence[Mapping[str, object]]", rules))  # type: ignore[arg-type]
        if unknown := [fault.kind for fault in faults if fault.kind not in get_args(FaultKind)]:
            raise ValueError(f"no such fault: {unknown[0]}")
        return cls(faults)

    def find(self, text: str, segment: int) -> Fault | None:
        """The failure for this request, if any is due."""
        for rule in self.rules:
            due = rule.text in text and rule.segment in (-1, segment) and not (rule.marker and Path(rule.marker).exists())
            if due:
                return rule
        return None


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn laid out in samples from the start of the segment."""

    index: int
    text: str
    start: int
    speech: int
    end: int
    tone: bytes = field(repr=False)  # a tenth of a second, repeated


class FakeEngine:
    """Tones whose pitch follows voice and seed and whose length follows the text (15 characters per second)."""

    def __init__(
        self,
        *,
        slots: int = 1,
        step_s: float = 0.0,
        speed: float = 0.0,
        load_s: float = 0.0,
        faults: Faults | Mapping[str, object] | Sequence[Mapping[str, object]] = Faults(),
        caps: Mapping[str, object] | None = None,
    ) -> None:
        """`slots` sessions move together, others wait for a slot. `step_s` is slept before each block of 0.25 s of audio;
        `speed` sleeps so long that audio comes at that many times real time (0: no sleep); `caps` overrides fields of `Caps`,
        `limits` as a mapping too."""
        self._caps = _caps({"slots": slots, **(caps or {})})
        self._batch = Batch(self._caps.slots, step_s + (_BLOCK_S / speed if speed else 0.0))
        self._load_s = load_s
        self._faults = Faults.from_json(faults)
        self._opened = 0

    @property
    def caps(self) -> Caps:
        return self._caps

    def load(self, note: Callable[[str], None] = lambda _: None, report: Callable[[Progress], None] = lambda _: None) -> None:
        note("The fake engine is ready.")
        for part in range(_LOADING_PARTS):
            report(Progress("loading", part, _LOADING_PARTS))
            time.sleep(self._load_s / _LOADING_PARTS)
        report(Progress("loading", _LOADING_PARTS, _LOADING_PARTS))

    def open(self, request: Request) -> FakeSession:
        fault = self._faults.find(request.text(), self._opened)
        self._opened += 1
        return FakeSession(request, self._caps, self._batch, fault)

    def close(self) -> None:
        """Nothing is held; what was broken is mended."""
        self._batch.mend()


class FakeSession:
    """One segment of tones. Iterated once, on one thread; `cancel` may come from any thread."""

    def __init__(self, request: Request, caps: Caps, batch: Batch, fault: Fault | None) -> None:
        self._caps = caps
        self._batch = batch
        self._fault = fault
        self._turns = _layout(request, caps.sample_rate)
        self._total = self._turns[-1].end if self._turns else 0
        self._length = min(self._total, round(caps.limits.max_seconds * caps.sample_rate))
        self._member = Member(self._steps(), Progress("rendering", 0.0, self._length / caps.sample_rate))

    def cancel(self) -> None:
        self._member.stop.set()
        self._batch.wake()

    def ready(self) -> bool:
        member = self._member
        return bool(member.kept) or member.is_over or member.stop.is_set()

    def __iter__(self) -> Iterator[Event]:
        member = self._member
        self._batch.enter(member)
        try:
            while True:
                if member.stop.is_set():
                    raise Cancelled
                if member.kept:
                    yield member.kept.popleft()
                elif member.error is not None:
                    raise member.error
                elif member.is_over:
                    return
                else:
                    self._batch.step(member)
        finally:
            self._batch.leave(member)

    def _steps(self) -> Iterator[tuple[list[Event], bool]]:
        """The events of each step, and whether it is the last: a block of audio and what belongs to it."""
        rate = self._caps.sample_rate
        block = round(_BLOCK_S * rate)
        told = 0
        for step, start in enumerate(range(0, max(self._length, 1), block)):
            end = min(start + block, self._length)
            events = list(self._misbehave(step))
            if end > start:
                events.append(self._audio(step, start, end))
            words = self._words(told, end)
            told += len(words)
            if words and self._caps.words:
                events.append(Words(words))
            events.append(Progress("rendering", end / rate, self._length / rate))
            is_last = end == self._length
            if is_last:
                events += self._done()
            yield events, is_last

    def _acts(self, step: int, *kinds: FaultKind) -> bool:
        return self._fault is not None and self._fault.kind in kinds and self._fault.step == step

    def _misbehave(self, step: int) -> Iterator[Event]:
        """The faults that are no matter of data."""
        if self._fault is None or self._fault.step != step:
            return
        if self._fault.marker:
            Path(self._fault.marker).touch()
        match self._fault.kind:
            case "die":
                os._exit(70)
            case "abort":
                os.abort()
            case "hang":
                while True:
                    time.sleep(1.0)
            case "error" | "memory" | "bug" as kind:
                raise _failure(kind)
            case "engine":
                self._batch.fail(EngineError("the fake engine failed as a whole because it was told to", todo="render again"))
            case "type":
                yield cast("Event", "not an event")
            case "print":
                os.write(1, b"a library prints to stdout\n")
                print("and Python does, too", flush=True)  # noqa: T201 - what a careless library does
            case _:
                pass

    def _audio(self, step: int, start: int, end: int) -> Audio:
        pcm = b"".join(_slice(turn, start, end) for turn in self._turns if turn.start < end and turn.end > start)
        if self._acts(step, "nan", "infinite"):
            bad = math.nan if self._acts(step, "nan") else math.inf
            pcm = array("f", [bad]).tobytes() + pcm[4:]
        if self._acts(step, "odd"):
            pcm = pcm[:-1]
        start_s = start / self._caps.sample_rate
        return Audio(start_s + (0.5 if self._acts(step, "disorder") else 0.0), pcm)

    def _words(self, told: int, end: int) -> tuple[Word, ...]:
        """The words that start before sample `end`, less the first `told`."""
        rate = self._caps.sample_rate
        words = []
        for turn in self._turns:
            for match in _WORD.finditer(turn.text):
                at = [turn.start + turn.speech * index // len(turn.text) for index in match.span()]
                if at[0] < end:
                    words.append(Word(turn.index, *match.span(), at[0] / rate, min(at[1], self._length) / rate))
        return tuple(words[told:])

    def _done(self) -> Iterator[Event]:
        rate = self._caps.sample_rate
        seconds = self._length / rate
        fault = self._fault.kind if self._fault else None
        if fault == "no-done":
            return
        if fault == "word" and self._turns:
            yield Words((Word(len(self._turns) - 1, 0, 1, seconds + 1, seconds + 2),))
        unspoken = tuple(self._unspoken())
        reason = "limit" if self._length < self._total else "complete"
        yield Done(reason, seconds + (0.5 if fault == "length" else 0.0), unspoken)
        if fault == "late":
            yield Progress("rendering", seconds, seconds)

    def _unspoken(self) -> Iterator[tuple[int, int, int]]:
        for turn in self._turns:
            for match in _WORD.finditer(turn.text):
                if turn.start + turn.speech * match.start() // len(turn.text) >= self._length:
                    yield turn.index, match.start(), len(turn.text)
                    break


def _failure(kind: FaultKind) -> Exception:
    """What a session that fails by itself raises."""
    if kind == "error":
        return EngineError("the fake engine failed because it was told to", todo="render the segment again")
    return MemoryError() if kind == "memory" else RuntimeError("a bug in the engine")


def _caps(overrides: Mapping[str, object]) -> Caps:
    caps = Caps("fake", "1", 22_050, Limits(), DIA_SOUNDS, audio_out="stream", words=True, is_speech=False)
    fields = dict(overrides)
    if isinstance(limits := fields.get("limits"), Mapping):
        # JSON has no tuples.
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in limits.items()}
        fields["limits"] = replace(caps.limits, **values)
    if "sounds" in fields:
        fields["sounds"] = frozenset(cast("Sequence[str]", fields["sounds"]))
    return replace(caps, **fields)  # type: ignore[arg-type]


def _layout(request: Request, rate: int) -> list[_Turn]:
    speech = [round(len(turn.text) / (_CHARACTERS_PER_S * request.pace) * rate) for turn in request.turns]
    lengths = [samples + round(turn.pause_after_s * rate) for samples, turn in zip(speech, request.turns, strict=True)]
    ends = list(accumulate(lengths))
    return [
        _Turn(index, turn.text, ends[index] - lengths[index], speech[index], ends[index], _tone(request, index, rate))
        for index, turn in enumerate(request.turns)
    ]


def _tone(request: Request, index: int, rate: int) -> bytes:
    """A tenth of a second: a whole number of cycles, and a little noise that depends on everything in the request."""
    turn, voice = request.turns[index], request.voices[request.turns[index].speaker - 1]
    material = (turn.text, voice.seed, voice.settings, voice.sample_digest, request.seed, request.pace, request.params)
    count = rate // 10
    noise = hashlib.shake_256(repr(material).encode("utf-8", "surrogatepass")).digest(count)
    cycles = 8 + hashlib.sha256(repr((voice.seed, request.seed)).encode()).digest()[0] % 24
    wave = (math.sin(2 * math.pi * cycles * i / count) + (noise[i] - 127.5) / 2000 for i in range(count))
    return array("f", [_LEVEL * sample for sample in wave]).tobytes()


def _slice(turn: _Turn, start: int, end: int) -> bytes:
    """The turn's sound between two samples of the segment: tone, then the pause after it."""
    first, last = max(start, turn.start) - turn.start, min(end, turn.end) - turn.start
    tone_end = min(last, turn.speech)
    tone = b""
    if tone_end > first:
        period = len(turn.tone) // 4
        offset = first % period
        repeats = -(-(offset + tone_end - first) // period)
        tone = (turn.tone * repeats)[offset * 4 : (offset + tone_end - first) * 4]
    return tone + bytes(4 * (last - first) - len(tone))
