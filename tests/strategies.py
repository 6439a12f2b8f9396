"""Hypothesis strategies for scripts, shared by all tests: raw and named, with chapters, directions and strange characters.

`scripts()` gives lists of lines (join them with a line feed); `edits(lines)` gives (first, removed, new lines) on such a list.
`examples(n)` asks for n examples: so many times n as the profile's own number is of hypothesis's hundred.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

RAW = ("S1", "S2")
NAMED = ("Maya", "Bob", "Zoë", "Old Tom")
WORDS = (
    *("the", "a", "and", "was", "never", "looking", "mountains", "however", "because", "it", "rained", "quietly", "nobody"),
    *(
        "Dr. Smith",
        "e.g.",
        "3.14",
        "1,000",
        "J. R. Tolkien",
        "p.m.",
        "well,",
        "yes;",
        "wait...",
        "“quoted”",
        "half-way",
        "No. 5",
    ),
)
SOUNDS = ("(laughs)", "(sighs)", "(clears throat)")
STRANGE = (
    "naïve",
    "Ελλάδα",
    "你好。",
    "日本語",
    "🙂",
    "e\u0301",
    "\u200b",
    "مرحبا",
    "١٢",
    "\u00a0",
    "(which nobody, in 1912, believed)",
)
ENDS = (".", ".", ".", "?", "!", "...", ".”", "")
DIRECTIONS = ("{pause 1.5s}", "{music intro.wav fade 2s}", "{pace 0.9}", "{seed 42}", "{sfx door.wav}")


def examples(count: int) -> settings:
    """How many examples a test is tried with; more when exploring (see `tests/conftest.py`)."""
    return settings(max_examples=count * settings().max_examples // 100)


words = st.sampled_from(WORDS)
plain_words = st.sampled_from([word for word in WORDS if word.isalpha()])


# One draw a word: scripts are long, and a choice among strategies costs several times as much.
_PLAIN_TOKENS = st.sampled_from(WORDS * 6 + SOUNDS)
_STRANGE_TOKENS = st.sampled_from(WORDS * 6 + SOUNDS + STRANGE)
_ENDS = st.sampled_from(ENDS)


@st.composite
def sentences(draw: st.DrawFn, least: int = 1, most: int = 18, strange: bool = True) -> str:
    """One sentence, capitalised and stopped, with a sound or a strange word now and then."""
    text = " ".join(draw(st.lists(_STRANGE_TOKENS if strange else _PLAIN_TOKENS, min_size=least, max_size=most)))
    return text[:1].upper() + text[1:] + draw(_ENDS)


@st.composite
def spoken_lines(draw: st.DrawFn, characters: tuple[str, ...], tagged: bool | None = None, strange: bool = True) -> str:
    """One to four sentences, with a speaker tag (`tagged`: always, never, or as it comes)."""
    text = " ".join(draw(st.lists(sentences(strange=strange), min_size=1, max_size=4)))
    if draw(st.booleans()) if tagged is None else tagged:
        return f"[{draw(st.sampled_from(characters))}] {text}"
    return text


@st.composite
def scripts(
    draw: st.DrawFn, most: int = 14, *, directions: bool = True, tagged: bool | None = None, strange: bool = True
) -> list[str]:
    """The lines of a script of raw or named speakers, with chapters, comments, blank lines and (unless told) directions."""
    characters = draw(st.sampled_from((RAW, NAMED)))
    spoken = spoken_lines(characters, tagged, strange)
    other = [st.just(""), st.just(""), st.just("// a remark"), st.just("# A chapter")]
    if directions:
        other += [st.sampled_from(DIRECTIONS), st.builds("{} {}".format, st.sampled_from(DIRECTIONS), spoken)]
        other += [st.just(f'[{characters[0]}] {{say "Nguyen" as "win"}} came. Nobody knew why.')]
    lines = draw(st.lists(st.one_of(spoken, spoken, spoken, *other), min_size=1, max_size=most))
    if draw(st.integers(0, 9)) == 0:
        lines = ["---", "title: A test", *(["segments: solo"] if draw(st.booleans()) else []), "---", *lines]
    return lines


@st.composite
def edits(draw: st.DrawFn, lines: list[str]) -> tuple[int, int, list[str]]:
    """Any edit of whole lines: where, how many go, and what comes."""
    first = draw(st.integers(0, len(lines) - 1))
    removed = draw(st.integers(0, min(3, len(lines) - first)))
    old = lines[first : first + removed]
    changed = draw(
        st.one_of(
            st.lists(spoken_lines(RAW), max_size=2),
            st.just(["", *old]),
            st.just([*old, *old]),
            st.just(["// a remark", *old]),
            st.builds(lambda text: [*old, text], spoken_lines(NAMED)),
            st.sampled_from([*([direction] for direction in DIRECTIONS), ["# New"], ["[S2]"], ["{pace 1.2} Quick."]]),
        )
    )
    if removed == len(lines) and not changed:
        changed = ["[S1] Hello."]
    return first, removed, changed
