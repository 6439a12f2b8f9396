"""What can be wrong with a take, and what was found: values only. Who measures is in `studio.audio.screening` and
`studio.render`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from studio.core.render import Word
from studio.i18n import N_

REVISION = 1  # of all checks; raised when the same take would be judged otherwise
DOUBTFUL = 1.0  # the penalty from which on a take is worth another listen


class Defect(StrEnum):
    """The kinds of faults. The value of each is its stable name, for programs."""

    ENDLESS = "endless"
    SHORT = "ended-early"
    FAST = "too-fast"
    SLOW = "too-slow"
    GAP = "gap"
    CUT_TAIL = "cut-tail"
    SILENT_HEAD = "silent-head"
    SILENT_TAIL = "silent-tail"
    CLIPPED = "clipped"
    DC = "dc"
    HUM = "hum"
    LEVEL = "level"
    NOISE = "noise"
    MUSIC = "music"
    LOOP = "loop"
    MISSING = "missing-words"
    ADDED = "added-words"
    REPEATED = "repeated-words"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of a defect. `weight`: the penalty of one at its limit. `scale`: how far beyond the limit, in the defect's
    unit, doubles that."""

    title: str
    unit: str
    weight: float
    scale: float


KINDS: dict[Defect, Kind] = {
    Defect.ENDLESS: Kind(N_("never ended"), "s", 2.0, 5.0),
    Defect.SHORT: Kind(N_("ended early"), "%", 2.0, 30.0),
    Defect.FAST: Kind(N_("too fast"), "wpm", 1.0, 60.0),
    Defect.SLOW: Kind(N_("too slow"), "wpm", 1.0, 60.0),
    Defect.GAP: Kind(N_("long gap"), "s", 1.0, 1.0),
    Defect.CUT_TAIL: Kind(N_("cut tail"), "dB", 1.5, 20.0),
    Defect.SILENT_HEAD: Kind(N_("silence before it"), "s", 0.3, 1.0),
    Defect.SILENT_TAIL: Kind(N_("silence after it"), "s", 0.3, 1.0),
    Defect.CLIPPED: Kind(N_("clipped"), "%", 1.0, 1.0),
    Defect.DC: Kind(N_("DC offset"), "%", 0.5, 5.0),
    Defect.HUM: Kind(N_("hum"), "dB", 1.0, 20.0),
    Defect.LEVEL: Kind(N_("level"), "dB", 0.5, 6.0),
    Defect.NOISE: Kind(N_("noise"), "dB", 1.0, 20.0),
    Defect.MUSIC: Kind(N_("music"), "%", 1.0, 45.0),
    Defect.LOOP: Kind(N_("loop"), "s", 2.0, 2.0),
    Defect.MISSING: Kind(N_("missing words"), "", 1.5, 3.0),
    Defect.ADDED: Kind(N_("added words"), "", 1.5, 3.0),
    Defect.REPEATED: Kind(N_("repeated words"), "", 1.5, 3.0),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: what was measured and the limit it passed, in the unit of its kind; where in the take, in seconds (both 0:
    in all of it)."""

    defect: Defect
    value: float
    limit: float
    start_s: float = 0.0
    end_s: float = 0.0

    @property
    def penalty(self) -> float:
        """Its weight, more the further it is beyond the limit, three times as much at the most."""
        kind = KINDS[self.defect]
        return kind.weight * (1.0 + min(abs(self.value - self.limit) / kind.scale, 2.0))


@dataclass(frozen=True, slots=True)
class Review:
    """What is known of one take by measuring it. `revision` is that of the checks. `words`: when each is heard, by alignment,
    where the engine does not tell. `words_per_minute` and `level_db` (loudness of the speech, LUFS) are 0.0 where unknown."""

    key: str
    revision: int
    findings: tuple[Finding, ...] = ()
    words: tuple[Word, ...] = ()
    words_per_minute: float = 0.0
    level_db: float = 0.0

    @property
    def penalty(self) -> float:
        """The sum over its findings; 0.0 is a take without a fault."""
        return total(self.findings)

    @property
    def is_doubtful(self) -> bool:
        return self.penalty >= DOUBTFUL

    @property
    def score(self) -> int:
        """For people: 100 for a take without a fault, 50 where doubt begins, less and less from there on."""
        return round(100 / (1 + self.penalty))


def total(findings: Iterable[Finding]) -> float:
    """The penalty of several findings."""
    return sum(finding.penalty for finding in findings)
