"""Every engine of the registry through the conformance suite, in this process and in a child. Another engine is one line of
BUILDERS; with a second one, named "…, hosted", it is compared with itself in a child, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from studio import engines
from studio.core.render import Engine
from studio.engines.process import HostedEngine
from tests.engines.conformance import CHECKS, LONG, ODD, OTHER, TALK, Build, hear_together

HOSTED = ", hosted"
BUILDERS: dict[str, Build] = {
    "fake": lambda: engines.build("fake", in_process=True),
    "fake, hosted": lambda: engines.build("fake"),
    "fake of four": lambda: engines.build("fake", in_process=True, slots=4),
    "fake of four, hosted": lambda: engines.build("fake", slots=4),
    "draft": lambda: engines.build("draft"),
    "draft, hosted": lambda: HostedEngine("draft"),
}


@pytest.fixture(scope="module", params=BUILDERS, ids=lambda name: name.replace(",", "").replace(" ", "-"))
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


@pytest.mark.parametrize("name", [name for name in BUILDERS if name + HOSTED in BUILDERS])
def test_a_hosted_engine_answers_as_it_does_in_this_process(name: str) -> None:
    here, there = BUILDERS[name](), BUILDERS[name + HOSTED]()
    asked = [TALK, ODD, OTHER, LONG, TALK]
    try:
        assert here.caps == there.caps
        together = here.caps.slots
        assert hear_together(here, asked, together) == hear_together(there, asked, together)
    finally:
        here.close()
        there.close()
