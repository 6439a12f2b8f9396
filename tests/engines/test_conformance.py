"""Every engine of the registry through the conformance suite, in this process and in a child. Another engine is one line of
BUILDERS; with a second one, named "…, hosted", it is compared with itself in a child, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from studio import engines
from studio.core.render import Engine
from studio.engines.process import HostedEngine
from tests.engines.conformance import CHECKS, CODED, LONG, ODD, OTHER, TALK, Build, hear_together

HOSTED = ", hosted"
BUILDERS: dict[str, Callable[[Path], Engine]] = {
    "fake": lambda _: engines.build("fake", in_process=True),
    "fake, hosted": lambda _: engines.build("fake"),
    "fake of four": lambda _: engines.build("fake", in_process=True, slots=4),
    "fake of four, hosted": lambda _: engines.build("fake", slots=4),
    "draft": lambda _: engines.build("draft"),
    "draft, hosted": lambda _: HostedEngine("draft"),
    "dia": lambda tiny_dia: engines.build("dia", in_process=True, model=str(tiny_dia), dtype="float32"),
    "dia, hosted": lambda tiny_dia: engines.build("dia", model=str(tiny_dia), dtype="float32"),
}
SLOW = {"dia": [pytest.mark.slow, pytest.mark.skipif(find_spec("torch") is None, reason="Dia needs torch")]}


def params(names: Iterable[str]) -> list[object]:
    """The builders of these names, each with what holds for its tests."""
    return [
        pytest.param(name, id=name.replace(",", "").replace(" ", "-"), marks=SLOW.get(name.partition(",")[0], []))
        for name in names
    ]


@pytest.fixture(scope="module", params=params(BUILDERS))
def build(request: pytest.FixtureRequest, tiny_dia: Path) -> Build:
    return lambda: BUILDERS[request.param](tiny_dia)


@pytest.fixture(scope="module")
def engine(build: Build) -> Iterator[Engine]:
    built = build()
    yield built
    built.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_engine_keeps_its_promises(check: Callable[[Engine, Build], None], engine: Engine, build: Build) -> None:
    check(engine, build)


@pytest.mark.parametrize("name", params(name for name in BUILDERS if name + HOSTED in BUILDERS))
def test_a_hosted_engine_answers_as_it_does_in_this_process(name: str, tiny_dia: Path) -> None:
    here, there = BUILDERS[name](tiny_dia), BUILDERS[name + HOSTED](tiny_dia)
    asked = [TALK, ODD, OTHER, LONG, CODED, TALK]
    try:
        assert here.caps == there.caps
        together = here.caps.slots
        assert hear_together(here, asked, together) == hear_together(there, asked, together)
    finally:
        here.close()
        there.close()
