"""Plans suppliers and cost centres: who is registered when, and what becomes of them. Pure; own named streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from faker import Faker

from hardclose_mocks.kernel.master import Master
from hardclose_simulator.arrivals import CLOSING_TIME, at_work, even, pick, plan_schedule
from hardclose_simulator.masterdata import COST_CENTERS, COUNTRIES
from hardclose_simulator.planned import Edit, PlannedCostCenter, PlannedIntent, PlannedInvoice, PlannedSupplier
from hardclose_simulator.scenario import Scenario

TERMS_DAYS = (14, 30, 45, 60)
"""Payment terms."""
SHORTLY = timedelta(seconds=45)
"""Business time, and no more than a hundredth of a second on the wire at pace `ci`."""


def plan_suppliers(scenario: Scenario, seed: int, run_tag: str, master: Master) -> tuple[PlannedSupplier, ...]:
    """As registered and approved; their later edits are planned once their invoices are."""
    flow = scenario.flows.supplier
    companies = at_work(scenario, flow)
    planned = []
    for index in range(1, flow.facts + 1):
        company = scenario.company(pick(list(companies.items()), even(seed, "company.supplier", 2, index)))
        place = even(seed, "ramp.supplier", 3, index)
        rng = Random(f"{seed}/arrivals.supplier/{index}")
        schedule = plan_schedule(scenario, flow, company, rng, place=place, evening=False, returned=False)
        buyers = [one for one in master.people if one.company == company.code and one.role == "buyer"]
        person = max(buyers, key=lambda one: Random(f"{seed}/people.supplier/{index}/{one.id}").random())
        fake, subject = _fake(company.country, f"{seed}/content.supplier/{index}"), f"S{index:04}"
        planned.append(
            PlannedSupplier(
                id=f"supplier/{index}",
                subject=subject,
                number=f"{run_tag}-{subject}",
                company=company.code,
                currency=company.currency,
                person=person.id,
                approver=person.manager or f"{company.code}-head",
                name=fake.company(),
                tax_id=fake.numerify(COUNTRIES[company.country].tax_id),
                payment_terms_days=fake.random_element(TERMS_DAYS),
                contact=fake.name(),
                bank_account=_account(fake, company.country),
                created_at=schedule.submitted_at,
                approved_at=schedule.approved_at,
            )
        )
    return (*planned[: flow.facts - flow.duplicates], *_asked_again(planned, flow.duplicates))


def _asked_again(planned: Sequence[PlannedSupplier], count: int) -> Iterator[PlannedSupplier]:
    """The last `count` of them are the first ones once more, by the same buyer, with the tax id typed otherwise."""
    for again, first in zip(planned[len(planned) - count :], planned, strict=False):
        blanks = " ".join((first.tax_id[:2], first.tax_id[2:5], first.tax_id[5:]))
        approved = first.approved_at + SHORTLY
        yield replace(
            first, id=again.id, subject=again.subject, number=again.number, tax_id=blanks, approved_at=approved
        )


def ordered_from(
    intents: Iterable[PlannedIntent], suppliers: Sequence[PlannedSupplier], share: float, seed: int
) -> Iterator[PlannedIntent]:
    """The same intents, a share of the good orders from suppliers that the story has registered by then."""
    for intent in intents:
        index = int(intent.id.partition("/")[2])
        known = [
            one.number
            for one in suppliers
            if one.company == intent.company and one.approved_at < intent.schedule.created_at
        ]
        if intent.flow != "RBP" or intent.bad or intent.twin_of or not known:
            yield intent
        elif even(seed, "new_suppliers.requisition", 19, index) < share:
            yield replace(intent, partner=Random(f"{seed}/new_suppliers.requisition/{index}").choice(known))
        else:
            yield intent


def with_edits(
    scenario: Scenario,
    seed: int,
    suppliers: Sequence[PlannedSupplier],
    invoices: Sequence[PlannedInvoice],
    intents: Sequence[PlannedIntent],
) -> tuple[PlannedSupplier, ...]:
    """The suppliers with what is changed of them. Merges and new bank accounts cross an invoice that is on its way;
    procurement takes no papers for blocked and merged ones, so those wait until the last was filed."""
    flow = scenario.flows.supplier
    latest: dict[str, PlannedInvoice] = {}
    for invoice in invoices:
        known = latest.get(invoice.partner, invoice)
        latest[invoice.partner] = max(known, invoice, key=lambda one: one.captured_at)
    filed = {one.number: one.approved_at for one in suppliers}
    numbers = {one.id: one.number for one in suppliers}
    for intent in intents:
        if intent.partner in filed:
            schedule = intent.schedule
            filed[intent.partner] = max(filed[intent.partner], schedule.resubmitted_at or schedule.submitted_at)
    for one, invoice in latest.items():
        if one in numbers:
            filed[numbers[one]] = max(filed[numbers[one]], invoice.captured_at)
    approved = {one.id: one.approved_at for one in suppliers}
    twice = {one.name for one in suppliers[len(suppliers) - flow.duplicates :]}
    survivors = _merges([one for one in suppliers if one.name not in twice], latest, flow.merges)
    done = []
    for place, supplier in enumerate(suppliers, 1):
        edits = _Edits(scenario, seed, supplier, place, filed[supplier.number] + SHORTLY)
        on_its_way = latest.get(supplier.id)
        if supplier.id in survivors:
            into = survivors[supplier.id]
            edits.merge(into, on_its_way, since=approved[into] + SHORTLY)
        elif supplier.id not in survivors.values() and supplier.name not in twice:
            edits.change(flow.changes, flow.collisions)
            edits.bank(flow.bank_changes, on_its_way)
            edits.block(flow.blocks)
        done.append(replace(supplier, edits=edits.in_order()))
    return tuple(done)


def _merges(
    suppliers: Sequence[PlannedSupplier], invoices: Mapping[str, PlannedInvoice], count: int
) -> Mapping[str, str]:
    """Whom a merge swallows, and the survivor: of one company, those first that have an invoice."""
    found: dict[str, str] = {}
    by_invoice = sorted(suppliers, key=lambda one: one.id not in invoices)
    for supplier in by_invoice:
        taken = {*found, *found.values()}
        partner = next(
            (
                one.id
                for one in reversed(by_invoice)
                if one.company == supplier.company and one.id != supplier.id and one.id not in taken
            ),
            None,
        )
        if len(found) < count and supplier.id not in taken and partner is not None:
            found[supplier.id] = partner
    return found


class _Edits:
    """`filed` is when the last paper that names the supplier was filed."""

    def __init__(self, scenario: Scenario, seed: int, supplier: PlannedSupplier, place: int, filed: datetime) -> None:
        self._scenario, self._seed, self._supplier, self._place = scenario, seed, supplier, place
        self._filed = filed
        self._rng = Random(f"{seed}/edits.supplier/{place}")
        self._fake = _fake(scenario.company(supplier.company).country, f"{seed}/edits.content.supplier/{place}")
        self._edits: list[Edit] = []

    def in_order(self) -> tuple[Edit, ...]:
        return tuple(sorted(self._edits, key=lambda edit: edit.at))

    def change(self, share: float, collisions: float) -> None:
        moment = self._moment(self._rng.random())
        if self._even("changes", 7) < share:
            values: dict[str, str | int] = {
                "payment_terms_days": self._fake.random_element(TERMS_DAYS),
                "contact": self._fake.name(),
            }
            self._add("changed", moment, values, collides=self._even("collisions", 11) < collisions)

    def bank(self, share: float, invoice: PlannedInvoice | None) -> None:
        """Between an invoice of his and the payment, where there are both; verified when that is over."""
        first, second = sorted((self._rng.random(), self._rng.random()))
        changed, verified = self._moment(first), self._moment(max(second, (1 + first) / 2))
        if invoice is not None:
            runs = [
                at
                for run in self._scenario.payments
                if run.company == self._supplier.company
                and (at := self._scenario.company(run.company).instant(run.at)) > invoice.approved_at
            ]
            if runs:
                changed = invoice.approved_at + (min(runs) - invoice.approved_at) / 2
                verified = min(runs) + (self._last - min(runs)) / 2
        if self._even("bank_changes", 13) < share and changed < verified:
            account = _account(self._fake, self._scenario.company(self._supplier.company).country)
            self._add("bank_changed", changed, {"bank_account": account})
            self._add("bank_verified", verified, {"bank_account": account})

    def block(self, share: float) -> None:
        moment = max(self._moment(0.5 + self._rng.random() / 2), self._filed)
        if self._even("blocks", 17) < share and moment <= self._last:
            self._add("blocked", moment, {})

    def merge(self, into: str, invoice: PlannedInvoice | None, *, since: datetime) -> None:
        """While an invoice is between capture and approval, or just approved, turn and turn about."""
        moment = self._moment(0.5)
        if invoice is not None:
            waited = (invoice.approved_at - invoice.captured_at) * 0.9
            moment = invoice.approved_at + SHORTLY if self._place % 2 else invoice.captured_at + waited
        self._add("merged", max(moment, since, self._filed), {}, into=into)

    def _add(
        self,
        what: str,
        at: datetime,
        values: Mapping[str, str | int],
        *,
        into: str | None = None,
        collides: bool = False,
    ) -> None:
        number = f"{self._supplier.id}.{what}"
        at = max(at.replace(microsecond=0), self._supplier.approved_at + SHORTLY)
        self._edits.append(Edit(number, what, at, values, into, collides))

    def _even(self, stream: str, prime: int) -> float:
        return even(self._seed, f"{stream}.supplier", prime, self._place)

    @property
    def _last(self) -> datetime:
        return self._scenario.ends - CLOSING_TIME

    def _moment(self, place: float) -> datetime:
        since = self._supplier.approved_at
        return since + (max(self._last, since) - since) * (0.1 + 0.85 * place)


def plan_cost_centers(scenario: Scenario, seed: int, run_tag: str, master: Master) -> tuple[PlannedCostCenter, ...]:
    """Made by the controller, then renamed or blocked."""
    flow = scenario.flows.cost_center
    companies = at_work(scenario, flow)
    planned = []
    for index in range(1, flow.facts + 1):
        company = scenario.company(pick(list(companies.items()), even(seed, "company.cost_center", 2, index)))
        rng = Random(f"{seed}/arrivals.cost_center/{index}")
        place = even(seed, "ramp.cost_center", 3, index)
        created = plan_schedule(scenario, flow, company, rng, place=place, evening=False, returned=False).approved_at
        leads = sorted(one.id for one in master.people if one.company == company.code and one.role == "approver")
        rng = Random(f"{seed}/content.cost_center/{index}")
        owner, other = rng.sample(leads, 2)
        name, subject = f"{rng.choice(COST_CENTERS)} team {index}", f"C{index:04}"
        left = max(scenario.ends - CLOSING_TIME, created) - created
        edits = []
        if even(seed, "changes.cost_center", 7, index) < flow.changes:
            at = (created + left * rng.uniform(0.1, 0.5)).replace(microsecond=0)
            values = {"name": f"{name}, reorganised", "owner": other}
            edits.append(Edit(f"cost_center/{index}.changed", "changed", at, values))
        if even(seed, "blocks.cost_center", 17, index) < flow.blocks:
            at = (created + left * rng.uniform(0.6, 0.95)).replace(microsecond=0)
            edits.append(Edit(f"cost_center/{index}.blocked", "blocked", at, {}))
        planned.append(
            PlannedCostCenter(
                id=f"cost_center/{index}",
                subject=subject,
                number=f"{run_tag}-{subject}",
                company=company.code,
                person=f"{company.code}-controller",
                owner=owner,
                name=name,
                created_at=created,
                edits=tuple(edits),
            )
        )
    return tuple(planned)


def _fake(country: str, stream: str) -> Faker:
    fake = Faker(COUNTRIES[country].locale)
    fake.seed_instance(stream)
    return fake


def _account(fake: Faker, country: str) -> str:
    return fake.numerify(f"{country}####################")
