"""Speech recognition where it is there, and one sentence where it is not.

pywhispercpp and its models are not here: a stand-in module with its interface (a `Model` of a file, `transcribe`, segments with
`text`, `t0`, `t1` in hundredths of a second) proves our side of it, and nothing about how well it recognises.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from studio.core.errors import UnavailableError
from studio.core.quality import Defect
from studio.core.render import Audio, Caps, Limits, Request, SpokenTurn, VoiceSpec
from studio.engines.draft import DraftEngine
from studio.render import recognition
from studio.render.recognition import Recognised, Recogniser, matched
from studio.render.reviewing import Reviewer
from studio.store.takes import Take

TURNS = (SpokenTurn(1, "Good morning, Ben. (laughs) It’s a fine day."), SpokenTurn(2, "So it is!"))
SOUND = np.ones(44_100, np.float32)


def heard(*words: str) -> list[Recognised]:
    return [Recognised(word, 0.5 * index, 0.5 * index + 0.4) for index, word in enumerate(words)]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A stand-in for pywhispercpp, and a model file; gives the arguments it was called with."""
    calls: list[Any] = []

    class Model:
        def __init__(self, file: str, **options: Any) -> None:
            calls.append((file, options))

        def transcribe(self, sound: np.ndarray, **options: Any) -> list[SimpleNamespace]:
            calls.append((len(sound), sound.dtype, options))
            return [
                SimpleNamespace(text=f" {word}", t0=50 * n, t1=50 * n + 40)
                for n, word in enumerate(("Good", "morning,", "Ben."))
            ]

    package, inner = ModuleType("pywhispercpp"), ModuleType("pywhispercpp.model")
    package.__spec__ = ModuleSpec("pywhispercpp", None)
    inner.Model = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pywhispercpp", package)
    monkeypatch.setitem(sys.modules, "pywhispercpp.model", inner)
    recognition.folder().mkdir(parents=True)
    (recognition.folder() / "ggml-base.en.bin").write_bytes(b"weights")
    return calls


def reviewed(text: str) -> list[Defect]:
    """What the words of a draft take of this text are found to lack, by an engine that tells no times of words."""
    request = Request((SpokenTurn(1, text),), (VoiceSpec(3),), 1)
    engine = DraftEngine()
    pcm = b"".join(event.pcm for event in engine.open(request) if isinstance(event, Audio))
    engine.close()
    sound = np.frombuffer(pcm, "<f4")
    take = Take("0" * 32, len(sound) / 22_050, len(sound), 22_050, (), "", "", 0)
    with Reviewer() as reviewer:
        found = reviewer.review(take.key, sound, 22_050, request, Caps("dia", "1", 22_050, Limits(), frozenset()), take)
    assert len(found.words) == len(text.split()), "the draft voice tells the times"
    return [one.defect for one in found.findings if one.defect in (Defect.MISSING, Defect.ADDED)]


def test_who_has_it_has_takes_judged_by_what_it_hears(installed: list[Any]) -> None:
    assert reviewed("Good morning, Ben.") == []
    assert reviewed("Good morning, my dear old friend Ben.") == [Defect.MISSING]
    assert [call[0] for call in installed if isinstance(call[0], str)] == [str(recognition.model())] * 2
    assert reviewed("I have 12 of them, and you have none.") == [], "figures are heard as written by nobody"


def test_without_the_package_one_sentence_says_what_would_make_it_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_PACKAGE", "no_such_package_here")
    assert recognition.why_not().count(".") == 1 and "pip install" in recognition.why_not()
    with Recogniser() as recogniser, pytest.raises(UnavailableError, match="pip install"):
        recogniser.align(SOUND, 44_100, TURNS)


def test_without_a_model_it_says_where_to_put_one_and_fetches_nothing(installed: list[Any]) -> None:
    (recognition.folder() / "ggml-base.en.bin").unlink()
    assert str(recognition.folder()) in recognition.why_not()
    with Recogniser() as recogniser, pytest.raises(UnavailableError):
        recogniser.words(SOUND, 44_100)
    assert installed == []


def test_the_sound_goes_in_at_16_khz_and_words_with_times_come_out(installed: list[Any]) -> None:
    assert recognition.why_not() == ""
    with Recogniser() as recogniser:
        result = recogniser.align(SOUND, 44_100, TURNS[:1])
        recogniser.words(SOUND, 44_100)
    models = [call for call in installed if len(call) == 2]
    assert [file for file, _ in models] == [str(recognition.model())], "loaded once, from the file"
    assert installed[1][0] == 16_000 and installed[1][1] == np.float32 and installed[1][2]["token_timestamps"]
    assert [(word.start_s, word.end_s) for word in result.words[:3]] == [(0.0, 0.4), (0.5, 0.9), (1.0, 1.0)]
    assert [(one.defect, one.value) for one in result.findings] == [(Defect.MISSING, 4.0)]


def test_words_heard_as_written_are_no_finding_however_they_are_spelled() -> None:
    result = matched(heard("good", "Morning", "ben", "it's", "a", "fine", "day", "so", "it", "is"), TURNS, 9.0)
    assert result.findings == () and result.cost == 0.0
    assert [TURNS[word.turn].text[word.start : word.end] for word in result.words][:4] == ["Good", "morning,", "Ben.", "It’s"]
    assert result.words[9].start_s == 4.5
    joined = matched(heard("good", "morning", "ben", "it's", "afine", "day", "so", "it", "is"), TURNS, 9.0)
    assert joined.findings == ()


def test_words_missing_added_and_said_otherwise_are_told() -> None:
    result = matched(heard("good", "ben", "it's", "a", "very", "fine", "night", "so", "it", "is"), TURNS, 9.0)
    assert [(one.defect, one.value) for one in result.findings] == [
        (Defect.MISSING, 1.0),
        (Defect.ADDED, 1.0),
        (Defect.MISSING, 1.0),
        (Defect.ADDED, 1.0),
    ]
    assert result.words[1].start_s == result.words[1].end_s
    assert result.cost == pytest.approx(0.3)
    assert all(one.end_s <= other.start_s for one, other in zip(result.words, result.words[1:], strict=False))
