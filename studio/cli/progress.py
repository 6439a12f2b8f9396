"""How rendering goes on, for people: a bar with the time left on a terminal, a line per segment elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence

from studio.cli.console import Console
from studio.core.errors import StudioError
from studio.core.render import Progress as Told
from studio.i18n import _
from studio.render.episode import Episode
from studio.render.eta import Pace, Spent, in_words
from studio.render.plan import Job
from studio.store.takes import Take

WORDS_SHOWN = 48
REDRAWN_S = 0.05  # the bar, where several segments tell of themselves


class Progress:
    """A Listener that speaks to a console. Lives on the thread that renders."""

    def __init__(self, console: Console, made: Episode) -> None:
        self._console = console
        self._pace = Pace()
        segments = made.plan.segments
        self._estimate = {one.id: one.estimated_s for one in segments}
        self._line = {one.id: start.line + 1 for one, start in zip(segments, made.plan.starts, strict=True)}
        self._over = self._total = 0  # segments
        self._left_s = 0.0  # seconds of speech still to render, by estimate
        self._flying: dict[str, tuple[Job, Told]] = {}  # the key of each take that is being rendered, and how far it is
        self._drawn_at = 0.0

    def began(self, jobs: Sequence[Job]) -> None:
        self._total = len(jobs)
        self._left_s = sum(self._estimate[job.segment] for job in jobs)

    def started(self, job: Job) -> None:
        self._flying[job.key] = job, Told("rendering", 0.0, 0.0)
        self._bar()

    def progress(self, job: Job, progress: Told) -> None:
        self._flying[job.key] = job, progress
        self._bar()

    def finished(self, job: Job, take: Take, spent: Spent) -> None:
        self._pace = self._pace.noted(take.seconds, spent)
        self._is_over(job)
        if not self._console.is_terminal:
            line = self._line[job.segment]
            words = _shortened(job.request.text())
            self._console.say(
                _("[{place}/{total}] line {line}: {seconds:.1f} s, {words}").format(
                    place=self._over, total=self._total, line=line, seconds=take.seconds, words=words
                )
            )
        if take.unspoken:
            self._console.say(_("line {line}: the engine left words out").format(line=self._line[job.segment]))
        elif take.ended == "limit":
            said = _(
                "line {line}: the voice found no end and was cut off after {seconds:.1f} s; listen to it, and render it again"
            )
            self._console.say(said.format(line=self._line[job.segment], seconds=take.seconds))

    def failed(self, job: Job, error: StudioError, *, again: bool) -> None:
        if again:
            self._flying.pop(job.key, None)
        else:
            self._is_over(job)
        once_more = _(" It is tried once more.") if again else ""
        self._console.say(_("line {line}: {error}").format(line=self._line[job.segment], error=error.sentence()) + once_more)

    def added(self, jobs: Sequence[Job]) -> None:
        self._total += len(jobs)
        self._left_s += sum(self._estimate[job.segment] for job in jobs)
        lines = sorted({self._line[job.segment] for job in jobs})
        said = _("line {line}: the take is doubtful; it is spoken once more")
        for line in lines:
            self._console.say(said.format(line=line))

    def writing(self, share: float) -> None:
        """The mix: `share` of it is written."""
        self._console.bar(share, _("writing"))

    def _is_over(self, job: Job) -> None:
        self._over += 1
        self._left_s -= self._estimate[job.segment]
        self._flying.pop(job.key, None)

    def _bar(self) -> None:
        now = time.monotonic()
        if not self._console.is_terminal or (len(self._flying) > 1 and now - self._drawn_at < REDRAWN_S):
            return
        self._drawn_at = now
        flying = [(self._estimate[job.segment], told) for job, told in self._flying.values()]
        shares = [(long_s, min(told.done / told.total, 1.0) if told.total > 0 else 0.0) for long_s, told in flying]
        done_s = sum(share * long_s for long_s, share in shares)
        longest_s = max(((1 - share) * long_s for long_s, share in shares), default=0.0)
        left_s = self._pace.seconds_left(self._left_s - done_s, longest_s)
        words = _("{place} of {total}").format(place=min(self._over + 1, self._total), total=self._total)
        if len(flying) > 1:
            done, total = sum(told.done for _s, told in flying), sum(told.total for _s, told in flying)
            words += _(", {count} at once: {done:.0f} of {total:.0f} s").format(count=len(flying), done=done, total=total)
        if left_s is not None:
            words += _(", {time} left").format(time=in_words(left_s))
        self._console.bar((self._over + sum(share for _s, share in shares)) / max(self._total, 1), words)


def show_loading(console: Console, told: Told) -> None:
    """How far the engine's loading is, where it says so."""
    if told.total > 0:
        console.bar(told.done / told.total, _("loading the engine"))


def _shortened(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1].rstrip() + "…"
