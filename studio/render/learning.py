"""How fast an engine speaks, learned from the takes of a project. Derived anew whenever it is asked for; nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from studio.core.errors import ProjectError
from studio.core.estimate import DEFAULT_RATE, Rate, learned
from studio.store.project import ProjectStore

NEWEST = 100  # takes that are looked at: enough for a steady median, few enough to read at once


def learned_rate(store: ProjectStore | None, engine: str, newest: int = NEWEST) -> Rate:
    """The rate of an engine after its `newest` takes in a project; the default one where there are none."""
    if store is None:
        return DEFAULT_RATE
    return learned(DEFAULT_RATE, islice(_spoken(store, engine), newest))


def _spoken(store: ProjectStore, engine: str) -> Iterator[tuple[str, float]]:
    """(text, seconds at pace 1) of the engine's takes, newest first. Takes that cannot be read teach nothing."""
    for row in reversed(store.all_takes()):
        if row.engine != engine:
            continue
        with suppress(ProjectError, ValueError, LookupError, TypeError):
            take = store.takes.info(row.key)
            recipe = json.loads(take.recipe)
            texts = [turn["text"] for turn in recipe["turns"]]
            between_s = DEFAULT_RATE.turn_s * (len(texts) - 1)
            yield " ".join(texts), take.seconds * recipe["pace"] - between_s
