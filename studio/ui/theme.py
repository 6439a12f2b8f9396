"""The look as a value: tokens of a theme, the palette and style sheet made of them, and the switch that applies one to the
application. Thread: the GUI's. Widgets ask `theme_of()` when they paint; nothing here keeps a global."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from studio import assets

NAMES = ("dark", "light", "contrast")
SYSTEM = "system"
_PROPERTY = "studioTheme"

# Pairs that carry text, and marks or edges that carry meaning, on each ground; tests hold every theme to 4.5 and 3.
GROUNDS = ("bg", "panel", "raised", "band")
TEXTS = ("text", "muted", "accent", "rendered", "stale", "failed", "rendering")
EDGES = ("edge", "accent", "faint")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by name. `speakers` are told apart by colour-blind eyes too; past the last they repeat (see `speaker`)."""

    name: str
    is_dark: bool
    tokens: Mapping[str, str]
    speakers: tuple[str, ...]
    _colors: dict[str, QColor] = field(default_factory=dict, compare=False, repr=False)

    def color(self, token: str) -> QColor:
        """The colour of a token, e.g. `color("muted")`. Raises KeyError for an unknown one."""
        found = self._colors.get(token)
        if found is None:
            found = self._colors[token] = QColor(self.tokens[token])
        return found

    def speaker(self, index: int) -> QColor:
        """The colour of speaker number `index` (from 0), over and over."""
        return QColor(self.speakers[index % len(self.speakers)])

    def repeats(self, index: int) -> bool:
        """The colour has been used by an earlier speaker, so that it needs a pattern beside it."""
        return index >= len(self.speakers)

    def speaker_ground(self, index: int) -> QColor:
        """A quiet ground in the speaker's colour, for clips and portraits."""
        return blend(self.speaker(index), self.color("bg"), 0.16)


def load(name: str) -> Theme:
    """The shipped theme of that name (one of NAMES)."""
    data = json.loads(assets.path("themes", f"{name}.json").read_text("utf-8"))
    return Theme(data["name"], data["is_dark"], data["tokens"], tuple(data["speakers"]))


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """`share` of the one colour laid on the other, opaque."""
    return QColor.fromRgbF(
        over.redF() * share + under.redF() * (1 - share),
        over.greenF() * share + under.greenF() * (1 - share),
        over.blueF() * share + under.blueF() * (1 - share),
    )


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of WCAG 2, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palette_of(theme: Theme) -> QPalette:
    """Every role that widgets draw from, disabled ones included."""
    palette = QPalette()
    role = QPalette.ColorRole
    for target, token in {
        role.Window: "panel", role.WindowText: "text", role.Base: "bg", role.AlternateBase: "panel",
        role.Text: "text", role.PlaceholderText: "muted", role.Button: "raised", role.ButtonText: "text",
        role.BrightText: "failed", role.Highlight: "selection", role.HighlightedText: "text", role.Link: "accent",
        role.LinkVisited: "rendering", role.ToolTipBase: "raised", role.ToolTipText: "text", role.Light: "raised",
        role.Midlight: "line", role.Mid: "line", role.Dark: "edge", role.Shadow: "line", role.Accent: "accent",
    }.items():  # fmt: skip
        palette.setColor(target, theme.color(token))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, theme.color("faint"))
    return palette


def stylesheet_of(theme: Theme) -> str:
    """The style sheet with the theme's colours put in."""
    pictures = assets.path("themes", f"{theme.name}-check.svg").as_posix().removesuffix("-check.svg")
    return Template(assets.path("themes", "window.qss").read_text("utf-8")).substitute(theme.tokens, pictures=pictures)


def interface_font(pixels: int = 13) -> QFont:
    """The system's sans-serif at a size of ours."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(pixels)
    return font


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width, for times and numbers."""
    fixed = QFont(font)
    if hasattr(fixed, "setFeature"):
        fixed.setFeature(QFont.Tag.fromString("tnum"), 1)
    return fixed


def theme_of(app: QObject | None = None) -> Theme:
    """The theme in force in the application; dark where none was applied yet."""
    app = app or QGuiApplication.instance()
    found = app.property(_PROPERTY) if app is not None else None
    return found if isinstance(found, Theme) else load("dark")


def apply(app: QApplication, theme: Theme) -> None:
    """Put a theme in force. Widgets hear of it by QEvent.PaletteChange or StyleChange."""
    app.setProperty(_PROPERTY, theme)
    app.setPalette(palette_of(theme))
    app.setStyleSheet(stylesheet_of(theme))


class ThemeSwitch(QObject):
    """Applies the user's choice, or follows the system's light and dark while the choice is "system"."""

    changed = Signal(object)  # Theme

    def __init__(self, app: QApplication, choice: str = SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        app.setStyle("Fusion")
        app.setFont(interface_font())
        app.styleHints().colorSchemeChanged.connect(self._scheme_changed)
        self.theme = self._apply()

    @property
    def choice(self) -> str:
        return self._choice

    def choose(self, choice: str) -> None:
        """One of NAMES, or "system"."""
        self._choice = choice
        before, self.theme = self.theme, self._apply()
        if before != self.theme:
            self.changed.emit(self.theme)

    def _scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._choice == SYSTEM:
            self.choose(SYSTEM)

    def _apply(self) -> Theme:
        name = self._choice
        if name not in NAMES:
            name = "light" if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
        theme = load(name)
        apply(self._app, theme)
        return theme


def _luminance(color: QColor) -> float:
    red, green, blue = (_linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
