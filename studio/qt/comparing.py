"""Two takes side by side: equally loud, switched at the same place while they play, under their names or blind.

Both are in memory before they are heard, so that switching reads nothing from the disk. Lives on the GUI thread.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.timeline import RATE, Clip, Timeline, Track
from studio.qt.player import Player
from studio.qt.pools import Lane
from studio.qt.session import Session
from studio.qt.sounds import CHANNELS, Sounds

if TYPE_CHECKING:
    from studio.audio.sources import Source
    from studio.qt.sound import Block

UNMEASURED_LUFS = -69.0  # quieter, or shorter than 0.4 s: how loud it is cannot be said


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared. `keys` are two takes of `segment`, in the order in which they are shown; `heard` is 0 or 1.

    `lufs` is their loudness by itself, None until it is measured. While `is_blind` nobody is to see which is which; `kept` is
    the key of the one that was chosen in the end.
    """

    segment: str
    keys: tuple[str, str]
    heard: int = 0
    is_blind: bool = False
    lufs: tuple[float, float] | None = None
    kept: str = ""

    @property
    def key(self) -> str:
        """The take that is heard."""
        return self.keys[self.heard]

    @property
    def gains_db(self) -> tuple[float, float]:
        """By how much each is changed so that both are as loud as the quieter one."""
        return gains(*self.lufs) if self.lufs is not None else (0.0, 0.0)


class Comparing(QObject):
    """`changed` follows every step; `trouble` carries what went wrong with a sound."""

    changed = Signal()
    trouble = Signal(object)  # StudioError

    def __init__(self, player: Player, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._lane = lane
        self._chance: Callable[[], bool] = lambda: random.SystemRandom().random() < 0.5
        self._session: Session | None = None
        self._sounds: tuple[Held, Held] | None = None
        self.now: Comparison | None = None

    def let_chance_be(self, chance: Callable[[], bool]) -> None:
        """What decides, in blind mode, whether the two change places."""
        self._chance = chance

    def begin(self, session: Session, segment: str, one: str, other: str, *, is_blind: bool = False) -> None:
        """Compare two takes of a segment: the first is heard as soon as both are in memory."""
        keys = (other, one) if is_blind and self._chance() else (one, other)
        self._session, self._sounds = session, None
        self.now = Comparison(segment, keys, is_blind=is_blind)
        self._player.pause()
        self._lane.run(partial(_held, session.sounds, keys), partial(self._ready, keys), self._failed)
        self.changed.emit()

    def switch(self, to: int | None = None) -> None:
        """Hear the other one (or number `to`) from the same place on; from the start when nothing plays."""
        if self.now is None:
            return
        heard = 1 - self.now.heard if to is None else to
        is_other, self.now = heard != self.now.heard, replace(self.now, heard=heard)
        if not self._player.is_comparing():
            self._play()
        elif is_other:
            self._player.extend_preview(self._timeline(heard))
        self.changed.emit()

    def set_blind(self, is_blind: bool) -> None:
        """Hide the names, and let chance put the two in order; or show them. What plays falls silent, or ears would tell."""
        now = self.now
        if now is None or now.is_blind == is_blind:
            return
        self._player.pause()
        swaps = is_blind and self._chance()
        self.now = replace(now, is_blind=is_blind, kept="", heard=0)
        if swaps:
            self.now = replace(self.now, keys=now.keys[::-1], lufs=now.lufs[::-1] if now.lufs is not None else None)
            self._sounds = self._sounds[::-1] if self._sounds is not None else None
        self.changed.emit()

    def keep(self) -> str:
        """Choose the one that is heard, and show the names. Its key, "" where nothing is compared. Raises EditError."""
        now, session = self.now, self._session
        if now is None or session is None:
            return ""
        session.choose_take(now.segment, now.key)
        self.now = replace(now, kept=now.key, is_blind=False)
        self.changed.emit()
        return now.key

    def end(self) -> None:
        """Nothing is compared any more."""
        if self.now is None:
            return
        if self._player.is_comparing():
            self._player.pause()
        self.now, self._session, self._sounds = None, None, None
        self.changed.emit()

    def _ready(self, keys: tuple[str, str], held: tuple[Held, Held]) -> None:
        if self.now is None or sorted(self.now.keys) != sorted(keys):
            return  # something else has been begun since
        if self.now.keys != keys:
            held = held[::-1]
        self._sounds = held
        self.now = replace(self.now, lufs=(held[0].lufs, held[1].lufs))
        self._play()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.end()
        if not isinstance(error, StudioError):
            raise error
        self.trouble.emit(error)

    def _play(self) -> None:
        if self._sounds is not None and self.now is not None and self._session is not None:
            self._session.sounds.lend(*self._sounds)
            self._player.compare(self._timeline(self.now.heard))

    def _timeline(self, number: int) -> Timeline:
        """One of the two by itself, as long as the longer one: so both have the same places."""
        assert self._sounds is not None and self.now is not None
        held = self._sounds[number]
        clip = Clip("compared", Sounds.lent(held), 0, held.frames, gain_db=self.now.gains_db[number])
        return Timeline((Track("speech", (clip,)),), length=max(one.frames for one in self._sounds))


class Held:
    """A take in memory, at the timeline's rate, and its loudness."""

    def __init__(self, samples: Block, lufs: float) -> None:
        self._samples = samples
        self.lufs = lufs

    @property
    def frames(self) -> int:
        return len(self._samples)

    def source(self) -> Source:
        from studio.audio.sources import ArraySource

        return ArraySource(self._samples, RATE)


def gains(one_lufs: float, other_lufs: float) -> tuple[float, float]:
    """The decibels by which two sounds become as loud as the quieter of them; none where one cannot be measured."""
    quieter = min(one_lufs, other_lufs)
    return (0.0, 0.0) if quieter < UNMEASURED_LUFS else (quieter - one_lufs, quieter - other_lufs)


def _held(sounds: Sounds, keys: tuple[str, str]) -> tuple[Held, Held]:
    """Runs on a pool. Raises AudioError or ProjectError."""
    return _whole(sounds, keys[0]), _whole(sounds, keys[1])


def _whole(sounds: Sounds, key: str) -> Held:
    import numpy as np

    from studio.audio.loudness import measure
    from studio.audio.sources import AtRate

    source = AtRate(sounds.open(key), RATE, CHANNELS)
    try:
        samples = np.zeros((source.frames, CHANNELS), np.float32)
        for at, piece in source.pieces(0, source.frames):
            samples[at : at + len(piece)] = piece
    finally:
        source.close()
    return Held(samples, measure([samples], RATE, CHANNELS).integrated_lufs)
