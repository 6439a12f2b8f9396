"""Many voices at once: tags put on and taken off, the folder, the language, the licence. One change, undone as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.voices import names_in_words
from studio.qt.workspace import Workspace
from studio.ui.voices.details import folder_of, name_field, tags_in
from studio.ui.widgets.answers import answers


class SortDialog(QDialog):
    """What is left empty stays as it is with each voice."""

    def __init__(self, work: Workspace, voices: Sequence[Voice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Tags, folder, language"))
        self.setMinimumWidth(420)
        self._work = work
        self._names = [voice.name for voice in voices]
        title = QLabel(names_in_words(self._names))
        title.setProperty("role", "title")
        about = QLabel(_("What is left empty stays as it is."))
        about.setProperty("role", "muted")
        self.add_tags, self.drop_tags = QLineEdit(), QLineEdit()
        self.add_tags.setPlaceholderText(_("warm, narrator"))
        self.drop_tags.setPlaceholderText(", ".join(sorted({tag for voice in voices for tag in voice.tags})[:6]))
        self.folder = QComboBox()
        self.folder.setEditable(True)
        self.folder.addItems(["", *work.voices.folders()])
        if (line := self.folder.lineEdit()) is not None:
            line.setPlaceholderText(_("Show/Guests"))
        self.language, self.licence = QLineEdit(), QLineEdit()
        self.language.setPlaceholderText("en-GB")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, field in (
            (_("Put tags on"), self.add_tags),
            (_("Take tags off"), self.drop_tags),
            (_("Move to folder"), self.folder),
            (_("Language"), self.language),
            (_("Licence"), self.licence),
        ):
            name_field(field, label)
            form.addRow(label, field)
        change = QPushButton(_("Change"))
        change.clicked.connect(self.change)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(about)
        column.addLayout(form)
        column.addLayout(answers(self, change))

    def change(self) -> None:
        """Make the change for all of them, and close."""
        on, off = tags_in(self.add_tags.text()), {tag.casefold() for tag in tags_in(self.drop_tags.text())}
        folder, language, licence = (
            folder_of(self.folder.currentText()),
            self.language.text().strip(),
            self.licence.text().strip(),
        )

        def changed(voice: Voice) -> Voice:
            kept = [tag for tag in voice.tags if tag.casefold() not in off]
            return replace(
                voice,
                tags=tuple(dict.fromkeys([*kept, *on])),
                folder=folder or voice.folder,
                language=language or voice.language,
                licence=licence or voice.licence,
            )

        if on or off or folder or language or licence:
            self._work.voice_edits.edit(self._names, changed)
        self.accept()
