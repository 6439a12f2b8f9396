"""`dia-studio takes …`: what a project has of each segment, which take is heard, and what is said of it."""

from __future__ import annotations

import time
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from studio.cli import takelist
from studio.cli.arguments import add_format
from studio.cli.console import Console
from studio.core.edits import ChooseTake, Edit, MarkTake
from studio.core.errors import UsageError
from studio.core.project import Project, TakeMark
from studio.i18n import N_, _, counted
from studio.store.project import ProjectStore
from studio.store.take_rows import TakeRow, letter

LONGEST_NOTE = 2_000
SHORTEST_KEY = 6  # digits that say which take is meant

_MARKED: Mapping[str, tuple[str, Callable[[TakeMark], TakeMark]]] = {
    "lock": (N_("let a take stand for its segment whatever becomes of the text"), lambda mark: replace(mark, is_locked=True)),
    "unlock": (N_("let the segment follow its text again"), lambda mark: replace(mark, is_locked=False)),
    "favourite": (N_("mark a take as a favourite"), lambda mark: replace(mark, is_favourite=True)),
    "unfavourite": (N_("take that mark away"), lambda mark: replace(mark, is_favourite=False)),
    "accept": (N_("what was found of a take is as it should be"), lambda mark: replace(mark, is_accepted=True)),
    "delete": (N_("put a take in the bin; it stays there for a week"), lambda mark: _deleted(mark)),
    "restore": (N_("take a take out of the bin"), lambda mark: replace(mark, is_binned=False, binned_at=0.0)),
}


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", metavar=f"list|choose|note|{'|'.join(_MARKED)}|bin", required=True)
    takelist.add_arguments(parts.add_parser("list", help=_("the takes of all segments, of one, or the doubtful ones")))
    choose = parts.add_parser("choose", help=_("let a take stand for its segment"))
    note = parts.add_parser("note", help=_("write a note to a take"))
    marking = [parts.add_parser(name, help=_(summary)) for name, (summary, _change) in _MARKED.items()]
    for part in (choose, note, *marking):
        part.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
        part.add_argument("segment", metavar="SEGMENT", help=_("as takes list names it; its beginning is enough"))
        part.add_argument("take", metavar="LETTER|KEY")
    note.add_argument("text", metavar="TEXT", help=_("an empty one takes the note away"))
    emptying = parts.add_parser("bin", help=_("what was deleted"))
    emptying.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
    emptying.add_argument("--empty", action="store_true", help=_("delete it for good"))
    add_format(emptying, "text", "json")


def run(arguments: Namespace, console: Console) -> int:
    if arguments.what == "list":
        return takelist.run(arguments, console)
    if arguments.what == "bin":
        return _bin(arguments, console)
    if arguments.what == "note":
        _refuse_unprintable(arguments.text)
    with ProjectStore.open(Path(arguments.project)) as store:
        project = store.load()
        row, name = _meant(store, arguments.segment, arguments.take)
        store.save(project, _edit(project, row, arguments).apply(project)[0])
    console.say(_(_SAID[arguments.what]).format(take=name, segment=row.segment))
    return 0


_SAID = {
    "choose": N_("take {take} stands for {segment} now."),
    "note": N_("noted of take {take} of {segment}."),
    "lock": N_("take {take} is locked: it stands for {segment}, whatever becomes of the text."),
    "unlock": N_("take {take} of {segment} is unlocked."),
    "favourite": N_("take {take} of {segment} is a favourite."),
    "unfavourite": N_("take {take} of {segment} is no favourite any more."),
    "accept": N_("take {take} of {segment} is accepted as it is."),
    "delete": N_("take {take} of {segment} is in the bin."),
    "restore": N_("take {take} of {segment} is back."),
}


def _edit(project: Project, row: TakeRow, arguments: Namespace) -> Edit:
    if arguments.what == "choose":
        return ChooseTake(row.segment, row.key)
    mark = project.marks.get((row.segment, row.key), TakeMark())
    changed = replace(mark, note=arguments.text) if arguments.what == "note" else _MARKED[arguments.what][1](mark)
    return MarkTake(row.segment, row.key, changed)


def _refuse_unprintable(note: str) -> None:
    """Raise UsageError for a note that a list could not show on its line."""
    if len(note) > LONGEST_NOTE or any(unicodedata.category(one) == "Cc" and not one.isspace() for one in note):
        what = f"this cannot be a note: it has control characters, or more than {LONGEST_NOTE:,} characters"
        raise UsageError(what, kept="nothing was changed", todo="write it without them, or shorter")


def _deleted(mark: TakeMark) -> TakeMark:
    return replace(mark, is_binned=True, binned_at=time.time())


def _meant(store: ProjectStore, segment: str, take: str) -> tuple[TakeRow, str]:
    """The take that a user names, and its letter. Raises UsageError where there is none, or several."""
    rows = store.all_takes()
    found = {row.segment for row in rows if row.segment.startswith(segment)} if segment else set()
    named = segment if segment in found else next(iter(found), "")
    if not named or (len(found) > 1 and segment not in found):
        what = f'no segment "{segment}" has a take' if not found else f'"{segment}" may be any of {len(found)} segments'
        raise UsageError(what, where=store.folder, kept="nothing was changed", todo=f"see dia-studio takes list {store.folder}")
    of = [(row, letter(number)) for number, row in enumerate(row for row in rows if row.segment == named)]
    chosen = [one for one in of if one[1] == take.upper()]
    if not chosen and len(take) >= SHORTEST_KEY:
        chosen = [one for one in of if one[0].key.startswith(take.lower())]
    if len(chosen) != 1:
        what = f'segment {named} has no take "{take}"'
        letters = ", ".join(name for _row, name in of)
        raise UsageError(what, where=store.folder, kept="nothing was changed", todo=f"it has {letters}")
    return chosen[0]


def _bin(arguments: Namespace, console: Console) -> int:
    with ProjectStore.open(Path(arguments.project), write=arguments.empty) as store:
        names = {(row.segment, row.key): row.seconds for row in store.all_takes()}
        binned = [place for place in sorted(store.load().binned()) if place in names]
        freed = 0
        if arguments.empty:
            store.sweep_binned(0.0)
            freed = store.takes.empty_bin()
    if arguments.format == "json":
        takes = [{"segment": segment, "key": key, "seconds": round(names[segment, key], 3)} for segment, key in binned]
        console.result_json({"takes": takes, "emptied": arguments.empty, "bytes": freed})
        return 0
    for segment, key in binned:
        console.result(f"{segment}  {key}  {names[segment, key]:.1f} s")
    count = counted(len(binned), "take", "takes")
    if arguments.empty:
        console.say(_("{count} deleted for good, {size} MB freed.").format(count=count, size=f"{freed / 1e6:.1f}"))
    else:
        console.say(_("{count} in the bin.").format(count=count))
    return 0
