"""How rendering goes on, for people: a bar with the time left on a terminal, a line per segment elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli.console import Console
from studio.core.errors import StudioError
from studio.core.render import Progress as Told
from studio.i18n import _
from studio.render.episode import Episode
from studio.render.eta import Pace, in_words
from studio.render.plan import Job
from studio.store.takes import Take

WORDS_SHOWN = 48


class Progress:
    """A Listener that speaks to a console. Lives on the thread that renders."""

    def __init__(self, console: Console, made: Episode) -> None:
        self._console = console
        self._pace = Pace()
        segments = made.plan.segments
        self._estimate = {one.id: one.estimated_s for one in segments}
        self._line = {one.id: start.line + 1 for one, start in zip(segments, made.plan.starts, strict=True)}
        self._place = self._total = 0
        self._left_s = 0.0  # seconds of speech still to render, by estimate

    def began(self, jobs: Sequence[Job]) -> None:
        self._total = len(jobs)
        self._left_s = sum(self._estimate[job.segment] for job in jobs)

    def started(self, job: Job) -> None:
        self._place += 1
        self._bar(job, 0.0)

    def progress(self, job: Job, progress: Told) -> None:
        self._bar(job, progress.done / progress.total if progress.total > 0 else 0.0)

    def finished(self, job: Job, take: Take, wall_s: float) -> None:
        self._pace = self._pace.noted(take.seconds, wall_s)
        self._left_s -= self._estimate[job.segment]
        if not self._console.is_terminal:
            line = self._line[job.segment]
            words = _shortened(job.request.text())
            self._console.say(
                _("[{place}/{total}] line {line}: {seconds:.1f} s, {words}").format(
                    place=self._place, total=self._total, line=line, seconds=take.seconds, words=words
                )
            )
        if take.unspoken:
            self._console.say(_("line {line}: the engine left words out").format(line=self._line[job.segment]))

    def failed(self, job: Job, error: StudioError, *, again: bool) -> None:
        once_more = _(" It is tried once more.") if again else ""
        self._console.say(_("line {line}: {error}").format(line=self._line[job.segment], error=error.sentence()) + once_more)

    def writing(self, share: float) -> None:
        """The mix: `share` of it is written."""
        self._console.bar(share, _("writing"))

    def _bar(self, job: Job, share: float) -> None:
        left = self._pace.seconds_left(self._left_s - share * self._estimate[job.segment])
        words = _("{place} of {total}").format(place=self._place, total=self._total)
        more = _(", {time} left").format(time=in_words(left)) if left is not None else ""
        self._console.bar((self._place - 1 + min(share, 1.0)) / max(self._total, 1), words + more)


def _shortened(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1].rstrip() + "…"
