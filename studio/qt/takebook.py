"""What is known of the project's takes, in memory: which there are, whose they are, how long. A mirror of the store's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from studio.core.errors import ProjectError
from studio.core.project import Project
from studio.render.plan import Known
from studio.store.take_rows import TakeRow
from studio.store.takes import TakeStore

__all__ = ["TakeBook", "TakeRow"]


def said_differently(old: Project, new: Project) -> set[str]:
    """The segments of which another take is chosen, or whose takes or pickups are marked otherwise."""
    chosen = {one for one in (*old.chosen, *new.chosen) if old.chosen.get(one) != new.chosen.get(one)}
    marked = {place[0] for place in (*old.marks, *new.marks) if old.marks.get(place) != new.marks.get(place)}
    pickups = {one for one in (*old.pickups, *new.pickups) if old.pickups.get(one) != new.pickups.get(one)}
    return chosen | marked | pickups


class TakeBook:
    """Lives on the GUI thread. Rows are added as takes are finished; nothing is ever taken out while a project is open, also
    not what was deleted: see `Project.binned`."""

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

    def known(self, project: Project, picks: Mapping[str, str]) -> Known:
        """What states are worked out from, less the jobs."""
        recipe_of: Callable[[str], str] = self.recipe
        binned = project.binned()
        last: Mapping[str, str] = self._last
        if binned:
            newest = {segment: self._newest(segment, binned) for segment, _ in binned}
            last = {**last, **newest}
        return Known(self._seconds.keys(), project.chosen, last, {}, recipe_of, project.locked(), binned, picks)

    def _newest(self, segment: str, binned: frozenset[tuple[str, str]]) -> str:
        """The newest take of a segment that was not deleted."""
        return next((row.key for row in reversed(self.of(segment)) if (segment, row.key) not in binned), "")
