"""The render queue as rows: what is waiting, running, done, failed, and why it is there."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from studio.i18n import N_, _
from studio.qt.models.rows import RowModel

STATE_WORDS = {
    "waiting": N_("waiting"),
    "running": N_("rendering"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("stopped"),
}


@dataclass(frozen=True, slots=True)
class JobRow:
    """`line` is 1-based, 0 where the segment is no longer in the script. `share` of the job that is done, 0 to 1."""

    id: int
    segment: str
    state: str
    title: str
    line: int
    reason: str = ""
    error: str = ""
    share: float = 0.0


class QueueModel(RowModel[JobRow]):
    def key(self, row: JobRow) -> Hashable:
        return row.id

    def text(self, row: JobRow) -> str:
        return f"{row.line}  {row.title}" if row.line else row.title

    def spoken(self, row: JobRow) -> str:
        said = _("{state}: line {line}, {title}").format(state=_(STATE_WORDS[row.state]), line=row.line, title=row.title)
        return f"{said}. {row.error}" if row.error else said

    def hint(self, row: JobRow) -> str:
        return row.error or _(row.reason)
