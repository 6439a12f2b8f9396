"""How rows of lists look: a shape or a letter, the words, a figure at the right. Delegates; they hold no data."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.i18n import _
from studio.qt.models.cast import CharacterRow
from studio.qt.models.chapters import ChapterRow
from studio.qt.models.problems import ProblemRow
from studio.qt.models.queue import STATE_WORDS, JobRow
from studio.qt.models.rows import ROW
from studio.qt.models.voices import VoiceRow
from studio.ui.theme import Theme, tabular, theme_of
from studio.ui.widgets.marks import paint_mark

ROW_HEIGHT = 32
SIDE = 16
SMALL = 12

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Ground, focus ring and margins; children paint what is special."""

    height = ROW_HEIGHT

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = theme_of()
        box = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("band"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("raised"))
        painter.setFont(option.font)
        self.paint_row(painter, box.adjusted(SIDE, 0, -SIDE, 0), index.data(ROW), theme)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), 5, 5)
        painter.restore()

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        raise NotImplementedError


class ChapterDelegate(RowDelegate):
    """A ring that fills as the chapter is rendered, its title, its length."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, ChapterRow)
        ring = QRectF(box.left(), box.center().y() - 6, 12, 12)
        painter.setPen(QPen(theme.color("line"), 3))
        painter.drawEllipse(ring)
        if row.share > 0:
            painter.setPen(QPen(theme.color("rendered"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawArc(ring, 90 * 16, -round(row.share * 360 * 16))
        used = right_text(painter, box, row.length, theme.color("muted"))
        left_text(painter, box.adjusted(24, 0, -used, 0), row.title or _("Opening"), theme.color("text"))


class CastDelegate(RowDelegate):
    """The colour of a speaker, the name, the voice; what is unset says so in the warning colour."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, CharacterRow)
        dot(painter, QRectF(box.left() + 1, box.center().y() - 5, 10, 10), row.speaker, theme)
        name = row.name or _("Narrator")
        wanted = min(painter.fontMetrics().horizontalAdvance(name) + 32.0, box.width() * 0.6)
        tint = "stale" if row.needs_choice else "muted"
        used = right_text(painter, box.adjusted(wanted, 0, 0, 0), row.voice_words, theme.color(tint))
        left_text(painter, box.adjusted(24, 0, -used, 0), name, theme.color("text"))


class VoiceDelegate(RowDelegate):
    """The voice's own colour, its name over its details, who speaks with it."""

    height = 44

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, VoiceRow)
        disc = QRectF(box.left() + 1, box.center().y() - 6, 12, 12)
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.setBrush(QColor(row.colour) if row.colour else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)
        words = box.adjusted(24, 0, 0, 0)
        upper = QRectF(words.left() + words.width() / 2, words.top() + 4, words.width() / 2, words.height() / 2 - 4)
        used = right_text(painter, upper, ", ".join(row.used_by), theme.color("muted"))
        two_lines(painter, words, row.name, row.details, theme, used)


class ProblemDelegate(RowDelegate):
    """The mark of its weight, what is wrong in two lines at most, where, and what would mend it."""

    height = 62

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, ProblemRow)
        problem = row.problem
        mark, tint = {"error": ("failed", "failed"), "warning": ("stale", "stale"), "info": ("empty", "muted")}[
            problem.severity
        ]
        paint_mark(painter, QRectF(box.left() - 4, box.top() + 6, 16, 16), mark, theme.color(tint))
        place = _("line {line}").format(line=problem.line + 1)
        details = f"{place} · {problem.fix.title}" if problem.fix else place
        words = QRectF(box.left() + 20, box.top() + 5, box.width() - 20, 36)
        painter.setPen(theme.color("text"))
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop), problem.message)
        painter.setFont(small(painter.font()))
        left_text(painter, QRectF(words.left(), box.bottom() - 22, words.width(), 18), details, theme.color("muted"))


class JobDelegate(RowDelegate):
    """The state of a job by shape, its line and first words, then its share done or its state in a word."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, JobRow)
        mark, tint = {
            "waiting": ("queued", "muted"),
            "running": ("rendering", "rendering"),
            "done": ("rendered", "rendered"),
            "failed": ("failed", "failed"),
            "cancelled": ("empty", "muted"),
        }[row.state]
        paint_mark(painter, QRectF(box.left() - 4, box.center().y() - 8, 16, 16), mark, theme.color(tint))
        word = f"{row.share:.0%}" if row.state == "running" and row.share else _(STATE_WORDS[row.state])
        used = right_text(painter, box, word, theme.color(tint))
        place = f"{row.line}  " if row.line else ""
        left_text(painter, box.adjusted(20, 0, -used, 0), f"{place}{row.title}", theme.color("text"))


def left_text(painter: QPainter, box: QRectF, text: str, color: QColor) -> None:
    """One line at the left, shortened where it must be."""
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


def right_text(painter: QPainter, box: QRectF, text: str, color: QColor) -> float:
    """Small figures at the right; gives back the width they took, with a gap."""
    painter.save()
    painter.setFont(small(painter.font()))
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), shown)
    width = painter.fontMetrics().horizontalAdvance(shown)
    painter.restore()
    return width + 8.0 if shown else 0.0


def two_lines(painter: QPainter, box: QRectF, title: str, details: str, theme: Theme, used: float = 0.0) -> None:
    """A line of words over a smaller, quieter one; `used` of the upper line's width, at the right, is taken already."""
    upper = QRectF(box.left(), box.top() + 4, box.width() - used, box.height() / 2 - 4)
    left_text(painter, upper if details else box.adjusted(0, 0, -used, 0), title, theme.color("text"))
    if details:
        painter.save()
        painter.setFont(small(painter.font()))
        lower = QRectF(box.left(), box.center().y(), box.width(), box.height() / 2 - 4)
        left_text(painter, lower, details, theme.color("muted"))
        painter.restore()


def dot(painter: QPainter, box: QRectF, speaker: int, theme: Theme) -> None:
    """A speaker's colour; a ring instead of a disc where the colours repeat."""
    color = theme.speaker(speaker)
    painter.setPen(QPen(color, 2) if theme.repeats(speaker) else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if theme.repeats(speaker) else color)
    painter.drawEllipse(box.adjusted(1, 1, -1, -1) if theme.repeats(speaker) else box)


def small(font: QFont) -> QFont:
    quiet = tabular(font)
    quiet.setPixelSize(SMALL)
    return quiet
