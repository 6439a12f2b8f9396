"""The small shared widgets."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui import theme as themes
from studio.ui.widgets.labels import ElidedLabel, SectionHeader, key_html
from studio.ui.widgets.marks import SIGNS, STATES, paint_mark, state_color, state_word


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
    assert len(shapes) == len(STATES) == 8
    assert len({state_word(state) for state in STATES}) == 8


def test_states_and_signs_are_told_apart_in_greyscale(qapp: object) -> None:
    for name in ("dark", "light"):
        pictures = {mark: grey_picture(mark, name) for mark in (*STATES, *SIGNS)}
        names = list(pictures)
        for number, one in enumerate(names):
            assert ink(pictures[one], pictures[one][0]) > 6, one
            for other in names[number + 1 :]:
                differ = sum(abs(a - b) > 48 for a, b in zip(pictures[one], pictures[other], strict=True))
                assert differ >= 8, (name, one, other, differ)


def grey_picture(mark: str, theme_name: str) -> bytes:
    """The mark as it is painted, 16 points across, all in one grey: colour does not help."""
    theme = themes.load(theme_name)
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(theme.color("bg"))
    painter = QPainter(image)
    paint_mark(painter, image.rect().toRectF(), mark, theme.color("muted"))
    painter.end()
    assert state_color(mark, theme).isValid()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return b"".join(bytes(grey.constScanLine(y))[:16] for y in range(16))


def ink(picture: bytes, ground: int) -> int:
    return sum(abs(value - ground) > 48 for value in picture)


def test_keys_are_written_as_the_platform_does_and_safely() -> None:
    assert "Ctrl+." in key_html("Ctrl+.", themes.load("dark"))
