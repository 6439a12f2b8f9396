"""The slow path on the tiny model made in code: what a clone of the repository can prove by itself."""

from pathlib import Path

import numpy as np
import pytest

from dia_engine import reference, weights
from dia_engine.dia1.model import Dia1
from dia_engine.errors import BadRequest, TextTooLong
from dia_engine.params import Params, Prompt, Request
from tests.dia_engine import recorded, tiny

GREEDY = Params(temperature=0.0, max_tokens=60)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dia1]:
    folders = {generation: tmp_path_factory.mktemp(generation) for generation in "AB"}
    for generation, folder in folders.items():
        tiny.write_model(folder, generation)
    return {generation: weights.load(folder) for generation, folder in folders.items()}


@pytest.fixture
def model(models: dict[str, Dia1]) -> Dia1:
    return models["B"]


@pytest.mark.parametrize("generation", ["A", "B"])
def test_logits_and_codes_are_those_recorded_when_we_were_equal_to_the_original(
    models: dict[str, Dia1], generation: str
) -> None:
    ours = recorded.compute(models[generation])
    with np.load(recorded.DATA) as told:
        wanted = {name[2:]: told[name] for name in told.files if name.startswith(generation)}
    assert ours.keys() == wanted.keys()
    for name, values in wanted.items():
        if name == "logits":
            assert np.abs(ours[name] - values).max() < 1e-4
        else:
            np.testing.assert_array_equal(ours[name], values, err_msg=name)


def test_the_generations_differ_in_what_the_text_says_and_in_nothing_else(models: dict[str, Dia1]) -> None:
    a, b = (
        reference.next_logits(m, recorded.ROWS, reference.text_states(m, recorded.TEXTS[1])).numpy() for m in models.values()
    )
    assert np.abs(a[0] - b[0]).max() < 1e-5
    assert np.abs(a[1] - b[1]).max() > 0.5


def test_neighbours_change_nothing(model: Dia1) -> None:
    requests = [
        Request(recorded.TEXTS[0], recorded.PROMPT, GREEDY),
        Request(recorded.TEXTS[1], None, Params(seed=3, max_tokens=40)),
        Request(recorded.TEXTS[2], Prompt(recorded.PROMPT.codes[:2]), Params(seed=3, max_tokens=50)),
    ]
    together = reference.generate(model, requests)
    alone = [reference.generate(model, [request])[0] for request in reversed(requests)][::-1]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.codes, other.codes)


def test_a_seed_decides_the_codes_and_none_draws_one_that_can_be_used_again(model: Dia1) -> None:
    def spoken(seed: int | None) -> tuple[int, np.ndarray]:
        result = reference.generate(model, [Request(recorded.TEXTS[0], None, Params(seed=seed, max_tokens=30))])[0]
        return result.seed, result.codes

    seed, drawn = spoken(None)
    assert np.array_equal(spoken(seed)[1], drawn)
    assert not np.array_equal(spoken(seed + 1)[1], drawn)
    assert spoken(None)[0] != seed


def test_codes_can_be_handed_to_the_codec_and_leave_the_prompt_out(model: Dia1) -> None:
    result = reference.generate(model, [Request(recorded.TEXTS[1], recorded.PROMPT, GREEDY)])[0]
    assert result.reason == "length"
    assert result.codes.shape == (60 - 15 - 6, 9)  # rows but for the delays, the first row and the prompt's five
    assert result.codes.dtype == np.int16
    assert result.codes.min() >= 0
    assert result.codes.max() < 1024


def test_what_is_no_code_reaches_the_codec_as_code_zero(model: Dia1) -> None:
    batch = reference.begin(model, [Request(recorded.TEXTS[0], None, GREEDY)])
    item = batch.items[0]
    item.grid[1:40] = 7
    item.grid[3, 0] = 1025
    item.end_row = 11
    codes = reference.result(batch, item).codes
    assert codes.shape == (10, 9)
    assert codes[:, 0].tolist() == [7, 7, 0, 7, 7, 7, 7, 7, 7, 7]
    assert (codes[:, 1:] == 7).all()


