"""Looks for a seed with a good voice: one line rendered with one seed after another, each to be heard and one to be kept. Lives
on the GUI thread; rendering is that of previews, outside every project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.errors import EngineError, StudioError
from studio.core.voices import Voice, stable_seed
from studio.qt.previewing import SEARCH_JOBS, begin_in
from studio.qt.render_thread import RenderJob, RenderThread
from studio.render.previews import SAMPLE_LINE, request_of_voice
from studio.store.takes import Take, TakeStore

MOST = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one seed sounds like. `path`: the take in the cache of previews."""

    seed: int
    path: Path
    seconds: float


class SeedSearch(QObject):
    """One search at a time, one seed at a time, so that what the project renders goes on between two of them."""

    found = Signal(object)  # Candidate, as it comes
    changed = Signal()  # begun, another one, or over
    ended = Signal()  # nothing more comes: all are there, it was stopped, or an error
    trouble = Signal(object)

    def __init__(self, thread: RenderThread, folder: Path, parent: QObject | None = None) -> None:
        """`folder`: the cache of previews."""
        super().__init__(parent)
        self._thread = thread
        self._folder = folder
        self._numbers = count(SEARCH_JOBS)
        self._job = 0  # the one in hand; 0 is none
        self._seed = 0
        self._waiting: Iterator[int] = iter(())
        self._voice = Voice("")
        self._line = SAMPLE_LINE
        self._candidates: list[Candidate] = []
        self.wanted = 0
        thread.done.connect(self._on_done)
        thread.failed.connect(self._on_failed)
        thread.cancelled.connect(self._on_cancelled)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Those of the last search, in the order of their seeds."""
        return tuple(self._candidates)

    @property
    def is_searching(self) -> bool:
        return self._job != 0

    def start(self, amount: int, first_seed: int, line: str = SAMPLE_LINE, voice: Voice | None = None) -> None:
        """Render `line` with `amount` seeds, the first of them `first_seed`, the others made from it. `voice`: settings that
        all of them have, such as the variant of the draft voice; it lends no sample. A search under way is stopped."""
        self._halt()
        self._candidates = []
        self.wanted = min(max(amount, 1), MOST)
        self._waiting = iter(seeds(self.wanted, first_seed))
        self._line = line.strip() or SAMPLE_LINE
        self._voice = voice or Voice("")
        self._next()
        self.changed.emit()

    def stop(self) -> None:
        """No more seeds. Those that are there stay."""
        if self._job:
            self._halt()
            self.changed.emit()
            self.ended.emit()

    def keep(self, seed: int) -> int:
        """The seed of a candidate that was found, for a voice to live by; the search is over. Raises StudioError."""
        if all(candidate.seed != seed for candidate in self._candidates):
            raise StudioError(
                f"seed {seed} is not among those that were heard", kept="nothing was changed", todo="choose one of them"
            )
        self.stop()
        return seed

    def _halt(self) -> None:
        job, self._job = self._job, 0
        self._waiting = iter(())
        if job:
            self._thread.stop(job)

    def _next(self) -> None:
        seed = next(self._waiting, None)
        if seed is None:
            self._job = 0
            self.ended.emit()
            return
        self._seed, self._job = seed, -next(self._numbers)
        request = request_of_voice(self._voice, clones=False, text=self._line, seed=seed)
        self._thread.submit(RenderJob(self._job, request, begin_in(self._folder)))

    @Slot(int, object)
    def _on_done(self, job_id: int, result: object) -> None:
        if job_id != self._job or not isinstance(result, Take):
            return
        try:
            candidate = Candidate(self._seed, TakeStore(self._folder).path(result.key), result.seconds)
        except StudioError as error:
            self._fail(error)
            return
        self._candidates.append(candidate)
        self._next()
        self.found.emit(candidate)
        self.changed.emit()

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        if job_id == self._job:
            self._fail(error)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        if job_id == self._job:  # by whoever closes the lane
            self._halt()
            self.changed.emit()
            self.ended.emit()

    def _fail(self, error: Exception) -> None:
        """What one seed cannot, no other can: the engine or the disk is at fault."""
        self._halt()
        if not isinstance(error, StudioError):
            what = f"the line cannot be rendered ({type(error).__name__}: {error})"
            error = EngineError(what, kept="what was found before stays", todo="try again, or choose another engine")
        self.trouble.emit(error)
        self.changed.emit()
        self.ended.emit()


def seeds(amount: int, first: int) -> list[int]:
    """So many distinct seeds: the first, and others made from it, always the same."""
    found = dict.fromkeys([first])
    for number in count(1):
        if len(found) == amount:
            return list(found)
        found[stable_seed("seed-search", first, number)] = None
    raise AssertionError("count() never ends")
