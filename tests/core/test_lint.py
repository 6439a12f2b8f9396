"""Every rule: where it speaks, where it is silent, and what its fix makes of the text."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.fixes import apply_edits
from studio.core.lint import RULES, About, Diagnostic, Surroundings, check, is_calm
from studio.core.parse import parse
from studio.core.render import Limits
from studio.core.rules.pieces import is_quiet
from studio.core.segments import plan
from studio.core.voices import Sample, Voice
from tests.core.scripts import TEXTS
from tests.strategies import examples

LONG = "This is a line of some length, so that nobody calls the piece too short or the turn too quick for the ear. "


@dataclass(frozen=True)
class Case:
    """A script, and the stretches that the rule marks in it. `fixed` is the script with the first finding mended."""

    rule: str
    text: str
    marked: tuple[str, ...]
    fixed: str | None = None
    surroundings: Surroundings = field(default_factory=Surroundings)


def voices(transcript: str, seconds: float) -> Surroundings:
    return Surroundings(voices={"anna": Voice("anna", samples=(Sample("00", seconds, transcript),))})


def nothing_there(path: str) -> bool:
    return False


CAST = "---\ncast: {Maya: anna, Joe: bob}\n---\n"
PROMPT = "---\ncast: {Maya: anna}\n---\n[Maya] Hi."
TIGHT = Surroundings(Limits(max_text_bytes=60))
ANY_LENGTH = Limits(best_seconds=(0.0, 99.0), max_text_bytes=60)
PROMPTED = Surroundings(ANY_LENGTH, voices={"anna": Voice("anna", samples=(Sample("0", 7, "[S1] " + "a" * 30),))})

FAULTS = [
    Case("first-speaker", "Hello. [S1] Hi.", ("Hello.",), "[S1] Hello. [S1] Hi."),
    Case("first-speaker", "[S1] A.\n# Two\nHello.\n[S1] Hi.", ("Hello.",), "[S1] A.\n# Two\n[S1] Hello.\n[S1] Hi."),
    Case("first-speaker", "{oops}// no. [S1] Hi.", ("// no.",), "{oops}[S1]// no. [S1] Hi."),
    Case("first-speaker", "[S2] Hi.\n\n[S2] You.", ("[S2]",), "[S1] Hi.\n\n[S2] You."),
    Case("first-speaker", "[S2] Hi. [S1] You.", ("[S2]",), "[S1] Hi. [S2] You."),
    Case("speaker-alternation", "[S1] A. [S1] B.", ("[S1]",), "[S1] A. B."),
    Case("speaker-alternation", "[S1] A.\n\n[S1] B.", ("[S1]",), "[S1] A.\n\nB."),
    Case("speaker-alternation", "[S1] A.[S1]B. [S2] C.", ("[S1]",), "[S1] A. B. [S2] C."),
    Case("unknown-speaker", CAST + "[Mya] Hi.", ("[Mya]",), CAST + "[Maya] Hi."),
    Case("unknown-speaker", CAST + "JO: Hi.", ("JO:",), CAST + "JOE: Hi."),
    Case("unknown-speaker", CAST + "[S1] Hi.", ("[S1]",)),
    Case("unknown-speaker", "[S1] A. [S3] B.", ("[S3]",)),
    Case("malformed-tag", "[S1 Hi.", ("[S1",), "[S1] Hi."),
    Case("malformed-tag", "S1]Hi.", ("S1]",), "[S1] Hi."),
    Case("malformed-tag", "[s1] Hi. [ S2 ] A. (S1): B.", ("[s1]", "[ S2 ]", "(S1):"), "[S1] Hi. [ S2 ] A. (S1): B."),
    Case("malformed-tag", "[Maya]: Hi.", ("[Maya]:",), "[Maya] Hi."),
    Case("malformed-tag", "Oh [laughs] no.", ("[laughs]",), "Oh (laughs) no."),
    Case("malformed-tag", "See [1].", ("[1]",), "See \\[1\\]."),
    Case("empty-turn", "[S1] [S2] Hi.", ("[S1]",), "[S2] Hi."),
    Case("empty-turn", "[S1] A. [S2] {pause 1s}\n[S1] Hi.", ("[S2]",), "[S1] A. {pause 1s}\n[S1] Hi."),
    Case("empty-turn", "MAYA:\nJOE: Hi.", ("MAYA:",), "\nJOE: Hi."),
    Case("unknown-nonverbal", "Oh (laughing) no.", ("(laughing)",), "Oh (laughs) no."),
    Case("unknown-nonverbal", "Oh (Cough) no.", ("(Cough)",), "Oh (coughs) no."),
    Case("unknown-nonverbal", "Oh (my brother) no.", ("(my brother)",)),
    Case("nonverbal-density", "[S1] Well (laughs) (sighs) then, " + LONG, ("Well (laughs) (sighs) then, " + LONG,)),
    Case("nonverbal-density", "Oh (laughs) no (sighs) so.", ("Oh (laughs) no (sighs) so.",)),
    Case("nonverbal-only", "[S1] A. [S2] (laughs) (sighs). [S1] B.", ("(laughs) (sighs).",)),
    Case("segment-too-short", "Hi.", ("Hi.",)),
    Case("segment-too-long", "So and so on.", ("So and so on.",), None, Surroundings(Limits(best_seconds=(0.1, 0.2)))),
    Case(
        "text-too-long",
        "“One.” “Two.” “Three.” “Four.” “Five.” “Six.”",
        ("",),
        '"One." "Two." "Three." "Four." "Five." "Six."',
        TIGHT,
    ),
    Case("text-too-long", "a" * 70, ("a" * 70,), None, TIGHT),
    Case(
        "text-too-long",
        "It is so. " * 7,
        ("It is so. " * 7,),
        "It is so. It is so. It is so. It is so.\n\nIt is so. It is so. It is so. ",
        TIGHT,
    ),
    Case("exclamation-run", "No!!! Oh!!", ("!!!", "!!"), "No! Oh!!"),
    Case("exclamation-run", "I said STOP IT NOW please.", ("STOP IT NOW",), "I said stop it now please."),
    Case("exclamation-run", "STOP! AND I mean it.", ("STOP",), "Stop! AND I mean it."),
    Case("unsupported-character", "Hi 😀 you.", ("😀",), "Hi  you."),
    Case("unsupported-character", "Hi\u200b you\x07.", ("\u200b", "\x07"), "Hi you\x07."),
    Case("unsupported-character", "Да! Привет, Σοφία.", ("Да", "Привет", "Σοφία"), "Da! Привет, Σοφία."),
    Case("unsupported-character", "so😀it", ("😀",), "so it"),
    Case("unsupported-character", "😀// no", ("😀",), "–// no"),
    Case("unsupported-character", "日本", ("日本",)),
    Case("unexpanded-number", "In 1984 Dr. No", ("1984", "Dr."), "In nineteen eighty-four Dr. No"),
    Case("unexpanded-number", "(in about 12 days, say) it was £5.", ("12", "£5"), "(in about twelve days, say) it was £5."),
    Case("unexpanded-number", "an A4b sheet", ("4",), "an A four b sheet"),
    Case("unexpanded-number", "on 12/25/2020", ("12", "25", "2020")),
    Case("unclosed-bracket", "Oh (laughs no.", ("(",), "Oh (laughs no.)"),
    Case("unclosed-bracket", "a {pause 1s b", ("{",), "a {pause 1s} b"),
    Case("unclosed-bracket", "a {b", ("{",), "a \\{b"),
    Case("unclosed-bracket", CAST + "[maya Hi.", ("[",), CAST + "[maya] Hi."),
    Case("unclosed-bracket", "see [here\n\nand] there", ("[",), "see \\[here\n\nand] there"),
    Case("unknown-direction", "{puase 1s} Hi.", ("{puase 1s}",), "{pause 1s} Hi."),
    Case("unknown-direction", "{pace 9} Hi.", ("{pace 9}",), "{pace 2} Hi."),
    Case("unknown-direction", "{say x as y} Hi.", ("{say x as y}",), '{say "x" as "y"} Hi.'),
    Case("unknown-direction", "{dance} Hi.", ("{dance}",)),
    Case(
        "missing-file",
        "{sfx a.wav} Hi. {music b.wav}",
        ("{sfx a.wav}", "{music b.wav}"),
        None,
        Surroundings(exists=nothing_there),
    ),
    Case("missing-file", "---\nmusic: a.wav\n---\nHi.", ("music",), None, Surroundings(exists=nothing_there)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices("Hello there.", 7)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices("[S2] Hello.", 7)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices("[S1] Hello. [S1] You.", 7)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices("[S1] Hello. [S3] You.", 7)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices(" ", 7)),
    Case("prompt-transcript", PROMPT, ("Maya",), None, voices("[S1] ", 7)),
    Case("prompt-duration", PROMPT, ("Maya",), None, voices("[S1] Hello.", 12)),
    Case("front-matter", "---\ntitle: [\n---\nHi.", ("",)),
    Case("front-matter", "---\ntilte: T\n---\nHi.", ("tilte: T",), "---\ntitle: T\n---\nHi."),
    Case("front-matter", "---\ntitle: T", ("---",)),
    Case("empty-script", "", ("",)),
    Case("empty-script", "# Title\n// words\n***", ("",)),
]

FINE = [
    Case("first-speaker", "[S1] Hi.\n\nHo.\n# Two\n[S1] You.", ()),
    Case("first-speaker", "Hello. [Maya] Hi.", ()),
    Case("first-speaker", "Only words.", ()),
    Case("first-speaker", "[Maya] Hi. [S2] You.", ()),
    Case("speaker-alternation", "[S1] A. [S2] B.\nC.\n\n[S1] D.", ()),
    Case("speaker-alternation", "[Maya] A. [Maya] B.", ()),
    Case("speaker-alternation", "[S1] A.\n# Two\n[S1] B. {pause 1s} [S1] C.", ()),
    Case("unknown-speaker", CAST + "[maya] Hi. JOE: You.", ()),
    Case("unknown-speaker", "[Anybody] Hi.", ()),
    Case("malformed-tag", "[S1] [Maya] MAYA: \\[1] (laughs)", ()),
    Case("empty-turn", "[S1] A. [S2]\nB.\n\n[S1] C. [S2]", ()),
    Case("unknown-nonverbal", "(laughs) (which is an aside) (really?) \\(laughing\\)", ()),
    Case("unknown-nonverbal", "(neighs)", (), None, Surroundings(sounds=frozenset(["neighs"]))),
    Case("nonverbal-density", "[S1] Well (laughs) then, " + LONG, ()),
    Case("nonverbal-only", "[S1] A (laughs). [S2] (sighs) B.", ()),
    Case("segment-too-short", LONG, ()),
    Case("segment-too-long", LONG * 9, ()),
    Case("text-too-long", LONG, ()),
    Case("exclamation-run", "No! Oh! I am OK, NASA. A TV. {pause 1s} // STOP NOW!!", ()),
    Case("unsupported-character", "“Né” — it’s ½ £5 … naïve Łódź // 😀", ()),
    Case("unexpanded-number", "[S1] Words. {pause 1s} // 12\n{seed 4} More.", ()),
    Case("unexpanded-number", "---\nlexicon: {GPT-4: gee pee tee four}\n---\nIt is GPT-4.", ()),
    Case("unclosed-bracket", "a (b\nc) \\( \\[ \\{ (d) [S1] {pause 1s} :) // (", ()),
    Case("unknown-direction", '{pause 1s} {say "x" as "y"} \\{dance\\} // {dance}', ()),
    Case("missing-file", "{sfx a.wav} Hi. {music stop}", ()),
    Case("missing-file", "{music stop} Hi.", (), None, Surroundings(exists=nothing_there)),
    Case("prompt-transcript", PROMPT, (), None, voices("[S1] Hello. [S2] You.", 7)),
    Case("prompt-transcript", PROMPT, ()),
    Case("prompt-duration", PROMPT, (), None, voices("[S1] Hello.", 7)),
    Case("front-matter", "---\ntitle: T\n---\nHi.", ()),
    Case("empty-script", "(laughs)", ()),
]


def findings(case: Case) -> list[Diagnostic]:
    script = parse(case.text)
    found = check(script, plan(script, Limits()), case.surroundings)
    return [one for one in found if one.rule == case.rule]


def marked(text: str, one: Diagnostic) -> str:
    lines = text.split("\n")
    if one.line == one.end_line:
        return lines[one.line][one.column : one.end_column]
    return "\n".join(
        [lines[one.line][one.column :], *lines[one.line + 1 : one.end_line], lines[one.end_line][: one.end_column]]
    )


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case.rule}: {case.text[:30]!r}")
def test_a_fault_is_found(case: Case) -> None:
    found = findings(case)
    assert found
    if any(case.marked):
        assert tuple(marked(case.text, one) for one in found) == tuple(mark.rstrip(" ") for mark in case.marked)
    if case.fixed is None:
        assert all(one.fix is None for one in found)
    else:
        assert found[0].fix is not None
        assert apply_edits(case.text, found[0].fix.edits) == case.fixed


@pytest.mark.parametrize("case", FINE, ids=lambda case: f"{case.rule}: {case.text[:30]!r}")
def test_what_is_right_is_left_alone(case: Case) -> None:
    assert findings(case) == []


def test_every_rule_is_explained_and_tested() -> None:
    assert len(RULES) == 21
    for name, rule in RULES.items():
        assert rule.id == name
        assert rule.summary.endswith(".")
        assert len(rule.explanation) > 60
        assert {case.rule for case in FAULTS if case.rule == name}
        assert {case.rule for case in FINE if case.rule == name}


def test_messages_are_short_sentences_that_say_what_to_do() -> None:
    for case in FAULTS:
        for one in findings(case):
            assert len(one.message) <= 160
            assert one.message.endswith(".")
            if one.severity != "info" and one.rule not in ("front-matter", "unknown-direction"):
                assert len(one.message.split(". ")) > 1 or one.message.count("?"), one.message


def test_severities() -> None:
    def severity(case: Case) -> str:
        return findings(case)[0].severity

    assert severity(Case("front-matter", "---\ntilte: T\n---\nHi.", ())) == "warning"
    assert severity(Case("front-matter", "---\ntitle: [\n---\nHi.", ())) == "error"
    assert severity(Case("prompt-duration", PROMPT, (), None, voices("[S1] A.", 12))) == "warning"
    assert severity(Case("prompt-duration", PROMPT, (), None, voices("[S1] A.", 0.5))) == "error"
    assert severity(Case("exclamation-run", "No!!", ())) == "info"


def test_prompt_transcripts_count_against_the_bytes() -> None:
    surroundings = Surroundings(
        Limits(max_text_bytes=60), voices={"anna": Voice("anna", samples=(Sample("0", 7, "[S1] " + "a" * 50),))}
    )
    assert findings(Case("text-too-long", PROMPT, (), None, surroundings))


@pytest.mark.parametrize(
    "text",
    [
        "No!! // lint: ignore exclamation-run",
        "// lint: ignore exclamation-run\nNo!!",
        "// lint: ignore exclamation-run\n// and a note\nNo!!",
        "No!! // lint: ignore unknown-nonverbal, exclamation-run",
        "No!! // lint: ignore unknown-nonverbal exclamation-run",
    ],
)
def test_a_comment_silences_a_rule(text: str) -> None:
    assert findings(Case("exclamation-run", text, ())) == []


@pytest.mark.parametrize(
    "text",
    [
        "No!! // lint: ignore unknown-nonverbal",
        "// lint: ignore exclamation-run\n\nNo!!",
        "// lint: ignore exclamation-run\nOne\nNo!!",
        "One // lint: ignore exclamation-run\nNo!!",
    ],
)
def test_a_comment_silences_nothing_else(text: str) -> None:
    assert len(findings(Case("exclamation-run", text, ()))) == 1


def test_a_comment_silences_a_segment_too() -> None:
    assert findings(Case("segment-too-short", "// lint: ignore segment-too-short\nHi.", ())) == []


@given(TEXTS)
@examples(300)
def test_findings_lie_within_the_script_and_in_order(lines: list[str]) -> None:
    lines = lines or [""]
    script = parse("\n".join(lines))
    found = check(script, plan(script, Limits()), Surroundings(exists=nothing_there))
    assert found == sorted(found, key=Diagnostic.order)
    for one in found:
        assert (one.line, one.column) <= (one.end_line, one.end_column)
        assert one.column <= len(lines[one.line])
        assert one.end_column <= len(lines[one.end_line])
        assert one.message


@given(
    TEXTS,
    st.sampled_from([Surroundings(), PROMPTED, Surroundings(ANY_LENGTH), Surroundings(Limits(best_seconds=(0.3, 1.5)))]),
    st.booleans(),
)
@examples(300)
def test_no_rule_speaks_about_a_segment_that_looks_quiet(lines: list[str], surroundings: Surroundings, cast: bool) -> None:
    script = parse(("---\ncast: {Maya: anna}\n---\n" if cast else "") + "\n".join(lines))
    about = About.of(surroundings, script.front)
    for segment in plan(script, surroundings.limits).segments:
        found = [rule.id for rule in RULES.values() if rule.segment and list(rule.segment(segment, about))]
        assert not found or not is_quiet(segment, about)


@given(TEXTS, st.sampled_from(["", CAST, "---\ncast: {S1: a, s2: b}\n---\n"]))
@examples(300)
def test_rules_not_about_brackets_are_silent_where_all_looks_quiet(lines: list[str], front: str) -> None:
    script = parse(front + "\n".join(lines))
    about = About.of(Surroundings(exists=nothing_there), script.front)
    for paragraph in script.paragraphs:
        found = {rule.id for rule in RULES.values() if rule.paragraph and list(rule.paragraph(paragraph, about))}
        if is_calm(paragraph, about):
            assert found <= {"nonverbal-only", "unclosed-bracket"}
            assert not (found and paragraph.plain)


def test_an_ordinary_segment_looks_quiet() -> None:
    script = parse(f"[S1] {LONG}\n[S2] {LONG}")
    assert is_quiet(plan(script, Limits()).segments[0], About.of(Surroundings(), script.front))
