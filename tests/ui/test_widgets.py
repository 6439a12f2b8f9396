"""The small shared widgets."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.widgets.labels import ElidedLabel, SectionHeader, key_html
from studio.ui.widgets.marks import STATES, paint_mark, state_color, state_word


def test_a_label_without_room_shortens_itself_and_tells_all(qtbot: QtBot) -> None:
    label = ElidedLabel("The names of <seven> ships, and under the seventh a line")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    short = label.grab().toImage()
    label.setText("The names")
    QApplication.processEvents()
    assert short != label.grab().toImage()
    label.setText("The names of <seven> ships")
    assert label.toolTip() == "The names of &lt;seven&gt; ships"
    assert label.accessibleName() == "The names of <seven> ships"
    assert label.minimumSizeHint().width() < 30


def test_a_section_header_is_read_aloud(qtbot: QtBot) -> None:
    header = SectionHeader("Cast")
    qtbot.addWidget(header)
    assert header.accessibleName() == "Cast"


def test_every_state_has_a_word_a_colour_and_a_shape_of_its_own(qapp: QApplication) -> None:
    shapes = set()
    for state in STATES:
        image = QImage(24, 24, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        paint_mark(painter, QRectF(0, 0, 24, 24), state, QColor("white"))
        painter.end()
        shapes.add(bytes(image.constBits()))
        assert state_color(state, themes.load("light")).isValid()
    assert len(shapes) == len(STATES) == 7
    assert len({state_word(state) for state in STATES}) == 7


def test_keys_are_written_as_the_platform_does_and_safely() -> None:
    assert "Ctrl+." in key_html("Ctrl+.", themes.load("dark"))
