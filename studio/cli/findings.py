"""What lint found, where another command needs a script without errors."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli.console import Console
from studio.core.diagnostics import Diagnostic
from studio.core.errors import LintError
from studio.i18n import counted


def as_line(file: str, found: Diagnostic) -> str:
    """`file:line:column: rule: severity: message`, as editors and other programs parse it."""
    return f"{file}:{found.line + 1}:{found.column + 1}: {found.rule}: {found.severity}: {found.message}"


def refuse_errors(found: Sequence[Diagnostic], file: str, console: Console, *, force: bool) -> None:
    """Say every error; raise LintError unless `force`. Warnings are told by `lint` alone."""
    errors = [one for one in found if one.severity == "error"]
    if not errors:
        return
    for error in errors:
        console.say(as_line(file, error))
    if not force:
        count = counted(len(errors), "error", "errors")
        todo = "mend them (dia-studio lint --fix mends what a machine can), or add --force"
        raise LintError(
            f"the script has {count}, the first in line {errors[0].line + 1}",
            where=file,
            kept="nothing was rendered",
            todo=todo,
        )
