"""What is said of a voice besides its sound: folder, tags, language, colour, licence, notes. A form over a Voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from studio.core.voices import Voice
from studio.i18n import N_, _

# Colours that stay apart for most eyes; each has a word, so that nobody has to see it.
COLOURS = (
    ("", N_("no colour")),
    ("#3fb6c9", N_("teal")),
    ("#e58ab8", N_("pink")),
    ("#9cc35a", N_("green")),
    ("#e0b14a", N_("amber")),
    ("#8ab4f8", N_("blue")),
    ("#c79bf2", N_("violet")),
    ("#f28b82", N_("red")),
    ("#9aa0a6", N_("grey")),
)
MAX_NOTES = 20_000


class DetailsForm(QWidget):
    """`changed` when somebody writes. The name is the dialog's."""

    changed = Signal()

    def __init__(self, folders: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = QComboBox()
        self.folder.setEditable(True)
        self.folder.addItems(["", *folders])
        if (line := self.folder.lineEdit()) is not None:
            line.setPlaceholderText(_("Show/Guests"))
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(_("warm, narrator"))
        self.language = QComboBox()
        self.language.setEditable(True)
        self.language.addItems(["en", "en-US", "en-GB", "en-AU", "en-IE", "en-IN"])
        self.colour = QComboBox()
        for value, word in COLOURS:
            self.colour.addItem(_disc(value), _(word), value)
        self.colour.setIconSize(QSize(16, 16))
        self.licence = QLineEdit()
        self.licence.setPlaceholderText(_("for example CC BY 4.0, or for this show only"))
        self.notes = QPlainTextEdit()
        self.notes.setProperty("role", "field")
        self.notes.setTabChangesFocus(True)
        self.notes.setMaximumHeight(120)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, field in (
            (_("Folder"), self.folder),
            (_("Tags"), self.tags),
            (_("Language"), self.language),
            (_("Colour"), self.colour),
            (_("Licence"), self.licence),
            (_("Notes"), self.notes),
        ):
            name_field(field, label)
            form.addRow(label, field)
        self._uses = QLabel()
        self._uses.setWordWrap(True)
        self._uses.setProperty("role", "muted")
        self._uses.hide()
        form.addRow(self._uses)
        for signal in (
            self.folder.editTextChanged,
            self.tags.textChanged,
            self.language.editTextChanged,
            self.colour.currentIndexChanged,
            self.licence.textChanged,
            self.notes.textChanged,
        ):
            signal.connect(lambda *_args: self.changed.emit())

    def show_voice(self, voice: Voice) -> None:
        self.folder.setEditText(voice.folder)
        self.tags.setText(", ".join(voice.tags))
        self.language.setEditText(voice.language)
        number = self.colour.findData(voice.colour)
        if number < 0:
            self.colour.addItem(_disc(voice.colour), voice.colour, voice.colour)
            number = self.colour.count() - 1
        self.colour.setCurrentIndex(number)
        self.licence.setText(voice.licence)
        self.notes.setPlainText(voice.notes)

    def show_uses(self, words: str) -> None:
        """Where the voice is used, in words."""
        self._uses.setText(words)
        self._uses.setVisible(bool(words))

    def uses(self) -> str:
        return self._uses.text()

    def voice(self, voice: Voice) -> Voice:
        """That voice, with what stands here."""
        return replace(
            voice,
            folder=folder_of(self.folder.currentText()),
            tags=tags_in(self.tags.text()),
            language=self.language.currentText().strip() or "en",
            colour=str(self.colour.currentData() or ""),
            licence=self.licence.text().strip(),
            notes=self.notes.toPlainText()[:MAX_NOTES],
        )


def name_field(field: QWidget, name: str) -> None:
    """Name a field for screen readers; what is typed into a combo box goes into a field of its own."""
    field.setAccessibleName(name)
    if isinstance(field, QComboBox) and (line := field.lineEdit()) is not None:
        line.setAccessibleName(name)


def tags_in(text: str) -> tuple[str, ...]:
    """Tags as people write them, with commas between."""
    return tuple(dict.fromkeys(word for part in text.split(",") if (word := " ".join(part.split()))))


def folder_of(text: str) -> str:
    """A folder as people write it: `Show / Guests/` is `Show/Guests`."""
    return "/".join(part for one in text.split("/") if (part := " ".join(one.split())))


def _disc(colour: str) -> QIcon:
    picture = QPixmap(32, 32)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#808080"))
    painter.setBrush(QColor(colour) if colour else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(2, 2, 12, 12)
    painter.end()
    return QIcon(picture)
