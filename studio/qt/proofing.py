"""Listening for proof: takes in doubt, and pickups: what was marked, where it lies in the show."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from studio.core.edits import SetPickup, Together
from studio.core.errors import ProjectError, reason
from studio.core.project import Pickup
from studio.core.timeline import Clip
from studio.i18n import _
from studio.qt.inspecting import opening_words
from studio.qt.models.review import DoubtRow, PickupRow
from studio.qt.models.takes import in_order, said
from studio.qt.reviewed import Doubts
from studio.qt.session import Session
from studio.qt.undo import Gesture
from studio.render import pickups as table
from studio.store import durable

RUN_UP_S = 3.0
LARGEST_TABLE = 1 << 24  # bytes


def mark(session: Session, segment: str, at_s: float) -> None:
    """Mark a segment, `at_s` seconds into its take; what was noted before stays. Raises EditError."""
    old = session.project.pickups.get(segment)
    pickup = Pickup(old.note if old is not None else "", max(0.0, at_s), time.time())
    session.do(SetPickup(segment, pickup), _("Mark pickup"))


def unmark(session: Session, segment: str) -> None:
    """Raises EditError."""
    if segment in session.project.pickups:
        session.do(SetPickup(segment, None), _("Unmark pickup"))


def note(session: Session, segment: str, words: str, gesture: Gesture | None = None) -> None:
    """Raises EditError."""
    old = session.project.pickups.get(segment)
    if old is not None and old.note != words.strip():
        session.do(SetPickup(segment, replace(old, note=words.strip())), _("Note on pickup"), gesture)


def clip_of(session: Session, segment: str) -> Clip | None:
    """Where a segment lies on the timeline."""
    speech = session.timeline.track("speech")
    return next((one for one in speech.clips if one.id == segment), None) if speech is not None else None


def run_up(session: Session, segment: str) -> int | None:
    """The frame from which to play so that the line is heard after what comes before it: three seconds before the pickup's
    place, or before the segment. None where it is not on the timeline."""
    clip = clip_of(session, segment)
    if clip is None:
        return None
    pickup = session.project.pickups.get(segment)
    rate = session.timeline.rate
    into = min(round(pickup.at_s * rate), clip.length) if pickup is not None else 0
    return max(0, clip.start + into - round(RUN_UP_S * rate))


def write(session: Session, path: Path) -> int:
    """Write the pickups as a table (CSV, UTF-8); how many there are. Raises ProjectError."""
    plan, rows = session.plan, pickup_rows(session)
    written = []
    for row in rows:
        index = session.index_of(row.segment)
        words = " ".join(turn.text for turn in plan.segments[index].turns) if index is not None else ""
        written.append(table.PickupRow(row.segment, row.chapter, row.line, max(0.0, row.at_s), row.note, should=words))
    durable.write_bytes(path, table.to_csv(written).encode("utf-8-sig"))
    return len(rows)


def read(session: Session, path: Path) -> int:
    """Mark what a table names, as one step of undo; how many there are. Raises StudioError, and then nothing is marked."""
    plan, starts = session.plan, _starts(session)
    segment_at: dict[int, str] = {}
    for one, first, lies in zip(plan.segments, plan.lines, plan.lies, strict=True):
        for line in range(first, first + lies.lines + 1):
            segment_at.setdefault(line + 1, one.id)
    known = {one.id: starts.get(one.id, 0.0) for one in plan.segments}
    found = table.from_csv(_text_of(path), segment_at, known, time.time())
    news = [SetPickup(segment, pickup) for segment, pickup in found.items() if session.project.pickups.get(segment) != pickup]
    if news:
        session.do(Together(tuple(news)), _("Import pickups"))
    return len(found)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise ProjectError("this file is too large for a table of pickups", where=path, kept="no pickup was changed")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ProjectError(f"it cannot be read ({reason(error)})", where=path, kept="no pickup was changed") from error
    except UnicodeDecodeError as error:
        todo = "save it as CSV in UTF-8"
        raise ProjectError("this is no text in UTF-8", where=path, kept="no pickup was changed", todo=todo) from error


def _starts(session: Session) -> dict[str, float]:
    """The second of the show at which each segment on the timeline begins."""
    speech, rate = session.timeline.track("speech"), session.timeline.rate
    return {clip.id: clip.start / rate for clip in speech.clips} if speech is not None else {}


def pickup_rows(session: Session) -> tuple[PickupRow, ...]:
    """In speaking order. A segment that is no longer in the script is left out, and its mark kept."""
    if not session.project.pickups:
        return ()
    starts, chapters = _starts(session), session.script.chapters
    rows = []
    for segment, pickup in session.project.pickups.items():
        index = session.index_of(segment)
        if index is None:
            continue
        chapter = session.plan.chapters[index]
        rows.append((
            index,
            PickupRow(
                segment,
                chapters[chapter].title if chapter < len(chapters) else "",
                session.plan.lines[index] + 1,
                starts[segment] + pickup.at_s if segment in starts else -1.0,
                pickup.note,
                opening_words(session.plan.segments[index].turns),
            ),
        ))  # fmt: skip
    return tuple(row for _index, row in sorted(rows, key=lambda one: one[0]))


def doubt_rows(session: Session, doubts: Doubts) -> tuple[DoubtRow, ...]:
    """Takes in doubt, in speaking order."""
    plan = session.plan
    return tuple(
        DoubtRow(
            one.segment,
            one.key,
            plan.lines[one.index] + 1,
            opening_words(plan.segments[one.index].turns),
            tuple(said(finding) for finding in in_order(one.review.findings)),
            one.review.penalty,
            one.review.score,
        )
        for one in doubts.all()
    )
