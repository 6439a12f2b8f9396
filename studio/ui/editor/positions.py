"""The one place where code points (core) meet UTF-16 units (Qt). Both count from the start of one line."""

from __future__ import annotations


def to_units(text: str, column: int) -> int:
    """The UTF-16 column of code point number `column`."""
    if text.isascii():
        return column
    return len(text[:column].encode("utf-16-le", "surrogatepass")) // 2 + max(0, column - len(text))


def to_column(text: str, units: int) -> int:
    """The code point at UTF-16 column `units`; within a surrogate pair, the character it belongs to."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))


def length_in_units(text: str) -> int:
    """How many UTF-16 units a line takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
