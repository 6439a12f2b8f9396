"""Consent to be heard: who agreed to what, and when. The form of it, and a dialog for when it is needed at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.core.voices import Consent
from studio.i18n import _
from studio.ui.widgets.answers import answers

MAX_STATEMENT = 2_000


class ConsentForm(QWidget):
    """The statement, who gave it and on which day, and the digest of a recording of it; `changed` when somebody writes.
    `recording_asked` when a recording is to be chosen, `hear_asked(digest)` when it is to be heard."""

    changed = Signal()
    recording_asked = Signal()
    hear_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recording = ""
        self.add_recording = QPushButton(_("Add a recording of it…"))
        self.add_recording.clicked.connect(self.recording_asked)
        self.hear = QPushButton(_("Hear it"))
        self.hear.setAccessibleName(_("Hear the consent"))
        self.hear.clicked.connect(lambda: self.hear_asked.emit(self._recording))
        self.drop = QPushButton(_("Remove"))
        self.drop.setAccessibleName(_("Remove the recording of the consent"))
        self.drop.clicked.connect(lambda: self.put_recording(""))
        why = QLabel(
            _(
                "A voice belongs to a person. Write down who agreed that this one is used, and for what: it stays with the "
                "voice, goes along when it is exported, and shows whom to ask. Your own voice counts, too."
            )
        )
        why.setWordWrap(True)
        why.setProperty("role", "muted")
        self.statement = QLineEdit()
        self.statement.setMaxLength(MAX_STATEMENT)
        self.statement.setPlaceholderText(_("I agree that my voice is used for this show."))
        self.by = QLineEdit()
        self.by.setMaxLength(200)
        self.at = QLineEdit()
        self.at.setPlaceholderText(_("year-month-day"))
        self.at.setMaxLength(10)
        today = QPushButton(_("Today"))
        today.clicked.connect(lambda: self.at.setText(date.today().isoformat()))
        day = QWidget()
        row = QHBoxLayout(day)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.at, 1)
        row.addWidget(today)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, field, widget in (
            (_("What was agreed"), self.statement, self.statement),
            (_("By whom"), self.by, self.by),
            (_("On which day"), self.at, day),
        ):
            field.setAccessibleName(label)
            field.textChanged.connect(lambda *_args: self.changed.emit())
            form.addRow(label, widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(why)
        column.addLayout(form)
        self._recorded = QWidget()
        said = QHBoxLayout(self._recorded)
        said.setContentsMargins(0, 0, 0, 0)
        for button in (self.add_recording, self.hear, self.drop):
            said.addWidget(button)
        said.addStretch(1)
        self._recorded.hide()
        column.addWidget(self._recorded)

    def offer_recordings(self) -> None:
        """Let a recording of the consent be added, heard and removed."""
        self._recorded.show()
        self._show_recording()

    def put_recording(self, digest: str) -> None:
        """The recording of the consent is that one; "" is none."""
        self._recording = digest
        self._show_recording()
        self.changed.emit()

    def _show_recording(self) -> None:
        self.add_recording.setText(_("Another recording of it…") if self._recording else _("Add a recording of it…"))
        for button in (self.hear, self.drop):
            button.setEnabled(bool(self._recording))

    def show_consent(self, consent: Consent) -> None:
        self._recording = consent.recording
        self._show_recording()
        self.statement.setText(consent.statement)
        self.by.setText(consent.by)
        self.at.setText(consent.at)

    def consent(self) -> Consent:
        return Consent(self.statement.text().strip(), self.by.text().strip(), self.at.text().strip(), self._recording)

    def fault(self) -> str:
        """What is wrong with what was written, "" when all is well."""
        day = self.at.text().strip()
        try:
            if day and date.fromisoformat(day).isoformat() != day:
                raise ValueError
        except ValueError:
            return _("The day of the consent is no date: write it as in {example}.").format(example=date.today().isoformat())
        return ""


class ConsentDialog(QDialog):
    """Asks for the consent that some voices lack before they are handed on; `agreed(consent)` when it was given."""

    agreed = Signal(object)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Consent"))
        self.setMinimumWidth(460)
        about = QLabel(_("No consent is written down for {names}.").format(names=", ".join(names)))
        about.setWordWrap(True)
        about.setProperty("role", "title")
        self.form = ConsentForm()
        self._fault = QLabel()
        self._fault.setProperty("role", "error")
        self._fault.setWordWrap(True)
        self._fault.hide()
        go_on = QPushButton(_("Export with this consent"))
        go_on.clicked.connect(self.give)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        for widget in (about, self.form, self._fault):
            column.addWidget(widget)
        column.addLayout(answers(self, go_on))

    def give(self) -> None:
        fault = self.form.fault() or ("" if self.form.statement.text().strip() else _("Write down what was agreed."))
        self._fault.setText(fault)
        self._fault.setVisible(bool(fault))
        if not fault:
            self.agreed.emit(self.form.consent())
            self.accept()
