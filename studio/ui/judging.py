"""How takes are judged in this project: how many of each segment there are, how often one is made again, the pace."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QSpinBox, QWidget

from studio.core.settings import SETTINGS, text, whole
from studio.i18n import _

NUMBERS = ("takes", "retries")
GOVERNOR = "pace_governor"


class JudgingForm(QWidget):
    """`given(name, value)` for one of the project's settings."""

    given = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(16, 4, 16, 8)
        self.numbers: dict[str, QSpinBox] = {}
        for name in NUMBERS:
            setting = SETTINGS[name]
            box = QSpinBox()
            box.setRange(int(setting.low), int(setting.high))
            box.setMinimumHeight(28)
            box.setAccessibleName(_(setting.title))
            box.setKeyboardTracking(False)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls the page
            box.valueChanged.connect(lambda value, name=name: self.given.emit(name, str(value)))
            words = QLabel(_(setting.title))
            words.setBuddy(box)
            words.setWordWrap(True)
            form.addRow(words, box)
            self.numbers[name] = box
        self.governor = QComboBox()
        self.governor.addItem(_("yes"), "on")
        self.governor.addItem(_("no"), "off")
        self.governor.setMinimumHeight(28)
        self.governor.setAccessibleName(_(SETTINGS[GOVERNOR].title))
        self.governor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.governor.activated.connect(lambda _index: self.given.emit(GOVERNOR, self.governor.currentData()))
        words = QLabel(_(SETTINGS[GOVERNOR].title))
        words.setBuddy(self.governor)
        form.addRow(words, self.governor)

    def show_settings(self, settings: Mapping[str, str], *, can_write: bool) -> None:
        for name, box in self.numbers.items():
            box.blockSignals(True)
            box.setValue(whole(settings, name))
            box.blockSignals(False)
        self.governor.setCurrentIndex(0 if text(settings, GOVERNOR) == "on" else 1)
        low, high = text(settings, "pace_low"), text(settings, "pace_high")
        words = _("Takes that leave {low} to {high} words a minute are made again, or stretched a little.")
        self.governor.setToolTip(words.format(low=low, high=high))
        self.setEnabled(can_write)
