"""What is said of a voice sample and its transcript: checks with a number, a verdict, a sentence and a remedy. Values and text
only; `studio.audio.doctor` listens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from studio.core.estimate import seconds
from studio.core.languages import foreign_share
from studio.core.rules.whole import BEST_PROMPT_S, USABLE_PROMPT_S, transcript_fault
from studio.i18n import N_, _

_TAG = re.compile(r"\[\s*[Ss]\d+\s*\]\s*")
_SOUND = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
FEWEST_WORDS = 3  # fewer tell nothing of a pace
SLOWEST, FASTEST = 0.6, 1.65  # the text's usual length against the sample's: what speakers differ by
LEAST, MOST = 0.35, 2.6  # beyond these the transcript belongs to another recording


class Trait(StrEnum):
    """What is looked at. The value is its stable name, for programs."""

    LENGTH = "length"
    LEVEL = "level"
    CLIPPING = "clipping"
    NOISE = "noise"
    HUM = "hum"
    REVERB = "reverberation"
    MUSIC = "music"
    SPEAKERS = "speakers"
    BANDWIDTH = "bandwidth"
    DC = "dc"
    HEAD = "leading-silence"
    TAIL = "trailing-silence"
    TRANSCRIPT = "transcript"
    TAGS = "tags"
    PACE = "pace"
    LANGUAGE = "language"


class Verdict(StrEnum):
    GOOD = "good"
    DOUBTFUL = "doubtful"  # usable, and told
    BAD = "bad"  # the voice will suffer


class Remedy(StrEnum):
    """What a machine can do about it. All but ADD_TAG are functions of samples: see `studio.audio.mending`."""

    TRIM = "trim"
    LEVEL = "level"
    REMOVE_DC = "remove-dc"
    REMOVE_HUM = "remove-hum"
    BEST_STRETCH = "best-stretch"
    ADD_TAG = "add-tag"


TITLES: Mapping[Remedy, str] = {
    Remedy.TRIM: N_("Remove the silence at both ends"),
    Remedy.LEVEL: N_("Bring it to the usual level"),
    Remedy.REMOVE_DC: N_("Remove the offset"),
    Remedy.REMOVE_HUM: N_("Filter the hum out"),
    Remedy.BEST_STRETCH: N_("Take the best 5 to 10 s"),
    Remedy.ADD_TAG: N_("Put [S1] before the transcript"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was measured in `unit`, what to think of it, and `words` about it with {value} in them."""

    trait: Trait
    value: float
    unit: str
    verdict: Verdict
    words: str
    remedy: Remedy | None = None
    digits: int = 0

    def sentence(self) -> str:
        """The sentence for people, in their language."""
        return _(self.words).format(value=f"{self.value:.{self.digits}f}")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks of one sample. Those that need a transcript are missing where there is none."""

    checks: tuple[Check, ...] = field(default=())

    def __getitem__(self, trait: Trait) -> Check:
        """Raises KeyError for what was not looked at."""
        for check in self.checks:
            if check.trait is trait:
                return check
        raise KeyError(trait)

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        found = {check.verdict for check in self.checks}
        return next((one for one in (Verdict.BAD, Verdict.DOUBTFUL) if one in found), Verdict.GOOD)

    @property
    def troubles(self) -> tuple[Check, ...]:
        """What is not good, the bad ones first."""
        return tuple(check for verdict in (Verdict.BAD, Verdict.DOUBTFUL) for check in self.checks if check.verdict is verdict)

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What a machine can do about the troubles, in the order in which to do it."""
        wanted = {check.remedy for check in self.troubles}
        return tuple(remedy for remedy in Remedy if remedy in wanted)

    def sentences(self) -> tuple[str, ...]:
        """What is worth telling the user."""
        return tuple(check.sentence() for check in self.troubles)


def tagged(transcript: str) -> str:
    """The transcript as that of one voice: [S1] before it, no other tag within, white space as single blanks."""
    words = " ".join(_TAG.sub(" ", transcript).split())
    return f"[S1] {words}" if words else ""


