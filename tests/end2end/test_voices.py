"""The voice library from the terminal: found, described, shared with consent, heard, and kept while somebody uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import soundfile

from studio.core.voices import Consent, SeedRank
from studio.store import places
from studio.store.bundles import SUFFIX, read, write
from studio.store.library import VoiceLibrary
from tests.end2end.conftest import Run
from tests.end2end.test_bad_input import one_sentence
from tests.store.voices import files, flac, opened, voice

SOUND, ANGRY = flac(1, 1.0), flac(2, 1.0)
STATEMENT = ("--consent", "I agree to be heard.", "--consent-by", "Maya")
SHARED = f"maya{SUFFIX}"


@pytest.fixture
def maya(script: Path) -> None:
    """A voice with two recordings and no consent, and one that lives by a seed."""
    with opened(places.library()) as library:
        library.add(voice("maya", SOUND, ANGRY, seed=7, seeds=(SeedRank(9, 2, 2), SeedRank(4, 0, 3))), files(SOUND, ANGRY))
        library.add(voice("ben", seed=5))


def listed(run: Run, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("voices", "list", "--format", "json", *more).json()
    return found


def library_bytes() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in places.library().parent.rglob("*") if path.is_file()}


def test_a_voice_is_described_and_found_again(run: Run, maya: None) -> None:
    ran = run("voices", "edit", "maya", "ben", "--tag", "warm", "--tag", "low", "--folder", "Show/Guests", "--language", "de")
    assert ran.status == 0
    assert run("voices", "edit", "ben", "--untag", "low", "--colour", "#3A86C8", "--notes", "Zoë's brother").status == 0
    assert [one["name"] for one in listed(run, "--tag", "warm", "--folder", "show")] == ["ben", "maya"]
    [ben] = listed(run, "--search", "ZOE")
    assert (ben["colour"], ben["tags"], ben["language"]) == ("#3a86c8", ["warm"], "de")
    assert listed(run, "--tag", "low", "--search", "zoe") == []
    shown = run("voices", "show", "maya", "--format", "json").json()
    assert [one["seed"] for one in shown["seeds"]] == [9, 7, 4] and len(shown["content_hash"]) == 64
    assert [one["style"] for one in shown["samples"]] == ["", "angry"]
    assert "#warm" in run("voices", "list").out and "content_hash" in run("voices", "show", "maya").out
    assert run("voices", "edit", "ben", "--rename", "benjamin").status == 0
    assert [one["name"] for one in listed(run)] == ["benjamin", "maya"]


def test_a_sample_of_another_style_joins_the_voice(run: Run, maya: None) -> None:
    soundfile.write("calm.wav", soundfile.read(str(next(places.library().parent.rglob("*.flac"))))[0].repeat(2), 8_000)
    said = ("--audio", "calm.wav", "--transcript", "Calm now.", "--style")
    assert run("voices", "add", "MAYA", *said, "calm", *STATEMENT).status == 0
    shown = run("voices", "show", "maya", "--format", "json").json()
    assert [one["style"] for one in shown["samples"]] == ["", "angry", "calm"]
    assert shown["samples"][2]["transcript"] == "[S1] Calm now."
    assert (shown["consent"], shown["consent_by"], shown["name"], shown["seed"]) == (STATEMENT[1], "Maya", "maya", 7)
    assert len(shown["consent_at"]) == 10
    one_sentence(run("voices", "add", "maya", *said, "calm"), 2, "calm", "already")


def test_a_consent_may_be_recorded_and_its_recording_goes_with_the_voice(run: Run, maya: None) -> None:
    Path("yes.flac").write_bytes(flac(9, 2.0))
    assert run("voices", "edit", "maya", *STATEMENT, "--consent-audio", "yes.flac").status == 0
    digest = run("voices", "show", "maya", "--format", "json").json()["consent_recording"]
    assert digest in {path.stem for path in library_bytes()}
    run("voices", "export", "maya", "-o", SHARED)
    assert digest in read(Path(SHARED)).files
    run("voices", "remove", "maya")
    assert not list(places.library().parent.rglob("*.flac"))


def test_a_voice_is_shared_with_its_consent_and_known_again(run: Run, maya: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = library_bytes()
    one_sentence(run("voices", "export", "maya", "-o", SHARED), 2, "no consent is recorded for maya", "--consent")
    assert library_bytes() == before and not Path(SHARED).exists()
    made = run("voices", "export", "maya", "ben", "-o", SHARED, *STATEMENT, "--format", "json").json()
    shown = {one["name"]: one for one in listed(run)}
    assert (shown["maya"]["consent"], shown["ben"]["consent"]) == (STATEMENT[1], "")
    assert made["voices"] == {name: one["content_hash"] for name, one in shown.items()}
    first = Path(SHARED).read_bytes()
    assert run("voices", "export", "ben", "maya", "-o", SHARED).status == 0
    assert Path(SHARED).read_bytes() == first
    with VoiceLibrary.open(places.library()) as library:
        library.note_seed("maya", 9, won=False)
    again = run("voices", "import", SHARED, "--format", "json").json()
    assert (again["imported"], again["known"], again["content_hash"]) == ([], ["ben", "maya"], made["content_hash"])

    run("voices", "edit", "maya", "--notes", "mine")
    one_sentence(run("voices", "import", SHARED), 2, "another voice", "maya", "--name", "nothing was imported")
    taken = run("voices", "import", SHARED, "--name", "maya=mia", "--format", "json").json()
    assert (taken["imported"], taken["known"]) == (["mia"], ["ben"])
    mia = {**shown["maya"], "name": "mia", "content_hash": taken["voices"]["mia"]}
    assert run("voices", "show", "mia", "--format", "json").json() == mia

    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(Path("elsewhere", name).absolute()))
    assert "in the library" in run("voices", "import", SHARED).err
    assert {one["name"]: one["content_hash"] for one in listed(run)} == made["voices"]


def test_a_cast_is_shared_with_whom_each_voice_speaks_for(run: Run, script: Path, maya: None) -> None:
    text = script.read_text(encoding="utf-8")
    text = text.replace("Maya: {}", "Maya: {voice: maya, style: angry, seed: 3}").replace(
        "[Ben] A wise", "[Ben] {voice ben} A wise"
    )
    script.write_text(text, encoding="utf-8")
    made = run("voices", "export", "--cast", script, "-o", SHARED, *STATEMENT, "--format", "json").json()
    assert sorted(made["voices"]) == ["ben", "maya"]
    assert made["cast"] == {
        "Maya": {"voice": "maya", "style": "angry", "seed": 3}, "Ben": {"voice": "", "style": "", "seed": None},
    }  # fmt: skip
    taken = run("voices", "import", SHARED)
    assert '"Maya": {"voice": "maya", "style": "angry", "seed": 3}' in taken.out
    assert run("voices", "import", SHARED, "--format", "json").json()["title"] == "Two of us"


def test_bundles_that_are_not_as_they_were_change_nothing(run: Run, maya: None) -> None:
    run("voices", "export", "maya", "-o", SHARED, *STATEMENT)
    whole = Path(SHARED).read_bytes()
    run("voices", "remove", "maya")
    before = library_bytes()
    Path("bad").write_bytes(whole.replace(b"Hello there.", b"Hello there!"))
    one_sentence(run("voices", "import", "bad"), 2, "bad", "nothing was imported")
    Path("bad").write_bytes(b"ID3" + whole)
    one_sentence(run("voices", "import", "bad"), 2, "not a voice bundle")
    one_sentence(run("voices", "import", "nothing"), 2, "no such bundle")
    one_sentence(run("voices", "import", SHARED, "--name", "ben"), 2, "another voice", "ben")
    one_sentence(run("voices", "import", SHARED, "--name", "x=y", "--name", "z"), 2, "OLD=NEW")
    fake = b"RIFF" + bytes(1000)
    made = voice("liar", fake, consent=Consent("Yes."))
    write(Path("liar"), [made], lambda digest: _kept(fake))
    assert read(Path("liar")).voices == [made]
    one_sentence(run("voices", "import", "liar"), 2, "a recording", "liar", "nothing was imported")
    assert library_bytes() == before
    assert [one["name"] for one in listed(run)] == ["ben"]


def _kept(data: bytes) -> Path:
    Path("kept.wav").write_bytes(data)
    return Path("kept.wav")


def test_a_preview_speaks_the_stock_line_or_another(run: Run, maya: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIA_STUDIO_FAKE_ENGINE", '{"caps": {"clones": true}}')
    ran = run("voices", "preview", "maya", "-o", "maya.wav", "--engine", "fake")
    assert ran.status == 0 and "engine is ready" in ran.err
    assert len(list(places.previews().rglob("*.flac"))) == 1
    first = Path("maya.wav").read_bytes()
    assert soundfile.info("maya.wav").duration > 2
    ran = run("voices", "preview", "MAYA", "-o", "maya.wav", "--engine", "fake")
    assert ran.status == 0 and "engine is ready" not in ran.err
    assert Path("maya.wav").read_bytes() == first and len(list(places.previews().rglob("*.flac"))) == 1
    assert run("voices", "preview", "ben", "-o", "ben.flac", "--engine", "fake", "--text", "Short.").status == 0
    assert soundfile.info("ben.flac").duration < 2
    run("voices", "remove", "maya")
    assert len(list(places.previews().rglob("*.flac"))) == 1, "the other one's"


def test_a_voice_that_a_project_uses_is_kept_until_it_is_forced(run: Run, script: Path, maya: None) -> None:
    script.write_text(script.read_text(encoding="utf-8").replace("Ben: {}", "Ben: ben"), encoding="utf-8")
    more = ("-o", "two.wav", "--engine", "fake")
    assert run("render", script, *more).status == 0
    assert run("render", script, *more, "--project", "show", "--voice", "Maya=maya").status == 0
    assert listed(run, "--search", "maya")[0]["used_in"] == [], "a wish for one run, and a project in the cache"
    [use] = listed(run, "--search", "ben")[0]["used_in"]
    assert (use["project"], use["title"], use["characters"]) == (str(Path("show").absolute()), "Two of us", ["Ben"])
    assert "Two of us" in run("voices", "show", "ben").out
    before = library_bytes()
    one_sentence(run("voices", "remove", "ben"), 2, "ben", "Two of us", "--force", "unchanged")
    one_sentence(run("voices", "edit", "ben", "--rename", "benjamin"), 2, "Two of us", "--force")
    assert library_bytes() == before
    assert run("voices", "remove", "ben", "--force").status == 0
    assert [one["name"] for one in listed(run)] == ["maya"]


USAGE = {
    ("export", "-o", "x"): "--cast",
    ("export", "maya", "--cast", "two.txt", "-o", "x"): "one of the two",
    ("export", "nobody", "-o", "x"): "nobody",
    ("export", "maya", *STATEMENT, "-o", "nowhere/x"): "folder does not exist",
    ("export", "--cast", "two.txt", "-o", "x"): "nobody in this cast",
    ("export", "--cast", "nothing.txt", "-o", "x"): "nothing.txt",
    ("preview", "nobody", "-o", "x.wav"): "nobody",
    ("preview", "maya", "-o", "x.doc"): ".doc",
    ("preview", "maya", "-o", "x.wav", "--text", "  "): "nothing to say",
    ("preview", "maya", "-o", "x.wav", "--engine", "parrot"): "parrot",
    ("edit", "maya", "--colour", "red"): "red",
    ("edit", "maya", "--notes", "a\x1b[2J"): "--notes",
    ("edit", "maya", "nobody", "--tag", "x"): "nobody",
    ("edit", "maya", "ben", "--rename", "x"): "one at a time",
    ("edit", "maya", "--consent-audio", "two.txt"): "--consent",
    ("edit", "maya", "--consent", "Yes.", "--consent-audio", "nothing.wav"): "nothing.wav",
    ("edit", "maya", "--rename", "BEN"): "already",
    ("edit", "maya", "--rename", ""): "1 to 100",
    ("edit", "maya", "--rename", "maya/calm"): "slash",
    ("edit", "maya"): "what is to change",
    ("add", "maya/calm", "--seed", "1"): "slash",
    ("add", "new", "--seed", "2147483648"): "from 0 to 2147483647",
    ("export", "maya", *STATEMENT, "-o", "two.txt"): "two.txt: there is a file here that is no voice bundle",
    ("preview", "maya", "-o", "x.wav", "--engine", "fake", "--style", "cross"): "choose one of: angry",
    ("edit", "maya", "--seed", "many"): "seed",
    ("add", "new", "--seed", "1", "--colour", "red"): "red",
}


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_usage_is_one_sentence_and_changes_nothing(run: Run, maya: None, arguments: tuple[str, ...]) -> None:
    before, text = library_bytes(), Path("two.txt").read_bytes()
    one_sentence(run("voices", *arguments), 2, USAGE[arguments])
    assert library_bytes() == before and Path("two.txt").read_bytes() == text
    assert not Path("x").exists() and not Path("x.wav").exists()


def test_a_character_or_style_that_is_nowhere_is_told_before_anything_is_rendered(run: Run, script: Path, maya: None) -> None:
    more = ("-o", "two.wav", "--engine", "fake", "--project", "show", "--voice")
    one_sentence(run("render", script, *more, "Mayra=maya"), 2, '"Mayra"', "Ben, Maya", "nothing was rendered")
    one_sentence(run("render", script, *more, "Maya=maya/cross"), 2, '"cross"', "angry", "nothing was rendered")
    assert not Path("two.wav").exists() and not Path("show").exists()


def test_a_character_is_cast_however_its_name_is_written(run: Run, script: Path, maya: None) -> None:
    script.write_text("ZOE: Good evening, and welcome to the long programme of tonight.\n", encoding="utf-8")
    more = ("-o", "two.wav", "--engine", "fake", "--project", "show", "--format", "json")
    assert run("render", script, *more).json()["rendered"] == 1
    assert run("render", script, *more, "--voice", "ZOE=ben").json()["rendered"] == 1, "spoken by another voice"
    assert run("render", script, *more, "--voice", "zoe=ben").json()["reused"] == 1, "the same voice once more"
