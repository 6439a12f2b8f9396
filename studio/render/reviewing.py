"""A take looked over without any weights: its sound by itself, its words against the draft voice that speaks the same text.
Where speech recognition and its model are on this computer, it is asked what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType

import numpy as np
import numpy.typing as npt

from studio.audio.screening import Expectation, level_finding, repeats_in, screen, usual_level
from studio.core.errors import EngineError, UnavailableError
from studio.core.estimate import OTHER_SOUND_S, SOUND_S, seconds
from studio.core.quality import REVISION as REVISION
from studio.core.quality import Defect, Review
from studio.core.render import Caps, Request
from studio.engines.sounds import sound_tags, spoken_words
from studio.render.alignment import Aligner, Alignment
from studio.render.recognition import Recogniser, why_not
from studio.store.takes import Take

NO_ALIGNMENT = Alignment((), 0.0, ())


class Reviewer:
    """Belongs to one thread. Starts the draft voice when it first needs it; close it, or use it in a `with`."""

    def __init__(self) -> None:
        self._aligner: Aligner | None = None
        self._is_without_draft = False
        self._recogniser = Recogniser() if not why_not() else None

    def __enter__(self) -> Reviewer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._aligner is not None:
            self._aligner.close()
            self._aligner = None
        if self._recogniser is not None:
            self._recogniser.close()

    def review(self, key: str, samples: npt.NDArray[np.float32], rate: int, request: Request, caps: Caps, take: Take) -> Review:
        """What is found about a take of `request`: mono float32 [frames] at `rate` Hz. How loud it is beside others is not
        judged here: see `beside`. Where the draft voice cannot run, takes are judged by their sound alone."""
        screened = screen(samples, rate, expectation(request, take.ended))
        aligned = NO_ALIGNMENT if caps.words else self._heard(samples, rate, request)
        findings = (*screened.findings, *aligned.findings)
        return Review(key, REVISION, findings, aligned.words, screened.words_per_minute, screened.level_db)

    def _heard(self, samples: npt.NDArray[np.float32], rate: int, request: Request) -> Alignment:
        """When each word is heard, and which are not. A recogniser hears better than the draft voice what is said, but writes
        figures in its own way: of texts with any the draft voice judges."""
        aligned = self._aligned(samples, rate, request)
        if self._recogniser is None or _has_figures(request):
            return aligned
        try:
            heard = self._recogniser.align(samples, rate, request.turns)
        except UnavailableError:
            self._recogniser = None
            return aligned
        return replace(aligned, words=aligned.words or heard.words, findings=heard.findings)

    def _aligned(self, samples: npt.NDArray[np.float32], rate: int, request: Request) -> Alignment:
        if self._is_without_draft:
            return NO_ALIGNMENT
        try:
            if self._aligner is None:
                self._aligner = Aligner()
            return self._aligner.align(samples, rate, request.turns)
        except EngineError:
            self._is_without_draft = True
            return NO_ALIGNMENT


def _has_figures(request: Request) -> bool:
    return any(character.isdigit() for turn in request.turns for character in turn.text)


def expectation(request: Request, ended: str = "complete") -> Expectation:
    """What a take of this request should be like."""
    texts = [turn.text for turn in request.turns]
    sounds = [tag.name for text in texts for tag in sound_tags(text)]
    return Expectation(
        sum(map(seconds, texts)) / request.pace,
        sum(map(spoken_words, texts)),
        ended,
        sounds_s=sum(SOUND_S.get(name, OTHER_SOUND_S) for name in sounds) / request.pace,
        repeats=repeats_in(" ".join(texts)),
    )


def beside(reviews: Mapping[str, Review], chapter: Sequence[str]) -> dict[str, Review]:
    """The reviews of a chapter's takes, by key, with what their loudness beside each other says."""
    found = {key: reviews[key] for key in chapter if key in reviews}
    usual_db = usual_level([review.level_db for review in found.values()])
    judged = {}
    for key, review in found.items():
        others = tuple(one for one in review.findings if one.defect is not Defect.LEVEL)
        level = level_finding(review.level_db, usual_db) if usual_db is not None else None
        judged[key] = replace(review, findings=(*others, level) if level is not None else others)
    return judged
