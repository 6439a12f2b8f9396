"""What is left of a voice that was removed: nothing, in no file of the user's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import VoiceError
from studio.core.voices import Voice
from studio.engines import dia
from studio.engines.fake import FakeEngine
from studio.render.previews import preview_takes, request_of_voice
from studio.render.removal import remove_voice, replace_voice
from studio.render.runner import run_job
from studio.render.sharing import export_voices
from studio.render.voices import sample_filler
from studio.store import places
from studio.store.library import VoiceLibrary, sample_digest
from studio.store.takes import TakeStore
from tests.store.voices import AGREED, RATE, coded, codes, files, flac, opened, pcm, voice

LONG_S = 0.25
SOUND, OTHER, AGREEMENT = (flac(number, LONG_S) for number in (1, 2, 3))
CODES, OTHER_CODES = codes(1), codes(2)
GONE = replace(coded(voice("Maya", SOUND), CODES), consent=replace(AGREED, recording=sample_digest(AGREEMENT)))
STAYS = coded(voice("Ben", OTHER), OTHER_CODES)
SECRETS = (SOUND, pcm(1, LONG_S).tobytes(), AGREEMENT, pcm(3, LONG_S).tobytes(), CODES)


def traces(*secrets: bytes) -> dict[str, int]:
    """In which files of the user any 64 bytes of a secret stand, and how many of them."""
    roofs = {Path(os.environ[name]) for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    windows = {secret[at : at + 64] for secret in secrets for at in range(len(secret) - 63)} - {bytes(64)}
    found = {}
    for path in {path for roof in roofs for path in roof.rglob("*") if path.is_file()}:
        data = path.read_bytes()
        count = sum(data[at : at + 64] in windows for at in range(len(data) - 63))
        if count:
            found[str(path)] = count
    return found


@pytest.fixture
def library() -> Iterator[VoiceLibrary]:
    with opened(places.library()) as library:
        library.add_all([GONE, STAYS], files(SOUND, OTHER, AGREEMENT, CODES, OTHER_CODES))
        yield library


def used(library: VoiceLibrary) -> None:
    """Both voices were previewed, encoded, drawn, decoded and rendered outside a project. Each leaves its very sound."""
    for one, number in ((GONE, 1), (STAYS, 2)):
        digest = one.samples[0].digest
        sound = pcm(number, LONG_S).astype(np.float32) / 32_768
        codes = dia.voice_codes() / digest / "cpu" / "x.codes"
        codes.parent.mkdir(parents=True)
        codes.write_bytes(pcm(number, LONG_S).tobytes())
        request = request_of_voice(one, clones=True)
        caps = replace(FakeEngine().caps, clones=True)
        for takes in (preview_takes(), TakeStore(places.renders() / "x" / "takes")):
            takes.write(
                request.key(caps), sound, RATE, recipe=request.recipe(caps), codes=pcm(number, LONG_S).tobytes(), codec="x"
            )
        path = library.sample_path(digest)
        state = f"\0{path.stat().st_size}\0{path.stat().st_mtime_ns}"
        for folder, ending in ((places.peaks(), "peaks"), (places.cache() / "sounds", "flac")):
            folder.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(f"{path.resolve() if ending == 'flac' else path}{state}".encode()).hexdigest()[:32]
            (folder / f"{name}.{ending}").write_bytes(flac(number, LONG_S))


def test_no_byte_of_a_removed_voice_is_left_and_all_of_the_others(library: VoiceLibrary) -> None:
    used(library)
    assert len(traces(*SECRETS)) == 10
    assert len(traces(CODES)) == 1
    others = traces(OTHER, OTHER_CODES, pcm(2, LONG_S).tobytes())
    remove_voice(library, "maya")
    assert traces(*SECRETS) == {}
    assert traces(OTHER, OTHER_CODES, pcm(2, LONG_S).tobytes()) == others
    library.close()
    assert traces(*SECRETS) == {}


def test_what_an_engine_writes_while_a_voice_is_removed_goes_too(
    library: VoiceLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    wipe = VoiceLibrary.wipe_unused
    codes = dia.voice_codes() / sample_digest(SOUND) / "cpu" / "late.codes"
    codes.parent.mkdir(parents=True)
    monkeypatch.setattr(VoiceLibrary, "wipe_unused", lambda self: (codes.write_bytes(pcm(1, LONG_S).tobytes()), wipe(self)))
    remove_voice(library, "Maya")
    assert traces(*SECRETS) == {}


@pytest.mark.parametrize("stop_at", range(0, 12, 3))
def test_a_removal_that_is_cut_short_is_whole_after_the_next_start(
    library: VoiceLibrary, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    """The power goes at the Nth file that is wiped. Then the voice is there, or gone with all its bytes."""
    from studio.store import durable

    used(library)
    wipe, wiped = durable.wipe, []

    def until_the_power_goes(path: Path) -> None:
        wiped.append(path)
        if len(wiped) > stop_at:
            raise KeyboardInterrupt
        wipe(path)

    with monkeypatch.context() as power_cut, pytest.raises(KeyboardInterrupt):
        power_cut.setattr(durable, "wipe", until_the_power_goes)
        remove_voice(library, "Maya")
    library.close()
    with VoiceLibrary.open(places.library()) as again:
        if not again.has("Maya"):
            assert traces(*SECRETS) == {}
        else:
            assert again.damage() == []
            remove_voice(again, "Maya")
            assert traces(*SECRETS) == {}


def test_a_voice_in_use_loses_nothing(library: VoiceLibrary, tmp_path: Path) -> None:
    used(library)
    (tmp_path / "project.db").touch()
    library.note_uses(tmp_path, "A show", {"Maya": {"Tom"}})
    before = traces(*SECRETS)
    with pytest.raises(VoiceError, match="A show"):
        remove_voice(library, "Maya")
    assert traces(*SECRETS) == before
    former = remove_voice(library, "Maya", force=True)
    assert traces(*SECRETS) == {}
    library.restore(former)
    assert library.get("Maya") == GONE and library.damage() == []


def test_nothing_is_left_of_a_sample_that_a_voice_gave_up(library: VoiceLibrary) -> None:
    used(library)
    former = replace_voice(library, "Maya", Voice("Maya", 3))
    assert traces(*SECRETS) == {}
    library.restore(former, instead_of="Maya")
    assert library.get("Maya") == GONE and library.damage() == []


def test_an_export_leaves_no_copy_beside_the_bundle(
    library: VoiceLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(os.environ["HOME"])
    export_voices(library, ["Maya"], home / "maya.diavoice", AGREED)
    (home / "maya.diavoice").rename(tmp_path / "given-away.diavoice")
    monkeypatch.setattr("studio.store.durable.publish", lambda *_, **__: pytest.fail("stopped"))
    with pytest.raises(pytest.fail.Exception):
        export_voices(library, ["Maya"], home / "again.diavoice", AGREED)
    remove_voice(library, "Maya")
    assert traces(*SECRETS) == {}


def test_a_preview_is_made_once_and_speaks_with_the_sample_where_the_engine_does(library: VoiceLibrary) -> None:
    engine = FakeEngine(caps={"clones": True})
    request = request_of_voice(GONE, clones=True, text="Hello there.")
    assert request.voices[0].sample_digest == sample_digest(SOUND)
    assert request_of_voice(GONE, clones=False).voices[0].sample_digest == ""
    assert request_of_voice(GONE, clones=True, seed=9).seed == 9
    assert request.voices[0].codes_digest == "", "this engine has no codec"
    coding = request_of_voice(GONE, clones=True, codec="dac-44100")
    assert sample_filler({"Maya": GONE})(coding).voices[0].codes == CODES
    complete = sample_filler({"Maya": GONE})(request)
    assert np.abs(np.frombuffer(complete.voices[0].pcm, "<f4") * 32_768 - pcm(1, LONG_S)).max() < 1
    first = run_job(complete, engine, preview_takes(), lambda _: None, lambda: False)
    assert preview_takes().contains(request.key(engine.caps)) and first.seconds > 0
    assert places.previews().stat().st_mode & 0o777 == 0o700