def test_a_transcript_is_read_before_the_text(model: Dia1) -> None:
    codes = recorded.PROMPT.codes
    by_transcript = Request("[S2] Yes. ", Prompt(codes, " [S1] Well? "), GREEDY)
    by_hand = Request("[S1] Well?\n[S2] Yes.", Prompt(codes), GREEDY)
    assert by_transcript.spoken() == by_hand.text
    one, other = reference.generate(model, [by_transcript, by_hand])
    np.testing.assert_array_equal(one.codes, other.codes)


def test_every_row_is_told_as_it_is_decided(model: Dia1) -> None:
    batch = reference.begin(model, [Request(recorded.TEXTS[1], recorded.PROMPT, GREEDY)])
    assert list(reference.steps(batch)) == list(range(6, 60))


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Request(""), "empty"),
        (Request("\0\0"), "empty"),
        (Request("[S1][S2] [S1]\n"), "only speaker tags"),
        (Request("[S1] Hi.", None, Params(max_tokens=129)), "use 128 at most"),
        (Request("[S1] Hi.", None, Params(max_tokens=16)), "17 or more"),
        (Request("[S1] Hi.", Prompt(np.zeros((112, 9), np.int16))), "shorter prompt"),
        (Request("[S1] Hi.", Prompt(np.zeros((4, 8), np.int16))), "8 codes per frame and the model 9"),
        (Request("[S1] Hi.", Prompt(recorded.PROMPT.codes, "Well?")), "transcript does not say who speaks"),
        (Request("[S1] Hi.", Prompt(recorded.PROMPT.codes, "[S1] [S2]")), "transcript has no words"),
        (Request(" ", Prompt(recorded.PROMPT.codes, "[S1] Well?")), "no text"),
        (Request("[S1] Hi.", Prompt(recorded.PROMPT.codes, "[S1] " + "well " * 60)), "would not be spoken"),
    ],
)
def test_what_cannot_be_spoken_is_refused_before_anything_runs(
    model: Dia1, request_: Request, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dia1, "encode", lambda *_: pytest.fail("the model was run"))
    with pytest.raises(BadRequest, match=says):
        reference.generate(model, [Request("[S1] Good.", None, GREEDY), request_])


def test_the_least_that_is_allowed_can_be_spoken(model: Dia1) -> None:
    least = [
        Request("[S1] Hi.", None, Params(max_tokens=17)),
        Request("[S1] Hi.", Prompt(np.zeros((111, 9), np.int16))),
    ]
    assert [len(result.codes) for result in reference.generate(model, least)] == [1, 1]


def test_text_that_would_be_lost_is_named(model: Dia1, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dia1, "encode", lambda *_: pytest.fail("the model was run"))
    with pytest.raises(TextTooLong) as caught:
        reference.generate(model, [Request("[S1] " + "word " * 1000 + "[S2] The end.")])
    assert caught.value.length == 5012
    assert caught.value.limit == 128
    assert caught.value.unspoken.endswith("word [S2] The end.")
    assert len(str(caught.value)) < 200


def test_a_nul_in_the_text_is_as_if_it_were_not_there(model: Dia1) -> None:
    with_nul, without = reference.generate(model, [Request("[S1] R\0ain.", None, GREEDY), Request("[S1] Rain.", None, GREEDY)])
    np.testing.assert_array_equal(with_nul.codes, without.codes)


def test_the_originals_batches_have_one_set_of_settings(model: Dia1) -> None:
    with pytest.raises(BadRequest, match="one set of settings"):
        reference.generate(model, [Request("a", None, GREEDY), Request("b", None, Params(seed=1))], reference_prefix=True)


def test_no_requests_give_no_results(model: Dia1) -> None:
    assert reference.generate(model, []) == []
    assert reference.generate(model, [], reference_prefix=True) == []


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bits_say_nearly_the_same(model: Dia1, dtype: str, tmp_path: Path) -> None:
    tiny.write_model(tmp_path)
    small = weights.load(tmp_path, dtype=weights.DTYPES[dtype])
    exact, near = (
        reference.next_logits(m, recorded.ROWS, reference.text_states(m, recorded.TEXTS[1])).numpy() for m in (model, small)
    )
    assert near.dtype == np.float32
    assert 0 < np.abs(near - exact).max() < (0.3 if dtype == "bfloat16" else 0.05)
