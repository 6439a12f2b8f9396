"""Which project a script belongs to, and that nobody's text is overwritten on the way there."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.errors import ProjectError, ScriptError
from studio.core.parse import parse
from studio.core.render import Limits
from studio.core.segments import Plan, plan
from studio.render.projects import Source, brought_in, decisions_of, default_project, opened, previous_of, source_of
from studio.store.project import ProjectStore

TEXT = "[S1] Hello there, this is the first line. [S2] And here is another, a little longer than the first.\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "one.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def planned(source: Source) -> Plan:
    return plan(parse(source.text), Limits())


def keep(source: Source) -> None:
    """What a render does with the text."""
    with opened(source) as store:
        brought_in(store, source, planned(source)).close()


def test_a_script_has_a_project_of_its_own_in_the_cache_wherever_it_is_named_from(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(script.parent)
    assert default_project(Path("one.txt")) == default_project(script)
    assert default_project(script) != default_project(script.with_name("two.txt"))
    assert source_of(script).project == default_project(script)
    assert not default_project(script).exists(), "looking makes nothing"


def test_text_and_boundaries_are_kept_and_found_again(script: Path, tmp_path: Path) -> None:
    source = source_of(script, tmp_path / "show")
    keep(source)
    with opened(source, write=False) as store:
        assert store is not None
        assert store.text == TEXT
        previous = previous_of(store)
        assert previous is not None
        assert previous.text == TEXT
        assert [boundary.id for boundary in previous.boundaries] == [segment.id for segment in planned(source).segments]
        assert decisions_of(store) == store.load()


def test_an_edited_script_takes_the_place_of_the_text_it_was_made_from(script: Path, tmp_path: Path) -> None:
    keep(source_of(script, tmp_path / "show"))
    script.write_text(TEXT.replace("Hello", "Good day"), encoding="utf-8")
    keep(source_of(script, tmp_path / "show"))
    assert (tmp_path / "show" / "script.txt").read_text(encoding="utf-8").startswith("[S1] Good day")


def test_text_that_was_written_in_the_project_is_never_overwritten(script: Path, tmp_path: Path) -> None:
    keep(source_of(script, tmp_path / "show"))
    with ProjectStore.open(tmp_path / "show") as store:
        store.save_text(TEXT.replace("Hello", "Mine"))
    script.write_text(TEXT.replace("Hello", "Theirs"), encoding="utf-8")
    with pytest.raises(ProjectError, match="written or changed there"):
        keep(source_of(script, tmp_path / "show"))
    assert "Mine" in (tmp_path / "show" / "script.txt").read_text(encoding="utf-8")
    with opened(source_of(script, tmp_path / "show"), write=False) as looked_at:
        assert looked_at is not None, "who only looks may look"
    keep(source_of(tmp_path / "show"))


def test_a_project_that_says_the_same_already_is_welcome(script: Path, tmp_path: Path) -> None:
    ProjectStore.create(tmp_path / "show", TEXT).close()
    keep(source_of(script, tmp_path / "show"))


def test_a_cache_that_was_left_half_made_is_made_again(script: Path) -> None:
    folder = default_project(script)
    folder.mkdir(parents=True)
    (folder / "script.txt").write_text("an older text", encoding="utf-8")
    keep(source_of(script))
    assert (folder / "script.txt").read_text(encoding="utf-8") == TEXT


def test_a_folder_that_was_named_is_never_cleared(script: Path, tmp_path: Path) -> None:
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "script.txt").write_text("my other script", encoding="utf-8")
    with pytest.raises(ProjectError, match="not empty"):
        keep(source_of(script, tmp_path / "show"))
    assert (tmp_path / "show" / "script.txt").read_text(encoding="utf-8") == "my other script"


def test_what_cannot_be_a_source_says_why(script: Path, tmp_path: Path) -> None:
    with pytest.raises(ScriptError):
        source_of(tmp_path / "gone.txt")
    with pytest.raises(ProjectError, match="no project in this folder"):
        source_of(tmp_path)
    keep(source_of(script, tmp_path / "show"))
    with pytest.raises(ProjectError, match="a project already"):
        source_of(tmp_path / "show", tmp_path / "other")
    with pytest.raises(ProjectError, match="a file"), opened(source_of(script, script)):
        pass


def test_without_a_project_there_is_no_previous_plan_and_no_decision() -> None:
    assert previous_of(None) is None
    assert decisions_of(None).chosen == {}
