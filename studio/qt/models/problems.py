"""The problems that lint found, in the order of the script."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject

from studio.core.diagnostics import Diagnostic
from studio.i18n import _
from studio.qt.models.rows import RowModel


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """`same` counts equal findings on one line, so that each row has a key of its own."""

    problem: Diagnostic
    same: int = 0


class ProblemModel(RowModel[ProblemRow]):
    """Rows are keyed by what they say, not by their line: typing above them moves them and changes nothing else."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def show_problems(self, problems: Sequence[Diagnostic]) -> None:
        seen: dict[Hashable, int] = {}
        rows = []
        for problem in problems:
            what = (problem.rule, problem.message)
            seen[what] = seen.get(what, -1) + 1
            rows.append(ProblemRow(problem, seen[what]))
        self.show(rows)

    def key(self, row: ProblemRow) -> Hashable:
        return (row.problem.rule, row.problem.message, row.same)

    def text(self, row: ProblemRow) -> str:
        return f"{row.problem.line + 1}  {row.problem.message}"

    def spoken(self, row: ProblemRow) -> str:
        words = {"error": _("Error"), "warning": _("Warning"), "info": _("Remark")}[row.problem.severity]
        said = _("{severity}, line {line}: {message}").format(
            severity=words, line=row.problem.line + 1, message=row.problem.message
        )
        return f"{said} {row.problem.fix.title}" if row.problem.fix else said

    def hint(self, row: ProblemRow) -> str:
        return f"{row.problem.message}\n{row.problem.rule}"
