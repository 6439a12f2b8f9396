"""Every engine of the registry through the conformance suite, in this process and in a child."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from studio import engines
from studio.core.render import Engine
from studio.engines.process import HostedEngine
from tests.engines.conformance import CHECKS, ODD, TALK, Build, hear

BUILDERS: dict[str, Build] = {
    "fake": lambda: engines.build("fake", in_process=True),
    "fake, hosted": lambda: engines.build("fake"),
    "draft": lambda: engines.build("draft"),
    "draft, hosted": lambda: HostedEngine("draft"),
}


@pytest.fixture(scope="module", params=BUILDERS, ids=lambda name: name.replace(", ", "-"))
def build(request: pytest.FixtureRequest) -> Build:
    return BUILDERS[request.param]


@pytest.fixture(scope="module")
def engine(build: Build) -> Iterator[Engine]:
    built = build()
    yield built
    built.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_engine_keeps_its_promises(check: Callable[[Engine, Build], None], engine: Engine, build: Build) -> None:
    check(engine, build)


@pytest.mark.parametrize("name", ["fake", "draft"])
def test_a_hosted_engine_answers_as_it_does_in_this_process(name: str) -> None:
    here, there = BUILDERS[name](), BUILDERS[f"{name}, hosted"]()
    try:
        assert here.caps == there.caps
        for asked in (TALK, ODD):
            assert hear(here.open(asked)) == hear(there.open(asked))
    finally:
        here.close()
        there.close()
