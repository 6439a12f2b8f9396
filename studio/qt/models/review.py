"""The lists of listening for proof: takes in doubt, and pickups."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.words import clock


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A segment heard with a take in doubt. `line` counts from 1; `findings` are said in words, the weightiest first."""

    segment: str
    key: str
    line: int
    title: str
    findings: tuple[str, ...]
    penalty: float
    score: int


@dataclass(frozen=True, slots=True)
class PickupRow:
    """A segment that is to be spoken again. `at_s` is the place in the show, negative where it is not on the timeline."""

    segment: str
    chapter: str
    line: int
    at_s: float
    note: str
    title: str

    @property
    def place(self) -> str:
        return clock(self.at_s) if self.at_s >= 0 else ""


class DoubtModel(RowModel[DoubtRow]):
    def key(self, row: DoubtRow) -> Hashable:
        return row.segment

    def text(self, row: DoubtRow) -> str:
        return f"{row.line}  {row.findings[0] if row.findings else ''}"

    def spoken(self, row: DoubtRow) -> str:
        place, points = _("line {line}").format(line=row.line), _("score {score}").format(score=row.score)
        return ", ".join([*row.findings, place, points, row.title])

    def hint(self, row: DoubtRow) -> str:
        return "\n".join(row.findings)


class PickupModel(RowModel[PickupRow]):
    def key(self, row: PickupRow) -> Hashable:
        return row.segment

    def text(self, row: PickupRow) -> str:
        return f"{row.place}  {row.note or row.title}"

    def spoken(self, row: PickupRow) -> str:
        parts = [_("pickup"), row.chapter, _("line {line}").format(line=row.line)]
        parts += [_("at {place}").format(place=row.place)] if row.place else []
        return ", ".join([*filter(None, parts), row.note or row.title])

    def hint(self, row: PickupRow) -> str:
        return row.note
