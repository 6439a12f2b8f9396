"""What the user says of a take: locked, favourite, accepted, a note, deleted. Each is one edit that undo takes back."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from studio.core.edits import ChooseTake, Edit, MarkTake, Together
from studio.core.project import TakeMark
from studio.i18n import _
from studio.qt.session import Session
from studio.qt.undo import Gesture


def mark_of(session: Session, segment: str, key: str) -> TakeMark:
    return session.project.marks.get((segment, key), TakeMark())


def lock(session: Session, segment: str, key: str, is_locked: bool) -> None:
    """A locked take stands for its segment whatever becomes of the words. Raises EditError."""
    _mark(session, segment, key, _("Lock take") if is_locked else _("Unlock take"), is_locked=is_locked)


def favour(session: Session, segment: str, key: str, is_favourite: bool) -> None:
    _mark(session, segment, key, _("Favourite take"), is_favourite=is_favourite)


def note(session: Session, segment: str, key: str, words: str, gesture: Gesture | None = None) -> None:
    """Raises EditError."""
    _mark(session, segment, key, _("Note on take"), gesture, note=words.strip())


def delete(session: Session, segment: str, key: str) -> None:
    """Put a take into the bin, from where it can be had again for a week. Raises EditError for a locked one."""
    _mark(session, segment, key, _("Delete take"), is_binned=True, binned_at=time.time())


def restore(session: Session, segment: str, key: str) -> None:
    _mark(session, segment, key, _("Restore take"), is_binned=False, binned_at=0.0)


def accept(session: Session, segment: str, key: str) -> None:
    """Keep a take as it is, whatever was found of it: it is chosen, and not doubtful any more. Raises EditError."""
    mark = replace(mark_of(session, segment, key), is_accepted=True)
    edits: tuple[Edit, ...] = (MarkTake(segment, key, mark),)
    if session.project.chosen.get(segment) != key:
        edits = (ChooseTake(segment, key), *edits)
    session.do(Together(edits), _("Accept take"))


def _mark(session: Session, segment: str, key: str, title: str, gesture: Gesture | None = None, **changes: Any) -> None:
    old = mark_of(session, segment, key)
    new = replace(old, **changes)
    if new != old:
        session.do(MarkTake(segment, key, new), title, gesture)
