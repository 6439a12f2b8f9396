"""The takes of one segment, lettered in the order in which they were made."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from studio.core.project import TakeMark
from studio.core.quality import KINDS, Finding, Review
from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.words import clock

UNMARKED = TakeMark()


@dataclass(frozen=True, slots=True)
class TakeRow:
    """`is_current`: it was made of the words as they stand, with the voice as it is cast now. `review` is None where it was not
    looked over; `is_pending`: it is being looked over."""

    letter: str
    key: str
    seconds: float
    is_heard: bool
    is_kept: bool
    is_current: bool
    is_draft: bool
    engine: str
    seed: int
    mark: TakeMark = UNMARKED
    review: Review | None = None
    is_pending: bool = False
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Worth another listen: faults were found, and nobody has accepted them."""
        return self.review is not None and self.review.is_doubtful and not self.mark.is_accepted

    @property
    def finding(self) -> str:
        """The one word about it that matters most."""
        if self.mark.is_binned:
            return _("deleted")
        if self.mark.is_locked:
            return _("locked")
        if not self.is_current:
            return _("stale")
        if self.is_doubtful and self.review is not None:
            return title_of(worst(self.review))
        if self.is_kept:
            return _("kept")
        if self.is_pending:
            return _("being checked")
        return _("draft") if self.is_draft else ""

    @property
    def score(self) -> str:
        """How good it is by what was measured, 100 at best; "" while that is not known."""
        return str(self.review.score) if self.review is not None else ""


class TakeModel(RowModel[TakeRow]):
    def key(self, row: TakeRow) -> Hashable:
        return row.key

    def text(self, row: TakeRow) -> str:
        return f"{row.letter}  {row.seconds:.1f} s  {row.finding}".rstrip()

    def spoken(self, row: TakeRow) -> str:
        parts = [_("Take {letter}").format(letter=row.letter), _("{seconds:.1f} seconds").format(seconds=row.seconds)]
        parts += [row.finding] if row.finding else []
        parts += [_("favourite")] if row.mark.is_favourite else []
        parts += [_("heard now")] if row.is_heard else []
        parts += [_("score {score}").format(score=row.score)] if row.score else []
        parts += [_("note: {note}").format(note=row.mark.note)] if row.mark.note else []
        return ", ".join(parts)

    def hint(self, row: TakeRow) -> str:
        lines = [_("Rendered by {engine}, seed {seed}").format(engine=row.engine, seed=row.seed)]
        lines += [f"{name}: {value}" for name, value in row.settings]
        if row.review is None:
            lines += [_("Being checked.")] if row.is_pending else []
        elif row.review.findings:
            lines += [said(one) for one in in_order(row.review.findings)]
        else:
            lines.append(_("Nothing is wrong with it, as far as can be measured."))
        lines += [_("Accepted as it is.")] if row.mark.is_accepted else []
        lines += [_("Note: {note}").format(note=row.mark.note)] if row.mark.note else []
        return "\n".join(lines)


def by_score(rows: Sequence[TakeRow]) -> tuple[TakeRow, ...]:
    """The best first; those that nothing is known of after the others; equals in the order of their letters."""
    return tuple(sorted(rows, key=lambda row: row.review.penalty if row.review is not None else float("inf")))


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The weightiest first."""
    return tuple(sorted(findings, key=lambda one: -one.penalty))


def worst(review: Review) -> Finding | None:
    return next(iter(in_order(review.findings)), None)


def title_of(finding: Finding | None) -> str:
    """What is wrong, in a word or two."""
    return _(KINDS[finding.defect].title) if finding is not None else ""


def said(finding: Finding) -> str:
    """`long gap 1.8 s at 0:04`"""
    kind = KINDS[finding.defect]
    amount = f"{finding.value:.2g}" if abs(finding.value) < 10 else f"{finding.value:.0f}"
    parts = [title_of(finding), amount.replace("-", "\N{MINUS SIGN}")]
    parts += [kind.unit] if kind.unit else []
    if finding.end_s > 0:
        parts.append(_("at {place}").format(place=clock(finding.start_s)))
    return " ".join(parts)
