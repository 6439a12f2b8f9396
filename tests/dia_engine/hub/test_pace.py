"""How a fetch is told: bytes and time left in words, a bar on a terminal, lines elsewhere."""

import io
import sys
from pathlib import Path

import pytest

from dia_engine.hub import pace
from dia_engine.hub.command import Shown
from dia_engine.hub.pace import Pace, Plan, Progress, Steps, in_bytes, in_words, plan_in_words

PLAN = Plan("nari-labs/Dia-1.6B-0626", "c" * 40, Path("there"), ("model.safetensors",), 6_444_642_304, 6_444_642_304)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (2300, "2 kB"), (306_607_560, "307 MB"), (6_444_642_304, "6.44 GB")],
)
def test_bytes_in_words(count: int, words: str) -> None:
    assert in_bytes(count) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [(None, "3.20 GB of 6.40 GB"), (45.2, "3.20 GB of 6.40 GB, 45 s left"), (725.0, "3.20 GB of 6.40 GB, 12 min left")],
)
def test_progress_in_words(left: float | None, words: str) -> None:
    assert in_words(Progress("a/b", "fetching", "w", 3_200_000_000, 6_400_000_000, left)) == words


def test_the_size_is_told_before_the_first_byte() -> None:
    assert plan_in_words(PLAN) == "nari-labs/Dia-1.6B-0626: 6.44 GB are fetched to there."


def test_the_time_left_follows_the_rate_of_the_last_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: clock[0])
    told: list[Progress] = []
    plan = Plan("a/b", "c" * 40, Path("there"), ("one", "two"), 10_000, 9_000)
    shown = Pace(plan, lambda event: told.append(event) if isinstance(event, Progress) else None)
    shown.finished(1000)
    shown.grew("two", 0)
    for second in range(1, 21):  # 100 bytes a second, then 200
        clock[0] += 1
        shown.grew("two", 100 * second if second <= 4 else 400 + 200 * (second - 4))
    assert (told[0].done, told[0].seconds_left) == (1000, None)
    assert told[4].seconds_left == pytest.approx((10_000 - 1400) / 100)
    assert told[-1].done == 4600
    assert told[-1].seconds_left == pytest.approx((10_000 - 4600) / 200)


def test_lines_come_for_every_tenth_only() -> None:
    steps = Steps()
    due = [share for share in range(101) if steps.is_due(Progress("a/b", "fetching", "w", share, 100))]
    assert due == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    shown = Shown()
    shown.told(PLAN)
    shown.told(Progress("a/b", "fetching", "w", 50, 100, 7.0))
    assert f"{'█' * 14}{'░' * 14}  50% 50 bytes of 100 bytes, 7 s left" in terminal.getvalue()
    shown.end()
    assert terminal.getvalue().endswith("\r\x1b[2K")
