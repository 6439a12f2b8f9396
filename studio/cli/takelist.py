"""`dia-studio takes list`: every take with what is known and said of it. Changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from studio.cli import speaking
from studio.cli.arguments import add_format
from studio.cli.console import Console
from studio.core.errors import ProjectError, UsageError
from studio.core.project import TakeMark
from studio.core.quality import KINDS, REVISION, Defect, Finding, Review
from studio.i18n import _, counted
from studio.render import projects
from studio.render.episode import Episode, Wishes, doubtful_ones, episode, present_takes, standing
from studio.render.pacing import predicted
from studio.render.plan import Status
from studio.render.retakes import words_of
from studio.store.project import ProjectStore
from studio.store.take_rows import TakeRow, letter


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help=_("the folder of a project"))
    parser.add_argument("segment", metavar="SEGMENT", nargs="?", default="", help=_("one segment; its beginning is enough"))
    parser.add_argument("--doubtful", action="store_true", help=_("only takes that are heard and worth another listen"))
    parser.add_argument("--deleted", action="store_true", help=_("those in the bin, too"))
    speaking.add_arguments(parser)
    add_format(parser, "text", "json")


def run(arguments: Namespace, console: Console) -> int:
    folder = Path(arguments.project)
    if not folder.is_dir():
        raise ProjectError(
            "there is no project in this place", where=folder, kept="nothing was changed", todo="name its folder"
        )
    source = projects.source_of(folder)
    with projects.opened(source, write=False) as store:
        assert store is not None  # `source_of` vouches for it
        with closing(speaking.built(speaking.chosen(arguments, store), arguments)) as engine:
            made = episode(source, store, engine.caps, Wishes())
        found = standing(made, present_takes(store))
        rows = list(_rows(made, store, found, arguments))
    if arguments.segment and not rows and not arguments.doubtful:
        todo = f"see dia-studio takes list {folder}" + ("" if arguments.deleted else ", with --deleted for those in the bin")
        raise UsageError(f'no segment "{arguments.segment}" has a take', where=folder, kept="nothing was changed", todo=todo)
    if arguments.format == "json":
        console.result_json(rows)
        return 0
    for row in rows:
        console.result(_line(row))
    console.say(_("{count}.").format(count=counted(len(rows), "take", "takes")))
    return 0


def _rows(made: Episode, store: ProjectStore, found: list[Status], arguments: Namespace) -> Iterator[dict[str, Any]]:
    """The takes of the segments that are in the script, in speaking order, each segment's in the order they were made."""
    doubtful = set(doubtful_ones(made, store, found))
    reviews, project = store.reviews(REVISION), store.load()
    takes: dict[str, list[TakeRow]] = defaultdict(list)
    for row in store.all_takes():
        takes[row.segment].append(row)
    for segment, start, one in zip(made.plan.segments, made.plan.starts, found, strict=True):
        if not segment.id.startswith(arguments.segment):
            continue
        guess = round(predicted(words_of(one.request), segment.estimated_s))
        for number, row in enumerate(takes[segment.id]):
            mark = project.marks.get((segment.id, row.key), TakeMark())
            is_heard = row.key == one.take
            is_shown = is_heard and segment.id in doubtful if arguments.doubtful else arguments.deleted or not mark.is_binned
            if is_shown:
                review = reviews.get(row.key)
                judged = made.policy.judged(review, one.request) if review is not None else None
                chosen = project.chosen.get(segment.id) == row.key
                head = {"segment": segment.id, "line": start.line + 1, "letter": letter(number), "state": str(one.state)}
                yield {**head, **_take(row), "heard": is_heard, "chosen": chosen, **_mark(mark), **_review(judged, guess)}


def _take(row: TakeRow) -> dict[str, Any]:
    return {"key": row.key, "engine": row.engine, "draft": row.is_draft, "seed": row.seed, "seconds": round(row.seconds, 3)}


def _mark(mark: TakeMark) -> dict[str, Any]:
    flags = {"locked": mark.is_locked, "favourite": mark.is_favourite, "accepted": mark.is_accepted, "deleted": mark.is_binned}
    return {**flags, "note": mark.note}


def _review(review: Review | None, predicted_wpm: int) -> dict[str, Any]:
    """What was measured; null where the take was not looked over."""
    if review is None:
        nothing = dict.fromkeys(("penalty", "score", "doubtful", "findings", "words_per_minute"))
        return {**nothing, "predicted_words_per_minute": predicted_wpm}
    return {
        "penalty": round(review.penalty, 3),
        "score": review.score,
        "doubtful": review.is_doubtful,
        "findings": [_finding(one) for one in review.findings],
        "words_per_minute": round(review.words_per_minute, 1),
        "predicted_words_per_minute": predicted_wpm,
    }


def _finding(one: Finding) -> dict[str, Any]:
    kind = KINDS[one.defect]
    advice = _("split it, or change its words") if one.defect in (Defect.FAST, Defect.SLOW) else ""
    return {
        "defect": one.defect.value,
        "title": _(kind.title),
        "value": round(one.value, 3),
        "limit": round(one.limit, 3),
        "unit": kind.unit,
        "start": round(one.start_s, 3),
        "end": round(one.end_s, 3),
        "advice": advice,
    }


def _line(row: dict[str, Any]) -> str:
    """`0f3a12bc line 12  B* 7.3 s  dia  seed 77  locked  score 41  hum 9 dB`: the star is on what is heard."""
    parts = [
        row["segment"],
        _("line {line}").format(line=row["line"]),
        f"{row['letter']}{'*' if row['heard'] else ' '} {row['seconds']:.1f} s",
        row["engine"],
        _("seed {seed}").format(seed=row["seed"]),
    ]
    words = {"chosen": _("chosen"), "locked": _("locked"), "favourite": _("favourite"), "deleted": _("deleted")}
    parts += [word for name, word in words.items() if row[name]]
    parts += [_("score {score}").format(score=row["score"])] if row["score"] is not None else []
    parts += [f"{one['title']} {one['value']:g} {one['unit']}".rstrip() for one in row["findings"] or ()]
    parts += sorted({one["advice"] for one in row["findings"] or () if one["advice"]})
    parts += [f"“{' '.join(row['note'].split())}”"] if row["note"] else []
    return "  ".join(parts)
