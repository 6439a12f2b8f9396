"""Which word of a take is heard when, without a recogniser: the take is laid beside the draft voice speaking the same turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from types import TracebackType
from typing import Self

import numpy as np

from studio.audio.features import RATE, Features, features, pitch_hz, prepared, speech_seconds
from studio.audio.files import Samples
from studio.audio.warp import UNKNOWN, WORD, Path, Reference, adapted, distances, walk
from studio.core.quality import Defect, Finding
from studio.core.render import Audio, Request, SpokenTurn, VoiceSpec, Word, Words
from studio.engines.draft import DraftEngine
from studio.engines.sounds import sound_tags

REVISION = 1  # of everything here that decides what is found
WORST = 1.0  # the cost of a take that is not heard as these words at all
_HOP_S = 0.01
_LETTERS = re.compile(r"\W+")
_MOST_FRAMES = 2_000  # of a take; longer ones are looked at in coarser steps, so that memory stays within bounds
_STRETCH_LIMITS = (0.6, 1.6)  # of the reference, towards the take's speed
_LOW, _HIGH = ("en-us", 98.0), ("en-us+f3", 202.0)  # variants of the draft voice and their pitch at 50
_HIGH_FROM_HZ = 150.0
_PITCHES = (20, 80)
_SPEEDS = (110, 260)
_CHARACTERS_PER_S = 13.5  # of the draft voice at 150 words a minute
_LEAST_ADDED_S = 0.15  # a shorter sound that no word explains is a breath, or a slip of the path
_NEAR_S = 0.15
_FREE_SHARES = (0.8, 0.65, 0.95)  # prices of a sound that everyone makes otherwise: the kindest explanation counts
_MARGIN_S = 0.05  # a word that is missing is a place: so much of it is shown, either way


@dataclass(frozen=True, slots=True)
class Alignment:
    """`words`: all spoken words of the turns in order, in seconds of the take; one that is missing has no length. `cost`: how
    unlike the reference the take is along the path, against how unlike the two are anywhere: about 0.6 for the same words,
    `WORST` for anything else. `findings`: words that are missing, added, repeated; the value is how many."""

    words: tuple[Word, ...] = ()
    cost: float = WORST
    findings: tuple[Finding, ...] = ()


class Aligner:
    """Owns a draft voice as reference, started when first needed. For one thread; close it, or use `with`."""

    def __init__(self, engine: DraftEngine | None = None) -> None:
        self._engine = engine if engine is not None else DraftEngine()

    def align(self, samples: Samples, rate: int, turns: Sequence[SpokenTurn]) -> Alignment:
        """`samples` [n], mono. Raises EngineError where the draft voice cannot run, and nothing else."""
        sound = prepared(samples, rate)
        seconds = len(samples) / rate
        spoken, words = self._reference(sound, turns)
        if not words:
            return Alignment()
        if speech_seconds(sound) <= 0.0 or len(sound) < RATE // 10:
            return _silent(words, seconds)
        hop_s = max(_HOP_S, seconds / _MOST_FRAMES)
        take = features(sound, hop_s)
        ratio = min(max(speech_seconds(spoken) / speech_seconds(sound), _STRETCH_LIMITS[0]), _STRETCH_LIMITS[1])
        reference = _words_alone(features(spoken, hop_s * ratio), words, turns)
        best = Alignment()
        for free_share in _FREE_SHARES:
            path, cost = _walked(take, reference, free_share)
            found = _read(path, reference, words, _echoes(words, turns), hop_s, seconds, cost)
            if free_share == _FREE_SHARES[0] or _faults(found) < _faults(best):
                best = found
            if not best.findings or not reference.is_free.any():
                break
        return best

    def close(self) -> None:
        """End the draft voice; it starts again when it is needed."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _reference(self, sound: Samples, turns: Sequence[SpokenTurn]) -> tuple[Samples, list[Word]]:
        """The turns in a voice of about the take's pitch and speed, at `RATE`, and its words without the sounds."""
        if not turns:
            return np.zeros(0, np.float32), []
        request = _request(sound, turns)
        parts: list[bytes] = []
        words: list[Word] = []
        with closing(iter(self._engine.open(request))) as events:  # type: ignore[type-var]
            for event in events:
                if isinstance(event, Audio):
                    parts.append(event.pcm)
                elif isinstance(event, Words):
                    words += event.words
        tags = {(index, tag.start) for index, turn in enumerate(turns) for tag in sound_tags(turn.text)}
        return np.frombuffer(b"".join(parts), "<f4"), [word for word in words if (word.turn, word.start) not in tags]


