"""The planner: utterances -> segments that an engine speaks well, with boundaries and ids that survive editing.

Owns the order of the work: `atoms`, `cut`, `keep` and `build` do it. The values are in `plans`, and are handed on from here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from studio.core.atoms import Atom, atoms
from studio.core.build import Ids, end_of, segment_of, start_of
from studio.core.cost import Terms
from studio.core.cut import cut
from studio.core.estimate import DEFAULT_RATE, Rate
from studio.core.keep import Old, Run, Spoken, olds, stable
from studio.core.matching import Matching
from studio.core.parse import parse, utterances
from studio.core.plans import Boundary, Lie, Place, Plan, Previous, Segment, SegmentTurn
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.window import changed

__all__ = ["Boundary", "Lie", "Place", "Plan", "Previous", "Segment", "SegmentTurn", "place_of", "plan", "replan"]

NO_OVERHEAD: Mapping[str, int] = {}


def plan(
    script: Script,
    limits: Limits,
    previous: Plan | Previous | None = None,
    rate: Rate = DEFAULT_RATE,
    overhead: Mapping[str, int] = NO_OVERHEAD,
) -> Plan:
    """Cut a script into segments. `overhead` is the bytes of each character's prompt transcript, which an engine counts
    against its limit. With `previous`, only what was touched since is cut again; all else keeps its id and content."""
    terms = Terms.of(limits, rate, overhead)
    if isinstance(previous, Previous):
        old_script = script if previous.text == _text_of(script) else parse(previous.text)
        return _whole(script, terms, old_script, previous.boundaries)
    if isinstance(previous, Plan) and previous.script is not None:
        return _whole(script, terms, previous.script, previous.boundaries())
    return _whole(script, terms, None, ())


def replan(
    old: Plan,
    old_script: Script,
    script: Script,
    limits: Limits,
    rate: Rate = DEFAULT_RATE,
    overhead: Mapping[str, int] = NO_OVERHEAD,
) -> Plan:
    """`plan(script, …, previous=old)` after an edit, for the price of the paragraphs that are not the same objects."""
    terms = old.terms
    if terms is None or not terms.are(limits, rate, overhead):
        return _whole(script, Terms.of(limits, rate, overhead), old_script, old.boundaries())
    window = changed(old, old_script, script)
    inside = old.segments[window.first : window.end]
    boundaries = old.boundaries_of(window.first, window.end)
    pieces = atoms(window.new, terms, window.before)
    runs, before = _runs(pieces, window.new, window.old, boundaries, terms)
    outside = (*old.segments[: window.first], *old.segments[window.end :])
    segments = _segments(pieces, runs, before, terms, outside, inside)
    lies = _lies(pieces, runs, old.lines[window.first - 1] if window.first else 0)
    tail = old.lies[window.end :]
    if tail:
        above = start_of(pieces[runs[-1].first]).line if runs else (old.lines[window.first - 1] if window.first else 0)
        tail = (tail[0]._replace(lead=old.lines[window.end] + window.shift - above), *tail[1:])
    return Plan.made(
        (*old.segments[: window.first], *segments, *old.segments[window.end :]),
        (*old.lies[: window.first], *lies, *tail),
        script,
        terms,
    )


def place_of(plan: Plan, index: int, turn: int, text_index: int) -> Place:
    """Where in the script the character `text_index` of a turn of segment `index` stands."""
    anchors = plan.segments[index].turns[turn].anchors
    start, line, column = anchors[max(bisect_right(anchors, text_index, key=itemgetter(0)) - 1, 0)]
    return Place(plan.lines[index] + line, column + max(text_index - start, 0))


def _whole(script: Script, terms: Terms, old_script: Script | None, boundaries: Sequence[Boundary]) -> Plan:
    """The plan of a whole script, cut where the old one was as far as that still stands."""
    spoken = list(utterances(script))
    pieces = atoms(spoken, terms)
    before: list[Old] = []
    if old_script is None:
        runs = [Run(first, end) for first, end in cut(pieces, terms)]
    else:
        runs, before = _runs(pieces, spoken, list(utterances(old_script)), boundaries, terms)
    return Plan.made(_segments(pieces, runs, before, terms), _lies(pieces, runs, 0), script, terms)


def _runs(
    pieces: Sequence[Atom], new: Spoken, old: Spoken, boundaries: Sequence[Boundary], terms: Terms
) -> tuple[list[Run], list[Old]]:
    """Where the new segments are cut, and the old ones that they refer to."""
    old_texts = [utterance.text for _, utterance in old]
    before = olds(boundaries, old, old_texts)
    return stable(pieces, before, Matching(old_texts, [utterance.text for _, utterance in new]), terms), before


def _segments(
    pieces: Sequence[Atom],
    runs: Sequence[Run],
    before: Sequence[Old],
    terms: Terms,
    outside: Iterable[Segment] = (),
    inside: Iterable[Segment] = (),
) -> tuple[Segment, ...]:
    """The segments with their ids, which differ from those `outside`. One that equals one `inside` is that same object."""
    known = {segment.id: segment for segment in inside}
    names = [None if run.old is None else before[run.old].id for run in runs]
    ids = Ids(filter(None, (*names, *(segment.id for segment in outside)) if None in names else names))
    result = []
    for run, name in zip(runs, names, strict=True):
        segment = segment_of(pieces[run.first : run.end], terms)
        if name is None:
            name = ids.new(segment)
        segment = replace(segment, id=name)
        same = known.get(name)
        result.append(same if same == segment and same is not None else segment)
    return tuple(result)


def _lies(pieces: Sequence[Atom], runs: Sequence[Run], line: int) -> tuple[Lie, ...]:
    """Where each segment lies; `line` is where the one before them starts."""
    result = []
    for run in runs:
        start, end = start_of(pieces[run.first]), end_of(pieces[run.end - 1])
        result.append(Lie(start.line - line, start.column, end.line - start.line, end.column))
        line = start.line
    return tuple(result)


def _text_of(script: Script) -> str:
    return "\n".join(line.text for paragraph in script.paragraphs for line in paragraph.lines)
