"""What measuring takes found, and which of several takes of one request is heard. A review is derived: one that is damaged or
of older checks counts as none, and is made again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from studio.core.quality import Defect, Finding, Review
from studio.core.render import Word
from studio.store import models, rows
from studio.store.rows import Row


def put(connection: Connection, review: Review) -> None:
    findings = [[one.defect.value, one.value, one.limit, one.start_s, one.end_s] for one in review.findings]
    words = [[word.turn, word.start, word.end, word.start_s, word.end_s] for word in review.words]
    row = {
        "key": review.key,
        "revision": review.revision,
        "findings": json.dumps(findings),
        "words": json.dumps(words),
        "words_per_minute": float(review.words_per_minute),
        "level_db": float(review.level_db),
    }
    rows.put(connection, models.COUNTS, models.REVIEWS, [row])


def load(connection: Connection, revision: int | None = None) -> dict[str, Review]:
    """The sound reviews by take; those of this revision of the checks alone, where one is given."""
    statement = select(models.REVIEWS)
    if revision is not None:
        statement = statement.where(models.REVIEWS.c.revision == revision)
    good, _ = rows.split(models.REVIEWS, connection.execute(statement))
    return {review.key: review for review in map(from_row, good) if review is not None}


def from_row(row: Row) -> Review | None:
    """None for values that no program of ours would write."""
    try:
        findings = tuple(Finding(Defect(name), *map(_real, rest)) for name, *rest in json.loads(row["findings"]))
        words = tuple(
            Word(int(turn), int(start), int(end), _real(start_s), _real(end_s))
            for turn, start, end, start_s, end_s in json.loads(row["words"])
        )
        measures = _real(row["words_per_minute"]), _real(row["level_db"])
        return Review(str(row["key"]), int(row["revision"]), findings, words, *measures)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None


def put_picks(connection: Connection, picks: Mapping[str, str]) -> None:
    """`picks` maps the key of a first take to the best one's, or to "" while that is not settled."""
    rows.put(connection, models.COUNTS, models.PICKS, [{"key": key, "take": take} for key, take in picks.items()])


def load_picks(connection: Connection) -> dict[str, str]:
    good, _ = rows.split(models.PICKS, connection.execute(select(models.PICKS)))
    return dict(pick for pick in map(pick_from_row, good) if pick is not None)


def pick_from_row(row: Row) -> tuple[str, str] | None:
    """None for values that no program of ours would write."""
    key, take = row["key"], row["take"]
    return (key, take) if isinstance(key, str) and isinstance(take, str) else None


def forget(connection: Connection, keys: Iterable[str]) -> None:
    """These takes are gone."""
    rows.remove(connection, models.COUNTS, models.REVIEWS, [{"key": key} for key in keys])


def _real(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("not a finite number")
    return float(value)
