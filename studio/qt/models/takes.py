"""The takes of one segment, lettered in the order in which they were made."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import _
from studio.qt.models.rows import RowModel


@dataclass(frozen=True, slots=True)
class TakeRow:
    """`is_current`: it was made of the words as they stand, with the voice as it is cast now."""

    letter: str
    key: str
    seconds: float
    is_heard: bool
    is_kept: bool
    is_current: bool
    is_draft: bool
    engine: str
    seed: int

    @property
    def finding(self) -> str:
        """The one word about it that matters most."""
        if self.is_kept:
            return _("kept")
        if not self.is_current:
            return _("stale")
        return _("draft") if self.is_draft else ""


class TakeModel(RowModel[TakeRow]):
    def key(self, row: TakeRow) -> Hashable:
        return row.key

    def text(self, row: TakeRow) -> str:
        return f"{row.letter}  {row.seconds:.1f} s  {row.finding}".rstrip()

    def spoken(self, row: TakeRow) -> str:
        parts = [_("Take {letter}").format(letter=row.letter), _("{seconds:.1f} seconds").format(seconds=row.seconds)]
        parts += [row.finding] if row.finding else []
        parts += [_("heard now")] if row.is_heard else []
        return ", ".join(parts)

    def hint(self, row: TakeRow) -> str:
        return _("Rendered by {engine}, seed {seed}").format(engine=row.engine, seed=row.seed)
