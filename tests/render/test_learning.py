"""The estimate follows what an engine really takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.core.estimate import DEFAULT_RATE, seconds
from studio.core.render import Caps, Limits, Request, SpokenTurn, VoiceSpec
from studio.render.learning import learned_rate
from studio.store.project import ProjectStore

CAPS = Caps("slow", "1", 8000, Limits(), frozenset())
TEXT = "They found the boat on a Thursday, upright, with the lamp still warm, and nobody had seen it come in."


def keep(store: ProjectStore, number: int, times: float, pace: float = 1.0, caps: Caps = CAPS) -> None:
    """A take of TEXT that lasts `times` as long as it is estimated to."""
    request = Request((SpokenTurn(1, f"{TEXT} {number}"),), (VoiceSpec(number),), number, pace)
    length_s = seconds(f"{TEXT} {number}") * times / pace
    take = store.takes.write(request.key(caps), np.zeros(round(length_s * 8000), np.float32), 8000, recipe=request.recipe(caps))
    store.add_take(f"segment{number}", take.key)


@pytest.fixture
def store(tmp_path: Path):
    with ProjectStore.create(tmp_path / "show", "[S1] Hello.") as made:
        yield made


def test_without_takes_the_default_rate_holds(store: ProjectStore) -> None:
    assert learned_rate(None, "slow") == learned_rate(store, "slow") == DEFAULT_RATE


def test_a_slow_engine_is_given_more_time(store: ProjectStore) -> None:
    for number in range(20):
        keep(store, number, times=1.5)
    assert seconds(TEXT, learned_rate(store, "slow")) > 1.25 * seconds(TEXT)


def test_pace_and_other_engines_teach_nothing_about_an_engine(store: ProjectStore) -> None:
    for number in range(10):
        keep(store, number, times=1.0, pace=0.5)
        keep(store, 100 + number, times=3.0, caps=Caps("other", "1", 8000, Limits(), frozenset()))
    assert seconds(TEXT, learned_rate(store, "slow")) == pytest.approx(seconds(TEXT), rel=0.03)


def test_takes_that_are_gone_are_passed_over(store: ProjectStore) -> None:
    keep(store, 1, times=1.5)
    for sidecar in store.takes.folder.rglob("*.json"):
        sidecar.unlink()
    assert learned_rate(store, "slow") == DEFAULT_RATE
