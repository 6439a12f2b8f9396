"""Pickups as a table that spreadsheets read, and back: chapter, line, time, note, what was said and what should be. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, which is taken off again on the way in.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from studio.core.errors import ProjectError
from studio.core.project import Pickup

COLUMNS = ("segment", "chapter", "line", "time", "note", "said", "should")
MOST_ROWS = 100_000
LONGEST_CELL = 10_000  # characters
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KEPT = "no pickup was changed"


@dataclass(frozen=True, slots=True)
class PickupRow:
    """One pickup where it lies in the show: `line` counts from 1, `time_s` from the beginning. `should` is what the script
    says, `said` what a listener heard instead."""

    segment: str
    chapter: str
    line: int
    time_s: float
    note: str
    said: str = ""
    should: str = ""


def to_csv(rows: Iterable[PickupRow]) -> str:
    """The table, with its head; lines end as RFC 4180 has it."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.segment, row.chapter, str(row.line), clock(row.time_s), row.note, row.said, row.should)
        writer.writerow([_harmless(cell) for cell in cells])
    return written.getvalue()


def from_csv(text: str, segment_at: Mapping[int, str], known: Mapping[str, float], now: float) -> dict[str, Pickup]:
    """The pickups of a table, by segment. A row names its segment, or else a line of the script (`segment_at`, from 1); `known`
    gives the second at which each segment begins, `now` stands for when they were made. Columns may come in any order, only
    `note`, `said` or `should`, and `segment` or `line`, are needed. Raises ProjectError for what is no such table; a row whose
    segment is gone is left out."""
    found: dict[str, Pickup] = {}
    for number, row in _rows(text):
        segment = row.get("segment", "")
        if segment not in known:
            segment = segment_at.get(_line(row.get("line", ""), number), "")
        if segment in known and (note := _note(row)):
            at_s = _seconds(row.get("time", ""), number)
            inside_s = max(0.0, at_s - known[segment]) if at_s is not None else 0.0
            earlier = found.get(segment)
            found[segment] = Pickup(f"{earlier.note}\n{note}" if earlier else note, earlier.at_s if earlier else inside_s, now)
    return found


def clock(seconds: float) -> str:
    """`0:03:07.250`: tenths of a syllable, and nothing that a spreadsheet would take for a date."""
    thousandths = max(0, round(seconds * 1000)) if math.isfinite(seconds) else 0
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        if not {"note", "said", "should"} & set(head) or not {"segment", "line"} & set(head):
            todo = f"its first line has to name the columns, as {', '.join(COLUMNS)}"
            raise ProjectError("this is no table of pickups", kept=_KEPT, todo=todo)
        for count, cells in enumerate(reader, start=1):
            if count > MOST_ROWS or any(len(cell) > LONGEST_CELL for cell in cells):
                raise ProjectError(f"line {reader.line_num} is more than a table of pickups holds", kept=_KEPT)
            yield reader.line_num, {name: _bare(cell) for name, cell in zip(head, cells, strict=False)}
    except csv.Error as error:
        raise ProjectError(f"line {reader.line_num} cannot be read ({error})", kept=_KEPT, todo="save it as CSV") from error


def _note(row: Mapping[str, str]) -> str:
    said, should = row.get("said", ""), row.get("should", "")
    parts = [row.get("note", "")]
    if said:
        parts.append(f"said “{said}”" + (f", should be “{should}”" if should else ""))
    return "; ".join(part for part in parts if part)


def _line(cell: str, number: int) -> int:
    if not cell:
        return 0
    if not cell.isascii() or not cell.isdecimal() or len(cell) > 9:
        raise ProjectError(f'line {number}: "{cell[:40]}" is no line of a script', kept=_KEPT, todo="give a whole number")
    return int(cell)


def _seconds(cell: str, number: int) -> float | None:
    """`0:03:07.25`, `3:07` or `187.25`."""
    if not cell:
        return None
    try:
        seconds = 0.0
        for part in cell.split(":"):
            seconds = seconds * 60 + float(part)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e7 or cell.count(":") > 2:
        raise ProjectError(f'line {number}: "{cell[:40]}" is no time', kept=_KEPT, todo="write it as 0:03:07.250")
    return seconds


def _harmless(cell: str) -> str:
    clean = cell.replace("\0", "")
    return f"'{clean}" if clean.startswith((*_FORMULA, "'")) else clean


def _bare(cell: str) -> str:
    cell = cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
    return cell.strip()
