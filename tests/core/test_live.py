"""A script under edit: always what a full pass would give, and changes that say enough to follow along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.lint import Diagnostic, Surroundings, check
from studio.core.live import Change, LiveScript
from studio.core.parse import parse
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.segments import Plan, plan, replan
from tests.core.scripts import LINES, TEXTS
from tests.strategies import examples


class Cutter:
    """The real planner."""

    def plan(self, script: Script) -> Plan:
        return plan(script, Limits())

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan:
        return replan(old, old_script, script, Limits())


def live(text: str) -> LiveScript:
    return LiveScript(text, Surroundings(), Cutter())


def follow(view: list[Diagnostic], change: Change, script: LiveScript) -> list[Diagnostic]:
    """What a view does that only ever looks at changes."""
    if change.elsewhere:
        return script.diagnostics()
    above = [one for one in view if one.line < change.first_line]
    below = [one.moved(change.new_end_line - change.old_end_line) for one in view if one.line >= change.old_end_line]
    return [*above, *change.diagnostics, *below]


@given(TEXTS, st.data())
@examples(300)
def test_editing_gives_what_a_full_pass_gives(lines: list[str], data: st.DataObject) -> None:
    script = live("\n".join(lines))
    lines = lines or [""]
    view = script.diagnostics()
    for _ in range(3):
        first = data.draw(st.integers(0, len(lines)))
        removed = data.draw(st.integers(0, len(lines) - first))
        new = data.draw(st.lists(LINES, max_size=3))
        change = script.edit(first, removed, new)
        lines[first : first + removed] = new
        lines = lines or [""]
        whole = parse("\n".join(lines))
        assert script.script == whole
        assert script.text() == "\n".join(lines)
        assert script.diagnostics() == check(whole, script.plan, Surroundings())
        view = follow(view, change, script)
        assert view == script.diagnostics()


def test_a_quiet_edit_is_told_as_one() -> None:
    long = "so it goes on and on, until somebody says that it is enough, and even then it takes a while to come to an end"
    text = "\n\n".join(f"[S{number % 2 + 1}] {long}." for number in range(40))
    script = live(text)
    change = script.edit(40, 1, [f"[S1] {long} now!!"])
    assert not change.elsewhere
    assert [one.rule for one in change.diagnostics] == ["exclamation-run"]
    assert (change.first_line, change.old_end_line, change.new_end_line) == (38, 42, 42)
    assert change.paragraphs.new_end - change.paragraphs.start == 2
    assert change.segments.new_end - change.segments.start <= 2


def test_an_impossible_edit_changes_nothing() -> None:
    script = live("One\nTwo")
    before = (script.script, script.plan, script.diagnostics())
    with pytest.raises(ValueError, match="lines"):
        script.edit(5, 1, ["x"])
    assert (script.script, script.plan, script.diagnostics()) == before


def test_new_surroundings_are_looked_at() -> None:
    script = live("{sfx door.wav} Hello.")
    assert "missing-file" not in {one.rule for one in script.diagnostics()}
    script.set_surroundings(Surroundings(exists=lambda path: False))
    assert "missing-file" in {one.rule for one in script.diagnostics()}


def test_a_name_anywhere_ends_raw_form_everywhere() -> None:
    long = "so it goes on and on, until somebody says that it is enough, and even then it takes a while to come to an end"
    text = "\n\n".join([f"[S1] {long}. [S1] {long}."] + [f"[S{2 - number % 2}] {long}." for number in range(20)])
    script = live(text)
    assert [one.rule for one in script.diagnostics()] == ["speaker-alternation"]
    change = script.edit(40, 1, [f"[Maya] {long}."])
    assert change.elsewhere
    assert script.diagnostics() == []
