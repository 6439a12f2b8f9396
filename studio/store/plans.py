"""The last plan: the text that was planned and where its segments begin, so that a new plan keeps their ids.

Lines are stored as steps from the segment before and order as ranks with gaps, so that typing touches few rows.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from studio.core.segments import Boundary, Previous
from studio.store import decisions, models, rows
from studio.store.findings import Finding

MAX_TEXT_BYTES = 64_000_000
RANK_GAP = 1 << 32
EMPTY = Previous("", ())


class Entry(NamedTuple):
    """One row of the table of boundaries."""

    segment: str
    rank: int
    line_step: int
    column: int


def load(connection: Connection) -> tuple[Previous, list[Entry], list[Finding]]:
    """The saved plan, its rows for the next `save`, and what is wrong with it. A plan with a damaged row is given up from there
    on, since the lines behind it are counted from it."""
    findings: list[Finding] = []
    heads = decisions.read_table(connection, models.PLAN, findings)
    found = decisions.read_table(connection, models.BOUNDARIES, findings, models.BOUNDARIES.c.rank)
    try:
        entries = [Entry(str(row["segment"]), int(row["rank"]), int(row["line_step"]), int(row["column"])) for row in found]
        text = _unpacked(heads[0]["text"]) if heads else ""
        last_line = int(heads[0]["last_line"]) if heads else 0
    except (TypeError, ValueError, zlib.error) as error:
        findings.append(Finding("bad-row", f"the saved plan cannot be read ({error})", models.PLAN.name))
        return EMPTY, [], findings
    boundaries = _placed(entries)
    if boundaries and boundaries[-1].line != last_line and not findings:
        findings.append(Finding("bad-boundaries", "the places of the segments do not add up", models.BOUNDARIES.name))
    if findings:
        boundaries = _up_to_damage(connection, boundaries)
    return Previous(text, tuple(boundaries)), entries, findings


def save(connection: Connection, entries: list[Entry], old_text: str | None, new: Previous) -> list[Entry]:
    """Write the rows in which `new` differs from `entries`, the rows of the last plan; returns the rows of this one."""
    result = ranked(entries, new.boundaries)
    kept = set(entries)
    ids = {entry.segment for entry in result}
    rows.remove(
        connection, models.COUNTS, models.BOUNDARIES, [{"segment": old.segment} for old in entries if old.segment not in ids]
    )
    rows.put(connection, models.COUNTS, models.BOUNDARIES, [entry._asdict() for entry in result if entry not in kept])
    last_line = new.boundaries[-1].line if new.boundaries else 0
    if new.text != old_text or sum(entry.line_step for entry in entries) != last_line:
        packed = zlib.compress(new.text.encode("utf-8", "surrogatepass"), 1)
        rows.put(connection, models.COUNTS, models.PLAN, [{"id": 1, "text": packed, "last_line": last_line}])
    return result


def ranked(old: Sequence[Entry], boundaries: Sequence[Boundary]) -> list[Entry]:
    """Rows for the boundaries. What the old rows begin and end alike keeps its rank; what lies between gets ranks between."""
    ids = [boundary.id for boundary in boundaries]
    old_ids = [entry.segment for entry in old]
    head = _common(ids, old_ids)
    tail = min(_common(ids[::-1], old_ids[::-1]), len(ids) - head, len(old_ids) - head)
    fresh = len(ids) - head - tail
    low = old[head - 1].rank if head else 0
    high = old[len(old) - tail].rank if tail else low + (fresh + 1) * RANK_GAP
    if high - low <= fresh:
        return ranked([], boundaries)
    between = [low + (high - low) * (index + 1) // (fresh + 1) for index in range(fresh)]
    ranks = [entry.rank for entry in old[:head]] + between + [entry.rank for entry in old[len(old) - tail :]]
    lines = [0, *(boundary.line for boundary in boundaries)]
    return [
        Entry(boundary.id, rank, boundary.line - before, boundary.column)
        for boundary, rank, before in zip(boundaries, ranks, lines, strict=False)
    ]


def _placed(entries: Sequence[Entry]) -> list[Boundary]:
    result, line = [], 0
    for entry in entries:
        line += entry.line_step
        result.append(Boundary(entry.segment, line, entry.column))
    return result


def _up_to_damage(connection: Connection, boundaries: list[Boundary]) -> list[Boundary]:
    _, bad = rows.read(connection, models.BOUNDARIES)
    if not bad:
        return []  # rows are missing, and nobody can say where
    first = min(int(row["rank"]) if isinstance(row["rank"], int) else 0 for row in bad)
    good, _ = rows.read(connection, models.BOUNDARIES, order=models.BOUNDARIES.c.rank)
    return boundaries[: sum(1 for row in good if row["rank"] < first)]


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _unpacked(data: object) -> str:
    if not isinstance(data, bytes):
        raise TypeError("not bytes")
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, MAX_TEXT_BYTES)
    if unpacker.unconsumed_tail:
        raise ValueError("it is larger than any script")
    return text.decode("utf-8", "surrogatepass")
