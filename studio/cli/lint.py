"""`dia-studio lint`: prints what is wrong in scripts as text, JSON or SARIF, and mends what a machine can mend."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.cli import sarif
from studio.cli.arguments import add_engine, add_format, add_quiet
from studio.cli.console import Console
from studio.cli.findings import as_line
from studio.core import lint, text
from studio.core.errors import StudioError
from studio.core.fixes import fix_all
from studio.core.parse import parse
from studio.core.script import Script
from studio.core.segments import Plan, plan
from studio.i18n import _, counted
from studio.render.surroundings import limits_of, surroundings
from studio.store import durable

JsonValue = str | int | bool


@dataclass(frozen=True, slots=True)
class Checked:
    """One file and what was found in it."""

    file: str
    found: tuple[lint.Diagnostic, ...]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=_("scripts"))
    parser.add_argument("--fix", action="store_true", help=_("apply every safe fix, then print what is left"))
    add_format(parser, "text", "json", "sarif")
    add_engine(parser)
    add_quiet(parser)


def run(arguments: Namespace, console: Console) -> int:
    console.quiet = arguments.quiet
    checked: list[Checked] = []
    unreadable: StudioError | None = None
    for file in arguments.files:
        try:
            checked.append(_check(file, arguments.engine, arguments.fix, console))
        except StudioError as error:
            console.problem(error.sentence())
            unreadable = error
    _print(checked, arguments.format, console)
    if unreadable is not None:
        return unreadable.exit_status
    return int(any(one.severity == "error" for file in checked for one in file.found))


def _check(file: str, engine: str, mend: bool, console: Console) -> Checked:
    path = Path(file)
    words = text.read(path)
    limits = limits_of(engine)

    def plan_of(script: Script) -> Plan:
        return plan(script, limits)

    around = surroundings(parse(words), path.parent, limits)
    if mend:
        mended = fix_all(words, around, plan_of)
        if mended != words:
            _put_back(path, mended)
            console.say(_("{file}: mended").format(file=file))
            words = mended
    script = parse(words)
    return Checked(file, tuple(lint.check(script, plan_of(script), around)))


def _put_back(path: Path, mended: str) -> None:
    """Write a script in place of itself, whole or not at all, with its mark and its permissions."""
    target = path.resolve()
    mark = BOM_UTF8 if target.read_bytes().startswith(BOM_UTF8) else b""
    durable.write_bytes(target, mark + mended.encode("utf-8"), mode=target.stat().st_mode & 0o777)


def _print(checked: list[Checked], form: str, console: Console) -> None:
    if form == "json":
        console.result_json([row for one in checked for row in _rows(one)])
    elif form == "sarif":
        console.result_json(sarif.log((one.file, one.found) for one in checked))
    else:
        for one in checked:
            for diagnostic in one.found:
                console.result(as_line(one.file, diagnostic))
        if checked:
            console.say(_summary([diagnostic for one in checked for diagnostic in one.found]))


def _rows(checked: Checked) -> Iterable[dict[str, JsonValue]]:
    for one in checked.found:
        yield {
            "file": checked.file,
            "rule": one.rule,
            "severity": one.severity,
            "line": one.line + 1,
            "column": one.column + 1,
            "end_line": one.end_line + 1,
            "end_column": one.end_column + 1,
            "message": one.message,
            "fixable": one.fix is not None,
        }


def _summary(found: list[lint.Diagnostic]) -> str:
    if not found:
        return _("nothing to mend.")
    errors = counted(sum(one.severity == "error" for one in found), "error", "errors")
    warnings = counted(sum(one.severity == "warning" for one in found), "warning", "warnings")
    hints = counted(sum(one.severity == "info" for one in found), "hint", "hints")
    fixable = sum(one.fix is not None and one.fix.safe for one in found)
    more = _("; --fix mends {count}").format(count=fixable) if fixable else ""
    return f"{errors}, {warnings}, {hints}{more}."
