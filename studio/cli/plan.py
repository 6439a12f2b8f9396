"""`dia-studio plan`: the segments a script is cut into, exactly as an engine is sent them. Changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TypedDict

from studio.cli import speaking
from studio.cli.arguments import add_format
from studio.cli.console import Console
from studio.i18n import _, counted
from studio.render import projects
from studio.render.episode import Episode, Wishes, episode, present_takes, standing
from studio.render.eta import clock


class Row(TypedDict):
    """One segment, as programs read it. Lines are 1-based."""

    id: str
    chapter: str
    line: int
    end_line: int
    characters: list[str]
    speakers: list[str]
    text: str
    bytes: int
    estimated_seconds: float
    key: str
    state: str
    reason: str


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="FILE|PROJECT", help=_("a script, or the folder of a project"))
    parser.add_argument("--project", metavar="DIR", help=_("the project whose takes and boundaries count"))
    speaking.add_arguments(parser)
    add_format(parser, "text", "json")


def run(arguments: Namespace, console: Console) -> int:
    source = projects.source_of(Path(arguments.source), Path(arguments.project) if arguments.project else None)
    with projects.opened(source, write=False) as store:
        with closing(speaking.built(speaking.chosen(arguments, store), arguments)) as engine:
            made = episode(source, store, engine.caps, Wishes())
        rows = list(_rows(made, present_takes(store)))
    if arguments.format == "json":
        console.result_json(rows)
        return 0
    for row in rows:
        head = f"{row['line']}-{row['end_line']}" if row["line"] != row["end_line"] else str(row["line"])
        console.result(
            f"{head}: {', '.join(row['characters'])} ({row['estimated_seconds']:.1f} s, {row['state']})\n  {row['text']}"
        )
    seconds = sum(row["estimated_seconds"] for row in rows)
    console.say(
        _("{count}, about {length} of speech.").format(count=counted(len(rows), "segment", "segments"), length=clock(seconds))
    )
    return 0


def _rows(made: Episode, present: frozenset[str]) -> Iterator[Row]:
    plan, chapters = made.plan, made.script.chapters
    found = standing(made, present)
    for segment, start, end, chapter, one in zip(plan.segments, plan.starts, plan.ends, plan.chapters, found, strict=True):
        words = one.request.text()
        speakers = dict.fromkeys(turn.speaker for turn in segment.turns)
        yield Row(
            id=segment.id,
            chapter=chapters[chapter].title if chapter < len(chapters) else "",
            line=start.line + 1,
            end_line=end.line + 1,
            characters=list(dict.fromkeys(turn.character for turn in segment.turns)),
            speakers=[f"S{speaker}" for speaker in speakers],
            text=words,
            bytes=len(words.encode()),
            estimated_seconds=round(segment.estimated_s, 2),
            key=one.key,
            state=one.state,
            reason=str(one.reason) if one.reason else "",
        )
