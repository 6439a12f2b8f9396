"""The measuring measures what it says: every segment of its planned length, figures that follow from one another."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import torch

from dia_engine import reference, untrained
from dia_engine.__main__ import main
from dia_engine.bandwidth import Gauge
from dia_engine.dia1.decode import prepare
from dia_engine.errors import EngineError
from dia_engine.jobs import Bench, lengths, letters_of, text_of
from dia_engine.params import Request
from dia_engine.slots import Slots, Ticket

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")
FRAME = 512 / 44100  # seconds
FIXED = (
    *("device", "dtype", "slots", "step_seconds_single", "step_seconds_batched", "bytes_per_step", "read_bandwidth"),
    *("share_of_bandwidth", "realtime_single", "realtime_aggregate", "peak_memory"),
)
QUICK = ["bench", "--size", "tiny", "--frames", "2", "--slots", "2", "--rounds", "1", "--device", "cpu", "--dtype", "float32"]
with_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="transformers is not installed: nothing to compare with"
)


def assert_sound(told: dict[str, object], slots: int, frames: int, rounds: int) -> None:
    """All fixed fields, and figures that agree with one another."""
    assert set(FIXED) <= set(told)
    figures = {name: value for name, value in told.items() if isinstance(value, float) and name != "slot_occupancy"}
    assert all(0 < value < float("inf") for value in figures.values()), figures
    assert told["slots"] == slots
    frames_by_round, seconds_by_round = told["frames_by_round"], told["seconds_by_round"]
    assert isinstance(frames_by_round, dict)
    assert isinstance(seconds_by_round, dict)
    assert frames_by_round["single"] == [frames] * rounds
    assert frames_by_round["batched"] == [frames * slots] * rounds
    for name, speech in (("realtime_single", frames), ("realtime_aggregate", frames * slots)):
        seconds = seconds_by_round["single" if name == "realtime_single" else "batched"]
        assert told[name] == pytest.approx(median(speech * FRAME / each for each in seconds))
    reads = told["read_bandwidths_by_round"]
    assert isinstance(reads, dict)
    assert {len(pair) for given in reads.values() for pair in given} == {2}
    assert all(len(given) == rounds for given in reads.values())
    assert told["read_bandwidth"] == pytest.approx(median(sum(pair) / 2 for pair in reads["single"]))
    for name in [name for name in told if name.startswith(("share_of", "speedup")) and name.endswith("_by_round")]:
        shares, whole = told[name], name.removesuffix("_by_round")
        assert isinstance(shares, list)
        assert len(shares) == rounds
        assert told[whole] == median(shares)
        assert told[f"{whole}_range"] == [min(shares), max(shares)]
    assert told["bytes_per_step"] < told["bytes_per_step_batched"]
    assert told["peak_memory_of_all"] > told["memory_by_formula"] > 1e6
    assert told["peak_memory"] > told["memory_by_formula"]
    assert told["slot_occupancy"] == 1.0  # on a CPU, where a free slot is seen after each row


def test_figures_follow_from_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--format", "json"]) == 0
    assert_sound(json.loads(capsys.readouterr().out), slots=2, frames=2, rounds=1)


def test_the_bandwidth_is_read_right_before_and_right_after_each_measure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []
    job = Bench.job
    monkeypatch.setattr(Gauge, "read", lambda _: (done.append("read"), float(len(done)))[1])
    monkeypatch.setattr(Bench, "job", lambda self, wanted: (done.append(f"job of {len(wanted)}"), job(self, wanted))[1])
    assert main([*QUICK, "--rounds", "2", "--format", "json"]) == 0
    rounds = ["read", "job of 1", "read", "read", "job of 2", "read"]
    assert done == ["job of 1", "job of 2", *rounds, *rounds[3:], *rounds[:3]]  # warming up; in turn, and back again
    told = json.loads(capsys.readouterr().out)
    assert told["read_bandwidths_by_round"] == {"single": [[3, 5], [12, 14]], "batched": [[6, 8], [9, 11]]}


def test_people_get_a_figure_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--segments", "5"]) == 0
    told = capsys.readouterr().out
    for name in FIXED:
        assert f"\n{name.replace('_', ' ')}: " in f"\n{told}"
    assert "segments: 5\n" in told


@pytest.mark.slow
@with_transformers
def test_as_a_program_beside_transformers() -> None:
    command = ["bench", "--size", "tiny", "--frames", "5", "--slots", "3", "--rounds", "2", "--device", "cpu", "--threads", "1"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "dia_engine", *command, "--peers", "--format", "json"], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert_sound(told, slots=3, frames=5, rounds=2)
    assert (told["dtype"], told["peer_dtype"], told["threads"]) == ("bfloat16", "bfloat16", 1)
    assert told["weights_shared"] is True
    assert told["frames_by_round"]["transformers"] == [5, 5]
    seconds = told["seconds_by_round"]
    for kind, times in (("single", 1), ("batched", 3)):
        ratios = [times * theirs / ours for ours, theirs in zip(seconds[kind], seconds["transformers"], strict=True)]
        assert told[f"speedup_{kind}_vs_transformers_by_round"] == pytest.approx(ratios)
    rounds = [line for line in done.stderr.splitlines() if line.startswith("round")]
    assert [line.split(": ")[1].split()[0] for line in rounds] == [
        *("single", "batched", "transformers"),
        *("transformers", "batched", "single"),
    ]


@pytest.mark.slow
@with_transformers
def test_the_peer_has_our_weights_and_decodes_as_many_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    from dia_engine.peers import Transformers

    model = untrained.network(untrained.TINY, torch.float32, CPU)
    model.logits_dense.weight[1024] += 1.0  # EOS would be very likely
    peer, half = Transformers(model, torch.float32), Transformers(model, torch.bfloat16)
    assert (peer.shared, half.shared) == (True, False)
    for frames in (1, 9):
        for one in (peer, half):
            timed = one.job(text_of(frames), frames)
            assert (timed.frames, timed.steps) == (frames, frames + 15)
    rows = np.random.default_rng(1).integers(0, 1024, (6, 9))
    ids = torch.tensor([list(b"\1 Rain.")])
    with torch.no_grad():
        theirs = peer.model(input_ids=ids, decoder_input_ids=torch.from_numpy(rows)[None]).logits.transpose(0, 1)
    ours = reference.next_logits(model, rows, reference.text_states(model, "[S1] Rain."))[1]
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_a_segment_of_another_length_than_planned_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(prepare(untrained.network(untrained.TINY, torch.float32, CPU), 2), longest=5)
    assert bench.job([5, 3, 1]).frames == 9
    add = Slots.add

    def one_more(self: Slots, request: Request, planned_frames: int = 0) -> Ticket:
        return add(self, request, planned_frames=planned_frames + 1)

    monkeypatch.setattr(Slots, "add", one_more)
    with pytest.raises(EngineError, match="A segment of 5 planned frames came out as 6 frames, ended by eos"):
        bench.job([5, 3])


def test_mixed_lengths_are_always_the_same_and_around_the_wanted_mean() -> None:
    mixed = lengths(200, 1000, mixed=True)
    assert mixed == lengths(200, 1000, mixed=True)
    assert len(set(mixed)) > 100
    assert min(mixed) >= 100
    assert max(mixed) <= 400
    assert np.mean(mixed) == pytest.approx(200, rel=0.1)
    assert lengths(200, 3, mixed=False) == [200, 200, 200]


def test_texts_are_as_long_as_speech_of_that_length_has_them() -> None:
    assert [letters_of(frames) for frames in (1, 861, 430)] == [8, 160, 80]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--slots", "0"], "--slots is 0"),
        (["--frames", "0"], "--frames is 0"),
        (["--frames", "3050"], "--frames is 3050"),
        (["--frames", "1600", "--segments", "3"], "--frames is 1600"),
        (["--rounds", "0"], "--rounds is 0"),
        (["--segments", "1"], "--segments is 1"),
        (["--threads", "0"], "--threads is 0"),
        (["--device", "quantum"], "quantum"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, *arguments]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert (told.err.count("\n"), told.out) == (1, "")


def test_without_transformers_there_is_no_peer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert main([*QUICK, "--peers"]) == 2
    assert "install it, or omit --peers" in capsys.readouterr().err
