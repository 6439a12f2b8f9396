"""The commands as a user runs them, on the tiny models."""

import os
import shutil
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from dia_engine import device, generate, reference
from dia_engine.__main__ import main
from dia_engine.checkpoint import Checkpoint
from dia_engine.codec import load_codec
from dia_engine.dia1.model import Dia1
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
        rows.append(int(at.max()))
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


@pytest.mark.parametrize("path", [(), ("--reference-prefix",)])
def test_a_device_that_is_lost_is_one_sentence_and_leaves_nothing(
    path: tuple[str, ...], model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*_: object) -> None:
        raise RuntimeError("CUDA error: the device is lost\nand much more")

    monkeypatch.setattr(Row, "logits", lost)
    monkeypatch.setattr(Dia1, "logits", lost)
    assert run("generate", "--model", model, "--text", "[S1] Hi.", "--codes", tmp_path / "out.npz", *path) == 3
    told = capsys.readouterr().err.splitlines()[1:]
    assert len(told) == 1
    assert told[0].startswith("The device failed while generating (CUDA error: the device is lost); ")
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


def test_a_text_says_the_same_alone_and_in_company_in_sixteen_bits(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The slots are those of the device, however many texts there are: their number decides how numbers are rounded."""
    rows: set[int] = set()
    logits = Row.logits
    monkeypatch.setattr(Row, "logits", lambda self, fed, at: (rows.add(len(fed)), logits(self, fed, at))[1])
    command = ["generate", "--model", model, "--dtype", "bfloat16", "--max-tokens", 60, "--codes", tmp_path / "out.npz"]
    command += ["--device", "cpu", "--seed", 5]
    slots = device.SLOTS["cpu"]
    texts = [*recorded.TEXTS, *(f"[S1] Number {number}." for number in range(slots - 3)), "[S2] And one more, which waits."]
    assert run(*command, *(part for text in texts for part in ("--text", text))) == 0
    with np.load(tmp_path / "out.npz") as codes:
        together = [codes[f"codes_{number}"] for number in range(len(texts))]
    for text, told in zip(texts, together, strict=True):
        assert run(*command, "--text", text) == 0
        with np.load(tmp_path / "out.npz") as codes:
            np.testing.assert_array_equal(codes["codes_0"], told)
    assert len(texts) > slots and rows == {slots}
    again = f"For the same again: --seed 5 --device cpu --dtype bfloat16 --slots {slots}"
    assert set(capsys.readouterr().err.splitlines()) == {again}


def test_what_is_told_gives_the_same_again(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["generate", "--model", model, "--max-tokens", 40, "--codes", tmp_path / "out.npz"]
    found = []
    again: list[str] = ["--slots", "2"]
    for _ in range(2):
        assert run(*command, "--text", recorded.TEXTS[0], "--text", recorded.TEXTS[1], *again) == 0
        with np.load(tmp_path / "out.npz") as codes:
            found.append((codes["codes_0"].tolist(), codes["codes_1"].tolist()))
        [line] = capsys.readouterr().err.splitlines()
        again = line.removeprefix("For the same again: ").split()
    assert again[4:] == ["--dtype", "float32", "--slots", "2"]
    assert found[0] == found[1]


def test_what_has_no_room_is_refused_before_the_weights_are_read(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Checkpoint, "read", lambda *_: pytest.fail("weights were read"))
    monkeypatch.setattr(device, "free_memory", lambda _: device.CODEC_BYTES + (8 << 20))
    command = ["generate", "--model", model, "--device", "cpu", "--text", "[S1] Hi.", "--codes", tmp_path / "out.npz"]
    assert run(*command, "--slots", "1000") == 3
    assert "use fewer slots" in capsys.readouterr().err
    monkeypatch.setattr(device, "free_memory", lambda _: 1000)
    assert run(*command) == 3
    told = capsys.readouterr().err
    assert "GB are free on the device cpu" in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_codec_that_was_fetched_is_found_beside_the_model_in_the_cache_and_where_the_package_has_it(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    own = shutil.copytree(model, tmp_path / "own")
    command = ["generate", "--model", own, "--text", "[S1] Hi.", "--max-tokens", 30, "-o", tmp_path / "out.wav"]
    assert run(*command) == 2
    told = capsys.readouterr().err
    assert "no codec weights on this machine; fetch them with: python -m dia_engine fetch codec, or name them" in told
    assert told.count("\n") == 1
    used = []
    monkeypatch.setattr(generate, "load_codec", lambda place, device: (used.append(place), load_codec(place, device))[1])
    package = tmp_path / ".cache/descript/dac/weights_44khz_8kbps_0.0.1.pth"
    package.parent.mkdir(parents=True)
    tiny_codec.write_package(package)
    assert run(*command) == 0
    repository = tmp_path / "hub" / "models--descript--dac_44khz"
    fetched = tiny_codec.write_transformers(made(repository / "snapshots" / "abc"))
    (made(repository / "refs") / "main").write_text("abc", encoding="utf-8")
    assert run(*command) == 0
    beside = tiny_codec.write_transformers(made(own / "codec"))
    assert run(*command) == 0
    assert used == [package, fetched / "model.safetensors", beside / "model.safetensors"]
    with wave.open(str(tmp_path / "out.wav")) as heard:
        assert heard.getframerate() == 44100


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


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


def test_what_was_written_into_a_models_folder_may_be_written_again(model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(model, tmp_path / "model")
    for _ in range(2):
        assert run("generate", "--model", folder, "--text", "Hi.", "--max-tokens", 20, "--codes", folder / "out.npz") == 0


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("generate --codes voice.npy --prompt-codes voice.npy", "replace what it is made of"),
        ("generate --codes link.npz --prompt-codes voice.npy", "replace what it is made of"),
        ("generate -o voice.wav --prompt voice.wav", "replace what it is made of"),
        ("generate --text Ho. -o voice.wav --prompt none --prompt voice-1.wav", "replace what it is made of"),
        ("generate --codes model/model.safetensors", "replace what it is made of"),
        ("generate --codes model/config.json", "replace what it is made of"),
        ("generate -o dac/config.json --codec dac", "replace what it is made of"),
        ("generate -o dac/model.safetensors --codec dac", "replace what it is made of"),
        ("generate -o codec.pth", "replace what it is made of"),
        ("generate --codes one.wav -o ./one.wav", "Two results would be one file"),
        ("generate --text Ho. --codes one-1.wav -o one.wav", "Two results would be one file"),
        ("generate --codes model", "No file can be written there; name"),
        ("generate --codes voice.npy/out.npz", "No file can be written there; name"),
        (f"generate --codes {'x' * 250}.npz", "File name too long"),
        (f"generate --text Ho. -o {'x' * 300}.wav", "File name too long"),
        ("logits --rows voice.npy --out voice.npy", "replace what it is made of"),
        ("logits --rows voice.npy --out model/config.json", "replace what it is made of"),
        ("codec --decode voice.npy --out voice.npy", "replace what it is made of"),
        ("codec --decode voice.npy --out codec.pth", "replace what it is made of"),
        ("codec --decode voice.npy --out no/folder.npy", "No file can be written there; name"),
    ],
)
def test_a_result_never_takes_the_place_of_what_it_is_made_of_or_of_another_one(
    command: str, says: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model, "model")
    np.save("voice.npy", recorded.PROMPT.codes)
    Path("link.npz").symlink_to("voice.npy")
    for name in ("voice.wav", "voice-1.wav"):
        soundfile.write(name, 0.3 * np.sin(np.arange(44100) / 9), 44100)
    tiny_codec.write_package(Path("codec.pth"))
    tiny_codec.write_transformers(Path("dac"))
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    kind, *arguments = command.split()
    usual = {"codec": ["--weights", "codec.pth"], "logits": ["--model", "model", "--text", "Hi."]}
    generated = ["--model", "model", "--text", "Hi.", "--codec", "codec.pth"]
    assert run(kind, *usual.get(kind, generated), *arguments) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert (told.err.count("\n"), told.out) == (1, "")
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that even an administrator cannot write into")
def test_a_folder_that_cannot_be_written_is_told_before_any_work(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "--model", model, "--text", "[S1] Hi.", "--codes", "/proc/out.npz") == 2
    told = capsys.readouterr().err
    assert "/proc/out.npz: No file can be written there (" in told
    assert told.count("\n") == 1


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


@pytest.mark.slow
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
