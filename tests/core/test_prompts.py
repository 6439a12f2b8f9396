"""What is said of transcripts, and values of the sample doctor."""

from __future__ import annotations

import pytest

from studio.core.estimate import seconds
from studio.core.prompts import TITLES, Check, Diagnosis, Remedy, Trait, Verdict, length_check, tagged, transcript_checks
from studio.core.rules.whole import transcript_fault

TEXT = "They found the boat on a Thursday, upright, with the lamp still warm. And nobody was in it."


def checks(transcript: str, spoken_s: float = seconds(TEXT)) -> dict[Trait, Check]:
    return {check.trait: check for check in transcript_checks(transcript, spoken_s)}


def test_a_transcript_that_fits_is_good() -> None:
    found = checks(f"[S1] {TEXT}")
    assert set(found) == {Trait.TRANSCRIPT, Trait.TAGS, Trait.PACE, Trait.LANGUAGE}
    assert {check.verdict for check in found.values()} == {Verdict.GOOD}


@pytest.mark.parametrize("transcript", ["", "   ", "[S1]", "[S1] (laughs)", "…"])
def test_no_words_are_bad(transcript: str) -> None:
    found = checks(transcript)
    assert list(found) == [Trait.TRANSCRIPT]
    assert found[Trait.TRANSCRIPT].verdict is Verdict.BAD


@pytest.mark.parametrize(
    "transcript",
    [
        TEXT,
        f"Well. [S1] {TEXT}",
        f"[S2] {TEXT}",
        f"[S1] {TEXT} [S2] No.",
        f"[S1] Ah. [S1] {TEXT}",
        f"[s1] {TEXT}",
        f"[S3] {TEXT}",
    ],
)
def test_tags_that_are_wrong_are_told_and_mended(transcript: str) -> None:
    tags = checks(transcript)[Trait.TAGS]
    assert tags.verdict is Verdict.DOUBTFUL
    assert tags.remedy is Remedy.ADD_TAG
    mended = tagged(transcript)
    assert transcript_fault(mended) == ""
    assert mended.count("[") == 1
    assert tagged(mended) == mended
    assert checks(mended)[Trait.TAGS].verdict is Verdict.GOOD


def test_a_tag_is_put_before_nothing_only_where_there_are_words() -> None:
    assert tagged("  ") == ""
    assert tagged("Hello,\n  you.") == "[S1] Hello, you."


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (0.2, Verdict.BAD),
        (0.5, Verdict.DOUBTFUL),
        (0.8, Verdict.GOOD),
        (1.4, Verdict.GOOD),
        (2.0, Verdict.DOUBTFUL),
        (4.0, Verdict.BAD),
    ],
)
def test_the_transcript_is_held_against_the_length(share: float, verdict: Verdict) -> None:
    pace = checks(f"[S1] {TEXT}", seconds(TEXT) / share)[Trait.PACE]
    assert pace.verdict is verdict
    assert pace.unit == "words/s"
    assert pace.value == pytest.approx(18 / (seconds(TEXT) / share))


def test_another_language_is_doubted_and_never_refused() -> None:
    assert checks("[S1] Der Hund lief über die Straße und bellte den ganzen Abend.")[Trait.LANGUAGE].verdict is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("spoken_s", "verdict"),
    [(0.5, "bad"), (1.1, "doubtful"), (4.9, "doubtful"), (5.1, "good"), (9.9, "good"), (11.0, "doubtful"), (31.0, "bad")],
)
def test_length(spoken_s: float, verdict: str) -> None:
    check = length_check(spoken_s)
    assert check.verdict == verdict
    assert check.remedy is (Remedy.BEST_STRETCH if spoken_s > 10 else None)
    assert f"{spoken_s:.1f} s" in check.sentence()


def test_a_diagnosis_tells_the_worst_first() -> None:
    def check(trait: Trait, verdict: Verdict, remedy: Remedy | None = None) -> Check:
        return Check(trait, 1.0, "", verdict, f"{trait}.", remedy)

    diagnosis = Diagnosis(
        (
            check(Trait.LEVEL, Verdict.DOUBTFUL, Remedy.LEVEL),
            check(Trait.HUM, Verdict.GOOD, Remedy.REMOVE_HUM),
            check(Trait.HEAD, Verdict.BAD, Remedy.TRIM),
        )
    )
    assert diagnosis.verdict is Verdict.BAD
    assert diagnosis.sentences() == ("leading-silence.", "level.")
    assert diagnosis.remedies == (Remedy.TRIM, Remedy.LEVEL)
    assert diagnosis[Trait.HUM].verdict is Verdict.GOOD
    with pytest.raises(KeyError):
        diagnosis[Trait.MUSIC]
    assert Diagnosis().verdict is Verdict.GOOD


def test_every_remedy_has_words() -> None:
    assert set(TITLES) == set(Remedy)
