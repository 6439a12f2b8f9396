"""The table of commands, and argparse taught to answer with one sentence. A command's module declares its own arguments."""

from __future__ import annotations

import argparse
import importlib
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from studio.cli.console import Console, table
from studio.core.errors import UsageError
from studio.i18n import N_, _

Run = Callable[[Namespace, Console], int]

COMMANDS: Mapping[str, str] = {
    "lint": N_("check scripts, and mend what a machine can mend"),
    "plan": N_("show the segments a script is cut into"),
    "render": N_("make the episode: render what is missing, mix, write the file"),
    "export": N_("write a project's finished takes to a file"),
    "takes": N_("list takes, choose what is heard, lock, note and delete them"),
    "voices": N_("the voice library: list, show, add, edit, remove, export, import, preview"),
    "engines": N_("list the speech engines and what each needs"),
    "model": N_("list, fetch and verify the weights of speech models"),
    "check": N_("find damage in a project and mend it"),
}


class Parser(argparse.ArgumentParser):
    """argparse that raises a UsageError instead of printing its usage and leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, todo=f"see {self.prog} --help")


def parsed(command: str, argv: Sequence[str]) -> tuple[Namespace | None, Run]:
    """The command's arguments and the function that runs it; None when only its help was asked for. Raises UsageError."""
    module = importlib.import_module(f"studio.cli.{command}")
    parser = Parser(prog=f"dia-studio {command}", description=_(COMMANDS[command]).capitalize() + ".", allow_abbrev=False)
    module.add_arguments(parser)
    run: Run = module.run
    try:
        return parser.parse_args(list(argv)), run
    except SystemExit:  # --help was asked for and printed
        return None, run


def usage() -> str:
    """What `dia-studio --help` prints."""
    rows = [(f"dia-studio {name}", _(summary)) for name, summary in COMMANDS.items()]
    head = [("dia-studio [PROJECT]", _("open the window"))]
    return "\n".join(
        (
            _("Dia Studio: write a script, cast voices, render, mix, export."),
            "",
            table(head + rows, "  "),
            "",
            _("Each command explains itself with --help. Results go to standard output, progress to standard error."),
            _("Exit status: 0 done; 1 the input has errors; 2 wrong usage or files; 3 some segments failed; 130 cancelled."),
        )
    )


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    """`--format`, the first being the default."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=_("how the result is printed"))


def add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help=_("no progress and no messages but errors"))


def add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", default="auto", metavar="ENGINE", help=_("auto, draft, dia, …: see dia-studio engines"))
