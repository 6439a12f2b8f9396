"""Pickups go out as a table that no spreadsheet runs, and come back from whatever a listener makes of it."""

from __future__ import annotations

import csv
import io

import pytest

from studio.core.errors import ProjectError
from studio.core.project import Pickup
from studio.render.pickups import PickupRow, clock, from_csv, to_csv

LINES = {3: "one", 5: "two"}
STARTS = {"one": 0.0, "two": 60.0}
HOSTILE = ("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "'quoted'", "'=1", 'a "b", c', "two\nlines", "=")


def test_pickups_come_back_as_they_went() -> None:
    rows = [
        PickupRow("one", "The boat", 3, 1.5, "Thursday, not Tuesday", should="They found the boat."),
        PickupRow("two", "=2", 5, 61.25, "", said="boot", should="boat"),
    ]
    assert from_csv(to_csv(rows), LINES, STARTS, 7.0) == {
        "one": Pickup("Thursday, not Tuesday", 1.5, 7.0),
        "two": Pickup("said “boot”, should be “boat”", 1.25, 7.0),
    }


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    text = to_csv([PickupRow("one", cell, 3, 0.0, cell)])
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r")) for one in row)
    assert from_csv(text, LINES, STARTS, 0.0)["one"].note == cell.strip()


def test_a_listener_s_own_table_will_do() -> None:
    text = "\ufeffNote,Line,Time\r\nToo fast,5,1:02.5\r\nAnd a click,5,\r\nGone,99,\r\n,3,\r\n"
    assert from_csv(text, LINES, STARTS, 1.0) == {"two": Pickup("Too fast\nAnd a click", 2.5, 1.0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table of pickups"),
        ("a,b\n1,2\n", "no table of pickups"),
        ("note\nHm.\n", "no table of pickups"),
        ("note,line\nHm.,three\n", "no line of a script"),
        ("note,line\nHm.,-3\n", "no line of a script"),
        ("note,line\nHm.,٣\n", "no line of a script"),
        ("note,line,time\nHm.,3,soon\n", "no time"),
        ("note,line,time\nHm.,3,nan\n", "no time"),
        ("note,line,time\nHm.,3,1:2:3:4\n", "no time"),
        ('note,line\n"Hm.,3\n', "cannot be read"),
        ("note,line\n" + "x" * 10_001 + ",3\n", "more than"),
    ],
)
def test_what_is_no_table_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ProjectError, match=said) as refused:
        from_csv(text, LINES, STARTS, 0.0)
    assert "no pickup was changed" in str(refused.value)


def test_a_time_is_written_so_that_it_can_be_read() -> None:
    assert [clock(seconds) for seconds in (0.0, 187.25, 3661.0005, -1.0, float("nan"))] == [
        "0:00:00.000", "0:03:07.250", "1:01:01.000", "0:00:00.000", "0:00:00.000"
    ]  # fmt: skip