def _request(sound: Samples, turns: Sequence[SpokenTurn]) -> Request:
    pitch = pitch_hz(sound)
    variant, usual_hz = _HIGH if pitch >= _HIGH_FROM_HZ else _LOW
    characters = sum(len(turn.text) for turn in turns)
    speed = 150 * characters / _CHARACTERS_PER_S / max(speech_seconds(sound), 0.3)
    settings = (
        ("draft.variant", variant),
        ("draft.rate", str(round(min(max(speed, _SPEEDS[0]), _SPEEDS[1])))),
        ("draft.pitch", str(round(min(max(50 + 100 * (pitch / usual_hz - 1), _PITCHES[0]), _PITCHES[1])))),
    )
    plain = tuple(SpokenTurn(turn.speaker, turn.text) for turn in turns)
    return Request(plain, (VoiceSpec(1, settings),) * max(turn.speaker for turn in turns), 1)


def _words_alone(spoken: Features, words: Sequence[Word], turns: Sequence[SpokenTurn]) -> Reference:
    """The reference without its pauses and sounds."""
    taken: list[int] = []
    first, last = [], []
    following = 0
    for word in words:
        start = max(round(word.start_s / spoken.hop_s), following)
        following = max(round(word.end_s / spoken.hop_s), start + 1)
        first.append(len(taken))
        taken += range(start, following)
        last.append(len(taken) - 1)
    frames = np.minimum(taken, len(spoken.vectors) - 1)
    return Reference(spoken.vectors[frames], np.array(first), np.array(last), np.array(_free(words, turns)))


def _free(words: Sequence[Word], turns: Sequence[SpokenTurn]) -> list[bool]:
    """Before each word, and at the end: whether a sound such as (laughs) stands there, which everyone makes otherwise."""
    places = [(word.turn, word.start) for word in words]
    free = [False] * (len(words) + 1)
    for index, turn in enumerate(turns):
        for tag in sound_tags(turn.text):
            free[sum(place < (index, tag.start) for place in places)] = True
    return free


def _faults(found: Alignment) -> float:
    return sum(one.value for one in found.findings)


def _walked(take: Features, reference: Reference, free_share: float) -> tuple[Path, float]:
    """The path in two passes: a coarse one, which shows how the two voices differ, and one without that difference."""
    thin, half = reference.thinned(), Features(take.vectors[::2], take.levels_db[::2], 2 * take.hop_s)
    costs = distances(half.vectors, thin.vectors)
    path = walk(costs, half, thin, free_share)
    times = np.flatnonzero(path.kinds == WORD)
    if len(times) <= 2 * take.vectors.shape[1]:  # hardly anything is heard of these words
        return walk(distances(take.vectors, reference.vectors), take, reference, free_share), WORST
    cost = float(costs[times, path.places[times]].mean() / max(costs.mean(), 1e-6))
    ours, theirs = adapted(take.vectors, reference.vectors, (2 * times, _origins(reference)[path.places[times]]))
    return walk(distances(ours, theirs), take, reference, free_share), min(cost, WORST)


def _origins(reference: Reference) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The frame of the reference that each frame of the thinned one was."""
    spans = zip(reference.first, reference.last, strict=True)
    return np.concatenate([np.arange(first, last + 1, 2) for first, last in spans])


def _silent(words: Sequence[Word], seconds: float) -> Alignment:
    placed = tuple(Word(word.turn, word.start, word.end, 0.0, 0.0) for word in words)
    return Alignment(placed, WORST, (Finding(Defect.MISSING, float(len(words)), 0.0, 0.0, seconds),))


@dataclass(slots=True)
class _Stay:
    """A stretch of the take: frames `start` to `end` are word `word`, or something before that word."""

    kind: int
    word: int
    start: int
    end: int


def _stays(path: Path, reference: Reference) -> list[_Stay]:
    """The path as words, pauses and unknown sounds, in the take's order."""
    of_frame = np.repeat(np.arange(len(reference.first)), reference.last - reference.first + 1)
    found: list[_Stay] = []
    before = -1
    for time, (kind, place) in enumerate(zip(path.kinds.tolist(), path.places.tolist(), strict=True)):
        word = int(of_frame[place]) if kind == WORD else place
        goes_on = found and found[-1].kind == kind and found[-1].word == word and not (kind == WORD and place < before)
        if goes_on:
            found[-1].end = time + 1
        else:
            found.append(_Stay(kind, word, time, time + 1))
        before = place
    return found


