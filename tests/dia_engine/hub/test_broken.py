"""Networks that break, servers that refuse or lie, disks that fill: what came is kept, what is wrong is never used."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dia_engine import manifest
from dia_engine.errors import FetchFailed, FetchStopped, WeightsDamaged, WeightsMissing
from dia_engine.fetch import Fetched
from dia_engine.hub import places
from dia_engine.hub.download import Patience
from dia_engine.hub.pace import Progress
from dia_engine.verify import verify
from tests.dia_engine.hub.conftest import Fetch
from tests.dia_engine.hub.server import FakeHub

WEIGHTS = "model.safetensors"


@pytest.fixture
def size(served: Path) -> int:
    return (served / "dia" / WEIGHTS).stat().st_size


def part_of(folder: Path) -> Path:
    [found] = folder.glob(f"{WEIGHTS}.*.incomplete")
    return found


def test_a_broken_connection_is_taken_up_where_it_broke(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    hub.drops = [size // 3, 0, size // 3]
    get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == [0, size // 3, size // 3, size // 3 * 2]
    assert hub.sent[WEIGHTS] == size
    assert verify(tmp_path).pinned


def test_fifty_breaks_fetch_nothing_twice(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    hub.drops = [size // 60] * 50
    get("dia", tmp_path)
    assert len(hub.bodies()) == 51
    assert hub.sent[WEIGHTS] <= size * 1.01


@pytest.mark.parametrize("in_cache", [True, False])
def test_after_a_network_that_stays_away_the_next_run_asks_for_the_rest_only(
    in_cache: bool, hub: FakeHub, get: Fetch, size: int, tmp_path: Path
) -> None:
    to = None if in_cache else tmp_path
    hub.drops = [size // 2] + [0] * 20
    with pytest.raises(FetchFailed, match=r"go on with: python -m dia_engine fetch nari-labs/Dia-1\.6B-0626"):
        get("dia", to)
    hub.drops.clear()
    hub.sent.clear()
    hub.asked.clear()
    found = get("dia", to)
    assert [one.start for one in hub.bodies()] == [size // 2]
    assert hub.sent[WEIGHTS] == found.bytes_fetched == size - size // 2
    assert verify(found.place).pinned


@pytest.mark.parametrize("in_cache", [True, False])
def test_a_half_downloaded_model_is_told_as_such_with_the_command_that_goes_on(
    in_cache: bool, hub: FakeHub, get: Fetch, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.drops = [size // 2] + [0] * 20
    with pytest.raises(FetchFailed):
        get("dia", None if in_cache else tmp_path, revision="v1")
    place = places.cached("nari-labs/Dia-1.6B-0626", "c" * 40) if in_cache else tmp_path
    assert place
    command = "python -m dia_engine fetch nari-labs/Dia-1.6B-0626 --revision v1"
    with pytest.raises(WeightsMissing, match=r"is not finished \(\d+ of \d+ bytes are there\)") as told:
        verify(place)
    assert told.value.todo == f"go on with: {command}" + ("" if in_cache else f" --to {tmp_path}")
    found = places.unfinished(place)
    assert found and found.done == size // 2 + found.note.files["config.json"][0]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FetchFailed, match="HF_HUB_OFFLINE"):
        get("dia", None if in_cache else tmp_path, revision="v1")


def test_wrong_bytes_are_removed_and_never_used(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.spoiled = 1
    with pytest.raises(WeightsDamaged, match=r"model\.safetensors does not have the hash that the hub tells; it was removed"):
        get("dia", tmp_path)
    assert not list(tmp_path.glob(f"{WEIGHTS}*"))
    assert not (tmp_path / manifest.NAME).exists()
    hub.sent.clear()
    get("dia", tmp_path)
    assert verify(tmp_path).pinned


def test_wrong_bytes_in_several_pieces_are_asked_for_once_more_and_not_for_ever(
    hub: FakeHub, get: Fetch, size: int, tmp_path: Path
) -> None:
    hub.spoiled = 1000
    hub.drops = [size // 2, size] * 20
    with pytest.raises(WeightsDamaged, match="removed"):
        get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == [0, size // 2, 0, size // 2]


def test_a_hash_that_the_hub_tells_wrong_never_counts(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.repositories["nari-labs/Dia-1.6B-0626"].lie[WEIGHTS] = "0" * 64
    with pytest.raises(WeightsDamaged, match="removed"):
        get("dia", tmp_path)
    with pytest.raises(WeightsMissing):
        verify(tmp_path)


def test_a_part_that_was_damaged_is_fetched_again_whole(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    hub.drops = [size // 2] + [0] * 20
    with pytest.raises(FetchFailed):
        get("dia", tmp_path)
    part = part_of(tmp_path)
    part.write_bytes(bytes(part.stat().st_size))
    hub.drops.clear()
    hub.asked.clear()
    get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == [size // 2, 0]
    assert verify(tmp_path).pinned


@pytest.mark.parametrize("more", [0, 1000])
def test_a_part_that_is_as_long_as_the_file_or_longer_is_no_trap(
    more: int, hub: FakeHub, get: Fetch, size: int, tmp_path: Path
) -> None:
    hub.drops = [size // 2] + [0] * 20
    with pytest.raises(FetchFailed):
        get("dia", tmp_path)
    part_of(tmp_path).write_bytes(bytes(size + more))
    hub.drops.clear()
    get("dia", tmp_path)
    assert verify(tmp_path).pinned


def test_a_model_that_changed_on_the_hub_is_fetched_anew_and_the_old_part_goes(
    hub: FakeHub, get: Fetch, size: int, served: Path, tmp_path: Path
) -> None:
    hub.drops = [size // 2] + [0] * 20
    with pytest.raises(FetchFailed):
        get("dia", tmp_path / "new")
    hub.drops.clear()
    changed = shutil.copytree(served / "dia", tmp_path / "changed")
    content = bytearray((changed / WEIGHTS).read_bytes())
    content[-100] ^= 1
    (changed / WEIGHTS).write_bytes(content)
    hub.add("nari-labs/Dia-1.6B-0626", changed, commit="d" * 40)
    found = get("dia", tmp_path / "new")
    assert (found.commit, hub.bodies()[-1].start) == ("d" * 40, 0)
    assert verify(found.place).pinned
    assert not list(found.place.glob("*.incomplete"))


def test_a_server_that_knows_no_ranges_sends_all_once_more(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    hub.drops = [size // 2]
    hub.ignores_ranges = True
    get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == [0, size // 2]
    assert hub.sent[WEIGHTS] == size // 2 + size
    assert verify(tmp_path).pinned


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_in_trouble_is_asked_again(status: int, hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.api_statuses = [status]
    hub.statuses = [status] * 3
    get("dia", tmp_path)
    assert verify(tmp_path).pinned


def test_a_range_that_the_server_does_not_have_begins_anew(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    hub.drops = [size // 2]
    hub.statuses = [0, 416]
    get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == [0, size // 2, 0]
    assert verify(tmp_path).pinned


def test_a_server_that_stays_in_trouble_is_given_up(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.api_statuses = [500] * 20
    with pytest.raises(FetchFailed, match=r"status 500\); look at the network, then go on with"):
        get("dia", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_without_a_network_one_sentence_says_so(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.url = "http://127.0.0.1:9"  # where nothing listens
    with pytest.raises(FetchFailed, match="cannot be reached"):
        get("dia", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_login_page_is_not_taken_for_the_hub(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.is_portal = True
    with pytest.raises(FetchFailed, match="cannot be the hub's; look whether the network wants a login"):
        get("dia", tmp_path / "new")


def test_a_gated_model_says_how_to_get_access(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.repositories["nari-labs/Dia-1.6B-0626"].gated = True
    with pytest.raises(FetchFailed, match="gated") as told:
        get("dia", tmp_path)
    assert "https://huggingface.co/nari-labs/Dia-1.6B-0626" in told.value.todo
    assert "hf auth login" in told.value.todo


def test_the_token_is_shown_to_the_hub_alone_and_only_when_it_is_needed(
    hub: FakeHub, get: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    get("someone/shards", tmp_path / "open")
    assert {one.token for one in hub.asked} == {""}
    hub.repositories["nari-labs/Dia-1.6B-0626"].gated = True
    get("dia", tmp_path / "gated")
    assert {one.host for one in hub.asked if one.token} == {"hub"}
    assert verify(tmp_path / "gated").pinned
    for file in tmp_path.rglob("*.json"):
        assert "hf_canary" not in file.read_text(encoding="utf-8")


def test_a_private_model_opens_to_the_right_token_only(
    hub: FakeHub, get: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["nari-labs/Dia-1.6B-0626"].secret = "hf_right"
    for token in ("", "hf_wrong"):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(WeightsMissing, match=r"no such model on the hub, or it is private; .*hf auth login"):
            get("dia", tmp_path / "new")
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    get("dia", tmp_path / "new")


def test_stopping_keeps_what_came(hub: FakeHub, get: Fetch, size: int, tmp_path: Path) -> None:
    seen: list[int] = []

    def told(event: object) -> None:
        if isinstance(event, Progress):
            seen.append(event.done)

    with pytest.raises(FetchStopped, match="what was fetched is kept; go on with"):
        get("dia", tmp_path, told=told, stopped=lambda: hub.sent.get(WEIGHTS, 0) > size // 2)
    kept = part_of(tmp_path).stat().st_size
    assert 0 < kept <= size
    hub.asked.clear()
    get("dia", tmp_path)
    assert [one.start for one in hub.bodies()] == ([kept] if kept < size else [])


def test_a_stop_is_heard_while_waiting_for_the_network(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    hub.statuses = [503] * 3
    with pytest.raises(FetchStopped):
        get("dia", tmp_path, patience=Patience((3600,)), stopped=lambda: len(hub.bodies()) > 0)


def test_a_second_fetch_into_the_same_place_is_refused_while_the_first_runs(
    hub: FakeHub, get: Fetch, size: int, tmp_path: Path
) -> None:
    hub.hold_at = size // 2
    found: list[Fetched] = []
    first = threading.Thread(target=lambda: found.append(get("dia", tmp_path)))
    first.start()
    try:
        assert waited(lambda: hub.sent.get(WEIGHTS, 0) > 0)
        with pytest.raises(FetchFailed, match="Another program is fetching"):
            get("dia", tmp_path)
    finally:
        hub.release.set()
        first.join(20)
    assert found and verify(tmp_path).pinned


def waited(happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not happened() and time.monotonic() < until:
        time.sleep(0.01)
    return happened()
