"""What is computed before the first row: shared where it may be, and the same whoever begins beside whom."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared, prepare
from dia_engine.requests import text_ids
from tests.dia_engine import tiny


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(tiny.network(4, "B", (4, 2), (4, 4)))


def rows(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1024, (count, 9))


def equal(one: prefill.Pairs, other: prefill.Pairs) -> bool:
    return all(torch.equal(a, b) for pairs in zip(one, other, strict=True) for a, b in zip(*pairs, strict=True))


@torch.inference_mode()
def test_a_text_is_read_alike_alone_and_beside_others(prepared: Prepared) -> None:
    texts = [text_ids(f"[S1] {'Rain again. ' * count}", 128) for count in (1, 9, 4)]
    together = prefill.read(prepared, texts)
    assert all(equal(pairs, prefill.read(prepared, [text])[0]) for pairs, text in zip(together, texts, strict=True))
    assert not equal(together[0], prefill.read(prepared, [texts[0][:-1] + b"?"])[0])


@torch.inference_mode()
def test_a_voices_unconditional_rows_are_fed_once_and_are_those_it_would_have_alone(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[bool] = []
    fill = prefill.fill
    monkeypatch.setattr(prefill, "fill", lambda p, streams: (fed.extend(s.heard is None for s in streams), fill(p, streams))[1])
    heard = prefill.read(prepared, [text_ids("[S1] One.", 128), text_ids("[S1] Another text.", 128)])
    voices = prefill.Voices(prepared)
    first = voices.fill([(rows(1, 30), heard[0]), (rows(1, 30), heard[1]), (rows(2, 7), heard[0])])
    assert fed.count(True) == 2
    again = voices.fill([(rows(1, 30), heard[0])])
    assert fed.count(True) == 2
    fresh = prefill.Voices(prepared).fill([(rows(1, 30), heard[0])])
    assert equal(again[0][0], fresh[0][0])
    assert equal(again[0][1], fresh[0][1])
    assert equal(first[0][0], first[1][0])
    assert not equal(first[0][1], first[1][1])


@torch.inference_mode()
def test_only_the_last_few_voices_are_kept(prepared: Prepared) -> None:
    heard = prefill.read(prepared, [text_ids("[S1] One.", 128)])[0]
    voices = prefill.Voices(prepared)
    for seed in range(prefill.VOICES + 3):
        voices.fill([(rows(seed, 3), heard)])
    assert len(voices._kept) == prefill.VOICES
    assert rows(prefill.VOICES + 2, 3).tobytes() in voices._kept