def _echoes(words: Sequence[Word], turns: Sequence[SpokenTurn]) -> frozenset[int]:
    """Words that the text says twice in a row, as in “No, no!”: which of them is left out or said again, nobody can tell."""
    said = [_LETTERS.sub("", turns[word.turn].text[word.start : word.end].casefold()) for word in words]
    return frozenset(place for first in range(len(said) - 1) if said[first] == said[first + 1] for place in (first, first + 1))


def _read(
    path: Path,
    reference: Reference,
    words: Sequence[Word],
    echoes: frozenset[int],
    hop_s: float,
    seconds: float,
    cost: float,
) -> Alignment:
    stays = _stays(path, reference)
    said: dict[int, _Stay] = {}
    for stay in stays:
        if stay.kind == WORD:
            said.setdefault(stay.word, stay)
    times: list[tuple[float, float]] = []
    now = 0.0
    for index in range(len(words)):
        if index in said:
            start = min(max(said[index].start * hop_s, now), seconds)
            now = min(max(said[index].end * hop_s, start), seconds)
            times.append((start, now))
        else:
            times.append((now, now))
    placed = tuple(Word(one.turn, one.start, one.end, *span) for one, span in zip(words, times, strict=True))
    findings = [
        *_missing(placed, said, echoes, seconds),
        *_repeated(stays, echoes, hop_s),
        *_added(stays, reference, said, hop_s),
    ]
    return Alignment(placed, cost, tuple(_without_slurs(sorted(findings, key=lambda one: one.start_s))))


def _without_slurs(findings: Sequence[Finding]) -> list[Finding]:
    """All but words that are missing where their neighbours are heard twice: those were said, in another accent."""
    missing = [one for one in findings if one.defect is Defect.MISSING]
    repeated = [one for one in findings if one.defect is Defect.REPEATED]
    slurred = [
        (one, other)
        for one in missing
        for other in repeated
        if max(one.start_s, other.start_s) - min(one.end_s, other.end_s) < _NEAR_S and abs(one.value - other.value) <= 1
    ]
    return [one for one in findings if not any(one in pair for pair in slurred)]


def _missing(words: Sequence[Word], said: dict[int, _Stay], echoes: frozenset[int], seconds: float) -> Iterator[Finding]:
    for is_missing, group in groupby(range(len(words)), key=lambda index: index not in said):
        run = list(group)
        if is_missing and not (len(run) == 1 and run[0] in echoes):
            at = words[run[0]].start_s
            yield Finding(
                Defect.MISSING, float(len(run)), 0.0, max(at - _MARGIN_S, 0.0), min(max(at, 0.0) + _MARGIN_S, seconds)
            )


def _repeated(stays: Sequence[_Stay], echoes: frozenset[int], hop_s: float) -> Iterator[Finding]:
    """Where the take goes back to words that were said."""
    said = [stay for stay in stays if stay.kind == WORD]
    furthest = -1
    run: list[_Stay] = []
    for stay in [*said, None]:
        if stay is not None and stay.word <= furthest:
            run.append(stay)
            continue
        if run and not (len(run) == 1 and run[0].word in echoes):
            yield Finding(Defect.REPEATED, float(len(run)), 0.0, run[0].start * hop_s, run[-1].end * hop_s)
        run = []
        furthest = stay.word if stay is not None else furthest


def _added(stays: Sequence[_Stay], reference: Reference, said: dict[int, _Stay], hop_s: float) -> Iterator[Finding]:
    """Where something is heard that no word explains."""
    heard = sum(stay.end - stay.start for stay in said.values())
    usual = heard / len(said) if said else 1.0
    for stay in stays:
        is_long = (stay.end - stay.start) * hop_s >= _LEAST_ADDED_S
        if stay.kind == UNKNOWN and is_long and not reference.is_free[stay.word]:
            count = max(round((stay.end - stay.start) / usual), 1)
            yield Finding(Defect.ADDED, float(count), 0.0, stay.start * hop_s, stay.end * hop_s)
