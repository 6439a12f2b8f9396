"""What views hear when the project changes: the kinds of things, and which of them. A value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """A kind of thing that a view may show."""

    TEXT = auto()  # the script's words
    DIAGNOSTICS = auto()
    PLAN = auto()  # how the script is cut
    STATES = auto()  # how segments stand; `segments` says which
    CAST = auto()
    TAKES = auto()  # `segments` says whose
    TIMELINE = auto()
    QUEUE = auto()
    SETTINGS = auto()
    SAVED = auto()  # whether all changes are kept


@dataclass(frozen=True, slots=True)
class Change:
    """Kinds, and the ids of the segments concerned. Without ids, any segment may be concerned."""

    kinds: frozenset[Kind]
    segments: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *kinds: Kind, segments: frozenset[str] = frozenset()) -> Change:
        return cls(frozenset(kinds), segments)

    def touches(self, *kinds: Kind) -> bool:
        return not self.kinds.isdisjoint(kinds)

    def concerns(self, segment: str) -> bool:
        return not self.segments or segment in self.segments


EVERYTHING = Change(frozenset(Kind))
