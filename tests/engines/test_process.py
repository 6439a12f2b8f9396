"""The hosted engine against children that crash, hang, lie and are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Progress
from studio.engines.child import Child
from studio.engines.fake import FakeEngine, Faults
from studio.engines.messages import request_frame
from studio.engines.process import HostedEngine, Patience
from studio.engines.wire import Frame
from tests.engines.conformance import OTHER, TALK, hear, request
from tests.engines.processes import children, eventually, gone, needs_proc, nothing_left_behind

BOOM = request("boom, said it, and went on for long enough to have several steps")
SHORT = Patience(event_s=1.5, cancel_s=0.5)
Host = Callable[..., HostedEngine]


@pytest.fixture
def host() -> Iterator[Host]:
    built: list[HostedEngine] = []

    def build(engine_id: str = "fake", patience: Patience | None = None, **options: object) -> HostedEngine:
        built.append(HostedEngine(engine_id, options, patience))
        return built[-1]

    yield build
    for engine in built:
        engine.close()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("die", "exit code 70"),
        ("abort", "crashed .signal 6."),
        ("hang", "did not answer in time and was stopped"),
        ("error", "told to"),
        ("memory", "out of memory"),
        ("bug", "RuntimeError: a bug in the engine"),
        ("type", "a str is no event"),
        ("nan", "answered nonsense"),
        ("disorder", "answered nonsense"),
        ("no-done", "answered nonsense: no end"),
        ("late", "answered nonsense"),
    ],
)
def test_whatever_goes_wrong_costs_one_segment(kind: str, said: str, host: Host) -> None:
    engine = host(faults=Faults.of(kind, text="boom", step=1), patience=SHORT)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match=said) as caught:
        hear(engine.open(BOOM))
    assert caught.value.todo
    assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK)), "the next segment is right"


def test_what_comes_before_a_crash_arrives(host: Host) -> None:
    engine = host(faults=Faults.of("die", step=2))
    assert tuple(_audio_until_error(engine)) == hear(FakeEngine().open(BOOM)).audio[:2]


def _audio_until_error(engine: HostedEngine) -> Iterator[Audio]:
    try:
        for event in engine.open(BOOM):
            if isinstance(event, Audio):
                yield event
    except EngineError:
        return


def test_an_engine_that_died_once_does_the_same_segment_when_asked_again(host: Host, tmp_path: Path) -> None:
    engine = host(faults=Faults.of("die", step=1, marker=str(tmp_path / "died")))
    with pytest.raises(EngineError):
        hear(engine.open(TALK))
    assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK))


def test_what_the_engine_prints_is_no_answer(host: Host) -> None:
    assert hear(host(faults=Faults.of("print")).open(TALK)) == hear(FakeEngine().open(TALK))


def test_what_the_child_said_last_goes_with_the_error(host: Host) -> None:
    engine = host(faults=Faults.of("print"), step_s=0.05)
    events = iter(engine.open(BOOM))
    assert any(isinstance(event, Audio) for event in events)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match=r"killed from outside \(signal 9\)") as caught:
        list(events)
    assert "a library prints to stdout" in "".join(caught.value.__notes__)


@needs_proc
def test_a_child_that_is_frozen_is_given_up(host: Host) -> None:
    engine = host(step_s=0.01, patience=Patience(sign_s=2.0))
    events = iter(engine.open(BOOM))
    next(events)
    pid = engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineError, match="did not answer"):
        list(events)
    assert gone(pid)


def test_a_slow_engine_that_gives_signs_of_life_is_waited_for(host: Host) -> None:
    engine = host(load_s=2.6, patience=Patience(sign_s=2.3))
    notes: list[str] = []
    engine.load(notes.append)
    assert notes == ["The fake engine is ready."]


def test_loading_can_be_stopped_between_two_words_about_it(host: Host) -> None:
    engine = host(load_s=60)
    told: list[Progress] = []

    def stop_at_the_second(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.load(report=stop_at_the_second)
    assert told[0] == told[1], "it was asked while nothing new was said"
    assert engine.pid is None


def test_an_engine_that_does_not_load_in_time_is_given_up(host: Host) -> None:
    with pytest.raises(EngineError, match="did not load"):
        host(load_s=60, patience=Patience(load_s=1.0)).load()


def test_an_engine_that_cannot_be_built_says_why(host: Host) -> None:
    with pytest.raises(EngineError, match="unexpected keyword argument 'nonsense'"):
        host(nonsense=1).load()
    with pytest.raises(EngineError, match="Dia"):
        host("dia").load()


def test_cancel_from_another_thread_interrupts_a_long_step(host: Host) -> None:
    engine = host(step_s=60)
    session = engine.open(TALK)
    threading.Timer(0.1, session.cancel).start()
    with pytest.raises(Cancelled):
        list(session)
    assert engine.pid is not None, "the engine stopped by itself"


def test_while_a_step_takes_long_the_reader_can_look_at_its_stop_flag(host: Host) -> None:
    events = iter(host(step_s=60).open(TALK))
    next(events)  # it begins
    first, second = next(events), next(events)
    assert first == second and isinstance(second, Progress), "told again after a second without anything new"


def test_cancel_ends_even_an_engine_that_is_deaf_to_it(host: Host) -> None:
    engine = host(faults=Faults.of("hang", text="boom"), patience=replace(SHORT, event_s=60.0))
    engine.load()
    pid = engine.pid
    session = engine.open(BOOM)
    threading.Timer(0.1, session.cancel).start()
    with pytest.raises(Cancelled):
        list(session)
    assert pid is not None and engine.pid is None
    hear(engine.open(TALK))


def test_cancelling_a_finished_session_does_not_touch_the_next(host: Host) -> None:
    engine = host()
    old = engine.open(TALK)
    hear(old)
    new = engine.open(TALK)
    old.cancel()
    assert hear(new) == hear(FakeEngine().open(TALK))


@needs_proc
@pytest.mark.parametrize("engine_id", ["fake", "draft"])
def test_nothing_is_left_after_closing(engine_id: str) -> None:
    with nothing_left_behind():
        engine = HostedEngine(engine_id)
        hear(engine.open(TALK))
        next(iter(engine.open(OTHER)))
        engine.close()


@needs_proc
@pytest.mark.parametrize("kind", ["die", "hang"])
def test_nothing_is_left_after_a_failure(kind: str) -> None:
    with nothing_left_behind():
        engine = HostedEngine("fake", {"faults": Faults.of(kind)}, SHORT)  # type: ignore[arg-type]
        with pytest.raises(EngineError):
            hear(engine.open(TALK))


@needs_proc
def test_a_frozen_child_stops_neither_cancel_nor_closing() -> None:
    with nothing_left_behind():
        engine = HostedEngine("fake", {"step_s": 60}, Patience(sign_s=600, event_s=600, cancel_s=0.2, close_s=0.2))
        session = engine.open(TALK)
        events = iter(session)
        next(events)
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGSTOP)
        threading.Timer(0.1, session.cancel).start()
        with pytest.raises(Cancelled):
            list(events)
        engine.load()
        os.kill(engine.pid, signal.SIGSTOP)
        engine.close()


@needs_proc
def test_a_hung_child_goes_by_itself_when_its_pipe_is_closed() -> None:
    engine = HostedEngine("fake", {"faults": Faults.of("hang", step=1)}, Patience(close_s=600))
    events = iter(engine.open(TALK))
    next(events)
    engine.close()
    assert engine.pid is None


def test_a_cancel_that_overtakes_its_session_still_counts() -> None:
    child = Child("studio.engines.host")
    try:
        child.send(Frame("build", {"engine": "fake", "options": {"step_s": 600}}))
        child.send(request_frame(TALK, 1))
        child.send(Frame("cancel", {"number": 1}))
        while (answer := child.receive(20)) is None or answer.kind != "cancelled":
            pass
    finally:
        child.close()


@needs_proc
def test_a_child_that_cannot_notice_is_killed_with_its_parent() -> None:
    with _studio("HostedEngine('fake', {})") as (parent, pid):
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
        parent.wait()
        assert eventually(lambda: gone(pid))


@needs_proc
@pytest.mark.parametrize(("engine_id", "depth"), [("fake", 1), ("draft", 2)])
def test_the_child_ends_when_its_parent_is_killed(engine_id: str, depth: int) -> None:
    options = "{'step_s': 60}" if engine_id == "fake" else "{}"
    with _studio(f"HostedEngine('{engine_id}', {options})") as (parent, pid):
        pids = [pid, *children(pid)]
        assert len(pids) == depth and not any(gone(one) for one in pids)
        parent.kill()
        parent.wait()
        assert eventually(lambda: all(gone(one) for one in pids))


@contextmanager
def _studio(engine: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A Python process with that engine loaded in a child; the process and the child's id."""
    code = (
        "import sys; from studio.engines.process import HostedEngine; "
        f"engine = {engine}; engine.load(); print(engine.pid, flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as parent:
        assert parent.stdout is not None
        yield parent, int(parent.stdout.readline())


def test_ctrl_c_in_the_terminal_does_not_reach_the_child(host: Host) -> None:
    engine = host()
    engine.load()
    assert engine.pid is not None and os.getpgid(engine.pid) != os.getpgid(0)
