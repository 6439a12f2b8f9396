"""Same request, same sound: alone, two or four at a time, in another order, after a kill; greedy and sampled, by seed and by
sample. A tiny random Dia through the studio's own engine, runner and store."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

from studio.core.errors import RefusedError
from studio.core.render import Request
from studio.core.segments import Segment, SegmentTurn
from studio.core.voices import Cast, CastEntry, Sample, Voice
from studio.engines.dia_model import DiaEngine
from studio.engines.turns import whose_turn
from studio.render.requests import Casting, request_for, with_samples
from studio.render.runner import Flight
from studio.store.takes import TakeStore
from tests.engines import tiny_dia as tiny

RATE = 44_100
TAPE = Sample("digest of a tape", 1.5, "[S1] These were my words.", "calm")
LOUD = Sample("digest of a loud tape", 1.2, "[S1] Louder now!", "loud")
VOICES = {"taped": Voice("taped", seed=3, samples=(TAPE, LOUD)), "seeded": Voice("seeded", seed=11)}
CAST = Cast((("Maya", CastEntry("taped")), ("Ben", CastEntry("seeded")), ("Ida", CastEntry("taped", "loud"))))
PAIRS = (("Maya",), ("Ben",), ("Maya", "Ben"), ("Ben", "Ida"), ("Maya", "Ida"))
WORDS = ("No. {}.", "Yes, {}!", "{} it is.", "Well: {}?")
COUNT = 100


def pcm_of(sample: Sample) -> tuple[bytes, int]:
    times = np.arange(round(sample.seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 150 * times)).astype("<f4").tobytes(), RATE


def asked() -> list[Request]:
    """Greedy and sampled in turns, one and two speakers, with and without samples, first and further takes."""
    found = []
    for number in range(COUNT):
        names = PAIRS[number % len(PAIRS)]
        turns = tuple(
            SegmentTurn(place, name, WORDS[(number + place) % 4].format(number)) for place, name in enumerate(names, 1)
        )
        params = (("temperature", "0"),) if number % 2 else ()
        settled = Casting(CAST, VOICES, params=params, clones=True)
        request = request_for(Segment(str(number), turns), settled, take=number % 3)
        found.append(with_samples(request, {one.digest: one for one in (TAPE, LOUD)}, pcm_of, lambda _: b""))
    return found


def rendered(engine: DiaEngine, requests: Sequence[Request], folder: Path, together: int) -> Mapping[str, bytes]:
    """The takes of these requests to the byte, by key; b"" where the model ended before it said anything."""
    takes = TakeStore(folder, sync=False)
    waiting = list(reversed(requests))
    flying: list[tuple[str, Flight]] = []
    silent: set[str] = set()
    while waiting or flying:
        while waiting and len(flying) < together:
            request = waiting.pop()
            flight = Flight(request, engine, takes, lambda progress: None, lambda: False)
            flying.append((request.key(engine.caps), flight))
        for one in whose_turn(flying, lambda one: one[1].ready()):
            try:
                take = one[1].step()
            except RefusedError as error:
                assert "ended before it said anything" in error.what
                silent.add(one[0])
                take = None
                flying.remove(one)
                continue
            if take is not None:
                one[1].close()
                flying.remove(one)
    return {key: takes.path(key).read_bytes() for key in takes.keys()} | dict.fromkeys(silent, b"")  # noqa: SIM118


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_take_is_the_same_alone_together_in_another_order_and_resumed(tmp_path: Path) -> None:
    model = tiny.write(tmp_path / "model", eager=1.7)
    requests = asked()

    def engine() -> DiaEngine:
        return DiaEngine(model=str(model), device="cpu", dtype="float32", slots=4, voices=str(tmp_path / "voices"))

    first = engine()
    alone = rendered(first, requests, tmp_path / "alone", 1)
    assert len(alone) == COUNT == len({request.key(first.caps) for request in requests})
    assert sum(bool(sound) for sound in alone.values()) >= 0.8 * COUNT
    backwards = rendered(first, requests[::-1], tmp_path / "four", 4)
    half = rendered(first, requests[: COUNT // 2], tmp_path / "two", 2)
    first.close()  # and another day it goes on
    second = engine()
    resumed = {**half, **rendered(second, requests, tmp_path / "two", 2)}
    second.close()
    assert backwards == alone
    assert resumed == alone


def test_takes_and_styles_of_one_line_differ(tmp_path: Path) -> None:
    requests = [request_for(_line(), Casting(CAST, VOICES, clones=True), take) for take in range(3)]
    loud = Casting(CAST.with_entry("Maya", CastEntry("taped", "loud")), VOICES, clones=True)
    assert len({replace(one, params=()).seed for one in requests}) == 3
    assert request_for(_line(), loud).voices[0].sample_digest == LOUD.digest


def _line() -> Segment:
    return Segment("line", (SegmentTurn(1, "Maya", "Good morning."),))
