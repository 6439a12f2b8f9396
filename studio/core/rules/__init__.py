"""Every rule of lint, in the order in which the manual lists them. A new rule is a value here, and nothing else."""

from __future__ import annotations

from studio.core.diagnostics import Rule
from studio.core.rules.marks import MISSING_FILE, UNCLOSED_BRACKET, UNKNOWN_DIRECTION
from studio.core.rules.pieces import NONVERBAL_DENSITY, SEGMENT_TOO_LONG, SEGMENT_TOO_SHORT, TEXT_TOO_LONG
from studio.core.rules.tags import (
    EMPTY_TURN,
    FIRST_SPEAKER,
    MALFORMED_TAG,
    NONVERBAL_ONLY,
    SPEAKER_ALTERNATION,
    UNKNOWN_SPEAKER,
)
from studio.core.rules.whole import EMPTY_SCRIPT, FRONT_MATTER, PROMPT_DURATION, PROMPT_TRANSCRIPT
from studio.core.rules.wording import EXCLAMATION_RUN, UNEXPANDED_NUMBER, UNKNOWN_NONVERBAL, UNSUPPORTED_CHARACTER

ALL: tuple[Rule, ...] = (
    FIRST_SPEAKER,
    SPEAKER_ALTERNATION,
    UNKNOWN_SPEAKER,
    MALFORMED_TAG,
    EMPTY_TURN,
    UNKNOWN_NONVERBAL,
    NONVERBAL_DENSITY,
    NONVERBAL_ONLY,
    SEGMENT_TOO_SHORT,
    SEGMENT_TOO_LONG,
    TEXT_TOO_LONG,
    EXCLAMATION_RUN,
    UNSUPPORTED_CHARACTER,
    UNEXPANDED_NUMBER,
    UNCLOSED_BRACKET,
    UNKNOWN_DIRECTION,
    MISSING_FILE,
    PROMPT_TRANSCRIPT,
    PROMPT_DURATION,
    FRONT_MATTER,
    EMPTY_SCRIPT,
)
