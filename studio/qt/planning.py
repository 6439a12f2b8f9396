"""How the open script is cut: the planner with its limits, as the live script wants it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from studio.core.estimate import DEFAULT_RATE, Rate
from studio.core.render import Caps, Limits
from studio.core.script import Script
from studio.core.segments import Plan, Previous, plan, replan
from studio.render.learning import learned_rate
from studio.store.project import ProjectStore

REMEMBERED = 200  # states of the script whose plans are kept, for undo …
REMEMBERED_LINES = 400_000  # … and no more lines in all than these

Terms = tuple[Limits, Rate, Mapping[str, int]]  # what a plan was cut by


class Earlier:
    """The plans of earlier states of the script. An edit may cut a stretch anew, and cutting it again when the edit is taken
    back need not lead to the old cuts; so the plan itself comes back, and with it the takes of its segments."""

    def __init__(self) -> None:
        self._plans: OrderedDict[int, tuple[tuple[str, ...], Terms, Plan]] = OrderedDict()

    def plan_of(self, script: Script, terms: Terms, make: Callable[[], Plan]) -> Plan:
        """The plan that this very text had, where it is still known and was cut by the same terms; else a new one."""
        lines = tuple([line.text for paragraph in script.paragraphs for line in paragraph.lines])
        known = self._plans.pop(hash(lines), None)
        made = known[2] if known is not None and known[:2] == (lines, terms) else make()
        self._plans[hash(lines)] = lines, terms, made
        while len(self._plans) > max(min(REMEMBERED, REMEMBERED_LINES // max(len(lines), 1)), 2):
            self._plans.popitem(last=False)
        return made


@dataclass(slots=True)
class Cutter:
    """Remembers where the script was cut before, so that segments keep their ids from one day to the next."""

    limits: Limits
    previous: Plan | Previous | None = None
    overhead: Mapping[str, int] = field(default_factory=dict)
    rate: Rate = DEFAULT_RATE
    earlier: Earlier = field(default_factory=Earlier)

    def plan(self, script: Script) -> Plan:
        made = plan(script, self.limits, self.previous, self.rate, self.overhead)
        self.previous = None
        self.earlier = Earlier()
        return self.earlier.plan_of(script, self._terms(), lambda: made)

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan:
        terms = self._terms()
        return self.earlier.plan_of(script, terms, lambda: replan(old, old_script, script, *terms))

    def follow(self, caps: Caps | None, store: ProjectStore) -> bool:
        """Cut for this engine from now on, at the rate its takes in the project teach; whether that makes a difference."""
        was = self.limits, self.rate
        self.limits = caps.limits if caps is not None else Limits()
        self.rate = learned_rate(store, caps.id) if caps is not None else self.rate
        return (self.limits, self.rate) != was

    def _terms(self) -> Terms:
        return self.limits, self.rate, self.overhead
