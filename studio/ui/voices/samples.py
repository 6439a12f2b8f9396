"""The samples of a voice as rows: their style, length, words, and the doctor's verdict. Model and look."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from studio.core.prompts import Verdict
from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.voicemaking import Draft
from studio.ui.rows import RowDelegate, right_text, two_lines
from studio.ui.theme import Theme
from studio.ui.voices.checks import LOOKS, verdict_word
from studio.ui.widgets.marks import paint_mark


@dataclass(frozen=True, slots=True)
class SampleRow:
    """`verdict` is None while nobody has listened to it."""

    number: int
    style: str
    seconds: float
    words: str
    verdict: Verdict | None

    @property
    def title(self) -> str:
        return self.style or (_("as it is") if not self.number else _("sample {number}").format(number=self.number + 1))


class SampleModel(RowModel[SampleRow]):
    def show_drafts(self, drafts: Sequence[Draft]) -> None:
        self.show(
            [
                SampleRow(
                    number,
                    one.style,
                    round(one.seconds, 1),
                    one.transcript.removeprefix("[S1] "),
                    one.diagnosis.verdict if one.diagnosis is not None else None,
                )
                for number, one in enumerate(drafts)
            ]
        )

    def key(self, row: SampleRow) -> Hashable:
        return row.number

    def text(self, row: SampleRow) -> str:
        return f"{row.title}, {row.seconds:.1f} s"

    def spoken(self, row: SampleRow) -> str:
        parts = [row.title, _("{seconds:.1f} seconds").format(seconds=row.seconds), row.words or _("no words yet")]
        return ", ".join([*parts, *([verdict_word(row.verdict)] if row.verdict is not None else [])])

    def hint(self, row: SampleRow) -> str:
        return self.spoken(row)


class SampleDelegate(RowDelegate):
    """The mark of the verdict, the style over the words, the seconds."""

    height = 44

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, SampleRow)
        if row.verdict is not None:
            mark, tint, _word = LOOKS[row.verdict]
            paint_mark(painter, QRectF(box.left() - 8, box.center().y() - 8, 16, 16), mark, theme.color(tint))
        words = box.adjusted(14, 0, 8, 0)
        upper = QRectF(words.left(), words.top() + 4, words.width(), words.height() / 2 - 4)
        used = right_text(painter, upper, _("{seconds:.1f} s").format(seconds=row.seconds), theme.color("muted"))
        two_lines(painter, words, row.title, row.words or _("no words yet"), theme, used)
