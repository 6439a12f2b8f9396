"""Fields for numbers without arrows: typed, or stepped by Up and Down. The edge is the style sheet's."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

F = TypeVar("F", bound=QAbstractSpinBox)

HEIGHT = 30
MARGIN = 5


def plain(field: F) -> F:
    """The field with an edge and no arrows.

    WORKAROUND(Qt 6.11): `setButtonSymbols(NoButtons)` with a border leaves one point for the number. The arrows stay, without
    a width."""
    field.setProperty("role", "number")
    field.setMinimumHeight(HEIGHT)
    if (line := field.findChild(QLineEdit)) is not None:
        line.setTextMargins(MARGIN, 0, MARGIN, 0)  # a style sheet's padding is not heeded here
    return field
