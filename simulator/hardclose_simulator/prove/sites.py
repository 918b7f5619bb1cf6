"""Where a fault can strike: every kind of call and delivery that a fault-free run saw, each with one victim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.history.records import DeliveryTried, Emitted, Exchange, Record
from hardclose_mocks.history.records import Phase as PhaseMark
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import Case
from hardclose_simulator.run.recipe import Recipe
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_faults import Faults

UNKNOWN = "unknown"
"""What somebody asked for that is not offered: no step of anybody's work."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One way to strike a site. `name` heads the column; `fault` and its parameters say what happens."""

    name: str
    fault: str
    says: str
    parameters: tuple[tuple[str, float | str], ...] = ()

    @property
    def carrier(self) -> str:
        return FAULTS[self.fault].carrier


PHASES = (
    Phase("before", "F02", "the request is lost before the books see it"),
    Phase("refused", "F07", "503 before the books see it", (("retry_after_s", 1.0),)),
    Phase("after", "F01", "done, and the answer is lost"),
    Phase("gateway", "F06", "done, and a gateway answers 502 or 504", (("commits", 1.0),)),
    Phase("late", "F04", "the caller gives up, and then it is done"),
    Phase("torn", "F05", "done, and the answer arrives in pieces"),
    Phase("silent", "F09", "accepted, never answered, and not done"),
    Phase("dropped", "F32", "the event is never delivered"),
    Phase("twice", "F30", "the event comes again under a new id", (("new_id", 1.0),)),
    Phase("overtaken", "F31", "the event comes late, younger ones overtake it"),
    Phase("crash", "F38", "the integration is killed right after it"),
)
"""Columns of the grid. Calls know those of the wire, deliveries their own; a crash follows either."""


@dataclass(frozen=True, slots=True)
class Site:
    """One kind of call or event, and the victim that stands for all of its kind.

    `subject` is what the aimed rule names (no run tag) and `nth` which of its calls; `fact` is the id of the fact it
    is about, None for lists and tokens. `event` tells deliveries from calls."""

    system: str
    operation: str
    subject: str
    nth: int
    fact: str | None
    event: bool

    @property
    def name(self) -> str:
        return f"{self.system} {self.operation}"

    def phases(self) -> tuple[Phase, ...]:
        carriers = ("delivery", "process") if self.event else ("wire", "process")
        return tuple(phase for phase in PHASES if phase.carrier in carriers)

    def rule(self, phase: Phase) -> Rule:
        return Rule(
            f"sweep.{phase.name}",
            phase.fault,
            self.system,
            operations=(self.operation,),
            aimed=self.subject,
            nth=self.nth,
            parameters=dict(phase.parameters),
        )


def fault_free(scenario: Scenario) -> Scenario:
    """The same people and facts, with nothing planned against the wire and no promise about what has to go wrong."""
    return scenario.model_copy(update={"faults": Faults(), "limits": {}, "must_happen": {}})


def struck_by(recipe: Recipe, rule: Rule) -> Recipe:
    """The same story with that one rule for its plan."""
    return replace(recipe, setup=replace(recipe.setup, plan=Plan(recipe.story.seed, (rule,))))


def sites_of(case: Case, records: Sequence[Record]) -> tuple[Site, ...]:
    """Calls in the order in which a run first makes them, then events in the order they are first delivered.

    The victim is the first fact in the books that the site is about, so that a loss is a loss; where it is about no
    fact (lists, tokens) it is the call in the middle of the run, when most is under way."""
    tag = case.run.run_tag if case.run is not None else ""
    about = {
        name: fact.id
        for fact in case.facts
        if case.live(fact)
        for name in (fact.source, *case.attribution.documents_of(fact.id))
    }
    seen: dict[tuple[bool, str, str], list[Site]] = {}
    for site in _seen(records, about, tag):
        seen.setdefault((site.event, site.system, site.operation), []).append(site)
    chosen = [
        next((site for site in alike if site.fact is not None), alike[len(alike) // 2]) for alike in seen.values()
    ]
    return tuple(sorted(chosen, key=lambda site: site.event))


def _seen(records: Sequence[Record], about: dict[str, str], tag: str) -> Iterator[Site]:
    types = {record.body.id: record.body.type for record in records if isinstance(record.body, Emitted)}
    told: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        body = record.body
        if isinstance(body, PhaseMark) and body.name == "heal":
            return  # faults are off from here on
        if isinstance(body, Exchange) and record.actor == INTEGRATION and body.op != UNKNOWN:
            plain = body.subject.removeprefix(f"{tag}-")
            yield Site(record.system, body.op, plain, body.nth, about.get(body.subject), event=False)
        elif isinstance(body, DeliveryTried) and body.label == "genuine" and body.attempt == 1:
            plain, kind = body.subject.removeprefix(f"{tag}-"), types.get(body.event, "")
            told[record.system, kind, plain] += 1
            nth = told[record.system, kind, plain]
            yield Site(record.system, kind, plain, nth, about.get(body.subject), event=True)
