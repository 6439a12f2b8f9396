"""The command line: finds the command, runs it, and turns whatever goes wrong into one sentence and an exit status.

Imports a command's module only when it is asked for, so that `lint` starts without numpy and SQLAlchemy.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from studio import __version__
from studio.cli.arguments import COMMANDS, parsed, usage
from studio.cli.console import Console, printable
from studio.core.errors import Cancelled, StudioError, UsageError

# What a command may find missing, by the name it is imported under.
PACKAGES = {name: name for name in ("numpy", "soundfile", "soxr", "av", "pydub", "sqlalchemy", "alembic")}

DONE, HAS_ERRORS, CANNOT, SOME_FAILED, CANCELLED = 0, 1, 2, 3, 130


def main(argv: Sequence[str]) -> int:
    """Run one command. Returns the exit status of cli.md: 0, 1, 2, 3 or 130; never raises, never shows a traceback."""
    console = Console(printable(sys.stdout), printable(sys.stderr))
    try:
        status = _dispatch(list(argv), console)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except StudioError as error:
        console.problem(error.sentence())
        return error.exit_status
    except (Cancelled, KeyboardInterrupt):
        console.problem("cancelled; what was finished is kept.")
        return CANCELLED
    except ImportError as error:
        console.problem(_not_installed(error) or _unforeseen(error, " ".join(argv[:1])))
        return CANNOT
    except Exception as error:  # the terminal's edge: the one place where everything is caught
        console.problem(_unforeseen(error, " ".join(argv[:1])))
        return CANNOT
    return status


def _dispatch(argv: list[str], console: Console) -> int:
    first = argv[0] if argv else ""
    if first in ("-h", "--help", "help"):
        console.result(usage())
        return DONE
    if first == "--version":
        console.result(f"dia-studio {__version__}")
        return DONE
    if first in COMMANDS:
        arguments, run = parsed(first, argv[1:])
        return run(arguments, console) if arguments is not None else DONE
    return _window(argv)


def _window(argv: list[str]) -> int:
    """Open the window, with a project or without one."""
    if len(argv) > 1 or (argv and (argv[0].startswith("-") or not os.path.exists(argv[0]))):  # noqa: PTH110 - starts faster
        raise UsageError(f'"{argv[0]}" is neither a command nor a project', todo="see dia-studio --help")
    try:
        app = importlib.import_module("studio.app")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "PySide6":
            raise
        what = "the window needs PySide6, which is not installed"
        raise UsageError(
            what, todo="install it with pip install PySide6-Essentials PySide6-Addons, or see dia-studio --help"
        ) from error
    status: int = app.main(argv)
    return status


def _not_installed(error: ImportError) -> str:
    """The sentence for a package of ours that is missing; "" for anything else."""
    package = PACKAGES.get((error.name or "").partition(".")[0])
    if package is None:
        return ""
    return (
        f"this needs the package {package}, which is not installed; nothing was changed; install it with pip install {package}."
    )


def _unforeseen(error: Exception, doing: str) -> str:
    from studio import log
    from studio.store import places

    report = log.keep_report(places.logs(), error, doing)
    name = type(error).__name__
    return f"something unforeseen happened ({name}); what was finished is kept; please report it with the file {report}."
