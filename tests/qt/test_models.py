"""Every list model under Qt's own tester; only what changed is signalled; every row speaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from studio.core.diagnostics import Diagnostic
from studio.core.project import TakeMark
from studio.core.quality import Defect, Finding, Review
from studio.qt.models.cast import CastModel, CharacterRow
from studio.qt.models.chapters import ChapterModel, ChapterRow
from studio.qt.models.problems import ProblemModel, ProblemRow
from studio.qt.models.queue import JobRow, QueueModel
from studio.qt.models.review import DoubtModel, DoubtRow, PickupModel, PickupRow
from studio.qt.models.rows import RowModel
from studio.qt.models.takes import TakeModel, TakeRow, by_score, said
from studio.qt.models.voices import VoiceModel, VoiceRow


def problem(number: int, line: int = 0) -> ProblemRow:
    return ProblemRow(Diagnostic("empty-turn", "warning", line, 0, line, 1, f"problem {number}"))


KINDS: dict[type[RowModel], tuple[Callable[[int], object], Callable[[int], object]]] = {  # type: ignore[type-arg]
    ChapterModel: (
        lambda n: ChapterRow(n, f"Chapter {n}", n * 10, 0.5, 61.0),
        lambda n: ChapterRow(n, f"Chapter {n}", n * 10, 1.0, 60.0),
    ),
    CastModel: (lambda n: CharacterRow(f"Somebody {n}", n), lambda n: CharacterRow(f"Somebody {n}", n, "Warm alto")),
    ProblemModel: (problem, lambda n: problem(n, 7)),
    QueueModel: (
        lambda n: JobRow(n, f"s{n}", "waiting", "They found", n + 1),
        lambda n: JobRow(n, f"s{n}", "failed", "They found", n + 1, error="The engine died."),
    ),
    TakeModel: (
        lambda n: TakeRow("A", f"key{n}", 4.0, True, False, True, True, "draft", 1),
        lambda n: TakeRow("A", f"key{n}", 4.0, False, True, False, True, "draft", 1),
    ),
    DoubtModel: (
        lambda n: DoubtRow(f"s{n}", f"key{n}", n + 1, "They found", ("long gap 1.8 s at 0:04",), 1.5, 40),
        lambda n: DoubtRow(f"s{n}", f"key{n}", n + 1, "They found", ("cut tail −18 dB", "hum 12 dB"), 3.5, 22),
    ),
    PickupModel: (
        lambda n: PickupRow(f"s{n}", "Cold open", n + 1, 12.5, "", "They found"),
        lambda n: PickupRow(f"s{n}", "", n + 1, -1.0, "slower", "They found"),
    ),
    VoiceModel: (lambda n: VoiceRow(f"Voice {n}"), lambda n: VoiceRow(f"Voice {n}", 7.2, 42, ("warm",), ("Maya",))),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_model_keeps_qts_rules(kind: type[RowModel], qapp: object) -> None:  # type: ignore[type-arg]
    one, other = KINDS[kind]
    model = kind()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in (
        [one(n) for n in range(4)],
        [one(0), other(1), one(3)],
        [one(5), other(1), one(3), one(2)],
        [one(n) for n in range(9)],
        [],
        [one(1)],
    ):
        model.show(rows)
        assert list(model.rows) == rows
    assert tester.model() is model


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_row_speaks_and_is_not_empty(kind: type[RowModel], qapp: object) -> None:  # type: ignore[type-arg]
    model = kind()
    model.show([make(number) for number, make in enumerate(KINDS[kind])])
    for number in range(2):
        index = model.index(number, 0)
        assert str(model.data(index, Qt.ItemDataRole.AccessibleTextRole)).strip()
        assert str(model.data(index, Qt.ItemDataRole.DisplayRole)).strip()
    first, second = (model.data(model.index(n, 0), Qt.ItemDataRole.AccessibleTextRole) for n in range(2))
    assert first != second


def test_only_the_changed_row_is_signalled(qapp: object) -> None:
    model = ChapterModel()
    one, other = KINDS[ChapterModel]
    model.show([one(n) for n in range(100)])
    told: list[tuple[int, int]] = []
    moved: list[object] = []
    model.dataChanged.connect(lambda first, last, _: told.append((first.row(), last.row())))
    for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
        signal.connect(lambda *args: moved.append(args))
    model.show([other(n) if n == 40 else one(n) for n in range(100)])  # type: ignore[misc]
    assert told == [(40, 40)]
    assert moved == []


def test_rows_around_an_inserted_one_stay(qapp: object) -> None:
    model = CastModel()
    one, _ = KINDS[CastModel]
    model.show([one(0), one(1)])  # type: ignore[list-item]
    told: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: told.append((first, last)))
    model.show([one(0), one(7), one(1)])  # type: ignore[list-item]
    assert told == [(1, 1)]


@given(st.lists(st.integers(0, 8), unique=True), st.lists(st.integers(0, 8), unique=True))
def test_any_rows_become_any_other_rows(qapp: object, before: list[int], after: list[int]) -> None:
    model = VoiceModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for numbers in (before, after):
        model.show([VoiceRow(f"Voice {number}") for number in numbers])
    assert [row.name for row in model.rows] == [f"Voice {number}" for number in after]
    assert tester.model() is model


def test_two_equal_problems_are_two_rows(qapp: object) -> None:
    model = ProblemModel()
    same = problem(1).problem
    model.show_problems([same, same])
    assert model.rowCount() == 2


def test_a_chapter_says_when_its_length_is_an_estimate() -> None:
    assert ChapterRow(0, "Letters", 4, 0.5, 310.0).length == "~5:10"
    assert ChapterRow(0, "Letters", 4, 1.0, 310.0).length == "5:10"


DOUBTFUL = Review("k", 1, (Finding(Defect.SILENT_TAIL, 1.2, 0.6, 7.0, 8.2), Finding(Defect.GAP, 1.8, 0.9, 4.1, 5.9)))
FAINT = Review("k", 1, (Finding(Defect.SILENT_TAIL, 0.7, 0.6, 7.0, 7.7),))


def take(
    letter: str = "A",
    *,
    mark: TakeMark = TakeMark(),  # noqa: B008
    review: Review | None = None,
    is_kept: bool = False,
    is_current: bool = True,
    is_draft: bool = False,
    is_pending: bool = False,
) -> TakeRow:
    return TakeRow(letter, letter, 4.0, False, is_kept, is_current, is_draft, "dia", 7, mark, review, is_pending)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (take(), ""),
        (take(is_draft=True), "draft"),
        (take(is_pending=True, is_draft=True), "being checked"),
        (take(is_kept=True, is_pending=True), "kept"),
        (take(review=DOUBTFUL, is_kept=True), "long gap"),
        (take(review=FAINT, is_kept=True), "kept"),
        (take(review=DOUBTFUL, is_current=False), "stale"),
        (take(review=DOUBTFUL, mark=TakeMark(is_accepted=True), is_kept=True), "kept"),
        (take(review=DOUBTFUL, mark=TakeMark(is_locked=True), is_current=False), "locked"),
        (take(review=DOUBTFUL, mark=TakeMark(is_binned=True)), "deleted"),
    ],
)
def test_of_all_that_is_known_of_a_take_the_word_that_matters_is_shown(row: TakeRow, word: str) -> None:
    assert row.finding == word


def test_a_take_speaks_all_that_is_seen_of_it(qapp: object) -> None:
    row = take("C", mark=TakeMark("warmer", is_favourite=True), review=DOUBTFUL)
    assert TakeModel().spoken(row) == f"Take C, 4.0 seconds, long gap, favourite, score {DOUBTFUL.score}, note: warmer"
    assert TakeModel().hint(row).split("\n") == [
        "Rendered by dia, seed 7",
        "long gap 1.8 s at 0:04",
        "silence after it 1.2 s at 0:07",
        "Note: warmer",
    ]


def test_scores_fall_from_100_and_the_best_comes_first() -> None:
    rows = (take("A"), take("B", review=DOUBTFUL), take("C", review=FAINT), take("D"))
    assert [row.letter for row in by_score(rows)] == ["C", "B", "A", "D"]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding(Defect.GAP, 1.8, 0.9, 64.4, 66.0), "long gap 1.8 s at 1:04"),
        (Finding(Defect.CUT_TAIL, -18.3, -30.0), "cut tail −18 dB"),
        (Finding(Defect.MISSING, 2, 0), "missing words 2"),
        (Finding(Defect.FAST, 231.4, 185.0), "too fast 231 wpm"),
        (Finding(Defect.SILENT_HEAD, 0.71, 0.6, 0.0, 0.71), "silence before it 0.71 s at 0:00"),
    ],
)
def test_a_finding_says_what_how_much_and_where(finding: Finding, words: str) -> None:
    assert said(finding) == words
