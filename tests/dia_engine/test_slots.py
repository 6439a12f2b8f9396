"""Many segments in slots: each says what it would say alone, whoever comes and goes beside it, and whatever goes wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from dia_engine import formula, products, reference
from dia_engine import slots as slots_module
from dia_engine.dia1 import prefill
from dia_engine.dia1.decode import Prepared, prepare
from dia_engine.dia1.model import Dia1
from dia_engine.dia1.row import Row
from dia_engine.errors import BadRequest, TextTooLong
from dia_engine.params import Codes, Generated, Params, Prompt, Request
from dia_engine.requests import text_ids
from dia_engine.slots import POLL, Slots, Ticket
from tests.dia_engine import tiny
from tests.dia_engine.test_fast import CROSS_HEADS, HEADS, assert_same, random_request

EOS, PAD = 1024, 1025
SLOW = pytest.mark.slow
VOICE = Prompt(np.random.default_rng(8).integers(0, 1024, (5, 9)), "[S1] Well?")


def short(seed: int, words: int = 2, rows: int = 40, **params: Any) -> Request:
    return Request("[S1]" + " rain" * words, VOICE if seed % 2 else None, Params(seed=seed, max_tokens=rows, **params))


ASKED = [short(seed, words, rows=28 + 2 * seed) for seed, words in enumerate((2, 5, 1, 3, 8, 2))]


def finish(slots: Slots, tickets: Sequence[Ticket]) -> list[Generated]:
    while slots.busy:
        slots.step()
    results = [ticket.result for ticket in tickets]
    assert None not in results
    return [result for result in results if result is not None]


def spoken(slots: Slots, asked: Sequence[Request]) -> list[Generated]:
    return finish(slots, [slots.add(request) for request in asked])


def assert_all_same(ours: Sequence[Generated], wanted: Sequence[Generated]) -> None:
    for one, other in zip(ours, wanted, strict=True):
        assert_same(one, other)


def random_case(seed: int, requests: int, longest: int) -> tuple[Dia1, list[Request], list[Generated]]:
    """A network, requests to it, and what the slow path says."""
    numbers = np.random.default_rng(seed)
    network = tiny.network(seed, "AB"[seed % 2], HEADS[seed // 2 % 4], CROSS_HEADS[seed // 8 % 4])
    asked = [random_request(numbers, longest) for _ in range(requests)]
    return network, asked, reference.generate(network, asked)


@pytest.mark.parametrize(("seed", "static"), [(0, False), (1, True)])
def test_random_requests_in_slots_give_the_slow_paths_codes(seed: int, static: bool) -> None:
    network, asked, wanted = random_case(seed, 4, longest=12)
    assert_all_same(spoken(Slots(prepare(network, slots=3), static=static), asked), wanted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 210))
def test_many_more_random_requests_in_slots_give_the_slow_paths_codes(seed: int) -> None:
    network, asked, wanted = random_case(seed, 21, longest=(30, 30, 60)[seed % 3])
    for slots in ((1, 3), (3, 5), (5, 1))[seed % 3]:
        static = bool((seed + slots // 2) % 2)
        assert_all_same(spoken(Slots(prepare(network, slots=slots), static=static), asked), wanted)


Bits = dict[Ticket, list[torch.Tensor]]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[Slots], Bits]:
    """Watches slots: which logits [2, C, V] each of their segments had for each of its rows."""
    own: dict[int, tuple[Slots, Bits]] = {}
    logits = Row.logits

    def watching(row: Row, *given: torch.Tensor) -> torch.Tensor:
        out = logits(row, *given)
        if id(row) in own:
            slots, bits = own[id(row)]
            for slot, ticket in enumerate(slots._running):
                if ticket is not None:
                    bits[ticket].append(out[:, slot].clone())
        return out

    def watch(slots: Slots) -> Bits:
        bits: Bits = defaultdict(list)
        own[id(slots._row)] = slots, bits
        return bits

    monkeypatch.setattr(Row, "logits", watching)
    return watch


def assert_same_bits(one: list[torch.Tensor], other: list[torch.Tensor]) -> None:
    assert len(one) == len(other) > 20
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def laid_out(packed: bool) -> Prepared:
    if packed and not products.can_pack(torch.bfloat16, torch.device("cpu")):
        pytest.skip("this torch or this processor packs no weights")
    prepared = prepare(tiny.wide(1), slots=3, packed=packed)
    assert prepared.packed == packed
    return prepared


@pytest.mark.parametrize(
    ("packed", "static"),
    [(True, False)] + [pytest.param(*each, marks=SLOW) for each in ((True, True), (False, False), (False, True))],
)
def test_in_sixteen_bits_a_segment_is_the_same_to_the_bit_alone_in_any_slot_and_begun_again(
    packed: bool, static: bool, watched: Callable[[Slots], Bits]
) -> None:
    prepared = laid_out(packed)
    asked = [short(number, words, rows=38 + number) for number, words in enumerate((2, 4, 6, 1))]
    alone: list[tuple[Generated, list[torch.Tensor]]] = []
    for request in asked:
        slots = Slots(prepared, static=static)
        bits = watched(slots)
        ticket = slots.add(request)
        alone.append((*finish(slots, [ticket]), bits[ticket]))
    places: dict[int, set[int]] = defaultdict(set)
    for turn in range(3):
        slots = Slots(prepared, static=static)
        bits = watched(slots)
        fillers = [slots.add(short(90 + number, words=9 + number, rows=26)) for number in range(turn)]
        tickets = [slots.add(request) for request in asked]
        slots.step()
        for number, ticket in enumerate(tickets):
            if ticket in slots._running:
                places[number].add(slots._running.index(ticket))
        assert all(filler in slots._running for filler in fillers)
        if turn == 2:
            for _ in range(7):
                slots.step()
            with torch.inference_mode():
                slots._halve()
            bits.clear()
        for (wanted, told), ours, ticket in zip(alone, finish(slots, tickets), tickets, strict=True):
            assert_same(ours, wanted)
            assert_same_bits(bits[ticket], told)
    assert places[2] == {0, 1, 2}  # the longest of them came right behind the fillers


def test_who_comes_and_goes_beside_a_segment_changes_nothing(trio: Prepared, told: list[Generated]) -> None:
    for static in (False, True):
        slots = Slots(trio, static=static)
        tickets = []
        for request in ASKED:
            tickets.append(slots.add(request))
            for _ in range(6):
                slots.step()
        assert_all_same(finish(slots, tickets), told)


def test_what_was_begun_and_dropped_is_the_same_when_begun_again(trio: Prepared, told: list[Generated]) -> None:
    slots = Slots(trio)
    for after in (1, 8, 14):
        dropped = [slots.add(request) for request in ASKED[:3]]
        for _ in range(after):
            slots.step()
        for ticket in dropped:
            ticket.cancel()
        assert_all_same(spoken(slots, ASKED[1:4]), told[1:4])
        assert all(ticket.result is None for ticket in dropped)


def test_the_longest_text_is_begun_first_and_equals_keep_their_order(model: Dia1) -> None:
    slots = Slots(prepare(model))
    tickets = [slots.add(short(2 * number, words, rows=18)) for number, words in enumerate((2, 7, 4, 7))]
    ended: list[Ticket] = []
    while slots.busy:
        slots.step()
        ended += [ticket for ticket in tickets if ticket.result is not None and ticket not in ended]
    assert [tickets.index(ticket) for ticket in ended] == [1, 3, 2, 0]


def test_a_cancelled_segment_frees_its_slot_before_the_next_row_and_disturbs_nobody(
    trio: Prepared, told: list[Generated]
) -> None:
    slots = Slots(trio)
    tickets = [slots.add(request) for request in ASKED]
    for _ in range(10):
        slots.step()
    assert [ticket in slots._running for ticket in tickets] == [False, True, False, True, True, False]
    tickets[1].cancel()
    tickets[2].cancel()  # one that waits
    slots.step()
    assert slots.running == 3
    assert tickets[1] not in slots._running
    assert tickets[5].row == tickets[5].first_row + 1
    rest = [0, 3, 4, 5]
    assert_all_same(finish(slots, [tickets[n] for n in rest]), [told[n] for n in rest])
    assert tickets[1].result is tickets[2].result is None
    assert len(tickets[1].take()) == len(tickets[2].take()) == 0


def taking(slots: Slots, tickets: Sequence[Ticket], every: int = 1) -> list[Codes]:
    """All frames of each, taken whenever so many steps are done."""
    pieces: list[list[Codes]] = [[ticket.take()] for ticket in tickets]
    steps = 0
    while slots.busy:
        slots.step()
        steps += 1
        if steps % every == 0:
            for mine, ticket in zip(pieces, tickets, strict=True):
                mine.append(ticket.take())
    for mine, ticket in zip(pieces, tickets, strict=True):
        mine.append(ticket.take())
        assert len(ticket.take()) == 0
    return [np.concatenate(mine) for mine in pieces]


@pytest.mark.parametrize(
    ("poll", "static", "every"),
    [(1, False, 1), (POLL, True, 1), pytest.param(1, False, 7, marks=SLOW), pytest.param(3, False, 1, marks=SLOW)],
)
def test_frames_come_once_in_order_and_all_and_looking_seldom_changes_nothing(
    trio: Prepared, told: list[Generated], poll: int, static: bool, every: int
) -> None:
    assert {result.reason for result in told} == {"eos", "length"}
    slots = Slots(trio, static=static)
    slots._poll = poll
    tickets = [slots.add(request) for request in ASKED]
    taken = taking(slots, tickets, every)
    for frames, ticket, result in zip(taken, tickets, told, strict=True):
        assert ticket.result is not None
        assert_same(ticket.result, result)
        np.testing.assert_array_equal(frames, result.codes)
        assert frames.dtype == np.int16


@pytest.mark.parametrize("generation", ["B", pytest.param("A", marks=SLOW)])
def test_a_plan_is_kept_to_the_frame_by_the_rules_of_the_end(generation: str) -> None:
    slots = Slots(prepare(tiny.network(3, "A" if generation == "A" else "B", (4, 2), (4, 4)), slots=3))
    plans = {0: 60, 1: 60, 2: 60, 17: 60, 30: 60, 28: 44, 23: 44}  # frames: rows; the last two take all they can have
    tickets = {}
    for number, (frames, rows) in enumerate(plans.items()):
        prompt = VOICE if frames == 23 else None
        params = Params(seed=number, max_tokens=rows, temperature=0.0 if number % 2 else 1.2)
        tickets[frames] = slots.add(Request("[S1] rain", prompt, params), planned_frames=frames)
    finish(slots, list(tickets.values()))
    for frames, ticket in tickets.items():
        assert ticket.result is not None
        assert (len(ticket.result.codes), ticket.result.reason) == (frames, "eos")
        end = ticket.first_row + frames
        for channel, delay in enumerate((0, 8, 9, 10, 11, 12, 13, 14)):
            assert (ticket.grid[ticket.first_row : end + delay, channel] < EOS).all() or channel  # BOS stands before a delay
            assert ticket.grid[end + delay, channel] == EOS
            assert (ticket.grid[end + delay + 1 : end + 15, channel] == PAD).all()


def test_a_plan_that_cannot_be_kept_is_refused(trio: Prepared) -> None:
    slots = Slots(trio)
    for frames in (-1, 25):
        with pytest.raises(BadRequest, match="plan 0 to 24 in 40 rows"):
            slots.add(short(0), planned_frames=frames)
    assert not slots.busy


def test_segments_of_all_settings_share_a_batch(model: Dia1, trio: Prepared) -> None:
    kinds: list[dict[str, Any]] = [
        {"cfg_filter_top_k": None},
        {"cfg_filter_top_k": 45},
        {"temperature": 0.0},
        {"cfg_filter_top_k": 1},
        {"cfg_filter_top_k": 65, "top_p": 0.5},
        {"cfg_filter_top_k": 64, "top_p": 1.0, "cfg_scale": 0.0},
        {"top_p": 0.0},
        {"cfg_filter_top_k": None, "temperature": 3.0, "top_p": 1.0},
    ]
    asked = [short(seed, rows=34, **kind) for seed, kind in enumerate(kinds)]
    assert_all_same(spoken(Slots(trio), asked), reference.generate(model, asked))


def test_slots_are_busy_until_there_is_nothing_left_to_begin(model: Dia1) -> None:
    count = 4
    slots = Slots(prepare(model, slots=count))
    numbers = np.random.default_rng(5)
    tickets = []
    for number in range(24):
        frames = int(np.clip(numbers.lognormal(2.0, 0.5), 1, 60))
        request = short(2 * number, words=max(frames // 4, 1), rows=80)
        tickets.append(slots.add(request, planned_frames=frames))
    steps = rows = 0
    while sum(ticket.result is None for ticket in tickets) >= count:
        slots.step()
        steps += 1
        rows = sum(ticket.row - ticket.first_row for ticket in tickets)
    assert steps > 60
    assert rows >= 0.97 * steps * count
    finish(slots, tickets)


def test_what_cannot_be_spoken_is_refused_and_disturbs_nobody(trio: Prepared, told: list[Generated]) -> None:
    slots = Slots(trio, rows=40)
    ticket = slots.add(ASKED[1])
    slots.step()
    for request, error, says in (
        (Request(""), BadRequest, "empty"),
        (Request("[S1] " + "word " * 100), TextTooLong, "would not be spoken"),
        (short(0, rows=41), BadRequest, "max_tokens is 41; use 40 at most"),
        (Request("[S1] rain"), BadRequest, "max_tokens is 128; use 40 at most"),
        (short(0, rows=12), BadRequest, "17 or more"),
    ):
        with pytest.raises(error, match=says):
            slots.add(request)
    assert_all_same(finish(slots, [ticket]), told[1:2])


def test_a_text_that_no_room_was_made_for_is_refused_and_disturbs_nobody(trio: Prepared, told: list[Generated]) -> None:
    longest = max(len(text_ids(request.spoken(), 128)) for request in ASKED)
    for static in (False, True):
        slots = Slots(trio, letters=longest, static=static)
        tickets = [slots.add(request) for request in ASKED]
        slots.step()
        with pytest.raises(BadRequest, match=rf"The text is {longest + 1} bytes long; use {longest} at most, as room was made"):
            slots.add(Request("[S1]" + "x" * longest))
        assert_all_same(finish(slots, tickets), told)


def test_portions_in_which_texts_are_read_change_nothing(
    monkeypatch: pytest.MonkeyPatch, watched: Callable[[Slots], Bits]
) -> None:
    """What is read lies in memory twice for a moment, so all are not read at once where they are many."""
    prepared, read = prepare(tiny.wide(1), slots=3), prefill.read
    portions: list[int] = []
    monkeypatch.setattr(prefill, "read", lambda prepared, texts: (portions.append(len(texts)), read(prepared, texts))[1])
    row, letter = 2 * formula.row_bytes(prepared.config, 2), formula.letter_bytes(prepared.config, 2)
    asked = [short(number, words=4 - number) for number in range(3)]  # the second one has a voice
    told = []
    for most in (1 << 30, 5 * row + 50 * letter, 1):
        monkeypatch.setattr(slots_module, "ENTERING_BYTES", most)
        slots = Slots(prepared, static=True)
        bits = watched(slots)
        tickets = [slots.add(request) for request in asked]
        told.append((finish(slots, tickets), [bits[ticket] for ticket in tickets]))
    assert portions == [3, 2, 1, 1, 1, 1]
    for results, bits_of_all in told[1:]:
        assert_all_same(results, told[0][0])
        for one, other in zip(bits_of_all, told[0][1], strict=True):
            assert_same_bits(one, other)


def test_those_who_wait_hold_no_rows(trio: Prepared) -> None:
    slots = Slots(trio)
    tickets = [slots.add(short(0)) for _ in range(5)]
    slots.step()
    assert [len(ticket.grid) for ticket in tickets] == [40] * 3 + [16] * 2


def test_a_network_that_gave_up_its_weights_was_laid_out_whole(told: list[Generated]) -> None:
    own = tiny.network(3, "B", (4, 2), (4, 4))
    prepared = prepare(own, slots=2, release=True)
    assert own.logits_dense.weight.numel() == 0
    assert_all_same(spoken(Slots(prepared), ASKED[:3]), told[:3])
