"""The log file, and the report kept when something unforeseen happens. A user sees its path, never a traceback."""

from __future__ import annotations

import logging
import platform
import sys
import tempfile
import traceback
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import studio

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(folder: Path, *, verbose: bool = False) -> logging.Handler | None:
    """Log to `folder/dia-studio.log` (three files of 1 MB). None where the folder cannot be written: a log is no condition."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "dia-studio.log", maxBytes=1_000_000, backupCount=2, delay=True, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger = logging.getLogger("studio")
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.addHandler(handler)
    return handler


def crash_report(error: BaseException, doing: str) -> str:
    """What a developer needs: versions, what was asked for, the traceback. Holds no script text and no environment."""
    lines = [
        f"Dia Studio {studio.__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"at {datetime.now().astimezone().isoformat(timespec='seconds')}",
        f"while: {doing}",
        "",
        *traceback.format_exception(error),
    ]
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def keep_report(folder: Path, error: BaseException, doing: str) -> Path:
    """Write the report into `folder`, or into the system's temporary folder where that fails; say where it lies."""
    name = f"crash-{datetime.now():%Y%m%d-%H%M%S}.log"
    report = crash_report(error, doing)
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(report, encoding="utf-8")
        except OSError:
            continue
        return place / name
    sys.stderr.write(report)  # nowhere to write: better on the screen than lost
    return Path(name)
