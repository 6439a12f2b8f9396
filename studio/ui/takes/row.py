"""How a take looks in its list: letter, signs, small waveform, length, the one word that matters, score, note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from studio.i18n import _
from studio.qt.models.takes import TakeRow
from studio.qt.peaks import Waveform
from studio.ui.rows import RowDelegate, left_text, right_text, small
from studio.ui.theme import Theme
from studio.ui.widgets.marks import paint_mark, state_color

PeaksOf = Callable[[str], Waveform | None]

LETTER, SIGN, SECONDS, WORD = 18, 14, 50, 92  # widths of the columns, in points


def signs(row: TakeRow) -> tuple[str, ...]:
    """The shapes beside the letter, one for each thing that is to be seen without reading."""
    told = {"locked": row.mark.is_locked, "kept": row.is_kept and not row.mark.is_locked}
    told |= {"doubtful": row.is_doubtful, "favourite": row.mark.is_favourite}
    return tuple(sign for sign, is_told in told.items() if is_told)


def tint(row: TakeRow) -> str:
    """The colour of the word; the word itself says the same."""
    if row.mark.is_binned or row.mark.is_locked:
        return "muted"
    return "stale" if row.is_doubtful or not row.is_current else "muted"


class TakeDelegate(RowDelegate):
    """Two lines high: the waveform makes room for a note where there is one."""

    height = 44

    def __init__(self, peaks: PeaksOf) -> None:
        super().__init__()
        self._peaks = peaks

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, TakeRow)
        self._paint_letter(painter, box, row, theme)
        shapes = signs(row)
        for number, sign in enumerate(shapes):
            place = QRectF(box.left() + LETTER + number * SIGN, box.center().y() - 8, 16, 16)
            paint_mark(painter, place, sign, state_color(sign, theme))
        word = QRectF(box.right() - WORD, box.top() + 5, WORD, box.height() / 2 - 5)
        points = QRectF(word.left(), box.center().y() + 1, WORD, box.height() / 2 - 5)
        if not row.score:
            word = word.adjusted(0, 0, 0, box.height() / 2 - 5)
        elif not row.finding:
            points = points.adjusted(0, 5 - box.height() / 2, 0, 0)
        right_text(painter, word, row.finding, theme.color(tint(row)))
        right_text(painter, points, _("score {score}").format(score=row.score) if row.score else "", theme.color("muted"))
        seconds = QRectF(word.left() - SECONDS, box.top(), SECONDS - 6, box.height())
        right_text(painter, seconds, _("{seconds:.1f} s").format(seconds=row.seconds), theme.color("muted"))
        left = box.left() + LETTER + max(2, len(shapes)) * SIGN + 8
        wave = QRectF(left, box.top() + 7, seconds.left() - left - 4, box.height() - 14)
        if row.mark.note:
            note = QRectF(left, box.bottom() - 19, seconds.right() - left, 16)
            wave.setHeight(18)
            seconds.setHeight(24)
            painter.save()
            painter.setFont(small(painter.font()))
            left_text(painter, note, row.mark.note, theme.color("muted"))
            painter.restore()
        self._paint_wave(painter, wave, row, theme)

    def _paint_letter(self, painter: QPainter, box: QRectF, row: TakeRow, theme: Theme) -> None:
        painter.save()
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        bold.setStrikeOut(row.mark.is_binned)
        painter.setFont(bold)
        painter.setPen(theme.color("muted" if row.mark.is_binned else "text"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), row.letter)
        painter.restore()

    def _paint_wave(self, painter: QPainter, box: QRectF, row: TakeRow, theme: Theme) -> None:
        waveform = self._peaks(row.key)
        columns = max(1, int(box.width() / 2))
        painter.setPen(theme.speaker(0) if row.is_current and not row.mark.is_binned else theme.color("muted"))
        middle, half = box.center().y(), box.height() / 2
        if waveform is None:
            painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
            return
        lows, highs = waveform.columns(0.0, waveform.seconds, columns)
        loudest = max(float(highs.max()), float(-lows.min()), 0.05)
        for number in range(columns):
            x = box.left() + number * 2
            top, bottom = float(highs[number]) / loudest, float(lows[number]) / loudest
            painter.drawLine(QPointF(x, middle - max(top, 0.02) * half), QPointF(x, middle - min(bottom, -0.02) * half))
