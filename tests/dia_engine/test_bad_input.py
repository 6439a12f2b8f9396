"""What people and disks really hand over: each is refused in one sentence, by one class of error, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from dia_engine import manifest, prompts, weights
from dia_engine.__main__ import main
from dia_engine.codec import load_codec
from dia_engine.dia1.decode import prepare
from dia_engine.errors import BadRequest, WeightsDamaged, WeightsMissing
from dia_engine.hub import places
from dia_engine.params import Params, Request
from dia_engine.slots import Slots
from tests.dia_engine import tiny
from tests.dia_engine.codec import tiny as tiny_codec

RATE = 8_000


def save_silence(path: Path) -> None:
    soundfile.write(path, np.zeros(3 * RATE), RATE)


def save_voice(path: Path, seconds: float, channels: int = 1) -> None:
    soundfile.write(path, np.stack([0.3 * np.sin(np.arange(int(seconds * RATE)) / 9)] * channels, 1), RATE)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and a codec."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_model(folder / "dia")
    tiny_codec.write_package(folder / "codec.pth")
    return folder


def generated(models: Path, folder: Path, *arguments: object) -> int:
    command = ["generate", "--model", models / "dia", "--codec", models / "codec.pth", "--text", "[S1] Rain."]
    return main([str(argument) for argument in (*command, "-o", folder / "out.wav", *arguments)])


@pytest.mark.parametrize(
    ("save", "says"),
    [
        (save_silence, "silent"),
        (lambda path: save_voice(path, 0.2), "0.20 s long, too short"),
        (lambda path: save_voice(path, 180), "longer than 60 s"),
        (lambda path: path.write_text("The quick brown fox."), "no sound file"),
        (lambda path: path.mkdir(), "no sound file"),
    ],
)
def test_a_prompt_that_is_no_voice_is_one_sentence(
    save: Callable[[Path], object], says: str, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "voice.wav")
    assert generated(models, tmp_path, "--prompt", tmp_path / "voice.wav") == 2
    told = capsys.readouterr()
    assert says in told.err
    assert "voice.wav" in told.err
    assert (told.err.count("\n"), told.out) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["voice.wav"]
    with pytest.raises(BadRequest, match=says):
        prompts.read(tmp_path / "voice.wav")


def test_a_stereo_prompt_of_8_khz_is_a_voice(models: Path, tmp_path: Path) -> None:
    save_voice(tmp_path / "voice.wav", 1.2, channels=2)
    assert generated(models, tmp_path, "--prompt", tmp_path / "voice.wav", "--max-tokens", 128) == 0
    assert soundfile.info(tmp_path / "out.wav").samplerate == 44_100
    codes = prompts.encode(load_codec(models / "codec.pth"), *prompts.read(tmp_path / "voice.wav"))
    assert codes.shape == (104, 9)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--temperature", "-1"], 2, "temperature is -1.0; use a number from 0 to 100."),
        (["--cfg-filter-top-k", "0"], 2, "cfg_filter_top_k is 0; use a whole number from 1 to"),
        (["--max-tokens", "1"], 2, "1 rows leave no room for speech after a prompt of 0 frames; use max_tokens 17 or more."),
        (["--seed", "-1"], 2, "seed is -1; use"),
        (["--slots", "0"], 2, "--slots is 0; use 1 to"),
        (["--slots", "5000"], 2, "--slots is 5000; use 1 to"),
        (["--text", "[S1] " + 4995 * "x"], 1, "The text is 4997 bytes long and the model hears 128"),
        (["--text", "\0"], 2, "The text is empty; give it words to speak."),
        (["--text", "[S1] [S2]"], 2, "only speaker tags; give it words"),
        (["--text", ""], 2, "The text is empty; give it words to speak."),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    arguments: list[str],
    status: int,
    says: str,
    models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(weights, "load", lambda *_, **__: pytest.fail("weights were loaded"))
    assert generated(models, tmp_path, *arguments) == status
    told = capsys.readouterr()
    assert says in told.err
    assert (told.err.count("\n"), told.out) == (1, "")
    assert not list(tmp_path.iterdir())


def test_a_nul_in_a_text_is_as_if_it_were_not_there(models: Path) -> None:
    slots = Slots(prepare(weights.load(models / "dia"), 2))
    tickets = [slots.add(Request(text, None, Params(seed=3, max_tokens=40))) for text in ("[S1] R\0ain.\0", "[S1] Rain.")]
    while slots.busy:
        slots.step()
    assert tickets[0].text == tickets[1].text
    np.testing.assert_array_equal(tickets[0].grid, tickets[1].grid)


def call_it_torchs(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "dia.pth")


def give_absurd_sizes(folder: Path) -> None:
    """Of a network that no memory has room for: it is the config that is wrong, and not the memory that is short."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["decoder_config"] |= {"hidden_size": 1 << 15, "intermediate_size": 1 << 17}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def exchange_the_config(folder: Path) -> None:
    """Names and shapes are the same in both generations: only the record can tell."""
    manifest.record(folder, [folder / "config.json", folder / "model.safetensors"])
    tiny.write_config(folder, "A")


def break_the_download_off(folder: Path) -> None:
    places.write_note(folder, places.Note("someone/dia", None, "c" * 40, {"config.json": (900, "k"), "dia.pth": (10, "l")}))
    (folder / "config.json").unlink()
    (folder / "model.safetensors").unlink()


@pytest.mark.parametrize(
    ("damage", "error", "says"),
    [
        (call_it_torchs, WeightsDamaged, "This is no whole file in torch's format; fetch the model again."),
        (give_absurd_sizes, WeightsDamaged, "and the config asks for"),
        (exchange_the_config, WeightsDamaged, "config.json: The file has"),
        (
            break_the_download_off,
            WeightsMissing,
            "of someone/dia is not finished (0 of 910 bytes are there); go on with: python",
        ),
    ],
)
def test_a_model_that_is_not_what_it_says_is_one_sentence(
    damage: Callable[[Path], None],
    error: type[Exception],
    says: str,
    models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(models / "dia", tmp_path / "dia")
    damage(tmp_path / "dia")
    before = sorted(tmp_path.rglob("*"))
    assert generated(models, tmp_path, "--model", tmp_path / "dia") == 2
    told = capsys.readouterr()
    assert says in told.err
    assert (told.err.count("\n"), told.out) == (1, "")
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != manifest.SEEN] == before
    with pytest.raises(error):
        weights.load(tmp_path / "dia", dtype=torch.bfloat16)
