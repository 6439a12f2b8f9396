"""The seeds of a voice: which one to take first, and how one gains rank. Pure."""

from __future__ import annotations

from dataclasses import replace

from studio.core.voices import SeedRank, Voice


def in_order(voice: Voice) -> tuple[int, ...]:
    """The seeds of this voice in order of rank. Its own seed counts as one of them; among equals it comes first, and those that
    were added earlier before the others."""
    own = () if voice.seed is None or _found(voice, voice.seed) else (SeedRank(voice.seed),)
    ranked = sorted((*own, *voice.seeds), key=lambda one: (-share(one), one.seed != voice.seed))
    return tuple(one.seed for one in ranked)


def share(rank: SeedRank) -> float:
    """How often the seed does well, 0 to 1, as far as that is known: one never tried is taken for 1 of 2, and one that won once
    is not yet better than one that won nine times of ten."""
    return (rank.wins + 1) / (rank.tries + 2)


def noted(voice: Voice, seed: int, *, won: bool) -> Voice:
    """The voice after one more try of a seed, which enters the bank if it was not in it."""
    old = _found(voice, seed)
    new = SeedRank(seed, (old.wins if old else 0) + won, (old.tries if old else 0) + 1)
    if old is None:
        return replace(voice, seeds=(*voice.seeds, new))
    return replace(voice, seeds=tuple(new if one is old else one for one in voice.seeds))


def kept(voice: Voice, seed: int) -> Voice:
    """The voice with one more seed in its bank, not tried yet; as it is where it has that one."""
    return voice if _found(voice, seed) else replace(voice, seeds=(*voice.seeds, SeedRank(seed)))


def _found(voice: Voice, seed: int) -> SeedRank | None:
    return next((one for one in voice.seeds if one.seed == seed), None)
