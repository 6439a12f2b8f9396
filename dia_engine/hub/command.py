"""The command `fetch`: a model of the hub, and the codec with it, onto this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dia_engine.fetch import Means, fetch
from dia_engine.hub.known import CODEC, KNOWN
from dia_engine.hub.pace import Plan, Progress, Steps, in_bytes, in_words, plan_in_words
from dia_engine.hub.places import CODEC_FOLDER

CACHE = "cache"
BAR_WIDTH = 28
CLEAR = "\r\x1b[2K"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    names = ", ".join(f"{one.name} ({one.id}, {in_bytes(one.bytes)})" for one in KNOWN)
    parser.add_argument("model", metavar="ID", help=f"owner/name of a model on the hub, or one of: {names}")
    parser.add_argument("--revision", metavar="R", help="a branch, a tag or a commit")
    parser.add_argument(
        "--to", default=CACHE, metavar="FOLDER|cache", help="a folder, or the hub's cache (which is the default)"
    )
    parser.add_argument("--codec", action="store_true", help=f"fetch {CODEC.id}, too: it makes sound of what Dia writes")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments ask for; returns the exit status. Raises `EngineError`."""
    to = None if args.to == CACHE else Path(args.to)
    again = " ".join(word for word in ("python -m dia_engine fetch", args.model, *_options(args)) if word)
    wanted = [(args.model, args.revision, to)]
    if args.codec:
        wanted.append((CODEC.id, None, to / CODEC_FOLDER if to else None))
    shown = Shown()
    try:
        for model, revision, place in wanted:
            found = fetch(model, revision=revision, to=place, told=shown.told, means=Means(again=again))
            shown.end()
            known = (
                "hashes, names and shapes are right" if found.pinned else "names and shapes are right, its hashes are unknown"
            )
            sys.stdout.write(f"{found.place}: {found.id} is here; {known}.\n")
    except KeyboardInterrupt:
        shown.end()
        sys.stderr.write(f"Stopped; what was fetched is kept; go on with: {again}.\n")
        return 130
    finally:
        shown.end()
    return 0


def _options(args: argparse.Namespace) -> list[str]:
    """The options that were given, to be typed again."""
    options = ["--revision", args.revision] if args.revision else []
    if args.to != CACHE:
        options += ["--to", f'"{args.to}"' if " " in args.to else args.to]
    return [*options, "--codec"] if args.codec else options


class Shown:
    """Says how a fetch goes on: a bar on a terminal, a line for every tenth elsewhere. Standard error only."""

    def __init__(self) -> None:
        self._steps = Steps()
        self._bar = False

    def told(self, event: Plan | Progress) -> None:
        if isinstance(event, Plan):
            self.end()
            sys.stderr.write(plan_in_words(event) + "\n")
        elif sys.stderr.isatty():
            share = event.done / event.total if event.total else 1.0
            filled = round(share * BAR_WIDTH)
            sys.stderr.write(f"{CLEAR}{'█' * filled}{'░' * (BAR_WIDTH - filled)} {share:4.0%} {in_words(event)}")
            self._bar = True
        elif self._steps.is_due(event):
            sys.stderr.write(in_words(event) + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._bar:
            sys.stderr.write(CLEAR)
            self._bar = False
