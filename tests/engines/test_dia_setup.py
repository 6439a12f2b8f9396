"""What Dia runs with: what is part of every key, what is refused before anything is read, what is remembered."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

import torch

from dia_engine import device as devices
from dia_engine import manifest
from studio.core.errors import EngineError, UnavailableError
from studio.core.render import Caps, Request, SpokenTurn, VoiceSpec
from studio.engines import dia, dia_setup
from studio.engines.dia_model import DiaEngine

ASKED = Request((SpokenTurn(1, "Hello there."),), (VoiceSpec(1),), 1)
Copy = Callable[[], Path]


@pytest.fixture
def copy(tiny_dia: Path, tmp_path: Path) -> Copy:
    """Makes another copy of the tiny model."""
    return lambda: shutil.copytree(tiny_dia, tmp_path / f"copy{len(list(tmp_path.iterdir()))}")


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[torch.dtype]:
    """What trying number formats gives, the next one first; what is left tells how often it was tried."""
    answers = [torch.bfloat16, torch.float32]
    monkeypatch.setattr(devices, "chosen_dtype", lambda device: answers.pop(0))
    return answers


def caps(folder: Path, **options: object) -> Caps:
    return DiaEngine(model=str(folder), **{"device": "cpu", "dtype": "float32", **options}).caps  # type: ignore[arg-type]


def key(folder: Path, **options: object) -> str:
    return ASKED.key(caps(folder, **options))


def change_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-7] ^= 1
    file.write_bytes(content)


def test_a_key_is_the_same_wherever_the_model_lies_and_whatever_files_are_called(tiny_dia: Path, copy: Copy) -> None:
    moved = copy()
    assert key(moved) == key(tiny_dia)


def test_all_that_decides_the_sound_is_part_of_the_key(tiny_dia: Path, copy: Copy) -> None:
    other_weights, other_codec, other_config = copy(), copy(), copy()
    change_a_byte(other_weights / "model.safetensors")
    change_a_byte(other_codec / "codec" / "model.safetensors")
    config = json.loads((other_config / "config.json").read_text())
    config["decoder_config"]["rope_theta"] = 20000.0
    (other_config / "config.json").write_text(json.dumps(config))
    keys = [key(tiny_dia), key(tiny_dia, dtype="bfloat16"), key(tiny_dia, slots=2)]
    keys += [key(other_weights), key(other_codec), key(other_config)]
    assert len(set(keys)) == len(keys)


def test_capabilities_are_those_of_the_model(tiny_dia: Path) -> None:
    found = caps(tiny_dia)
    assert (found.id, found.sample_rate, found.slots, found.clones, found.audio_out) == ("dia", 44100, 8, True, "stream")
    assert found.frame_rate == pytest.approx(86.13, abs=0.01)
    assert (found.limits.max_text_bytes, found.limits.max_speakers, found.is_draft) == (1024, 2, False)
    assert 34 < found.limits.max_seconds <= 35


def test_the_number_of_slots_is_a_constant_of_the_device_that_its_memory_may_halve(
    tiny_dia: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = caps(tiny_dia)
    for_two = dia_setup.set_up(str(tiny_dia), "cpu", "float32", slots=2).bytes_needed()
    monkeypatch.setattr(devices, "free_memory", lambda device: 0)
    assert caps(tiny_dia) == one, "what is free today changes no key"
    monkeypatch.setattr(dia, "memory", lambda: int(for_two / 0.9) + 1)
    assert caps(tiny_dia).slots == 2
    monkeypatch.setattr(dia, "memory", lambda: 0)
    assert caps(tiny_dia).slots == 8, "where nobody tells"


def test_the_quicker_number_format_is_tried_once_and_remembered(tiny_dia: Path, probed: list[torch.dtype]) -> None:
    assert [dia_setup.set_up(str(tiny_dia), "cpu").dtype for _ in range(2)] == ["bfloat16", "bfloat16"]
    assert len(probed) == 1
    kept = next(Path(dia_setup.user_data_path("dia-studio", appauthor=False)).glob("dia-*.json"))
    for nonsense in ("{broken", "[]", '{"this one": 3}'):
        probed[:] = [torch.float32]
        kept.write_text(nonsense)
        assert dia_setup.set_up(str(tiny_dia), "cpu").dtype == "float32"


def test_where_32_bits_have_no_room_16_are_taken(
    tiny_dia: Path, probed: list[torch.dtype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dia, "memory", lambda: (600 << 20) + 12_000_000)
    assert dia_setup.set_up(str(tiny_dia), "cpu").dtype == "bfloat16"
    assert len(probed) == 2


def test_too_little_memory_is_told_before_weights_are_read(tiny_dia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = DiaEngine(model=str(tiny_dia), device="cpu", dtype="float32")
    notes: list[str] = []
    monkeypatch.setattr(devices, "free_memory", lambda device: 10**8)
    monkeypatch.setattr("dia_engine.weights.load", lambda *_, **__: pytest.fail("weights were read"))
    with pytest.raises(
        UnavailableError, match=r"needs 0\.6 GB, 0\.1 GB are free .*; nothing was rendered; close other programs"
    ):
        engine.load(notes.append)
    assert notes == ["Loading Dia: float32 on cpu, 8 segments at a time, up to 647 MB of memory."]


@pytest.mark.parametrize(("options", "said"), [({"device": "cudda"}, "cudda"), ({"dtype": "int3"}, "use one of: float32")])
def test_a_device_or_format_that_is_none_is_refused(options: dict[str, str], said: str, tiny_dia: Path) -> None:
    with pytest.raises(UnavailableError, match=said):
        caps(tiny_dia, **options)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])


def nonsense(file: Path) -> None:
    file.write_text("{nonsense")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("model.safetensors", cut),
        ("config.json", nonsense),
        ("codec/model.safetensors", cut),
        ("codec/config.json", nonsense),
        ("model.safetensors", Path.unlink),
    ],
)
def test_files_that_are_broken_are_one_sentence_before_anything_is_rendered(
    name: str, damage: Callable[[Path], None], copy: Copy
) -> None:
    folder = copy()
    damage(folder / name)
    with pytest.raises(UnavailableError) as refused:
        caps(folder)
    said = str(refused.value)
    assert said.count("\n") == 0 and "nothing was rendered" in said and ("codec" in said or str(folder) in said)
    assert refused.value.exit_status == 2 and isinstance(refused.value, EngineError)


@pytest.mark.parametrize("part", [".", "codec"])
def test_a_changed_byte_is_noticed_where_hashes_were_recorded(part: str, copy: Copy) -> None:
    folder = copy() / part
    manifest.record(folder, [folder / "config.json", folder / "model.safetensors"])
    change_a_byte(folder / "model.safetensors")
    with pytest.raises(UnavailableError, match="changed since it was fetched"):
        caps(folder if part == "." else folder.parent)
