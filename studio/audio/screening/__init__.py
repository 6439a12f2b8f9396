"""Screening of one take by its sound alone: what can be heard to be wrong with it, by plain measures. No weights, no text."""

from studio.audio.screening.expectation import Expectation as Expectation
from studio.audio.screening.expectation import Repeat as Repeat
from studio.audio.screening.expectation import repeats_in as repeats_in
from studio.audio.screening.levels import level_finding as level_finding
from studio.audio.screening.levels import usual_level as usual_level
from studio.audio.screening.screen import REVISION as REVISION
from studio.audio.screening.screen import Screening as Screening
from studio.audio.screening.screen import screen as screen
