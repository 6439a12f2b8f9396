"""What of a script is heard and what is not, as commands tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from studio.i18n import _
from studio.render.hearing import LOST, Reason
from studio.render.ledger import Entry, Ledger

_SHOWN = 40  # characters of the words that are named


def summary(book: Ledger) -> str:
    """One sentence with the three numbers."""
    counts = book.counts()
    spoken, lost = counts[Reason.SPOKEN], sum(counts[reason] for reason in LOST)
    told = _("{all} characters: {spoken} spoken, {left} not meant to be, {lost} not heard.")
    return told.format(
        all=f"{len(book.text):,}", spoken=f"{spoken:,}", left=f"{len(book.text) - spoken - lost:,}", lost=f"{lost:,}"
    )


def lines(book: Ledger, file: str) -> Iterator[str]:
    """`file:line: not heard: why: words`, for each stretch of the script with one reason."""
    for group in stretches(book):
        first, last = group[0], group[-1]
        where = f"{file}:{book.line(first)}" + (f"-{book.line(last)}" if book.line(last) > book.line(first) else "")
        yield f"{where}: " + _("not heard: {why}: {words}").format(why=_(LOST[first.reason]), words=_quoted(book, group))


def as_json(book: Ledger) -> dict[str, Any]:
    """The whole book, for programs. Lines count from 1, characters and samples from 0."""
    counts = book.counts()
    return {
        "characters": len(book.text),
        "counts": {str(reason): counts[reason] for reason in Reason if counts[reason]},
        "not_heard": as_rows(book),
        "entries": [
            {
                "start": one.start,
                "end": one.end,
                "reason": str(one.reason),
                "segment": one.segment,
                "take": one.take,
                "start_sample": one.start_sample,
                "end_sample": one.end_sample,
            }
            for one in book.entries
        ],
    }


def as_rows(book: Ledger) -> list[dict[str, Any]]:
    """What is not heard, for programs."""
    return [
        {
            "line": book.line(group[0]),
            "end_line": book.line(group[-1]),
            "reason": str(group[0].reason),
            "text": book.text[group[0].start : group[-1].end],
        }
        for group in stretches(book)
    ]


def stretches(book: Ledger) -> list[list[Entry]]:
    """What is not heard: neighbours of one reason together, whatever their segments, where nothing heard comes between."""
    found: list[list[Entry]] = []
    goes_on = False
    for entry in book.entries:
        if entry.is_lost:
            if goes_on and found[-1][-1].reason is entry.reason:
                found[-1].append(entry)
            else:
                found.append([entry])
            goes_on = True
        elif entry.reason is Reason.SPOKEN:
            goes_on = False
    return found


def _quoted(book: Ledger, group: Sequence[Entry]) -> str:
    words = " ".join(book.text[one.start : one.end] for one in group[:_SHOWN])
    words = " ".join(words.split())
    return f"“{words}”" if len(words) <= _SHOWN else f"“{words[: _SHOWN - 1]}…”"
