"""How often a segment is spoken, and which of its takes is heard. Pure: everything follows from the takes that are there and
what is known of them, so that whoever goes on after a power cut decides as the one before would have.

Take 0 is what the segment asks for. Further ones have another seed: those of its voice's bank in order of rank, where the voice
lives by its seed, then derived ones. The key of the first names the contest; which take won it is kept under that key, and
counts for as long as the segment asks for that very take.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from studio.core import seeds
from studio.core.quality import Review
from studio.core.render import Caps, Request
from studio.core.segments import Segment
from studio.core.settings import number, text, whole
from studio.engines.sounds import spoken_words
from studio.render.pacing import Governor
from studio.render.requests import Casting, lender, request_for

MOST_SEEDS = 20  # of a voice's bank that are tried for one segment
LOOKED_AT = 40  # takes of a segment whose first ones were deleted, before another is made


@dataclass(frozen=True, slots=True)
class Policy:
    """`takes` of each segment, and up to `retries` more while none of them will do."""

    takes: int = 1
    retries: int = 0
    governor: Governor | None = None

    @property
    def most(self) -> int:
        return self.takes + self.retries

    @property
    def is_idle(self) -> bool:
        """One take is made, whatever it is like."""
        return self.most == 1 and self.governor is None

    def judged(self, review: Review, request: Request) -> Review:
        """The review with what the governor says of the pace."""
        return self.governor.judged(review, words_of(request), request.pace) if self.governor is not None else review

    def stretch(self, review: Review, request: Request) -> float:
        """How much faster the take is to be heard; 1.0 as it is."""
        return self.governor.gentle(review, words_of(request), request.pace) if self.governor is not None else 1.0


def policy_of(settings: Mapping[str, str], caps: Caps, takes: int | None = None, retries: int | None = None) -> Policy:
    """What the settings say, overruled by what was asked for. A draft is made once and not governed, unless it was asked for:
    nobody publishes it."""
    governor = None
    if not caps.is_draft and caps.is_speech and text(settings, "pace_governor") == "on":
        governor = Governor(*sorted((number(settings, "pace_low"), number(settings, "pace_high"))))
    if retries is None:
        retries = whole(settings, "retries") if not caps.is_draft and caps.is_speech else 0
    return Policy(takes if takes is not None else whole(settings, "takes"), retries, governor)


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the takes that may be made of a segment."""

    request: Request
    key: str


def entrants(segment: Segment, casting: Casting, caps: Caps, binned: Container[tuple[str, str]] = ()) -> Iterator[Entrant]:
    """All takes that may be made of a segment, in the order in which they are made; deleted ones are left out. Endless."""
    first = request_for(segment, casting)
    voice = lender(segment, casting)
    bank = [seed for seed in seeds.in_order(voice) if seed != first.seed][:MOST_SEEDS] if voice is not None else []
    ranked = (replace(first, seed=seed) for seed in bank)
    derived = (request_for(segment, casting, take) for take in count(1))
    for request in chain((first,), ranked, derived):
        key = request.key(caps)
        if (segment.id, key) not in binned:
            yield Entrant(request, key)


def request_now(
    segment: Segment, casting: Casting, caps: Caps, binned: Container[tuple[str, str]], present: Container[str]
) -> Request:
    """What a segment asks for: its first take. Where that was deleted, the first of the others that is there, else the first
    that is not deleted. Raises VoiceError."""
    first = request_for(segment, casting)
    if not binned or (segment.id, first.key(caps)) not in binned:
        return first
    others = list(islice(entrants(segment, casting, caps, binned), LOOKED_AT))
    return next((one for one in others if one.key in present), others[0]).request


def best(reviews: Mapping[str, Review | None]) -> str:
    """The key with the least penalty, the first among equals; one that nothing is known of comes last. `reviews` in the order
    in which the takes were made, at least one."""
    return min(reviews, key=lambda key: penalty(reviews[key]))


def penalty(review: Review | None) -> float:
    return review.penalty if review is not None else float("inf")


class Contest:
    """The takes of one segment while it is open which is heard. Belongs to one thread."""

    def __init__(self, segment: str, pool: Sequence[Entrant], policy: Policy) -> None:
        """`pool` as `pool_of` gives it."""
        self.segment = segment
        self.first = pool[0]
        self._pool = {one.key: one for one in pool}
        self._policy = policy
        self._asked: set[str] = set()
        self._reviews: dict[str, Review | None] = {}
        self._failed: set[str] = set()
        self._is_closed = False

    def wanted(self) -> list[Entrant]:
        """Those that are to be made now, each named once. Nothing, with nothing awaited, means that it is settled."""
        if self._is_closed or self.awaited or self.is_good_enough or len(self._asked) >= self._policy.most:
            return []
        least = max(self._policy.takes, len(self._asked) + 1)
        new = [one for one in self._pool.values() if one.key not in self._asked][: least - len(self._asked)]
        self._asked |= {one.key for one in new}
        return new

    def expect(self, key: str) -> None:
        """This take was made, and is being looked over."""
        self._asked.add(key)

    def was_there(self, key: str, review: Review | None) -> None:
        """This take was made before."""
        self._asked.add(key)
        self.take_in(key, review)

    def take_in(self, key: str, review: Review | None) -> None:
        """The take is there; None where nothing can be said of it."""
        self._reviews[key] = self._policy.judged(review, self._pool[key].request) if review is not None else None

    def give_up(self, key: str) -> None:
        """The take could not be made."""
        self._failed.add(key)

    def close(self) -> None:
        """No further takes are wanted: those that are there decide."""
        self._is_closed = True

    def keys(self) -> tuple[str, ...]:
        return tuple(self._pool)

    def entrant(self, key: str) -> Entrant:
        return self._pool[key]

    @property
    def awaited(self) -> set[str]:
        """Asked for, and neither there nor given up."""
        return self._asked - self._reviews.keys() - self._failed

    @property
    def is_good_enough(self) -> bool:
        """So many as are wanted in any case were tried, and one of them will do. One that could not be made is no reason for
        another: the engine is."""
        enough = len(self._asked) >= self._policy.takes and not self.awaited
        return enough and (bool(self._failed) or any(one is None or not one.is_doubtful for one in self._reviews.values()))

    @property
    def is_settled(self) -> bool:
        return not self.awaited and (self._is_closed or self.is_good_enough or len(self._asked) >= self._policy.most)

    @property
    def winner(self) -> str:
        """The key of the best one; "" where none could be made."""
        there = {key: self._reviews[key] for key in self._pool if key in self._reviews}
        return best(there) if there else ""

    @property
    def reviews(self) -> Mapping[str, Review | None]:
        return self._reviews


def pool_of(
    segment: Segment, casting: Casting, caps: Caps, binned: Container[tuple[str, str]], policy: Policy
) -> list[Entrant]:
    """What takes part in a segment's contest. The whole bank does, whatever the ranks are by now: so a take that was made
    before a power cut is found again."""
    voice = lender(segment, casting)
    size = policy.most + (min(len(voice.seeds) + 1, MOST_SEEDS) if voice is not None else 0)
    return list(islice(entrants(segment, casting, caps, binned), size))


def words_of(request: Request) -> int:
    """How many words a request speaks."""
    return sum(spoken_words(turn.text) for turn in request.turns)
