"""What is known of the project's takes, in memory: which there are, whose they are, how long. A mirror of the store's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from studio.core.errors import ProjectError
from studio.render.plan import Known
from studio.store.take_rows import TakeRow
from studio.store.takes import TakeStore

__all__ = ["TakeBook", "TakeRow"]


class TakeBook:
    """Lives on the GUI thread. Rows are added as takes are finished; nothing is ever taken out while a project is open."""

    def __init__(self, store: TakeStore, rows: Iterable[TakeRow]) -> None:
        self._store = store
        self._of: dict[str, list[TakeRow]] = {}
        self._seconds: dict[str, float] = {}
        self._recipes: dict[str, str] = {}
        self._last: dict[str, str] = {}
        for row in rows:
            self.add(row)

    def add(self, row: TakeRow) -> None:
        of = [one for one in self._of.get(row.segment, []) if one.key != row.key]
        self._of[row.segment] = [*of, row]
        self._seconds[row.key] = row.seconds
        self._last[row.segment] = row.key

    def of(self, segment: str) -> tuple[TakeRow, ...]:
        """The takes of a segment, oldest first."""
        return tuple(self._of.get(segment, ()))

    def has(self, key: str) -> bool:
        return key in self._seconds

    def seconds(self, key: str) -> float | None:
        return self._seconds.get(key)

    def recipe(self, key: str) -> str:
        """The stored request of a take as canonical JSON, "" where it is lost."""
        if key not in self._recipes:
            try:
                self._recipes[key] = self._store.info(key).recipe
            except ProjectError:
                self._recipes[key] = ""
        return self._recipes[key]

    def known(self, chosen: Mapping[str, str], queue: Mapping[str, str]) -> Known:
        """What states are worked out from; `queue` maps segments to the state of their job."""
        recipe_of: Callable[[str], str] = self.recipe
        return Known(self._seconds.keys(), chosen, self._last, queue, recipe_of)
