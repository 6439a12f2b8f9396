"""Dia as the studio hears it: a tiny random model through the real loading code, in this process. What all engines promise is
in test_conformance.py."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

import torch

from dia_engine.codec.codec import Pcm
from dia_engine.dia1.row import Row
from dia_engine.params import Codes
from studio.core.errors import Cancelled, EngineError, RefusedError, UnavailableError
from studio.core.render import Audio, Done, Event, Progress, Request, VoiceSpec
from studio.engines import dia
from studio.engines.dia_model import DiaEngine
from tests.engines import tiny_dia as tiny
from tests.engines.conformance import OTHER, TALK, Heard, hear, hear_together, request

RATE, ROWS = 44100, 160
LENGTHY = request("This one goes on for a good while, and then for some more of it. " * 3)


def sample(*, seconds: float = 1.5, pitch: float = 150.0, speaker: int = 1, **fields: object) -> VoiceSpec:
    """A voice with a tone for its sample."""
    times = np.arange(round(seconds * RATE)) / RATE
    tone = (0.3 * np.sin(2 * np.pi * pitch * times)).astype("<f4")
    spec = VoiceSpec(3, (), f"digest of {pitch} {seconds}", f"[S{speaker}] These were my words.", tone.tobytes(), RATE)
    return replace(spec, **fields)  # type: ignore[arg-type]


def with_voice(voice: VoiceSpec, asked: Request = TALK) -> Request:
    return replace(asked, voices=(voice, *asked.voices[1:]))


@pytest.fixture(scope="module")
def engine(tiny_dia: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaEngine]:
    built = build(tiny_dia, voices=str(tmp_path_factory.mktemp("voices")))
    yield built
    built.close()


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaEngine]:
    """It never ends by itself, and has rows for 1.7 s."""
    built = build(tiny.write(tmp_path_factory.mktemp("endless"), eager=0.0, rows=ROWS))
    yield built
    built.close()


def build(model: Path, **options: object) -> DiaEngine:
    return DiaEngine(model=str(model), device="cpu", dtype="float32", **options)  # type: ignore[arg-type]


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """What the model raises at its thirtieth row and at all that follow: put it under "then"."""
    raised: dict[str, Exception] = {}
    usual, rows = Row.logits, 0

    def logits(self: Row, *rest: torch.Tensor) -> torch.Tensor:
        nonlocal rows
        rows = rows + 1 if raised else 0
        if rows >= 30:
            raise raised["then"]
        return usual(self, *rest)

    monkeypatch.setattr(Row, "logits", logits)
    return raised


def hear_a_little(events: Iterator[Event]) -> None:
    next(events)
    next(events)


def what_it_raises(events: Iterator[Event]) -> EngineError:
    with pytest.raises(EngineError) as raised:
        list(events)
    return raised.value


def test_loading_is_a_phase_of_its_own_that_counts_bytes(tiny_dia: Path) -> None:
    built = build(tiny_dia)
    told: list[Progress] = []
    notes: list[str] = []
    built.load(notes.append, told.append)
    built.close()
    assert {one.phase for one in told} == {"loading"}
    assert (told[0].done, told[-1].done) == (0, told[-1].total) and told[-1].total > 1_000_000
    assert notes[0].startswith("Loading Dia: float32 on cpu, 8 segments at a time") and notes[-1] == "Dia is ready."


def test_progress_is_in_seconds_of_speech_and_the_sound_comes_in_pieces_before_the_end(endless: DiaEngine) -> None:
    events: list[Event] = list(endless.open(request("Just a few words.")))
    told = [event for event in events if isinstance(event, Progress)]
    sound = [event for event in events if isinstance(event, Audio)]
    done = events[-1]
    assert isinstance(done, Done)
    assert [one.done for one in told] == sorted(one.done for one in told) and told[0].done == 0
    assert all(one.phase == "rendering" and one.total >= 1 and one.done <= one.total for one in told)
    assert 2 <= len(sound) <= 4, "in pieces that are worth the codec's while"
    assert told[-1].done <= done.seconds + 1e-6


def test_a_voice_that_finds_no_end_is_cut_off_and_says_so(endless: DiaEngine) -> None:
    heard = hear(endless.open(request("Just a few words.")))
    assert heard.done.reason == "limit"
    assert heard.done.seconds == pytest.approx((ROWS - 16) / endless.caps.frame_rate, abs=0.02)


def test_who_is_refused_or_ends_before_the_first_sound_disturbs_no_other(tmp_path: Path) -> None:
    hasty = build(tiny.write(tmp_path, eager=6.0))
    spoken = hear(hasty.open(TALK))
    beside = iter(hasty.open(TALK))
    next(beside)
    with pytest.raises(RefusedError, match="no transcript"):
        hasty.open(with_voice(sample(transcript="")))
    with pytest.raises(RefusedError, match=r"ended before it said anything.*another seed"):
        hear(hasty.open(OTHER))
    assert hear(beside) == spoken
    hasty.close()


def test_codes_are_kept_with_the_sound_that_they_make(engine: DiaEngine) -> None:
    heard = hear(engine.open(TALK))
    codes = np.frombuffer(heard.done.codes, "<i2").reshape(-1, 9)
    assert len(codes) * 512 == len(heard.pcm) // 4
    assert engine._codec is not None
    np.testing.assert_allclose(engine._codec.decode(codes), np.frombuffer(heard.pcm, "<f4"), atol=1e-5)


def test_a_sample_makes_another_voice_and_is_encoded_once(engine: DiaEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = hear(engine.open(TALK))
    low, high = (hear(engine.open(with_voice(sample(pitch=pitch)))) for pitch in (110.0, 280.0))
    assert len({plain.pcm, low.pcm, high.pcm}) == 3
    assert engine._codec is not None
    monkeypatch.setattr(type(engine._codec), "encode", lambda *_: pytest.fail("encoded again"))
    assert hear(engine.open(with_voice(sample(pitch=110.0)))) == low


def coded(voice: VoiceSpec, codes: Codes) -> VoiceSpec:
    data = codes.astype("<i2").tobytes()
    return replace(voice, codes=data, codes_digest=hashlib.sha256(data).hexdigest())


def test_given_codes_are_what_the_model_goes_on_with_alone_and_in_company(
    engine: DiaEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone = sample(pitch=110.0)
    own = engine.prompt(tone)
    encoded = hear(engine.open(with_voice(tone)))
    monkeypatch.setattr(type(engine), "prompt", lambda *_: pytest.fail("its sound was encoded"))
    asked = [with_voice(coded(replace(tone, pcm=b"", rate=0), codes)) for codes in (own, (own + 1) % 1024)]
    same, other = alone = [hear(engine.open(one)) for one in asked]
    assert same == encoded, "the codes of its sound make what its sound makes"
    assert other != same
    together = hear_together(engine, [*asked, TALK, OTHER], 4)
    assert [together[place] for place in range(2)] == alone


def test_codes_of_voices_lie_where_removing_a_voice_wipes_them(tiny_dia: Path, tmp_path: Path) -> None:
    from studio.core.voices import Sample, Voice
    from studio.render.removal import sweep_caches
    from studio.store.library import VoiceLibrary, sample_digest

    kept_sound = b"fLaC and so on"
    built = build(tiny_dia)
    built.prompt(replace(sample(), sample_digest="ab" * 32))
    built.prompt(replace(sample(pitch=280.0), sample_digest=sample_digest(kept_sound)))
    folders = {path.parent.parent.name: path for path in dia.voice_codes().rglob("*.codes")}
    assert folders.keys() == {"ab" * 32, sample_digest(kept_sound)}
    assert not any(one.stat().st_mode & 0o077 for path in folders.values() for one in (path, *list(path.parents)[:3]))
    with VoiceLibrary.open(tmp_path / "library.db") as library:
        voice = Voice("Kept", samples=(Sample(sample_digest(kept_sound), 2.0, "[S1] Hello."),))
        library.add(voice, {sample_digest(kept_sound): kept_sound})
        sweep_caches(library)
    assert not folders["ab" * 32].exists() and folders[sample_digest(kept_sound)].exists()
    built.close()


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (sample(transcript=""), "no transcript"),
        (sample(seconds=0.5), "too short"),
        (sample(seconds=31), "longer than 30 s"),
        (sample(pcm=bytes(4 * RATE)), "silent"),
        (sample(pcm=np.full(2 * RATE, np.nan, "<f4").tobytes()), "no numbers"),
    ],
)
def test_a_sample_that_is_no_voice_is_refused_before_anything_runs(voice: VoiceSpec, said: str, engine: DiaEngine) -> None:
    with pytest.raises(RefusedError, match=said) as refused:
        engine.open(with_voice(voice))
    assert "nothing was rendered" in str(refused.value) and str(refused.value).count("\n") == 0


def test_voices_of_all_kinds_together_are_as_alone(engine: DiaEngine) -> None:
    both = replace(TALK, voices=(sample(pitch=110.0), sample(pitch=200.0, speaker=2)))
    asked = [with_voice(sample(pitch=150.0)), TALK, both, with_voice(sample(pitch=300.0), LENGTHY), OTHER, both]
    asked += [replace(TALK, params=(("temperature", "0.8"), ("cfg_scale", "2"))), replace(both, pace=1.3)]
    alone = [hear(engine.open(one)) for one in asked]
    together = hear_together(engine, asked, 4)
    assert [together[place] for place in range(len(asked))] == alone
    assert len({one.pcm for one in alone}) == len(asked) - 1


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA error: device lost\nCUDA kernel errors might be reported later"), MemoryError()]
)
def test_what_breaks_in_the_middle_is_one_sentence_for_all_who_are_in_it(
    error: Exception, endless: DiaEngine, breaks: dict[str, Exception]
) -> None:
    asked = request("Just a few words.")
    whole = hear(endless.open(asked))
    sessions = [iter(endless.open(asked)) for _ in range(2)]
    breaks["then"] = error
    told = [what_it_raises(events) for events in sessions]
    breaks.clear()
    assert len({str(one) for one in told}) == 1 and str(told[0]).count("\n") == 0
    assert not isinstance(told[0], RefusedError | UnavailableError), "it is worth another try"
    assert "nothing of this segment was kept" in str(told[0])
    with pytest.raises(EngineError):
        hear(endless.open(asked))
    endless.close()
    assert hear(endless.open(asked)) == whole, "loaded again, it speaks as before"


@pytest.mark.slow
def test_memory_that_runs_out_halves_the_company_and_changes_no_sound(
    endless: DiaEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [request("Just a few words.", seed=seed) for seed in range(2)]
    alone = [hear(endless.open(one)) for one in asked]
    usual, rows = Row.logits, iter(range(10**6))

    def logits(self: Row, *rest: torch.Tensor) -> torch.Tensor:
        if next(rows) == 80:
            raise torch.OutOfMemoryError("no room")
        return usual(self, *rest)

    monkeypatch.setattr(Row, "logits", logits)
    together = hear_together(endless, asked, 2)
    assert [together[place] for place in range(2)] == alone
    monkeypatch.undo()
    endless.close()


def test_cancelling_takes_effect_within_one_row(endless: DiaEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 0
    usual = Row.logits

    def logits(self: Row, *rest: torch.Tensor) -> torch.Tensor:
        nonlocal rows
        rows += 1
        return usual(self, *rest)

    monkeypatch.setattr(Row, "logits", logits)
    session = endless.open(request("Just a few words."))
    events = iter(session)
    hear_a_little(events)
    before = rows
    session.cancel()
    assert session.ready()
    with pytest.raises(Cancelled):
        list(events)
    assert rows <= before + 1


def test_cancelling_waits_for_no_codec(engine: DiaEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.load()
    assert engine._codec is not None
    usual, at_work, go_on = engine._codec.decode, threading.Event(), threading.Event()
    in_vain: list[bool] = []

    def decode(codes: Codes) -> Pcm:
        at_work.set()
        in_vain.append(go_on.wait(20))
        return usual(codes)

    monkeypatch.setattr(engine._codec, "decode", decode)
    session = engine.open(TALK)
    stopper = threading.Thread(target=lambda: (at_work.wait(20), session.cancel()))
    stopper.start()
    with pytest.raises(Cancelled):
        list(session)
    assert in_vain == [], "the codec is still at it"
    go_on.set()
    stopper.join()
    monkeypatch.undo()
    hear(engine.open(TALK))


def test_decoding_and_codec_take_turns_on_a_processor(endless: DiaEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    endless.load()
    assert endless._codec is not None
    logits, decode = Row.logits, endless._codec.decode
    at_work, go_on, rows = threading.Event(), threading.Event(), [0]

    def counted(self: Row, *rest: torch.Tensor) -> torch.Tensor:
        rows[0] += 1
        return logits(self, *rest)

    def held(codes: Codes) -> Pcm:
        at_work.set()
        assert go_on.wait(20)
        return decode(codes)

    monkeypatch.setattr(Row, "logits", counted)
    monkeypatch.setattr(endless._codec, "decode", held)
    events = iter(endless.open(request("Just a few words.")))
    while not at_work.is_set():
        next(events)
    before = rows[0]
    signs = [next(events) for _ in range(2)]
    assert [type(sign) for sign in signs] == [Progress] * 2 and rows[0] == before, "it says that it is there, and waits"
    go_on.set()
    assert isinstance(list(events)[-1], Done) and rows[0] > before


def test_sessions_that_are_let_go_give_their_slots_back(endless: DiaEngine) -> None:
    asked = request("Just a few words.")
    sessions = [iter(endless.open(asked)) for _ in range(4)]
    assert [type(next(events)) for events in sessions] == [Progress] * 4
    batch = endless._batch
    assert batch is not None and batch._decoding is not None
    batch.step()
    assert batch._decoding.running == 4
    sessions.clear()
    staying = iter(endless.open(asked))
    next(staying)
    batch.step()
    assert batch._decoding.running == 1


def test_closing_gives_all_memory_back_whoever_still_holds_a_session(tiny_dia: Path) -> None:
    built = build(tiny_dia)
    first = hear(built.open(TALK))
    held = built.open(TALK)
    events = iter(held)
    next(events)
    assert built._batch is not None and built._batch._decoding is not None and built._codec is not None
    weights, codec = weakref.ref(built._batch._decoding), weakref.ref(built._codec)
    built.close()
    gc.collect()
    assert weights() is None
    with pytest.raises(EngineError, match="was closed"):
        list(events)
    del held, events
    gc.collect()
    assert codec() is None, "the small part goes with the last session"
    assert hear(built.open(TALK)) == first
    built.close()


def test_pace_changes_the_length_and_not_what_is_said(engine: DiaEngine) -> None:
    usual = hear(engine.open(TALK))
    fast: Heard = hear(engine.open(replace(TALK, pace=1.5)))
    assert fast.done.codes == usual.done.codes
    assert fast.done.seconds == pytest.approx(usual.done.seconds / 1.5, abs=1e-3)
    for pace in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(RefusedError, match="pace"):
            engine.open(replace(TALK, pace=pace))
