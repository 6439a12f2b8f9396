"""The last row of a dialog: let it be, or go on."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton

from studio.i18n import _


def answers(dialog: QDialog, go_on: QPushButton) -> QHBoxLayout:
    """Cancel, which closes the dialog, and the button that does what it is for; Enter presses that one."""
    cancel = QPushButton(_("Cancel"))
    cancel.clicked.connect(dialog.reject)
    go_on.setProperty("main", True)
    go_on.setDefault(True)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(cancel)
    row.addWidget(go_on)
    return row
