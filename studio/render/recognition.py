"""Words heard by speech recognition, where somebody has installed it: whisper.cpp through pywhispercpp, with a model that is on
this computer. Nothing is ever downloaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from studio.audio.files import Samples, finite, resample
from studio.core.errors import UnavailableError
from studio.core.quality import Defect, Finding
from studio.core.render import SpokenTurn, Word
from studio.engines.sounds import sound_tags
from studio.i18n import _
from studio.render.alignment import Alignment
from studio.store import places

REVISION = 1
_RATE = 16_000
_PACKAGE = "pywhispercpp"
_MODELS = ("ggml-base.en.bin", "ggml-small.en.bin", "ggml-tiny.en.bin", "ggml-base.bin", "ggml-small.bin", "ggml-tiny.bin")
_TOKEN = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word that was heard, in seconds of the take."""

    text: str
    start_s: float
    end_s: float


def folder() -> Path:
    """Where models for recognition are looked for."""
    return places.library().parent / "recognition"


def model() -> Path | None:
    """The model file that is used, if there is one."""
    return next((folder() / name for name in _MODELS if (folder() / name).is_file()), None)


def why_not() -> str:
    """One sentence that says what would make recognition available; "" where it is."""
    if find_spec(_PACKAGE) is None:
        return _("Speech recognition is not installed: pip install {package} makes it available.").format(package=_PACKAGE)
    if model() is None:
        told = _("Speech recognition lacks its model: put {name} of whisper.cpp into {folder}.")
        return told.format(name=_MODELS[0], folder=folder())
    return ""


class Recogniser:
    """Owns the model, loaded when first needed. For one thread; close it, or use `with`."""

    def __init__(self) -> None:
        self._model: Any = None

    def align(self, samples: Samples, rate: int, turns: Sequence[SpokenTurn]) -> Alignment:
        """As `Aligner.align`: mono [n]; the cost is the share of words that were not heard as written. Raises UnavailableError
        where recognition is not available."""
        heard = self.words(samples, rate)
        return matched(heard, turns, len(samples) / rate)

    def words(self, samples: Samples, rate: int) -> list[Recognised]:
        """What is heard in mono sound [n]. Raises UnavailableError."""
        sound = finite(resample(np.ascontiguousarray(samples, np.float32), rate, _RATE))
        if not len(sound):
            return []
        segments = self._loaded().transcribe(sound, token_timestamps=True, max_len=1, split_on_word=True)
        found = [Recognised(str(one.text).strip(), one.t0 / 100, one.t1 / 100) for one in segments]  # it counts in 10 ms
        return [word for word in found if _plain(word.text)]

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _loaded(self) -> Any:
        if self._model is None:
            reason, file = why_not(), model()
            if reason or file is None:
                raise UnavailableError(reason.rstrip("."), kept="the take was not listened to")
            try:
                self._model = import_module(f"{_PACKAGE}.model").Model(
                    str(file), print_progress=False, print_realtime=False, redirect_whispercpp_logs_to=None
                )
            except Exception as error:
                what = f"the model for speech recognition does not load ({error})"
                raise UnavailableError(what, where=file, kept="the take was not listened to", todo="fetch it again") from error
        return self._model


def matched(heard: Sequence[Recognised], turns: Sequence[SpokenTurn], seconds: float) -> Alignment:
    """The words of the turns among those that were heard: those which were not have no length. Pure."""
    written = _written(turns)
    if not written:
        return Alignment()
    ours = [_plain(turns[turn].text[start:end]) for turn, start, end in written]
    theirs = [_plain(word.text) for word in heard]
    words: list[Word] = []
    findings: list[Finding] = []
    wrong, now = 0, 0.0
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        begin = min(heard[c].start_s, seconds) if c < d else now
        end = min(heard[d - 1].end_s, seconds) if c < d else now
        is_said = kind == "equal" or (kind == "replace" and "".join(ours[a:b]) == "".join(theirs[c:d]))
        wrong += 0 if is_said else max(b - a, d - c)
        for number, place in enumerate(written[a:b]):
            start_s, end_s = now, now
            if kind == "equal":
                start_s, end_s = heard[c + number].start_s, heard[c + number].end_s
            elif is_said:
                start_s, end_s = (begin + (end - begin) * share / (b - a) for share in (number, number + 1))
            start_s = min(max(start_s, now), seconds)
            now = min(max(end_s, start_s), seconds)
            words.append(Word(*place, start_s, now))
        if not is_said and a < b:
            findings.append(Finding(Defect.MISSING, float(b - a), 0.0, begin, end))
        if not is_said and c < d:
            findings.append(Finding(Defect.ADDED, float(d - c), 0.0, begin, end))
    return Alignment(tuple(words), min(wrong / len(ours), 1.0), tuple(findings))


def _written(turns: Sequence[SpokenTurn]) -> list[tuple[int, int, int]]:
    """The places of the words, without sounds such as (laughs)."""
    places_of = []
    for turn, spoken in enumerate(turns):
        sounds = [(tag.start, tag.end) for tag in sound_tags(spoken.text)]
        for token in _TOKEN.finditer(spoken.text):
            if _plain(token[0]) and not any(start < token.end() and token.start() < end for start, end in sounds):
                places_of.append((turn, *token.span()))
    return places_of


def _plain(word: str) -> str:
    return _LETTERS.sub("", word.casefold())
