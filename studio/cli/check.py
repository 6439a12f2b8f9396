"""`dia-studio check`: finds what is wrong with a project, mends it, deletes nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.arguments import add_format, add_quiet
from studio.cli.console import Console
from studio.i18n import _, counted
from studio.store.check import check


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
    parser.add_argument("--only-look", action="store_true", help=_("say what is wrong and change nothing"))
    parser.add_argument("--quick", action="store_true", help=_("compare sizes instead of reading all sound"))
    add_format(parser, "text", "json")
    add_quiet(parser)


def run(arguments: Namespace, console: Console) -> int:
    """0 when all is well or mended, 1 when something is left."""
    console.quiet = arguments.quiet
    found = check(Path(arguments.project), repair=not arguments.only_look, full=not arguments.quick)
    if arguments.format == "json":
        console.result_json([{"kind": one.kind, "what": one.what, "where": one.where, "mended": one.mended} for one in found])
    else:
        for one in found:
            console.result(f"{one.where}: {one.what}" + (f"; {one.mended}" if one.mended else ""))
        console.say(_("{count} found.").format(count=counted(len(found), "fault", "faults")) if found else _("all is well."))
    return int(any(not one.mended for one in found))
