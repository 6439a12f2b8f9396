"""The draft engine: eSpeak NG as a scratch track. Turns a request into sound, word by word timed; starts no library itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from studio.core.errors import Cancelled
from studio.core.render import Audio, Caps, Done, Event, Limits, Progress, Request, Word, Words
from studio.core.voices import stable_seed
from studio.engines.draft_levels import Samples, active_span, levelled, silence
from studio.engines.draft_sounds import noise_for
from studio.engines.draft_text import Sound, Utterance, read_turn
from studio.engines.draft_voices import Delivery, delivery
from studio.engines.sounds import DIA_SOUNDS
from studio.engines.speaker import Speaker, Spoken

RATE = 22_050
REVISION = "1"  # of everything here that decides the sound
_TURN_GAP_S = 0.22  # when the speaker changes
_SAME_SPEAKER_GAP_S = 0.12
_PIECE_GAP_S = 0.08  # around a non-verbal
_NOTHING_S = 0.25  # a turn without anything to say still takes its time
_CHARACTERS_PER_S = 15.0
_LEAD_S = 0.03


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound, its words (start_s and end_s from the piece's start), and what was to be in it and is not."""

    samples: Samples
    words: tuple[Word, ...] = ()
    unspoken: tuple[tuple[int, int, int], ...] = ()


class DraftEngine:
    """eSpeak NG in a helper process. Load, open and close on one thread. The helper is started when it is first needed, and
    again if it died."""

    def __init__(self, *, answer_s: float = 20.0) -> None:
        """`answer_s`: how long the helper may take for one utterance before it is given up."""
        self._speaker = Speaker(answer_s)
        self._caps: Caps | None = None

    @property
    def caps(self) -> Caps:
        """Starts the helper the first time: its version is part of the revision."""
        if self._caps is None:
            self._speaker.start()
            revision = f"espeak-ng {self._speaker.version}, draft {REVISION}"
            self._caps = Caps("draft", revision, RATE, Limits(), DIA_SOUNDS, audio_out="stream", words=True, is_draft=True)
        return self._caps

    def load(self, note: Callable[[str], None] = lambda _: None, report: Callable[[Progress], None] = lambda _: None) -> None:
        """Start the helper. Raises EngineError."""
        note("The draft voice is getting ready.")
        self._speaker.start()

    def open(self, request: Request) -> DraftSession:
        return DraftSession(request, self._speaker)

    def close(self) -> None:
        """End the helper. The engine can be loaded again."""
        self._speaker.close()


class DraftSession:
    """One segment. Iterated once, on the engine's thread; `cancel` may come from any."""

    def __init__(self, request: Request, speaker: Speaker) -> None:
        self._request = request
        self._speaker = speaker
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()

    def ready(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Event]:
        samples = 0
        unspoken: list[tuple[int, int, int]] = []
        expected = max(sum(len(turn.text) for turn in self._request.turns) / _CHARACTERS_PER_S / self._request.pace, 0.1)
        yield Progress("rendering", 0.0, expected)
        for index, turn in enumerate(self._request.turns):
            reading = read_turn(turn.text)
            unspoken += [(index, start, end) for start, end in reading.unspoken]
            for piece in self._turn(index, reading.pieces):
                if self._stop.is_set():
                    raise Cancelled
                unspoken += piece.unspoken
                start_s = samples / RATE
                yield Audio(start_s, piece.samples.astype("<f4").tobytes())
                if piece.words:
                    yield Words(tuple(_later(word, start_s) for word in piece.words))
                samples += len(piece.samples)
                yield Progress("rendering", samples / RATE, max(expected, samples / RATE))
        if self._stop.is_set():
            raise Cancelled
        yield Done("complete", samples / RATE, tuple(sorted(unspoken)))

    def _turn(self, index: int, pieces: tuple[Utterance | Sound, ...]) -> Iterator[_Piece]:
        """The sound of one turn, with what parts it from the next."""
        turn = self._request.turns[index]
        said = delivery(self._request, index)
        if index == 0:
            yield _Piece(silence(_LEAD_S + said.seed % 997 / 997 * _LEAD_S, RATE))  # each take breathes in differently
        for number, piece in enumerate(pieces):
            if self._stop.is_set():
                raise Cancelled
            if number:
                yield _Piece(silence(_PIECE_GAP_S, RATE))
            yield self._uttered(index, piece, said) if isinstance(piece, Utterance) else self._sounded(index, piece, said)
        yield _Piece(silence(self._gap_s(index) + turn.pause_after_s + (0 if pieces else _NOTHING_S), RATE))

    def _gap_s(self, index: int) -> float:
        turns = self._request.turns
        if index + 1 == len(turns):
            return 0.0
        changes = turns[index].speaker != turns[index + 1].speaker
        return (_TURN_GAP_S if changes else _SAME_SPEAKER_GAP_S) / self._request.pace

    def _uttered(self, index: int, utterance: Utterance, said: Delivery) -> _Piece:
        spoken = self._speaker.speak(utterance.plain, said)
        raw = np.frombuffer(spoken.pcm, "<i2").astype(np.float32) / np.float32(32768)
        start, end = active_span(raw)
        if start == end:
            return _Piece(raw[:0], unspoken=tuple((index, token.start, token.end) for token in utterance.tokens))
        samples = levelled(raw[start:end].copy())
        return _Piece(samples, tuple(_timed(index, utterance, spoken, samples, start)))

    def _sounded(self, index: int, sound: Sound, said: Delivery) -> _Piece:
        seed = stable_seed(said.seed, sound.name, sound.start)
        samples = noise_for(sound.name, seed, said.register_hz(), RATE)
        return _Piece(samples, (Word(index, sound.start, sound.end, 0.0, len(samples) / RATE),))


def _timed(turn: int, utterance: Utterance, spoken: Spoken, samples: Samples, cut: int) -> Iterator[Word]:
    """The tokens with their times. `cut` samples were taken off the front of what was spoken.

    A token without an event of its own was spoken in one breath with the one before it: they share its time by length.
    """
    starts = _token_starts(utterance, spoken, cut, len(samples))
    groups = [index for index, start in enumerate(starts) if start is not None]
    for first, after in zip(groups, [*groups[1:], len(starts)], strict=True):
        begin = starts[first] or 0
        end = (starts[after] or 0) if after < len(starts) else len(samples)
        end = begin + max(active_span(samples[begin:end])[1], min(1, end - begin))
        tokens = utterance.tokens[first:after]
        letters = [token.plain_end - token.plain_start for token in tokens]
        for number, token in enumerate(tokens):
            shares = [begin + (end - begin) * sum(letters[:count]) / sum(letters) for count in (number, number + 1)]
            yield Word(turn, token.start, token.end, shares[0] / RATE, shares[1] / RATE)


def _token_starts(utterance: Utterance, spoken: Spoken, cut: int, length: int) -> list[int | None]:
    """For each token the first sample of its first event; the first token always has one."""
    starts: list[int | None] = [None] * len(utterance.tokens)
    latest = 0
    index = 0
    for position, sample in spoken.words:
        while index + 1 < len(utterance.tokens) and position >= utterance.tokens[index + 1].plain_start:
            index += 1
        if starts[index] is None and position < utterance.tokens[index].plain_end:
            latest = min(max(sample - cut, latest), length)
            starts[index] = latest
    starts[0] = starts[0] or 0
    return starts


def _later(word: Word, by_s: float) -> Word:
    return Word(word.turn, word.start, word.end, word.start_s + by_s, word.end_s + by_s)
