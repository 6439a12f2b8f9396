"""How fast scripts are parsed and checked. Prints JSON: medians in milliseconds, and ratios to things timed in the same run.

Run: python tests/benchmarks/bench_lint.py [rounds]
"""

from __future__ import annotations

import gc
import json
import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from textwrap import wrap

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from markdown_it import MarkdownIt

from studio.core.diagnostics import About, Surroundings
from studio.core.lint import check, check_paragraph
from studio.core.live import LiveScript
from studio.core.parse import parse
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.segments import Plan, plan, replan

CHARACTERS = 600_000
WORDS = [
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "is",
    "you",
    "that",
    "it",
    "he",
    "was",
    "for",
    "on",
    "are",
    "as",
    "with",
    "his",
    "they",
    "at",
    "be",
    "this",
    "have",
    "from",
    "or",
    "one",
    "had",
    "by",
    "word",
    "but",
    "not",
    "what",
    "all",
    "were",
    "we",
    "when",
    "your",
    "can",
    "said",
    "there",
    "use",
    "an",
    "each",
    "which",
    "she",
    "do",
    "how",
    "their",
    "if",
    "will",
    "up",
    "other",
    "about",
    "out",
    "many",
    "then",
    "them",
    "these",
]


def script_text(characters: int, seed: int = 1) -> str:
    """A podcast-like script: turns of a line or two, blank lines, chapters, sounds, some directions, comments and faults."""
    rng = random.Random(seed)
    lines: list[str] = ["# The first chapter", ""]
    size = 0
    speaker = 0
    while size < characters:
        speaker = 1 - speaker
        words = " ".join(rng.choices(WORDS, k=rng.randint(6, 18))).capitalize()
        ending = rng.choices([".", "?", "!", " (laughs).", "!!", " (sigh)."], [60, 15, 10, 8, 1, 1])[0]
        lines.append(f"[S{speaker + 1}] {words}{ending}")
        if rng.random() < 0.15:
            lines.append(" ".join(rng.choices(WORDS, k=rng.randint(6, 12))).capitalize() + ".")
        if rng.random() < 0.3:
            lines.append("")
        if rng.random() < 0.01:
            lines += rng.choice(
                (["{pause 1.5s}"], ["// A note to myself."], ["", "# Another chapter", ""], ["In 1984 we paid $5."])
            )
        size += len(lines[-1]) + 1 if lines[-1] else len(lines[-2]) + 2
    return "\n".join(lines)[:characters]


def prose_text(characters: int, seed: int = 3) -> str:
    """Written dialogue: lines of about 75 characters, broken anywhere, with commas, quotes, names, contractions and dashes; a
    turn runs over several lines, and a blank one parts it from the next."""
    rng = random.Random(seed)
    names = ["Maya", "Joe", "London", "Mr. Brown", "Anna", "I", "I'm", "don’t", "it's", "“well”", "twenty-one", "1912"]
    lines: list[str] = ["# The first chapter", ""]
    size = 0
    speaker = 0
    while size < characters:
        speaker = 1 - speaker
        words: list[str] = [f"[S{speaker + 1}]"]
        for _ in range(rng.randint(1, 5)):
            sentence = rng.choices(WORDS, k=rng.randint(5, 22))
            for _ in range(rng.choice((0, 0, 1, 2))):
                sentence.insert(rng.randrange(1, len(sentence)), rng.choices(names, [9, 9, 5, 1, 9, 20, 9, 9, 9, 5, 5, 1])[0])
            sentence[0] = sentence[0].capitalize()
            if rng.random() < 0.5:
                sentence[rng.randrange(len(sentence) - 1)] += rng.choice((",", ",", ",", " –", ";"))
            sentence[-1] += rng.choices([".", "?", "!", "…", " (laughs).", " (sighs)", " (sobs)."], [70, 12, 6, 3, 6, 3, 0.3])[
                0
            ]
            words += sentence
        turn = wrap(" ".join(words), 78)
        lines += [*turn, ""]
        size += sum(map(len, turn)) + len(turn) + 1
        if rng.random() < 0.01:
            lines += rng.choice((["{pause 1.5s}"], ["// A note to myself."], ["# Another chapter", ""]))
    return "\n".join(lines)[:characters]


