"""Every theme can be read, by everyone."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from studio import assets
from studio.ui import theme as themes
from studio.ui.theme import EDGES, GROUNDS, NAMES, TEXTS, ThemeSwitch, contrast
from studio.ui.widgets.icons import pixmap

# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as red-, green- and blue-blind eyes see it.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


@pytest.fixture(params=NAMES)
def theme(request: pytest.FixtureRequest) -> themes.Theme:
    return themes.load(request.param)


def test_text_is_readable_on_every_ground(theme: themes.Theme) -> None:
    low = {
        (text, ground): round(contrast(theme.color(text), theme.color(ground)), 2)
        for text in TEXTS
        for ground in GROUNDS
        if contrast(theme.color(text), theme.color(ground)) < 4.5
    }
    assert not low


def test_speakers_are_readable_where_the_script_is_written(theme: themes.Theme) -> None:
    low = [
        (color, ground)
        for color in theme.speakers
        for ground in ("bg", "panel", "band")
        if contrast(QColor(color), theme.color(ground)) < 4.5
    ]
    assert not low


def test_marked_and_selected_text_is_readable(theme: themes.Theme) -> None:
    for ground in ("selection", "spoken", "found"):
        assert contrast(theme.color("text"), theme.color(ground)) >= 4.5, ground
    assert contrast(theme.color("on_accent"), theme.color("accent")) >= 4.5


def test_edges_and_focus_are_visible(theme: themes.Theme) -> None:
    for edge in EDGES:
        for ground in ("bg", "panel", "raised"):
            assert contrast(theme.color(edge), theme.color(ground)) >= 3, (edge, ground)


@pytest.mark.parametrize("eye", EYES)
def test_speakers_stay_apart_for_all_eyes(theme: themes.Theme, eye: str) -> None:
    seen = {color: _lab(QColor(color), eye) for color in theme.speakers}
    assert len(seen) == 8
    nearest = min(
        (sum((x - y) ** 2 for x, y in zip(seen[a], seen[b], strict=True)) ** 0.5, a, b) for a, b in combinations(seen, 2)
    )
    assert nearest[0] >= 8, nearest


def test_a_theme_reaches_palette_and_style_sheet(qtbot: QtBot, qapp: QApplication) -> None:
    button = QPushButton("Render")
    qtbot.addWidget(button)
    switch = ThemeSwitch(qapp, "light")
    heard = []
    switch.changed.connect(heard.append)
    assert themes.theme_of().name == "light"
    switch.choose("dark")
    dark = themes.load("dark")
    assert heard == [dark]
    assert themes.theme_of() == dark
    assert qapp.palette().color(QPalette.ColorRole.Base) == dark.color("bg")
    assert "$" not in qapp.styleSheet()
    switch.choose("dark")
    assert len(heard) == 1
    switch.deleteLater()


def test_every_icon_draws_something_in_the_colour_asked_for(qapp: QApplication) -> None:
    names = [name.removesuffix(".svg") for name in assets.names("icons", ".svg")]
    assert {"play", "pause", "stop", "previous", "next", "zoom-in", "zoom-out", "add", "remove", "warning"} <= set(names)
    for name in names:
        image = pixmap(name, QColor("#ff0000"), 24, 2.0).toImage()
        inked = [image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 200]
        assert inked, name
        assert all(color.red() > 200 and color.green() < 60 for color in inked), name


def _lab(color: QColor, eye: str) -> tuple[float, float, float]:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    red, green, blue = (min(1, max(0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in EYES[eye])
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def test_a_box_of_choices_shows_an_arrow(qapp: QApplication, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QComboBox

    switch = ThemeSwitch(qapp, "dark")
    box = QComboBox()
    qtbot.addWidget(box)
    box.resize(200, 36)
    box.show()
    picture = box.grab().toImage()
    column = {picture.pixelColor(x, 18 + y).name() for x in range(170, 200) for y in range(-6, 7)}
    muted = switch.theme.color("muted").name()
    assert muted in column
    qapp.setStyleSheet("")