def word_count(transcript: str) -> int:
    """How many words are spoken; tags and sounds are none."""
    return len(_WORD.findall(_plain(transcript)))


def transcript_checks(transcript: str, spoken_s: float) -> Iterator[Check]:
    """What is to be said of a transcript of `spoken_s` seconds of speech."""
    words = word_count(transcript)
    if not words:
        yield Check(
            Trait.TRANSCRIPT, 0, N_("words"), Verdict.BAD, N_("The words are missing: write down what is said in the sample.")
        )
        return
    yield Check(Trait.TRANSCRIPT, words, N_("words"), Verdict.GOOD, N_("The transcript has {value} words."))
    yield _tags(transcript)
    yield _pace(transcript, words, spoken_s)
    yield _language(transcript)


def _plain(transcript: str) -> str:
    return _SOUND.sub(" ", _TAG.sub(" ", transcript))


def _tags(transcript: str) -> Check:
    tags = _TAG.findall(transcript)
    count = len(tags)
    if any(tag.strip().upper() != "[S1]" for tag in tags):
        words = N_("The transcript has the tag of a second speaker: a sample is of one voice, so [S1] alone belongs there.")
        return Check(Trait.TAGS, count, N_("tags"), Verdict.DOUBTFUL, words, Remedy.ADD_TAG)
    if transcript_fault(transcript):
        words = N_("The transcript has to begin with [S1] and to have no other tag.")
        return Check(Trait.TAGS, count, N_("tags"), Verdict.DOUBTFUL, words, Remedy.ADD_TAG)
    return Check(Trait.TAGS, count, N_("tags"), Verdict.GOOD, N_("The transcript begins with [S1]."))


def _pace(transcript: str, words: int, spoken_s: float) -> Check:
    """The words a second; what to think of them follows from the estimate, which knows long words, pauses and sounds."""
    usual_s = seconds(_TAG.sub(" ", transcript).strip())
    ratio = usual_s / max(spoken_s, 0.1)
    rate = words / max(spoken_s, 0.1)
    if words < FEWEST_WORDS or SLOWEST <= ratio <= FASTEST:
        return Check(
            Trait.PACE, rate, N_("words/s"), Verdict.GOOD, N_("{value} words a second fit the sample's length."), None, 1
        )
    verdict = Verdict.DOUBTFUL if LEAST <= ratio <= MOST else Verdict.BAD
    if ratio < SLOWEST:
        said = N_("{value} words a second are few: words seem to be missing from the transcript.")
    else:
        said = N_("{value} words a second are too many: the transcript seems to have more than the sample says.")
    return Check(Trait.PACE, rate, N_("words/s"), verdict, said, None, 1)


def _language(transcript: str) -> Check:
    share = 100.0 * foreign_share(_plain(transcript))
    if share > 50.0:
        words = N_("The transcript does not look like English, the only language that Dia speaks.")
        return Check(Trait.LANGUAGE, share, "%", Verdict.DOUBTFUL, words)
    return Check(Trait.LANGUAGE, share, "%", Verdict.GOOD, N_("The transcript looks like English."))


def length_check(spoken_s: float) -> Check:
    """How long the speech is, from its first to its last sound."""
    low, high = BEST_PROMPT_S
    if low <= spoken_s <= high:
        return Check(Trait.LENGTH, spoken_s, "s", Verdict.GOOD, N_("{value} s is a good length."), None, 1)
    if spoken_s < low:
        verdict = Verdict.BAD if spoken_s < USABLE_PROMPT_S[0] else Verdict.DOUBTFUL
        return Check(Trait.LENGTH, spoken_s, "s", verdict, N_("{value} s is short: 5 to 10 s make the best voice."), None, 1)
    verdict = Verdict.BAD if spoken_s > USABLE_PROMPT_S[1] else Verdict.DOUBTFUL
    words = N_("{value} s is long: 5 to 10 s make the best voice.")
    return Check(Trait.LENGTH, spoken_s, "s", verdict, words, Remedy.BEST_STRETCH, 1)
