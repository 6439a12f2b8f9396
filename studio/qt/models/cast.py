"""The cast: who speaks, in which colour, with which voice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import _
from studio.qt.models.rows import RowModel


@dataclass(frozen=True, slots=True)
class CharacterRow:
    """`voice` is "" where the character speaks with a voice of its own, made from `seed`, or from the name where that is None;
    `speaker` is the number of the colour."""

    name: str
    speaker: int
    voice: str = ""
    style: str = ""
    is_missing: bool = False  # the library lacks the voice
    seed: int | None = None

    @property
    def voice_words(self) -> str:
        if not self.voice:
            return _("choose…") if self.seed is None else _("own voice")
        return f"{self.voice} / {self.style}" if self.style else self.voice

    @property
    def needs_choice(self) -> bool:
        return self.is_missing or (not self.voice and self.seed is None)


class CastModel(RowModel[CharacterRow]):
    def key(self, row: CharacterRow) -> Hashable:
        return row.name

    def text(self, row: CharacterRow) -> str:
        return row.name or _("Narrator")

    def spoken(self, row: CharacterRow) -> str:
        if row.is_missing:
            return _("{name}, the voice {voice} is missing").format(name=self.text(row), voice=row.voice)
        if row.needs_choice:
            return _("{name}, no voice chosen").format(name=self.text(row))
        if not row.voice:
            return _("{name}, a voice of its own, seed {seed}").format(name=self.text(row), seed=row.seed)
        return _("{name}, voice {voice}").format(name=self.text(row), voice=row.voice_words)

    def hint(self, row: CharacterRow) -> str:
        return self.spoken(row)
