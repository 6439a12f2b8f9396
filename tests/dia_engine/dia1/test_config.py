import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dia_engine.dia1.config import DECODER, ENCODER, Config, parse, read
from dia_engine.errors import BadRequest, EngineError, WeightsDamaged, WeightsMissing
from tests.dia_engine import tiny

Change = Callable[[dict[str, Any]], object]


def changed(generation: str, change: Change) -> dict[str, Any]:
    data = copy.deepcopy(tiny.CONFIGS[generation])
    change(data)
    return data


def test_the_schema_tells_the_generation_and_the_generation_the_rules() -> None:
    a, b = parse(tiny.NESTED), parse(tiny.FLAT)
    assert (a.generation, a.cross_rope, a.eos_scale) == ("A", True, 0.8)
    assert (b.generation, b.cross_rope, b.eos_scale) == ("B", False, 1.0)
    assert (a.encoder, a.decoder, a.delays) == (b.encoder, b.decoder, b.delays)  # lengths 100 of A became 128


def test_missing_fields_are_those_of_the_real_model() -> None:
    assert parse({"encoder_config": {}, "decoder_config": {}}) == Config("B")
    assert parse({"model": {}, "data": {}}) == Config("A")
    assert (ENCODER.layers, DECODER.layers, DECODER.kv_heads, DECODER.positions) == (12, 18, 4, 3072)


def test_a_generation_can_be_overridden_by_its_letter_only() -> None:
    assert parse(tiny.FLAT, generation="A").cross_rope
    assert not parse(tiny.NESTED, generation="B").cross_rope
    with pytest.raises(BadRequest, match="no generation 'C'"):
        parse(tiny.FLAT, generation="C")


def set_rope_parameters(data: dict[str, Any]) -> None:
    for part in ("encoder_config", "decoder_config"):
        data[part]["rope_parameters"] = {"rope_type": "default", "rope_theta": 500.0}


def move_ids_down(data: dict[str, Any]) -> None:
    for name, value in (("bos_token_id", 1027), ("eos_token_id", 1024), ("pad_token_id", 1026)):
        data["decoder_config"][name] = value
        del data[name]


def test_newer_spellings_are_read() -> None:
    theta = parse(changed("B", set_rope_parameters))
    assert (theta.encoder.theta, theta.decoder.theta) == (500.0, 500.0)
    moved = parse(changed("B", move_ids_down))
    assert (moved.bos, moved.eos, moved.pad) == (1027, 1024, 1026)
    old = parse(changed("B", lambda data: data["decoder_config"].update(rope_theta=700.0, rope_scaling=None, norm_eps=1e-6)))
    assert (old.decoder.theta, old.decoder.eps, old.encoder.eps) == (700.0, 1e-6, 1e-5)


def test_top_level_ids_win_over_those_below() -> None:
    assert parse(changed("B", lambda data: data["decoder_config"].update(bos_token_id=1027))).bos == 1026


@pytest.mark.parametrize(
    ("generation", "change"),
    [
        ("B", lambda data: data["decoder_config"].update(hidden_size=10**12)),
        ("B", lambda data: data["decoder_config"].update(hidden_size=0)),
        ("B", lambda data: data["decoder_config"].update(hidden_size="2048")),
        ("B", lambda data: data["decoder_config"].update(num_hidden_layers=-1)),
        ("B", lambda data: data["decoder_config"].update(num_hidden_layers=True)),
        ("B", lambda data: data["decoder_config"].update(head_dim=7)),
        ("B", lambda data: data["decoder_config"].update(num_key_value_heads=3)),
        ("B", lambda data: data["decoder_config"].update(cross_hidden_size=99)),
        ("B", lambda data: data["decoder_config"].update(vocab_size=1024)),
        ("B", lambda data: data["decoder_config"].update(num_channels=8)),
        ("B", lambda data: data["decoder_config"].update(hidden_act="gelu")),
        ("B", lambda data: data["decoder_config"].update(rope_scaling={"type": "yarn"})),
        ("B", lambda data: data["decoder_config"].update(rope_parameters={"rope_type": "yarn"})),
        ("B", lambda data: data["decoder_config"].update(rope_parameters=[1])),
        ("B", lambda data: data["encoder_config"].update(vocab_size=128)),
        ("B", lambda data: data["encoder_config"].update(norm_eps="small")),
        ("B", lambda data: data["encoder_config"].update(norm_eps=float("nan"))),
        ("B", lambda data: data.update(encoder_config=[])),
        ("B", lambda data: data.update(delay_pattern=[0] * 8)),
        ("B", lambda data: data.update(delay_pattern=[10**9] + [0] * 8)),
        ("B", lambda data: data.update(delay_pattern=[1] * 9)),
        ("B", lambda data: data.update(delay_pattern="0,8,9")),
        ("B", lambda data: data.update(eos_token_id=1025)),
        ("B", lambda data: data.update(eos_token_id=500)),
        ("B", lambda data: data.update(bos_token_id=1028)),
        ("B", lambda data: data.clear()),
        ("A", lambda data: data["model"]["encoder"].update(n_head=10**9)),
        ("A", lambda data: data["model"].update(rope_min_timescale=2)),
        ("A", lambda data: data["data"].update(channels=3)),
        ("A", lambda data: data["data"].update(audio_length=10**30)),
        ("A", lambda data: data["data"].update(text_pad_value=5)),
        ("A", lambda data: data.update(model=5)),
    ],
)
def test_an_absurd_config_is_refused_in_a_sentence(generation: str, change: Change) -> None:
    with pytest.raises(WeightsDamaged, match=r"^config.json: .*; .*\.$") as caught:
        parse(changed(generation, change), where="config.json")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "5", "\ufeff{}", "[" * 200_000, '{"a": NaN}', " " * (2 << 20), "{}"])
def test_a_file_that_is_no_config_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(WeightsDamaged):
        read(tmp_path / "config.json")


def test_a_config_of_bytes_that_are_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeightsDamaged):
        read(tmp_path / "config.json")


def test_a_missing_config_and_one_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no config"):
        read(tmp_path / "config.json")
    with pytest.raises(EngineError):
        read(tmp_path)


def test_a_config_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(tiny.NESTED), encoding="utf-8")
    assert read(tmp_path / "config.json").generation == "A"
    assert read(tmp_path / "config.json", "B").generation == "B"
