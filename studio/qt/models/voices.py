"""The voices that a character can be given: the library's own, and the draft voices that every machine has."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.core.voices import Voice
from studio.i18n import _, counted
from studio.qt.models.rows import RowModel


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """`used_by` names the characters that speak with it, `styles` how else its samples sound than the first."""

    name: str
    seconds: float = 0.0  # of its first sample; 0 is none
    seed: int | None = None
    tags: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    colour: str = ""  # "#rrggbb"
    styles: tuple[str, ...] = ()
    folder: str = ""

    @property
    def details(self) -> str:
        parts = [_("sample {seconds:.1f} s").format(seconds=self.seconds)] if self.seconds else []
        parts += [", ".join(self.styles)] if self.styles else []
        parts += [_("seed {seed}").format(seed=self.seed)] if self.seed is not None else []
        return " · ".join([*parts, *([self.folder] if self.folder else []), *self.tags])


class VoiceModel(RowModel[VoiceRow]):
    def key(self, row: VoiceRow) -> Hashable:
        return row.name

    def text(self, row: VoiceRow) -> str:
        return row.name

    def spoken(self, row: VoiceRow) -> str:
        said = ", ".join(part for part in (row.name, row.details) if part)
        return _("{voice}, used by {names}").format(voice=said, names=", ".join(row.used_by)) if row.used_by else said

    def hint(self, row: VoiceRow) -> str:
        return self.spoken(row)


def row_of(voice: Voice, used_by: tuple[str, ...] = ()) -> VoiceRow:
    """A voice as a row. A seed is said only of one that has no sample: with a sample it decides little."""
    sample = voice.sample()
    tags = tuple(_("built-in") if tag == "built-in" else tag for tag in voice.tags)
    styles = tuple(one.style for one in voice.samples if one.style)
    return VoiceRow(
        voice.name, sample.seconds if sample else 0.0, voice.seed, tags, used_by, voice.colour, styles, voice.folder
    )


def names_in_words(names: list[str] | tuple[str, ...]) -> str:
    """`Annie`, or `12 voices`."""
    return names[0] if len(names) == 1 else counted(len(names), _("voice"), _("voices"))
