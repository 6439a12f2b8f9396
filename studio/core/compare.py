"""What sets two voices apart, for showing them side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio.core import seeds
from studio.core.voices import Sample, Voice


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: its stable name, as `seed`, `draft.pitch` or `sample calm`, and what each has ("" for
    nothing)."""

    what: str
    one: str
    other: str


def differences(one: Voice, other: Voice) -> tuple[Difference, ...]:
    """Everything in which two voices differ, what is heard first."""
    return tuple(
        Difference(what, left, right)
        for (what, left), (_, right) in zip(_said(one, other), _said(other, one), strict=True)
        if left != right
    )


def _said(voice: Voice, beside: Voice) -> Iterator[tuple[str, str]]:
    """All that can be said of a voice, in an order that both share."""
    yield "name", voice.name
    yield "seed", "" if voice.seed is None else str(voice.seed)
    for style in _names([one.style for one in voice.samples], [one.style for one in beside.samples]):
        yield f"sample {style}".strip(), "; ".join(_sample(one) for one in voice.samples if one.style == style)
    for name in _names([name for name, _ in voice.settings], [name for name, _ in beside.settings]):
        yield name, dict(voice.settings).get(name, "")
    yield "seeds", ", ".join(map(str, seeds.in_order(voice)))
    yield "language", voice.language
    yield "tags", ", ".join(voice.tags)
    yield "folder", voice.folder
    yield "colour", voice.colour
    yield "notes", voice.notes
    yield "licence", voice.licence
    yield "consent", ", ".join(filter(None, (voice.consent.statement, voice.consent.by, voice.consent.at)))


def _names(one: list[str], other: list[str]) -> list[str]:
    return sorted({*one, *other})


def _sample(sample: Sample) -> str:
    coded = f" with codes {sample.codes[:8]}" if sample.codes else ""
    return f"{sample.seconds:.1f} s, {sample.digest[:8]}{coded}: {sample.transcript}"
