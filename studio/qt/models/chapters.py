"""The outline's chapters: title, share rendered, length."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.words import clock


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """`line` is 0-based, of the heading. `share` is rendered as written; `seconds` counts rendered and estimated."""

    number: int
    title: str
    line: int
    share: float
    seconds: float
    is_current: bool = False

    @property
    def length(self) -> str:
        """`6:05`, with a tilde while part of it is an estimate."""
        return clock(self.seconds) if self.share >= 1 else f"~{clock(self.seconds)}"


class ChapterModel(RowModel[ChapterRow]):
    def key(self, row: ChapterRow) -> Hashable:
        return row.number

    def text(self, row: ChapterRow) -> str:
        return row.title or _("Opening")

    def spoken(self, row: ChapterRow) -> str:
        words = _("{title}, {percent} percent rendered, {length}")
        return words.format(title=self.text(row), percent=int(row.share * 100), length=row.length)

    def hint(self, row: ChapterRow) -> str:
        return self.spoken(row)
