"""Two takes side by side: which is heard, how they differ, keep or go on. Blind, it says 1 and 2 and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.comparing import Comparison
from studio.qt.differences import Difference
from studio.ui.rows import small

NAMES_BLIND = ("1", "2")


@dataclass(frozen=True, slots=True)
class Compared:
    """What the strip shows. `letters` are those of the takes in the order in which they are shown."""

    now: Comparison
    letters: tuple[str, str]
    differences: tuple[Difference, ...]

    @property
    def names(self) -> tuple[str, str]:
        return (NAMES_BLIND[0], NAMES_BLIND[1]) if self.now.is_blind else self.letters


class CompareStrip(QFrame):
    """`heard_asked(0 or 1)`; everything else is a command."""

    heard_asked = Signal(int)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """`actions` by command id: segment.swap, takes.blind, takes.keep, takes.end."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(_("Comparison of two takes"))
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self.sides = (QPushButton(), QPushButton())
        for number, side in enumerate(self.sides):
            side.setCheckable(True)
            side.clicked.connect(lambda checked=False, number=number: self.heard_asked.emit(number))
        self._blind = QPushButton()
        self._blind.setCheckable(True)
        self._blind.setAccessibleName(_("Blind"))
        self._blind.setToolTip(_("Hide which take is which, and let chance put them in order."))
        self._blind.clicked.connect(actions["takes.blind"].trigger)
        self._keep = QPushButton()
        self._may_keep = actions["takes.keep"].isEnabled
        self._keep.clicked.connect(actions["takes.keep"].trigger)
        self._end = QPushButton(_("Done"))
        self._end.setAccessibleName(_("End the comparison"))
        self._end.clicked.connect(actions["takes.end"].trigger)
        self._swap_key = (
            actions["segment.swap"].shortcut().toString(actions["segment.swap"].shortcut().SequenceFormat.NativeText)
        )
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._told.setProperty("role", "muted")
        self._told.setFont(small(self._told.font()))
        self._lay_out()
        self.hide()

    def show_comparison(self, compared: Compared | None) -> None:
        """None: nothing is compared."""
        self.setVisible(compared is not None)
        if compared is None:
            return
        now, names = compared.now, compared.names
        self._title.setText(title_of(compared))
        for number, (side, name) in enumerate(zip(self.sides, names, strict=True)):
            is_heard = number == now.heard
            side.setChecked(is_heard)
            side.setText(f"▶ {name}" if is_heard else name)
            side.setAccessibleName(_("Take {letter}").format(letter=name) + (", " + _("heard now") if is_heard else ""))
            side.setToolTip(gain_words(now, number, names))
        self._blind.setChecked(now.is_blind)
        self._blind.setText(("✓ " if now.is_blind else "") + _("Blind"))
        self._keep.setText(_("Keep {name}").format(name=names[now.heard]))
        self._keep.setEnabled(not now.kept and self._may_keep())
        self._told.setText(told(compared, self._swap_key))

    def text(self) -> str:
        """All that is shown, for tests and for reading aloud."""
        parts = [self._title.text(), *(side.text() for side in self.sides), self._keep.text(), self._told.text()]
        return "\n".join([*parts, *(side.toolTip() for side in self.sides), *(side.accessibleName() for side in self.sides)])

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._blind)
        grid = QGridLayout()
        grid.setSpacing(6)
        for number, widget in enumerate((*self.sides, self._keep, self._end)):
            grid.addWidget(widget, number // 2, number % 2)
            grid.setColumnStretch(number % 2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self._told)


def title_of(compared: Compared) -> str:
    now = compared.now
    if now.kept:
        return _("Kept take {letter}").format(letter=compared.letters[now.keys.index(now.kept)])
    one, other = compared.names
    if now.lufs is None:
        return _("Getting {one} and {other} ready…").format(one=one, other=other)
    return _("{one} and {other}, equally loud").format(one=one, other=other)


def told(compared: Compared, key: str) -> str:
    """How the two differ, or, where that would give them away, how to go on."""
    if compared.now.is_blind:
        return _("{key} switches at the same place. Keep one, and you are told which it was.").format(key=key)
    if not compared.differences:
        return _("Both were made the same way. {key} switches at the same place.").format(key=key)
    return in_lines(compared.differences)


def in_lines(differences: Sequence[Difference]) -> str:
    """`Seed: 12 → 99`, a line each."""
    return "\n".join(f"{one.name}: {_shortened(one.one)} → {_shortened(one.other)}" for one in differences)


def gain_words(now: Comparison, number: int, names: tuple[str, str]) -> str:
    """How its loudness was changed. Blind, nothing that could be told from it."""
    if now.is_blind or now.lufs is None:
        return _("Both are played equally loud.")
    gain = now.gains_db[number]
    loud = _("{name} measures {lufs:.1f} LUFS").format(name=names[number], lufs=now.lufs[number])
    if gain > -0.05:
        return loud + ", " + _("and is played as it is.")
    return loud + ", " + _("and is played {gain:.1f} dB quieter to be as loud as the other.").format(gain=-gain)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
