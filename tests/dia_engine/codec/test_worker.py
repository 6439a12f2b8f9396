import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dia_engine.codec import Codec, load_codec
from dia_engine.codec.worker import Worker
from dia_engine.errors import BadRequest, EngineError, OutOfMemory
from tests.dia_engine.codec import tiny

LONG_S = 60


@pytest.fixture
def own_codec(package_file: Path) -> Codec:
    """The worker's alone; what is expected comes of the shared one."""
    return load_codec(package_file)


@pytest.fixture
def worker(own_codec: Codec) -> Iterator[Worker]:
    with Worker(own_codec) as opened:
        yield opened


def test_segments_come_back_each_to_its_asker(worker: Worker, codec: Codec) -> None:
    segments = [tiny.codes(frames, seed=frames) for frames in (30, 7, 61, 7)]
    tickets = [worker.decode(codes) for codes in segments]
    for codes, ticket in zip(reversed(segments), reversed(tickets), strict=True):
        np.testing.assert_array_equal(ticket.pcm(), codec.decode(codes))


@pytest.fixture(scope="module")
def whole(codec: Codec) -> np.ndarray:
    """The sound of ninety frames."""
    return codec.decode(tiny.codes(90))


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 90), max_size=6))
def test_a_running_segment_comes_in_pieces_that_make_up_the_whole(
    package_file: Path, whole: np.ndarray, cuts: list[int]
) -> None:
    codes = tiny.codes(90)
    with Worker(load_codec(package_file)) as worker:
        ticket, beside = worker.stream(), worker.decode(codes)
        for low, high in itertools.pairwise([0, *sorted(cuts), 90]):
            ticket.feed(codes[low:high])
        ticket.end()
        np.testing.assert_allclose(ticket.pcm(), whole, rtol=0, atol=1e-6)
        np.testing.assert_array_equal(beside.pcm(), whole)


def test_samples_come_as_soon_as_what_follows_them_is_known(worker: Worker, codec: Codec) -> None:
    codes = tiny.codes(50)
    ticket = worker.stream()
    ticket.feed(codes[:30])
    first = next(iter(ticket))  # before anything else is fed
    assert len(first) == (30 - codec.context) * codec.hop
    ticket.feed(codes[30:])
    ticket.end()
    np.testing.assert_allclose(np.concatenate([first, ticket.pcm()]), codec.decode(codes), rtol=0, atol=1e-6)


def test_many_threads_may_ask(worker: Worker, codec: Codec) -> None:
    wrong: list[int] = []

    def ask(number: int) -> None:
        codes = tiny.codes(20 + number, seed=number)
        for _ in range(3):
            if not np.array_equal(worker.decode(codes).pcm(), expected[number]):
                wrong.append(number)

    expected = [codec.decode(tiny.codes(20 + number, seed=number)) for number in range(4)]
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    assert wrong == []


def test_an_error_finds_its_asker_and_no_other(worker: Worker, codec: Codec) -> None:
    good = tiny.codes(20)
    tickets = [worker.decode(good), worker.decode(np.full((2, 9), 1024)), worker.decode(good)]
    with pytest.raises(BadRequest, match="1024"):
        tickets[1].pcm()
    for ticket in (tickets[0], tickets[2]):
        np.testing.assert_array_equal(ticket.pcm(), codec.decode(good))


def test_a_running_segment_with_a_wrong_piece_ends_there(worker: Worker) -> None:
    ticket = worker.stream()
    ticket.feed(np.full((2, 9), 1024))
    with pytest.raises(BadRequest, match="1024"):
        ticket.pcm()
    ticket.feed(tiny.codes(3))
    ticket.end()
    assert len(ticket.pcm()) == 0


