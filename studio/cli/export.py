"""`dia-studio export`: writes a project's takes to a file, and says which segments lack one. Renders nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from studio.cli import heard, speaking
from studio.cli.arguments import add_format, add_quiet
from studio.cli.console import Console
from studio.core.errors import ProjectError
from studio.i18n import _, counted
from studio.render import accounts, mixdown, projects
from studio.render.episode import Episode, Wishes, episode, present_takes, standing
from studio.render.eta import clock
from studio.render.hearing import Reason
from studio.render.ledger import Ledger
from studio.render.plan import Status

LINES_NAMED = 5


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True, help=_("the file to write; its ending chooses the format")
    )
    speaking.add_arguments(parser)
    add_format(parser, "text", "json")
    add_quiet(parser)


def run(arguments: Namespace, console: Console) -> int:
    console.quiet = arguments.quiet
    folder, output = Path(arguments.project), Path(arguments.output)
    if not folder.is_dir():
        raise ProjectError(
            "there is no project in this place", where=folder, kept="nothing was written", todo="name its folder"
        )
    source = projects.source_of(folder)
    mixdown.refuse_output(output, (source.file,))
    with projects.opened(source, write=False) as store:
        with closing(speaking.built(speaking.chosen(arguments, store), arguments)) as engine:
            made = episode(source, store, engine.caps, Wishes())
        found = standing(made, present_takes(store, heard=True))
        lacking, outdated = mixdown.missing(found), mixdown.outdated(found)
        if len(lacking) == len(found):
            todo = f"render it with dia-studio render {folder}"
            raise ProjectError("nothing of this project is rendered yet", where=folder, kept="nothing was written", todo=todo)
        timeline = mixdown.timeline_of(made, found)
        book = accounts.book(made, timeline)
        written = mixdown.write(made, timeline, output, lambda share: console.bar(share, _("writing")), lambda: False)
    _say_what_lacks(made, lacking, outdated, console)
    _say_what_is_lost(book, console)
    if arguments.format == "json":
        lines = _lines(made)
        console.result_json(
            {
                "output": str(output),
                "seconds": round(written.seconds, 3),
                "segments": len(found),
                "missing": [{"id": one.segment, "line": lines[one.segment]} for one in lacking],
                "outdated": [{"id": one.segment, "line": lines[one.segment]} for one in outdated],
                "chapters": len(timeline.markers),
                "not_heard": heard.as_rows(book),
            }
        )
    else:
        console.result(_("Wrote {output}, {length}").format(output=output, length=clock(written.seconds)))
    return 3 if lacking or written.problems else 0


def _say_what_lacks(made: Episode, lacking: Sequence[Status], outdated: Sequence[Status], console: Console) -> None:
    for found, what in (
        (lacking, _("not rendered; there is silence in their place")),
        (outdated, _("heard as they were before")),
    ):
        if found:
            count = counted(len(found), "segment is", "segments are")
            console.problem(f"{count} {what}: line {_named(made, found)}.")


def _say_what_is_lost(book: Ledger, console: Console) -> None:
    """Words that are not in the file though their segments have takes."""
    found = [group for group in heard.stretches(book) if group[0].reason is not Reason.UNRENDERED]
    if found:
        named = ", ".join(str(line) for line in list(dict.fromkeys(book.line(group[0]) for group in found))[:LINES_NAMED])
        count = counted(len(found), "place", "places")
        console.problem(_("Words are not in the file in {count}: line {lines}.").format(count=count, lines=named))


def _named(made: Episode, found: Sequence[Status]) -> str:
    lines = _lines(made)
    named = ", ".join(str(lines[one.segment]) for one in found[:LINES_NAMED])
    return named + (" …" if len(found) > LINES_NAMED else "")


def _lines(made: Episode) -> dict[str, int]:
    return {one.id: start.line + 1 for one, start in zip(made.plan.segments, made.plan.starts, strict=True)}
