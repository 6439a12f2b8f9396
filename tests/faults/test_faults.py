"""A project survives being killed, a full disk and a power cut at every boundary of its saves; weakened builds do not."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.replay import NOTE, Disk, digest, read_log, write_image
from tests.faults.scenarios import SCENARIOS, Weakness

SEED = 20261121
Inject = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("scenario", "mode"),
    [("render", "kill"), ("render", "full-sticky"), ("edit", "full-once"), ("create", "kill"), ("voices", "kill")],
)
def test_some_boundaries(inject: Inject, scenario: str, mode: str) -> None:
    result = inject(scenario, mode, step=7 if scenario == "create" else 17)
    assert result["violations"] == []
    assert result["tried"] >= 3
    assert mode == "kill" or result["refusals"] > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("mode", ["kill", "full-once", "full-sticky"])
def test_every_boundary(inject: Inject, scenario: str, mode: str) -> None:
    step = 1 if scenario == "render" else 5  # every boundary of taking in a take; some in each mode of the other saves
    result = inject(scenario, mode, step=step)
    assert result["violations"] == []
    assert result["boundaries"] >= 20
    assert result["tried"] >= result["boundaries"] // step


@pytest.mark.parametrize("scenario", ["render", "edit"])
def test_power_cut_at_some_moments(inject: Inject, workplace: Path, scenario: str) -> None:
    assert _replay(inject, workplace, scenario, every=23, mixed=2)[1] == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_power_cut_at_any_moment(inject: Inject, workplace: Path, scenario: str) -> None:
    often, mixed = (1, 4) if scenario == "render" else (4, 3)
    images, violations = _replay(inject, workplace, scenario, every=often, mixed=mixed)
    assert violations == []
    assert images >= (300 if scenario == "render" else 15)  # all of them different


@pytest.mark.slow
@pytest.mark.parametrize(
    "weakness", [Weakness(synchronous="NORMAL"), Weakness(sync=False)], ids=["log not synced", "files not synced"]
)
def test_a_weakened_build_is_caught(inject: Inject, workplace: Path, weakness: Weakness) -> None:
    assert _replay(inject, workplace, "render", every=7, mixed=1, weakness=weakness)[1]


def _replay(
    inject: Inject, workplace: Path, scenario: str, *, every: int, mixed: int, weakness: Weakness | None = None
) -> tuple[int, list[str]]:
    """Log one run, then look at what a power cut after every so many operations may leave: (images, violations). An image that
    was seen before, with as much acknowledged, is not looked at again."""
    result = inject(scenario, "log", weakness=weakness)
    assert result["violations"] == [], "the run itself failed"
    disk = Disk.of(workplace / "template")
    source = workplace / "project"
    dice = random.Random(SEED)
    done: set[str] = set()
    seen: set[tuple[int, bytes]] = set()
    violations = []
    disk = _moved(disk, workplace / "template", source)
    for number, operation in enumerate(read_log(workplace / "log")):
        if operation.kind == NOTE:
            done.add(operation.path)
        else:
            disk.apply(operation)
        if number % every and operation.kind != NOTE:
            continue
        for image in disk.images(dice, mixed):
            known = len(done), digest(image)
            if known in seen:
                continue
            seen.add(known)
            target = workplace / "image" / "project"
            shutil.rmtree(target.parent, ignore_errors=True)
            target.parent.mkdir()
            write_image(image, source, target)
            if (workplace / "migrations").exists():
                shutil.copytree(workplace / "migrations", target.parent / "migrations")
            violations += [f"after {number} operations: {fault}" for fault in SCENARIOS[scenario].faults(target, done)]
    return len(seen), violations


def _moved(disk: Disk, old: Path, new: Path) -> Disk:
    disk.live = {str(new / Path(name).relative_to(old)): file for name, file in disk.live.items()}
    disk.durable = dict(disk.live)
    return disk
