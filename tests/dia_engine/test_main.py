"""The commands as a user runs them, on the tiny models."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from dia_engine import reference
from dia_engine.__main__ import main
from dia_engine.dia1.row import Row
from dia_engine.errors import BadRequest
from tests.dia_engine import recorded, tiny
from tests.dia_engine.codec import tiny as tiny_codec

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    tiny.write_model(folder)
    return folder


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_generate_writes_the_codes_of_each_text(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "prompt.npy", recorded.PROMPT.codes)
    texts = [part for text in recorded.TEXTS for part in ("--text", text)]
    prompts = ["--prompt-codes", tmp_path / "prompt.npy", "--prompt-codes", "none", "--prompt-codes", "none"]
    command = ["generate", "--model", model, *texts, *prompts, "--temperature", 0, "--max-tokens", 80]
    with np.load(recorded.DATA) as told:
        for flag, kind in ((), "full"), (("--reference-prefix",), "original"):
            assert run(*command, *flag, "--codes", tmp_path / "out.npz") == 0
            with np.load(tmp_path / "out.npz") as codes:
                assert sorted(codes.files) == ["codes_0", "codes_1", "codes_2"]
                for number in range(3):
                    np.testing.assert_array_equal(codes[f"codes_{number}"], told[f"B_batch_{kind}_{number}"])
    assert capsys.readouterr().out.count(" frames, ") == 6


def test_only_the_originals_batches_take_the_slow_path(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> None:
        raise BadRequest("This is slow")

    monkeypatch.setattr(reference, "look_back", slow)
    command = ["generate", "--model", model, "--text", "[S1] Hi.", "--max-tokens", 20, "--codes", tmp_path / "out.npz"]
    assert run(*command) == 0
    assert run(*command, "--reference-prefix") == 2


def test_an_interrupt_stops_at_once_and_leaves_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[int] = []
    logits = Row.logits

    def pressed(self: Row, fed: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        rows.append(int(at))
        if len(rows) == 3:
            signal.raise_signal(signal.SIGINT)
        return logits(self, fed, at)

    monkeypatch.setattr(Row, "logits", pressed)
    heeded = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores Ctrl-C
    try:
        assert run("generate", "--model", model, "--text", "[S1] Hi.", "--codes", tmp_path / "out.npz") == 130
    finally:
        signal.signal(signal.SIGINT, heeded)
    assert rows == [0, 1, 2]
    assert "nothing was written" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_override_of_the_generation_reaches_the_network(model: Path, tmp_path: Path) -> None:
    command = ["generate", "--model", model, "--text", recorded.TEXTS[0], "--temperature", 0, "--generation", "A"]
    assert run(*command, "--codes", tmp_path / "out.npz") == 0
    with np.load(recorded.DATA) as told, np.load(tmp_path / "out.npz") as codes:
        np.testing.assert_array_equal(codes["codes_0"], told["A_greedy_full_0"])


def test_the_settings_reach_the_sampler(model: Path, tmp_path: Path) -> None:
    command = ["generate", "--model", model, "--text", recorded.TEXTS[1], "--max-tokens", 40]
    usual = ["--temperature", 1.2, "--top-p", 0.95, "--cfg-scale", 3, "--cfg-filter-top-k", 45, "--seed", 11]
    found = []
    for other in ((), ("--temperature", 3), ("--top-p", 0.1), ("--cfg-scale", 0), ("--cfg-filter-top-k", 900), ("--seed", 12)):
        assert run(*command, *usual, *other, "--codes", tmp_path / "out.npz") == 0
        with np.load(tmp_path / "out.npz") as codes:
            found.append(codes["codes_0"].tobytes())
    assert len(set(found)) == len(found)


def test_logits_are_those_after_each_row(model: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", recorded.ROWS)
    command = ["logits", "--model", model, "--text", recorded.TEXTS[1], "--rows", tmp_path / "rows.npy"]
    assert run(*command, "--out", tmp_path / "out.npz") == 0
    with np.load(recorded.DATA) as told, np.load(tmp_path / "out.npz") as logits:
        assert logits["cond"].shape == (6, 9, 1028)
        assert logits["cond"].dtype == logits["uncond"].dtype == np.float32
        for number, name in enumerate(("uncond", "cond")):
            np.testing.assert_allclose(logits[name][[0, 2, 5]], told["B_logits"][number], atol=1e-4)


def test_verify_records_and_then_notices_a_changed_bit(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tiny.write_model(tmp_path)
    assert run("verify", tmp_path) == 0
    assert "generation B, transformers layout, 1 files" in capsys.readouterr().out
    assert run("verify", tmp_path, "--record") == 0
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    assert run("verify", tmp_path) == 2
    assert "has been changed" in capsys.readouterr().err


def test_sound_comes_out_and_a_voice_goes_in(model: Path, tmp_path: Path) -> None:
    codec = tiny_codec.write_package(tmp_path / "codec.pth")
    command = ["generate", "--model", model, "--codec", codec, "--text", recorded.TEXTS[1], "--seed", 1]
    assert run(*command, "--max-tokens", 40, "-o", tmp_path / "one.wav", "--codes", tmp_path / "one.npz") == 0
    with wave.open(str(tmp_path / "one.wav")) as heard, np.load(tmp_path / "one.npz") as codes:
        assert (heard.getframerate(), heard.getnchannels()) == (44100, 1)
        assert heard.getnframes() == 512 * len(codes["codes_0"])
    voice = 0.3 * np.sin(np.arange(22050) / 9)
    soundfile.write(tmp_path / "voice.wav", np.stack((voice, voice), 1), 22050)  # stereo, half the rate: 87 frames
    two = ["--text", "[S1] Hi.", "--prompt", tmp_path / "voice.wav", "--prompt", "none"]
    assert run(*command, *two, "--max-tokens", 120, "-o", tmp_path / "two.wav") == 0
    lengths = [soundfile.info(tmp_path / f"two-{number}.wav").frames for number in (0, 1)]
    assert max(lengths) <= 512 * (120 - 15 - 1)
    assert lengths[0] <= 512 * (120 - 15 - 88)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--text", "[S1] " + "a" * 5000], 1, "would not be spoken"),
        (["--text", ""], 2, "empty"),
        (["--text", "[S1]"], 2, "only speaker tags"),
        (["--text", "Hi.", "--temperature", "-1"], 2, "temperature"),
        (["--text", "Hi.", "--temperature", "nan"], 2, "temperature"),
        (["--text", "Hi.", "--top-p", "2"], 2, "top_p"),
        (["--text", "Hi.", "--max-tokens", "4000"], 2, "128 at most"),
        (["--text", "Hi.", "--device", "cuda:77"], 2, "device"),
        (["--text", "Hi.", "--prompt-codes", "gone.npy"], 2, "gone.npy"),
        (["--text", "Hi.", "--prompt-codes", "none", "--prompt-codes", "none"], 2, "once per text"),
        (["--text", "Hi.", "--model", "/nowhere"], 2, "/nowhere"),
        (["--text", "Hi.", "-o", "x.wav", "--codec", "/nowhere"], 2, "/nowhere"),
        (["--text", "Hi.", "-o", "no/folder/x.wav"], 2, "folder that exists"),
        (["--text", "Hi.", "--prompt", "gone.wav"], 2, "codec"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_leaves_nothing(
    arguments: list[str],
    status: int,
    says: str,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("generate", "--model", model, "--codes", "out.npz", *arguments) == status
    told = capsys.readouterr()
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert not list(tmp_path.iterdir())


def test_rows_that_are_none_are_refused(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["logits", "--model", model, "--text", "Hi.", "--out", tmp_path / "out.npz", "--rows", tmp_path / "rows.npy"]
    for rows in (
        np.zeros((3, 8), int),
        np.zeros((0, 9), int),
        np.zeros((129, 9), int),
        np.full((1, 9), 1028),
        np.zeros((3, 9)),
    ):
        np.save(tmp_path / "rows.npy", rows)
        assert run(*command) == 2
    np.save(tmp_path / "rows.npy", np.array([{}], object), allow_pickle=True)
    assert run(*command) == 2
    assert capsys.readouterr().err.count("\n") == 6
    assert not (tmp_path / "out.npz").exists()


def test_the_engine_runs_as_a_program_with_its_own_libraries_alone(model: Path, tmp_path: Path) -> None:
    code = "import sys; from dia_engine.__main__ import main; print(main(), *(m.partition('.')[0] for m in sys.modules))"
    command = [sys.executable, "-c", code, "generate", "--model", str(model), "--text", "[S1] Hi.", "--max-tokens", "20"]
    done = subprocess.run(
        [*command, "--codes", str(tmp_path / "out.npz")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "0" in loaded
    assert loaded.isdisjoint({"studio", "PySide6", "soundfile", "soxr", "huggingface_hub", "transformers", "yaml"})
