"""Voices and the cast: who speaks, and with which voice. Values only; `studio.store.library` keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from studio.core.errors import VoiceError

TIMBRES = (
    20  # engines that make a voice up from a seed alone have this many, low and high in turn; the seed modulo this is which
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip of one voice with the words spoken in it (tags included). `digest` is the SHA-256 of its audio file; `codes`
    that of the codes which just this sound was decoded from, where there are any, and `codec` what they are codes of."""

    digest: str
    seconds: float
    transcript: str
    style: str = ""
    codes: str = ""
    codec: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """That a speaker agrees to be heard: the statement as it was given, by whom, on which day (`2026-11-21`), and the digest of
    its recording where there is one. False without a statement."""

    statement: str = ""
    by: str = ""
    at: str = ""
    recording: str = ""

    def __bool__(self) -> bool:
        return bool(self.statement)


@dataclass(frozen=True, slots=True)
class SeedRank:
    """A seed that was tried for a voice: how often it was, and how often what it made was the best or good enough."""

    seed: int
    wins: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the library. It lives by its samples, by its seed, or by both."""

    name: str
    seed: int | None = None
    samples: tuple[Sample, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()  # e.g. ("draft.variant", "en-us+f3"), ("draft.pitch", "55")
    tags: tuple[str, ...] = ()
    language: str = "en"
    notes: str = ""
    licence: str = ""
    consent: Consent = Consent()
    colour: str = ""  # "#rrggbb"
    folder: str = ""  # where it is kept for its user: "Show/Guests"
    seeds: tuple[SeedRank, ...] = ()  # seeds that were tried: see `studio.core.seeds`

    @property
    def recordings(self) -> tuple[str, ...]:
        """The digests of all recordings that belong to it, each once."""
        digests = (*(one.digest for one in self.samples), self.consent.recording)
        return tuple(dict.fromkeys(filter(None, digests)))

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of its recordings, and of the codes of its samples."""
        return tuple(dict.fromkeys((*self.recordings, *filter(None, (one.codes for one in self.samples)))))

    def sample(self, style: str = "") -> Sample | None:
        """The sample of that style, else the first one, else None."""
        return next((one for one in self.samples if one.style == style), self.samples[0] if self.samples else None)

    def require_style(self, style: str) -> None:
        """Raise VoiceError for a style that none of its samples is spoken in. A voice without samples has no styles to miss."""
        if style and self.samples and all(one.style != style for one in self.samples):
            styles = ", ".join(one.style for one in self.samples if one.style)
            raise VoiceError(
                f'the voice "{self.name}" has no sample of the style "{style}"',
                kept="nothing was rendered",
                todo=f"choose one of: {styles}" if styles else "leave the style out",
            )


@dataclass(frozen=True, slots=True)
class CastEntry:
    """Which voice a character has. An empty `voice` means: one derived from the character's name."""

    voice: str = ""
    style: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Cast(Mapping[str, CastEntry]):
    """Character -> entry, in the order in which the cast was written."""

    entries: tuple[tuple[str, CastEntry], ...] = field(default=())

    def __getitem__(self, name: str) -> CastEntry:
        for key, entry in self.entries:
            if key == name:
                return entry
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def with_entry(self, name: str, entry: CastEntry | None) -> Cast:
        """This cast with one entry set, or taken out when `entry` is None."""
        if entry is None:
            return Cast(tuple(pair for pair in self.entries if pair[0] != name))
        if name in self:
            return Cast(tuple((key, entry if key == name else old) for key, old in self.entries))
        return Cast((*self.entries, (name, entry)))

    def overridden_by(self, other: Cast) -> Cast:
        """This cast with every entry of `other` laid over it."""
        result = self
        for name, entry in other.items():
            result = result.with_entry(name, entry)
        return result


def stable_seed(*parts: str | int) -> int:
    """A seed of 31 bits that depends on the parts alone: the same on every machine and every day."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def distinct_seeds(names: Iterable[str], base: int) -> dict[str, int]:
    """A derived seed for each name: another timbre for each, low after high, until the timbres run out. A name's seed depends
    on its own and the names before it alone, so that a newcomer changes nobody's voice."""
    seeds: dict[str, int] = {}
    taken: set[int] = set()
    before = None
    for name in dict.fromkeys(names):
        if len(taken) == TIMBRES:
            taken.clear()
        free = set(range(TIMBRES)) - taken
        wanted = {timbre for timbre in free if before is None or timbre % 2 != before % 2} or free
        seed = next(
            seed
            for attempt in count()
            if (seed := stable_seed(name, base, *([attempt] if attempt else []))) % TIMBRES in wanted
        )
        seeds[name] = seed
        before = seed % TIMBRES
        taken.add(before)
    return seeds
