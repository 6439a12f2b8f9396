"""What a command may say: results to standard output; sentences and progress to standard error."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TextIO

BAR_WIDTH = 28


@dataclass(slots=True)
class Console:
    """The two streams. A bar where standard error is a terminal, lines where it is not, nothing when `quiet`."""

    out: TextIO
    err: TextIO
    quiet: bool = False
    _bar_is_drawn: bool = False

    @property
    def is_terminal(self) -> bool:
        return self.err.isatty()

    def result(self, text: str) -> None:
        """A line (or lines) of the result."""
        print(text, file=self.out)

    def result_json(self, value: object) -> None:
        """The result as JSON, in the order given; characters as they are where the stream can carry them."""
        can_carry = (self.out.encoding or "").lower().replace("-", "") == "utf8"
        print(json.dumps(value, ensure_ascii=not can_carry, indent=2), file=self.out)

    def say(self, text: str) -> None:
        """A sentence about what is going on."""
        if not self.quiet:
            self._clear_bar()
            print(text, file=self.err, flush=True)

    def problem(self, text: str) -> None:
        """A sentence about what went wrong: shown even when quiet, always on one line."""
        self._clear_bar()
        print("dia-studio: " + " ".join(text.split()), file=self.err, flush=True)

    def bar(self, share: float, text: str) -> None:
        """Draw the bar in place. Only on a terminal."""
        if self.quiet or not self.is_terminal:
            return
        filled = round(max(0.0, min(1.0, share)) * BAR_WIDTH)
        line = f"{'█' * filled}{'░' * (BAR_WIDTH - filled)} {share:4.0%} {text}"
        print(f"\r\x1b[2K{line[: _columns() - 1]}", end="", file=self.err, flush=True)
        self._bar_is_drawn = True

    def _clear_bar(self) -> None:
        if self._bar_is_drawn:
            print("\r\x1b[2K", end="", file=self.err)
            self._bar_is_drawn = False


def table(rows: Sequence[tuple[str, ...]], indent: str = "") -> str:
    """Columns lined up with two blanks between them; the last is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        indent + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def printable(stream: TextIO) -> TextIO:
    """The stream, made to accept every character: what its encoding lacks is escaped instead of raising."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _columns() -> int:
    return shutil.get_terminal_size().columns
