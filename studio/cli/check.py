"""`dia-studio check`: finds what is wrong with a project, mends it, deletes nothing; says which words are not heard."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli import heard
from studio.cli.arguments import add_format, add_quiet
from studio.cli.console import Console
from studio.core.errors import StudioError
from studio.i18n import _, counted
from studio.render import accounts
from studio.render.ledger import Ledger
from studio.store import layout
from studio.store.check import check


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
    parser.add_argument("--only-look", action="store_true", help=_("say what is wrong and change nothing"))
    parser.add_argument("--quick", action="store_true", help=_("compare sizes instead of reading all sound"))
    parser.add_argument(
        "--ledger", action="store_true", help=_("print as JSON where every character of the script is heard, or why it is not")
    )
    add_format(parser, "text", "json")
    add_quiet(parser)


def run(arguments: Namespace, console: Console) -> int:
    """0 when all is well or mended, 1 when something is left. Words that are not heard are told, and are no damage."""
    console.quiet = arguments.quiet
    found = check(Path(arguments.project), repair=not arguments.only_look, full=not arguments.quick)
    book = _book(Path(arguments.project))
    if arguments.ledger:
        console.result_json(heard.as_json(book) if book is not None else {})
    elif arguments.format == "json":
        console.result_json([{"kind": one.kind, "what": one.what, "where": one.where, "mended": one.mended} for one in found])
    else:
        for one in found:
            console.result(f"{one.where}: {one.what}" + (f"; {one.mended}" if one.mended else ""))
        console.say(_("{count} found.").format(count=counted(len(found), "fault", "faults")) if found else _("all is well."))
        for line in heard.lines(book, layout.SCRIPT) if book is not None else ():
            console.result(line)
    if book is not None:
        console.say(heard.summary(book))
    return int(any(not one.mended for one in found))


def _book(project: Path) -> Ledger | None:
    """Where every character is heard; None for a project that cannot be read even so."""
    try:
        return accounts.book_of(project)
    except StudioError:
        return None
