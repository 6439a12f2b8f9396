"""A sample made of a take in the window: its codes stay with it as long as its sound does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.render import Caps, Limits, Request, SpokenTurn, VoiceSpec
from studio.core.voices import Sample, Voice
from studio.qt.pools import SameThread
from studio.qt.voicemaking import Draft, VoiceMaking, drafts_of
from studio.qt.voices import Voices
from studio.render.previews import request_of_voice
from studio.store.layout import TAKES
from studio.store.takes import TakeStore
from tests.store.voices import codes, opened

RATE, FRAMES = 22_050, 517  # 6 s: this rate is half of that of the codec, so that a frame has 256 samples
WORDS = "They found the boat on a Thursday, upright, with the lamp still warm."


@pytest.fixture
def making(qapp: object, tmp_path: Path) -> VoiceMaking:
    return VoiceMaking(tmp_path / "data" / "library.db", SameThread())


@pytest.fixture
def draft(making: VoiceMaking, tmp_path: Path) -> Draft:
    """What comes of a take with codes."""
    caps = Caps("dia", "1", RATE, Limits(), frozenset(), codec="dac-44100")
    request = Request((SpokenTurn(1, WORDS),), (VoiceSpec(1),), 1)
    sound = (0.2 * np.sin(np.arange(FRAMES * 256) * 0.1)).astype(np.float32)
    TakeStore(tmp_path / TAKES, sync=False).write(
        "a" * 32, sound, RATE, recipe=request.recipe(caps), codes=codes(1, FRAMES * 512 / 44_100), codec="dac-44100"
    )
    came: list[Draft] = []
    making.read_take(tmp_path, "a" * 32, None, came.append, refused)
    return came[0]


def refused(error: StudioError) -> None:
    pytest.fail(str(error))


def finished(making: VoiceMaking, *drafts: Draft) -> tuple[Sample, dict[str, bytes]]:
    came: list[tuple[Sequence[Sample], dict[str, bytes]]] = []
    making.finish(drafts, came.append, refused)
    samples, files = came[0]
    return samples[0], files


def test_a_take_becomes_a_sample_with_its_codes_whatever_is_written_beside_it(
    making: VoiceMaking, draft: Draft, tmp_path: Path
) -> None:
    sample, files = finished(making, replace(draft, style="calm", transcript=f"{draft.transcript} Yes."))
    assert (sample.style, sample.codec, sample.transcript) == ("calm", "dac-44100", f"[S1] {WORDS} Yes.")
    with opened(tmp_path / "data" / "library.db") as library:
        library.add(Voice("Maya", samples=(sample,)), files)
        assert library.sample_codes(sample.codes) in codes(1, FRAMES * 512 / 44_100)
        [kept] = drafts_of(library.get("Maya"))
    voices = Voices(tmp_path / "data" / "library.db")
    voices.open()
    request = voices.complete(request_of_voice(voices.all()["Maya"], clones=True, codec="dac-44100"))
    voices.close()
    assert request.voices[0].codes == files[sample.codes]
    again, nothing_new = finished(making, replace(kept, style="warm"))
    assert (again, nothing_new) == (replace(sample, style="warm"), {})


def test_a_sound_that_was_cut_anew_has_no_codes(making: VoiceMaking, draft: Draft) -> None:
    sample, files = finished(making, replace(draft, is_cut=True, end_s=5.0))
    assert (sample.codes, sample.codec) == ("", "")
    assert list(files) == [sample.digest]
