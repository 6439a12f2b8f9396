"""The export dialog, made from the registry of formats: format, options, tags, file, progress, stop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.settings import whole
from studio.i18n import _, counted
from studio.qt.exporting import Exporting, ExportOrder, TagWords, formats
from studio.qt.outlining import unheard
from studio.qt.session import Session
from studio.qt.words import clock
from studio.ui.errors import Notice

TAGS = ("title", "author", "album", "year", "comment")


class ExportDialog(QDialog):
    """Stands beside the window, not before it: one can go on writing meanwhile. It exports what there is when it begins."""

    def __init__(self, session: Session, exporting: Exporting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export"))
        self.setMinimumWidth(460)
        self._session = session
        self._exporting = exporting
        self._formats = formats()
        self._options: dict[str, QComboBox] = {}
        self.notice = Notice()
        self.format = QComboBox()
        self.format.addItems([one.label for one in self._formats])
        self.target = QLineEdit(str(session.folder / f"{_file_name(session.title)}{self._formats[0].suffix}"))
        self.channels = QComboBox()
        self.channels.addItem(_("Stereo"), 2)
        self.channels.addItem(_("Mono: half the size, for speech alone"), 1)
        self.channels.setCurrentIndex(max(0, self.channels.findData(whole(session.settings, "channels"))))
        self.tags = {name: QLineEdit(session.settings.get(name, "")) for name in TAGS}
        self.cover = QLineEdit(_cover_of(session))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress of the export"))
        self.progress.hide()
        self.start_button = QPushButton(_("Export"))
        self.start_button.setProperty("main", True)
        self.start_button.setDefault(True)
        self.close_button = QPushButton(_("Close"))
        self._option_form = QFormLayout()
        self._lay_out()
        self._connect()
        self._show_format(0)
        self._say_what_is_missing()

    def start(self) -> None:
        """Export with what is filled in."""
        target = Path(self.target.text()).expanduser()
        words = TagWords(**{name: field.text() for name, field in self.tags.items()}, cover=self.cover.text())
        options = {name: box.currentData() for name, box in self._options.items()}
        self.notice.hide()
        self._set_running(True)
        self._exporting.start(ExportOrder(target, self._session.arranging.now(), words, options, self.channels.currentData()))

    def stop(self) -> None:
        self._exporting.stop()
        self.close_button.setText(_("Stopping…"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._exporting.is_running:
            self.stop()
            event.ignore()
            return
        super().closeEvent(event)

    def reject(self) -> None:
        if self._exporting.is_running:
            self.stop()
        else:
            super().reject()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("Format"), self.format)
        form.addRow(_("Channels"), self.channels)
        form.addRow(_("File"), _with_button(self.target, _("File"), self._choose_target))
        labels = (_("Title"), _("Author"), _("Show or album"), _("Year"), _("Comment"))
        tag_form = QFormLayout()
        for label, name in zip(labels, TAGS, strict=True):
            tag_form.addRow(label, self.tags[name])
        tag_form.addRow(_("Cover picture"), _with_button(self.cover, _("Cover picture"), self._choose_cover))
        self._about = QLabel()
        self._about.setProperty("role", "muted")
        self._about.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.progress, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.start_button)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self.notice)
        for layout in (form, self._option_form, tag_form):
            column.addLayout(layout)
        column.addWidget(self._about)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._show_format)
        self.start_button.clicked.connect(self.start)
        self.close_button.clicked.connect(self.reject)
        self._exporting.progressed.connect(self._on_progress)
        self._exporting.done.connect(self._on_done)
        self._exporting.stopped.connect(self._on_stopped)
        self._exporting.failed.connect(self._on_failed)

    def _show_format(self, number: int) -> None:
        kind = self._formats[number]
        while self._option_form.rowCount():
            self._option_form.removeRow(0)
        self._options = {}
        for option in kind.options:
            box = QComboBox()
            for choice in option.choices:
                box.addItem(str(choice), choice)
            box.setCurrentIndex(max(0, box.findData(option.default)))
            self._options[option.name] = box
            self._option_form.addRow(_(option.title), box)
        target = Path(self.target.text())
        self.target.setText(str(target.with_suffix(kind.suffix)) if target.name else "")

    def _say_what_is_missing(self) -> None:
        missing = unheard(self._session)
        length = self._session.timeline.length / self._session.timeline.rate
        said = _("The show is {length} long.").format(length=clock(length))
        if missing:
            silent = counted(
                missing,
                _("segment is not rendered yet and will be silent."),
                _("segments are not rendered yet and will be silent."),
            )
            said = f"{said} {silent}"
        self._about.setText(said)

    def _on_progress(self, share: float) -> None:
        self.progress.setValue(int(share * 1000))

    def _on_done(self, path: Path) -> None:
        self._set_running(False)
        self.notice.say(_("Exported to {path}.").format(path=path))

    def _on_stopped(self) -> None:
        self._set_running(False)
        self.notice.say(_("The export was stopped. Nothing was written."))

    def _on_failed(self, error: StudioError) -> None:
        self._set_running(False)
        self.notice.show_error(error)

    def _set_running(self, is_running: bool) -> None:
        self.start_button.setEnabled(not is_running)
        self.close_button.setText(_("Stop") if is_running else _("Close"))
        self.progress.setVisible(is_running)
        self.progress.setValue(0)

    def _choose_target(self) -> None:
        kind = self._formats[self.format.currentIndex()]
        name, _filter = QFileDialog.getSaveFileName(self, _("Export to"), self.target.text(), f"{kind.label} (*{kind.suffix})")
        if name:
            self.target.setText(name)

    def _choose_cover(self) -> None:
        pictures = _("Pictures") + " (*.jpg *.jpeg *.png)"
        name, _filter = QFileDialog.getOpenFileName(self, _("Cover picture"), str(self._session.folder), pictures)
        if name:
            self.cover.setText(name)


def _cover_of(session: Session) -> str:
    name = session.settings.get("cover", "")
    return str(session.folder / name) if name else ""


def _file_name(title: str) -> str:
    """The title as a file name that every system takes."""
    kept = "".join(letter if letter.isalnum() or letter in " -_.,()" else " " for letter in title)
    return " ".join(kept.split()).strip(". ")[:80] or "episode"


def _with_button(field: QLineEdit, name: str, act: object) -> QWidget:
    field.setAccessibleName(name)
    button = QPushButton(_("Choose…"))
    button.setAccessibleName(_("Choose: {name}").format(name=name))
    button.clicked.connect(act)
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(field, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
    return whole