def timed(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median processor seconds of each action; they take turns, so that a busy machine slows all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            gc.collect()
            start = time.process_time()
            action()
            seconds[name].append(time.process_time() - start)
    return {name: median(times) for name, times in seconds.items()}


class Cutter:
    """The real planner."""

    def plan(self, script: Script) -> Plan:
        return plan(script, Limits())

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan:
        return replan(old, old_script, script, Limits())


class Uncut:
    """A planner that does nothing: what is left is parse and lint."""

    def plan(self, script: Script) -> Plan:
        return Plan()

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan:
        return old


def full_pass(text: str) -> None:
    script = parse(text)
    about = About.of(Surroundings(), script.front)
    for paragraph in script.paragraphs:
        check_paragraph(paragraph, about)


def edits(text: str, count: int, planner: Cutter | Uncut) -> list[float]:
    """Processor seconds of each of many one-line edits all over the script, some of them adding or taking a line."""
    live = LiveScript(text, Surroundings(), planner)
    rng = random.Random(2)
    total = text.count("\n") + 1
    seconds = []
    for number in range(count):
        line = rng.randrange(total)
        new = [f"[S{number % 2 + 1}] Now this is said in number {number}."] + [""] * (number % 5 == 0)
        start = time.process_time()
        live.edit(line, 1, new)
        seconds.append(time.process_time() - start)
        total += len(new) - 1
    return sorted(seconds)


def hostile() -> dict[str, float]:
    """Time for twice the text over time for the text: 2 is linear, 4 would be quadratic."""
    makers: dict[str, Callable[[int], str]] = {
        "one_long_line": lambda n: "word " * n,
        "open_brackets": lambda n: "([{" * (n // 3),
        "nested_brackets": lambda n: "(" * n + ")" * n,
        "tags": lambda n: "[S1] " * n,
        "bangs": lambda n: "A!! " * n,
        "digits": lambda n: "1" * n,
        "numbers": lambda n: "1,234.5 " * n,
        "slashes": lambda n: "/ " * n,
        "lines": lambda n: "x\n" * n,
        "capitals": lambda n: "ABCDE. " * n,
        "emoji": lambda n: "😀 a " * n,
    }
    actions = {}
    for name, make in makers.items():
        actions[f"{name} small"] = partial(full_pass, make(50_000))
        actions[f"{name} large"] = partial(full_pass, make(100_000))
    seconds = timed(actions, 3)
    return {name: round(seconds[f"{name} large"] / seconds[f"{name} small"], 2) for name in makers}


def compared(text: str, rounds: int) -> dict[str, float]:
    """One text: parse, and parse with every rule (the plan given), against markdown-it-py and a bare scan of the same text."""
    tag = re.compile(r"\[S\d\]")
    markdown = MarkdownIt()
    script = parse(text)
    cut = Cutter().plan(script)
    seconds = timed(
        {
            "markdown_it": lambda: markdown.parse(text),
            "scan": lambda: [tag.search(line) for line in text.splitlines()],
            "parse": lambda: parse(text),
            "parse_and_line_rules": lambda: full_pass(text),
            "check_with_plan": lambda: check(script, cut, Surroundings()),
            "parse_and_all_rules": lambda: check(parse(text), cut, Surroundings()),
        },
        rounds,
    )
    full, everything = seconds["parse_and_line_rules"], seconds["parse_and_all_rules"]
    return {
        "characters": len(text),
        "lines": text.count("\n") + 1,
        "paragraphs": len(script.paragraphs),
        "plain_lines": sum(line.plain for paragraph in script.paragraphs for line in paragraph.lines),
        "findings": len(check(script, cut, Surroundings())),
        **{f"{name}_ms": round(value * 1000, 2) for name, value in seconds.items()},
        "full_over_markdown_it": round(full / seconds["markdown_it"], 3),
        "full_over_scan": round(full / seconds["scan"], 1),
        "all_rules_over_markdown_it": round(everything / seconds["markdown_it"], 3),
        "all_rules_over_scan": round(everything / seconds["scan"], 1),
    }


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    text = script_text(CHARACTERS)
    script, prose = compared(text, rounds), compared(prose_text(CHARACTERS), rounds)
    uncut, planned = edits(text, 300, Uncut()), edits(text, 300, Cutter())
    print(
        json.dumps(
            {
                **script,
                "edit_p50_ms": round(median(uncut) * 1000, 3),
                "edit_p99_ms": round(uncut[int(len(uncut) * 0.99)] * 1000, 3),
                "edit_p50_over_full": round(median(uncut) * 1000 / script["parse_and_line_rules_ms"], 4),
                "edit_with_plan_p50_ms": round(median(planned) * 1000, 3),
                "edit_with_plan_p99_ms": round(planned[int(len(planned) * 0.99)] * 1000, 3),
                "prose": prose,
                "twice_the_text": hostile(),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
