"""What lint has to know besides the script: limits, sounds, voices, files. Loads no engine, and no database unless voices are
named, so that `lint` starts at once."""

from __future__ import annotations

from pathlib import Path

from studio.core.lint import Surroundings
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.sounds import SOUND_SET
from studio.core.voices import Cast
from studio.engines import available, choose
from studio.render.voices import names_voices, voices_for

LIMITS = Limits()  # every engine of the registry states these; one that states others says so once it is built


def limits_of(engine: str) -> Limits:
    """What a script for this engine is cut by, without building it. Raises UsageError for an engine that is none.

    An engine that cannot run here has limits all the same: its name alone is looked at.
    """
    if engine not in ("auto", *(info.id for info in available(hidden=True))):
        choose(engine)  # says that there is none, and which there are
    return LIMITS


def surroundings(script: Script, folder: Path, limits: Limits, cast: Cast | None = None) -> Surroundings:
    """`folder` is what the script's files are relative to; `cast` lies over the script's own."""
    whole = script.front.cast.overridden_by(cast) if cast is not None else script.front.cast
    voices = voices_for(script, whole) if names_voices(script, whole) else None
    return Surroundings(limits, SOUND_SET, voices, lambda name: (folder / name).is_file())
