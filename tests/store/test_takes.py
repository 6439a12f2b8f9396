"""Takes are whole or absent, keep their sound, and tell when they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.core.errors import AudioError, ProjectError, StorageFullError
from studio.core.render import Word
from studio.store.takes import TakeStore
from tests.store.conftest import RATE, key, sound

WORDS = (Word(0, 0, 5, 0.1, 0.2), Word(1, 2, 4, 0.2, 0.25))


@pytest.fixture
def takes(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "project" / "takes")


def test_a_take_comes_back_as_it_was(takes: TakeStore) -> None:
    assert not takes.contains(key(1))
    written = takes.write(key(1), sound(1), RATE, WORDS, '{"seed": 1}', unspoken=((0, 1, 2),))
    assert takes.contains(key(1))
    assert TakeStore(takes.folder).info(key(1)) == written
    assert (written.words, written.recipe, written.unspoken) == (WORDS, '{"seed": 1}', ((0, 1, 2),))
    assert (written.seconds, written.frames) == (0.25, 2000)
    samples, rate = soundfile.read(takes.path(key(1)), dtype="float32")
    assert rate == RATE
    assert np.abs(samples - sound(1)).max() < 1 / 32767


def test_sound_may_come_as_bytes(takes: TakeStore) -> None:
    assert takes.write(key(1), sound().tobytes(), RATE).digest == takes.write(key(2), sound(), RATE).digest


def test_a_take_lies_under_the_head_of_its_key(takes: TakeStore) -> None:
    takes.write("ab" + key(1)[2:], sound(), RATE)
    names = sorted(path.relative_to(takes.folder).as_posix() for path in takes.folder.rglob("*.*"))
    assert names == [f"ab/ab{key(1)[2:]}.flac", f"ab/ab{key(1)[2:]}.json"]


def test_samples_beyond_full_scale_are_clipped_not_wrapped(takes: TakeStore) -> None:
    takes.write(key(1), np.array([1.5, -1.5, 0.5] * 100, np.float32), RATE)
    samples, _ = soundfile.read(takes.path(key(1)), dtype="float32")
    assert samples[0] > 0.99
    assert samples[1] < -0.99


@pytest.mark.parametrize("bad", [np.array([0.1, np.nan], np.float32), np.zeros((5, 2), np.float32), np.zeros(0, np.float32)])
def test_what_is_no_sound_is_refused_and_leaves_nothing(takes: TakeStore, bad: np.ndarray) -> None:
    with pytest.raises(AudioError):
        takes.write(key(1), bad, RATE)
    assert not takes.folder.exists()


def test_a_take_that_is_there_is_never_rewritten(takes: TakeStore) -> None:
    first = takes.write(key(1), sound(1), RATE)
    assert takes.write(key(1), sound(2), RATE) == first


def test_a_damaged_take_is_replaced_by_the_next_rendering(takes: TakeStore) -> None:
    takes.write(key(1), sound(1), RATE)
    _flip(takes.path(key(1)))
    takes.write(key(1), sound(1), RATE)
    assert takes.fault(key(1)) == ""


def test_one_flipped_bit_is_noticed_at_first_use(takes: TakeStore) -> None:
    takes.write(key(1), sound(), RATE)
    _flip(takes.path(key(1)))
    again = TakeStore(takes.folder)
    assert again.fault(key(1), deep=False) == ""
    with pytest.raises(ProjectError, match="damaged"):
        again.path(key(1))


def test_a_short_file_is_noticed_without_reading_it(takes: TakeStore) -> None:
    takes.write(key(1), sound(), RATE)
    path = takes.path(key(1))
    path.write_bytes(path.read_bytes()[:-1])
    assert "bytes instead of" in takes.fault(key(1), deep=False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xff", b"[" * 100_000, b'{"seal": 3}'])
def test_a_hostile_sidecar_is_a_sentence(takes: TakeStore, content: bytes) -> None:
    takes.write(key(1), sound(), RATE)
    takes.path(key(1)).with_suffix(".json").write_bytes(content)
    with pytest.raises(ProjectError, match="cannot be read"):
        takes.info(key(1))


def test_a_changed_word_time_is_noticed(takes: TakeStore) -> None:
    takes.write(key(1), sound(), RATE, WORDS)
    sidecar = takes.path(key(1)).with_suffix(".json")
    sidecar.write_bytes(sidecar.read_bytes().replace(b"0.25", b"0.75"))
    with pytest.raises(ProjectError):
        takes.info(key(1))


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "AB" * 16, key(1) + "/..", "a" * 31])
def test_a_key_cannot_lead_out_of_the_folder(takes: TakeStore, name: str) -> None:
    with pytest.raises(ProjectError, match="not the key"):
        takes.contains(name)
    with pytest.raises(ProjectError):
        takes.write(name, sound(), RATE)


def test_a_missing_take_says_so(takes: TakeStore) -> None:
    with pytest.raises(ProjectError, match="missing"):
        takes.info(key(3))


def test_sweeping_removes_the_unfinished_and_keeps_all_takes(takes: TakeStore) -> None:
    takes.write(key(1), sound(), RATE)
    stray = takes.folder / "00" / f"{key(2)}.flac.tmp"
    stray.write_bytes(b"half")
    lone = takes.folder / "00" / f"{key(2)}.json"
    lone.write_bytes(b"{}")
    assert takes.sweep() == []
    assert not stray.exists()
    assert not lone.exists()
    assert list(takes.keys()) == [key(1)]


def test_sweeping_with_a_list_moves_the_rest_to_the_bin(takes: TakeStore) -> None:
    for number in range(3):
        takes.write(key(number), sound(number), RATE)
    assert sorted(takes.sweep({key(1)})) == [key(0), key(2)]
    assert list(takes.keys()) == [key(1)]
    assert len(list(takes.bin.iterdir())) == 4
    assert takes.empty_bin() > 0
    assert list(takes.bin.iterdir()) == []


def test_rendering_is_refused_when_it_would_not_fit(takes: TakeStore) -> None:
    takes.check_space(1.0)
    with pytest.raises(StorageFullError, match="needed"):
        takes.check_space(1e12)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_codes_come_back_with_the_name_of_their_codec(takes: TakeStore) -> None:
    takes.write(key(1), sound(1), RATE, codes=b"\x00\x01" * 50, codec="dac-44k")
    assert TakeStore(takes.folder).codes(key(1)) == (b"\x00\x01" * 50, "dac-44k")
    takes.write(key(2), sound(1), RATE)
    assert takes.codes(key(2)) is None


def test_damaged_codes_are_noticed_and_the_sound_is_heard_all_the_same(takes: TakeStore) -> None:
    takes.write(key(1), sound(1), RATE, codes=b"codes", codec="dac")
    path = takes.path(key(1)).with_suffix(".codes")
    path.write_bytes(b"coded")
    again = TakeStore(takes.folder)
    assert again.codes(key(1)) is None
    assert (again.codes_fault(key(1), deep=False), again.fault(key(1))) == ("", "")
    assert "changed or damaged" in again.codes_fault(key(1))
    assert again.path(key(1)).exists()
    again.drop_codes(key(1))
    assert (again.codes_fault(key(1)), again.info(key(1)).codec) == ("", "")


def test_codes_go_to_the_bin_with_their_take_and_are_swept_without_one(takes: TakeStore) -> None:
    takes.write(key(1), sound(1), RATE, codes=b"codes", codec="dac")
    lone = takes.path(key(1)).with_name(f"{key(2)}.codes")
    lone.write_bytes(b"codes of a take that never came")
    assert takes.stray() == [lone]
    takes.sweep(set())
    assert sorted(path.name for path in takes.bin.iterdir()) == [f"{key(1)}.{end}" for end in ("codes", "flac", "json")]
    assert not list(takes.folder.rglob("*.*"))