@pytest.mark.parametrize(
    ("failure", "kind"), [(torch.OutOfMemoryError("full"), OutOfMemory), (ZeroDivisionError("nobody foresaw"), EngineError)]
)
def test_whatever_fails_is_an_error_of_ours_and_the_worker_goes_on(
    own_codec: Codec, codec: Codec, failure: Exception, kind: type[EngineError], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Worker(own_codec) as worker:
        with monkeypatch.context() as patch:
            patch.setattr(own_codec._network, "decode", _raiser(failure))
            with pytest.raises(kind):
                worker.decode(tiny.codes(5)).pcm()
        np.testing.assert_array_equal(worker.decode(tiny.codes(5)).pcm(), codec.decode(tiny.codes(5)))


def test_a_full_queue_makes_the_asker_wait_and_closing_frees_it(own_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    decode = own_codec.decode_many

    def slow(segments: list[np.ndarray]) -> list[np.ndarray]:
        begun.set()
        go_on.wait(LONG_S)
        return decode(segments)

    monkeypatch.setattr(own_codec, "decode_many", slow)
    worker = Worker(own_codec, room=1)
    first = worker.decode(tiny.codes(3))
    assert begun.wait(LONG_S)
    second = worker.decode(tiny.codes(3))  # all the room there is
    refused: list[EngineError] = []

    def ask() -> None:
        try:
            worker.decode(tiny.codes(3))
        except EngineError as error:
            refused.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(0.5)
    assert asking.is_alive()
    closing = threading.Thread(target=worker.close)
    closing.start()
    asking.join(LONG_S)
    go_on.set()
    closing.join(LONG_S)
    assert len(refused) == 1
    assert len(first.pcm()) == 3 * 512  # it was being made
    with pytest.raises(EngineError, match="closed"):
        second.pcm()


def test_a_closed_worker_refuses_and_leaves_no_thread(own_codec: Codec) -> None:
    worker = Worker(own_codec)
    running = worker.stream()
    running.feed(tiny.codes(3))
    worker.close()
    worker.close()
    assert "codec" not in {thread.name for thread in threading.enumerate()}
    for ask in (lambda: worker.decode(tiny.codes(1)), worker.stream, running.end, running.pcm):
        with pytest.raises(EngineError, match="closed"):
            ask()


def test_a_dropped_ticket_ends_at_once(worker: Worker, codec: Codec) -> None:
    ticket = worker.stream()
    ticket.feed(tiny.codes(5))
    ticket.drop()
    assert len(ticket.pcm()) == 0
    ticket.feed(tiny.codes(5))
    np.testing.assert_array_equal(worker.decode(tiny.codes(5)).pcm(), codec.decode(tiny.codes(5)))


def test_the_worker_takes_as_many_threads_as_it_is_given_or_there_are_and_leaves_others_theirs(
    own_codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    decode = own_codec.decode_many

    def noting(segments: list[np.ndarray]) -> list[np.ndarray]:
        seen["worker"] = torch.get_num_threads()
        return decode(segments)

    monkeypatch.setattr(own_codec, "decode_many", noting)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with Worker(own_codec) as worker:
            worker.decode(tiny.codes(3)).pcm()
            later = threading.Thread(target=lambda: seen.setdefault("later", torch.get_num_threads()))
            later.start()
            later.join(LONG_S)
            assert seen == {"worker": 2, "later": 2}
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_who_computes_on_the_same_processor_is_told_when_there_is_nothing_to_decode(
    own_codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, decode = threading.Event(), own_codec.decode_many

    def slowly(segments: list[np.ndarray]) -> list[np.ndarray]:
        assert go_on.wait(LONG_S)
        return decode(segments)

    monkeypatch.setattr(own_codec, "decode_many", slowly)
    with Worker(own_codec) as worker:
        assert worker.shares_processor and worker.idle(0)
        tickets = [worker.decode(tiny.codes(3)) for _ in range(3)]
        tickets[1].drop()
        assert not worker.idle(0.01)
        go_on.set()
        assert worker.idle(LONG_S)
        assert all(ticket.ready() for ticket in tickets)
    assert worker.idle(0), "nobody waits for a worker that is closed"


def _raiser(failure: Exception) -> object:
    def fail(_: object) -> None:
        raise failure

    return fail
