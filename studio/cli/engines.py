"""`dia-studio engines`: which engines there are, which can run here, and what would make the others run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from studio.cli.arguments import add_format
from studio.cli.console import Console
from studio.engines import available
from studio.i18n import _


def add_arguments(parser: ArgumentParser) -> None:
    add_format(parser, "text", "json")


def run(arguments: Namespace, console: Console) -> int:
    infos = available()
    if arguments.format == "json":
        console.result_json(
            [
                {
                    "id": info.id,
                    "title": info.title,
                    "draft": info.is_draft,
                    "can_run": info.can_run,
                    "why_not": info.why_not,
                    "remedy": info.remedy,
                }
                for info in infos
            ]
        )
        return 0
    for info in infos:
        ready = _("ready") if info.can_run else _("cannot run here")
        console.result(f"{info.id}: {info.title}, {ready}")
        for sentence in (info.why_not, info.remedy):
            if sentence:
                console.result(f"  {sentence}")
    return 0
