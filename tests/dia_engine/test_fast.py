"""The fast path says what the slow one says: code by code, whatever the model, the voice and the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
import torch

from dia_engine import fast, reference, weights
from dia_engine.cache import PerSlot
from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared, prepare
from dia_engine.dia1.model import Dia1
from dia_engine.dia1.row import Row
from dia_engine.errors import BadRequest
from dia_engine.params import Codes, Generated, Params, Prompt, Request
from dia_engine.requests import text_ids
from dia_engine.slots import POLL, Slots
from tests.dia_engine import recorded, tiny
from tests.dia_engine.test_golden import FULL, Models, requests_of, vectors

HEADS = ((4, 2), (4, 4), (6, 1), (8, 2))  # query heads and those of keys and values
CROSS_HEADS = ((4, 4), (4, 2), (3, 3), (6, 2))
LETTERS = "abc defg hijk, lmno pqrst! uvw. xyzäß"
LONG = Request(recorded.TEXTS[1], recorded.PROMPT, Params(seed=5, max_tokens=70))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dia1]:
    folders = {generation: tmp_path_factory.mktemp(generation) for generation in "AB"}
    for generation, folder in folders.items():
        tiny.write_model(folder, generation)
    return {generation: weights.load(folder) for generation, folder in folders.items()}


@pytest.fixture(scope="module")
def prepared(models: dict[str, Dia1]) -> dict[str, Prepared]:
    return {generation: prepare(model) for generation, model in models.items()}


def random_request(numbers: np.random.Generator, longest: int) -> Request:
    """With or without a voice, greedy or sampled, of at most `longest` new frames."""
    text = "[S1] " + "".join(numbers.choice(list(LETTERS), numbers.integers(1, 90)))
    frames = int(numbers.choice([0, 0, 1, 2, 7, 16, 30]))
    voice = Prompt(numbers.integers(0, 1024, (frames, 9))) if frames else None
    return Request(
        text + "a",
        voice,
        Params(
            temperature=float(numbers.choice([0.0, 0.7, 1.2])),
            top_p=float(numbers.choice([0.8, 0.95, 1.0])),
            cfg_scale=float(numbers.choice([0.0, 1.0, 3.0])),
            cfg_filter_top_k=[20, 45, None][numbers.integers(3)],
            max_tokens=int(17 + frames + numbers.integers(0, longest)),
            seed=int(numbers.integers(1 << 32)),
        ),
    )


def assert_same(one: Generated, other: Generated) -> None:
    np.testing.assert_array_equal(one.codes, other.codes)
    assert (one.codes.dtype, one.seed, one.reason) == (other.codes.dtype, other.seed, other.reason)


def assert_equal_to_the_slow_path(seed: int, requests: int, longest: int) -> Counter[str]:
    """Random requests to a random network; tells how often which reason ended them."""
    numbers = np.random.default_rng(seed)
    generation = "AB"[seed % 2]
    model = tiny.network(seed, generation, HEADS[seed // 2 % 4], CROSS_HEADS[seed // 8 % 4])
    asked = [random_request(numbers, longest) for _ in range(requests)]
    wanted = reference.generate(model, asked)
    for one, other in zip(fast.generate(prepare(model), asked), wanted, strict=True):
        assert_same(one, other)
    return Counter(result.reason for result in wanted)


def test_random_requests_to_random_networks_give_the_slow_paths_codes() -> None:
    reasons = sum((assert_equal_to_the_slow_path(seed, 2, longest=30) for seed in range(16)), Counter[str]())
    assert min(reasons["eos"], reasons["length"]) > 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 132))
def test_many_more_random_requests_give_the_slow_paths_codes(seed: int) -> None:
    assert_equal_to_the_slow_path(seed, 7, longest=80 if seed % 4 == 0 else 40)


@pytest.mark.parametrize("generation", ["A", "B"])
def test_codes_are_those_recorded_when_we_were_equal_to_the_original(prepared: dict[str, Prepared], generation: str) -> None:
    with np.load(recorded.DATA) as told:
        for name, requests in recorded.CASES.items():
            for number, result in enumerate(fast.generate(prepared[generation], requests)):
                np.testing.assert_array_equal(result.codes, told[f"{generation}_{name}_full_{number}"])


@pytest.mark.parametrize("tag", FULL)
def test_codes_are_the_originals(golden: Path, golden_texts: list[str], golden_models: Models, tag: str) -> None:
    wanted = vectors(golden, "generate_fulldelay")
    requests = requests_of(golden, golden_texts, "generate_fulldelay", tag)
    for number, result in enumerate(fast.generate(prepare(golden_models["transformers"]), requests)):
        np.testing.assert_array_equal(result.codes, wanted[f"{tag}_codes_{number}"])


@pytest.mark.parametrize(("layout", "told"), [("transformers", "logits"), ("legacy", "legacy")])
def test_logits_are_the_originals(golden: Path, golden_texts: list[str], golden_models: Models, layout: str, told: str) -> None:
    model, wanted = golden_models[layout], vectors(golden, told)
    rows = vectors(golden, "logits")["tf_rows"].astype(np.int64)
    ours = row_by_row(model, rows, golden_texts[1], first=1)
    for row in (0, 7, 23):
        for kind, values in zip(("uncond", "cond"), ours[row], strict=True):
            assert np.abs(values - wanted[f"t1_{kind}_{row}"]).max() < 1e-4


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("first", [1, 2, 9, 40])
def test_logits_are_the_slow_paths_whatever_is_fed_at_once(seed: int, first: int) -> None:
    model = tiny.network(seed, "AB"[seed % 2], HEADS[seed % 4], CROSS_HEADS[seed // 2 % 4])
    rows = np.random.default_rng(seed).integers(0, 1024, (48, 9))
    slow = reference.next_logits(model, rows, reference.text_states(model, LONG.text)).numpy()
    quick = row_by_row(model, rows, LONG.text, first)
    assert np.abs(quick - slow.swapaxes(0, 1)[first - 1 :]).max() < 1e-4
    assert np.abs(quick[:, 0] - quick[:, 1]).max() > 0.1


def row_by_row(model: Dia1, rows: np.ndarray, text: str, first: int) -> np.ndarray:
    """Logits [rows, 2, C, V] after the `first` rows and after each further one."""
    prepared = prepare(model)
    cache = PerSlot(model.config, 1, prepared.dtype, prepared.device)
    fed = torch.from_numpy(rows)
    with torch.inference_mode():
        heard = prefill.read(prepared, [text_ids(text, 128)])[0]
        cache.enter(0, heard, len(rows))
        if first > 1:
            streams = [prefill.Stream(fed[: first - 1], pairs) for pairs in (None, heard)]
            for layer, (uncond, cond) in enumerate(zip(*prefill.fill(prepared, streams), strict=True)):
                cache.fill(0, layer, *(torch.stack(each) for each in zip(uncond, cond, strict=True)))
        row = Row(prepared, cache)
        return np.stack([row.logits(fed[n][None], torch.tensor([n]))[:, 0].numpy() for n in range(first - 1, len(rows))])


@pytest.mark.parametrize("delays", [(0,) * 9, (0, 1, 0, 0, 2, 0, 0, 0, 0)])
def test_without_delays_or_with_few_both_paths_say_the_same(delays: tuple[int, ...]) -> None:
    reasons = Counter[str]()
    for generation in "AB":
        model = tiny.network(3, generation, (4, 2), (4, 4))
        model.config = replace(model.config, delays=delays)
        numbers = np.random.default_rng(5)
        asked = [random_request(numbers, longest=20) for _ in range(6)]
        asked += [Request("[S1] a", None, Params(max_tokens=2 + max(delays), seed=1)), Request("[S1] a", None, Params(seed=2))]
        wanted = reference.generate(model, asked)
        for static in (False, True):
            slots = Slots(prepare(model, 3), static=static)
            slots._poll = POLL if static else 1
            tickets = [slots.add(request) for request in asked]
            most = 29 - max(*delays, 1)
            planned = slots.add(replace(asked[-1], params=Params(max_tokens=30)), planned_frames=most)
            with pytest.raises(BadRequest, match=f"plan 0 to {most} in 30 rows"):
                slots.add(planned.request, planned_frames=most + 1)
            while slots.busy:
                slots.step()
            for ticket, result in zip(tickets, wanted, strict=True):
                assert ticket.result is not None
                assert_same(ticket.result, result)
                np.testing.assert_array_equal(ticket.take(), result.codes)
            assert planned.result is not None
            assert (len(planned.result.codes), planned.result.reason) == (most, "eos")
        reasons.update(result.reason for result in wanted)
        assert len(wanted[-2].codes) <= 1
        batch = [replace(request, params=Params(temperature=0.0, max_tokens=50)) for request in asked[:4]]
        assert all(len(result.codes) <= 49 for result in reference.generate(model, batch, reference_prefix=True))
    assert min(reasons["eos"], reasons["length"]) > 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bits_say_nearly_the_same(models: dict[str, Dia1], dtype: str, tmp_path: Path) -> None:
    tiny.write_model(tmp_path)
    small = weights.load(tmp_path, dtype=weights.DTYPES[dtype])
    exact, near = (row_by_row(model, recorded.ROWS, recorded.TEXTS[1], 3) for model in (models["B"], small))
    assert near.dtype == np.float32
    assert 0 < np.abs(near - exact).max() < (0.3 if dtype == "bfloat16" else 0.05)


def test_frames_come_as_they_are_completed_and_are_those_of_the_result(
    models: dict[str, Dia1], prepared: dict[str, Prepared]
) -> None:
    running = fast.frames(prepared["B"], LONG)
    pieces: list[Codes] = []
    result = collect(running, pieces)
    assert [len(piece) for piece in pieces] == [0] * 15 + [1] * (len(pieces) - 15)
    np.testing.assert_array_equal(np.concatenate(pieces), result.codes)
    assert all(piece.dtype == np.int16 for piece in pieces)
    assert_same(result, reference.generate(models["B"], [LONG])[0])


def collect(running: Generator[Codes, None, Generated], pieces: list[Codes]) -> Generated:
    while True:
        try:
            pieces.append(next(running))
        except StopIteration as stop:
            return stop.value


def test_streamed_frames_end_where_the_speaker_ends() -> None:
    model = prepare(tiny.network(3, "B", (4, 2), (4, 4)))
    ended = 0
    for seed in range(12):
        pieces: list[Codes] = []
        result = collect(fast.frames(model, replace(LONG, params=Params(seed=seed, max_tokens=90))), pieces)
        np.testing.assert_array_equal(np.concatenate(pieces), result.codes)
        ended += result.reason == "eos"
    assert ended


@pytest.mark.parametrize("after", [1, 14, 15, 16, 40])
def test_what_was_interrupted_gives_the_same_codes_when_begun_again(prepared: dict[str, Prepared], after: int) -> None:
    whole = fast.generate(prepared["B"], [LONG])[0]
    running = fast.frames(prepared["B"], LONG)
    assert len(list(islice(running, after))) == after
    other = fast.frames(prepared["B"], replace(LONG, params=Params(seed=6, max_tokens=70)))
    next(other)  # one that stands half done disturbs nobody
    running.close()
    assert_same(fast.generate(prepared["B"], [LONG])[0], whole)
    assert_same(collect(other, []), fast.generate(prepared["B"], [replace(LONG, params=Params(seed=6, max_tokens=70))])[0])


def test_closing_stops_before_another_row_is_computed(prepared: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch) -> None:
    passes = count()
    logits = Row.logits
    monkeypatch.setattr(Row, "logits", lambda self, *given: (next(passes), logits(self, *given))[1])
    running = fast.frames(prepared["B"], LONG)
    assert len(list(islice(running, 4))) == 4
    running.close()
    assert next(passes) == 4
    assert list(running) == []


def test_everything_is_checked_before_anything_runs(prepared: dict[str, Prepared], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefill, "read", lambda *_: pytest.fail("the model was run"))
    with pytest.raises(BadRequest, match="empty"):
        fast.generate(prepared["B"], [LONG, Request("")])
    with pytest.raises(BadRequest, match="empty"):
        next(fast.frames(prepared["B"], Request("")))
    assert fast.generate(prepared["B"], []) == []


def test_the_unconditional_branch_costs_one_byte_and_only_once(
    models: dict[str, Dia1], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    encode = Dia1.encode
    monkeypatch.setattr(Dia1, "encode", lambda self, ids: (read.append(ids.shape), encode(self, ids))[1])
    fast.generate(prepare(models["B"]), [LONG, LONG])
    assert read == [(1, 1)]
