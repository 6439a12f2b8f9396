"""The voices that a character can be given: the library's own, and the draft voices that every machine has."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import _
from studio.qt.models.rows import RowModel


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """`used_by` names the characters that speak with it."""

    name: str
    seconds: float = 0.0  # of its first sample; 0 is none
    seed: int | None = None
    tags: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()

    @property
    def details(self) -> str:
        parts = [_("sample {seconds:.1f} s").format(seconds=self.seconds)] if self.seconds else []
        parts += [_("seed {seed}").format(seed=self.seed)] if self.seed is not None else []
        return " · ".join([*parts, *self.tags])


class VoiceModel(RowModel[VoiceRow]):
    def key(self, row: VoiceRow) -> Hashable:
        return row.name

    def text(self, row: VoiceRow) -> str:
        return row.name

    def spoken(self, row: VoiceRow) -> str:
        said = ", ".join(part for part in (row.name, row.details) if part)
        return _("{voice}, used by {names}").format(voice=said, names=", ".join(row.used_by)) if row.used_by else said
