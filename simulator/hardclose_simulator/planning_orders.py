"""Plans what follows orders: deliveries, invoices and their credit notes, accruals. Pure; own named streams."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hardclose_mocks.kernel.commands import OrderLine
from hardclose_mocks.kernel.master import Master
from hardclose_simulator.arrivals import APPROVAL_SIGMA, CLOSING_TIME, after, even
from hardclose_simulator.contents import APART, Desk, total_near
from hardclose_simulator.contents_of_orders import EDGE, delivered, free_lines, invoice_lines, rates_of, split
from hardclose_simulator.planned import PlannedAccrual, PlannedIntent, PlannedInvoice, PlannedReceipt, PlannedSupplier
from hardclose_simulator.scenario import Scenario, ScenarioError

VARIANCES_BP = (100, -100, 400, 250)
"""By how much an invoice's price differs from the order's where it does, turn and turn about: half are tolerable."""
CREDITED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Order:
    """A requisition that will become an order, and its name as an edge if it is one. `place` counts from 1."""

    place: int
    intent: PlannedIntent
    edge: str | None

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        return tuple(line for line in self.intent.lines if isinstance(line, OrderLine))


def _approved(order: Order) -> datetime:
    return order.intent.schedule.approved_at


def orders_of(scenario: Scenario, intents: Sequence[PlannedIntent]) -> tuple[Order, ...]:
    """The good requisitions in order of their number."""
    good = [intent for intent in intents if intent.flow == "RBP" and intent.bad is None]
    edges = len(EDGE) if scenario.flows.invoice.edges else 0
    return tuple(
        Order(place, intent, EDGE[place - 1].name if place <= edges else None) for place, intent in enumerate(good, 1)
    )


class OrderPlanner:
    """`receipts`, then `invoices`, then `accruals`: each looks at what was planned before."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        run_tag: str,
        master: Master,
        intents: Sequence[PlannedIntent],
        suppliers: Sequence[PlannedSupplier],
    ) -> None:
        self._scenario, self._seed, self._tag, self._master = scenario, seed, run_tag, master
        self._flows = scenario.flows
        self._suppliers = {one.number: one for one in suppliers}
        self._orders = orders_of(scenario, intents)
        self._desks = {company.code: Desk.of(master, company.code) for company in scenario.companies}
        self.receipts = tuple(self._plan_receipts())
        self.invoices = tuple(self._plan_invoices())
        self.receipts = tuple(self._with_reversals())
        self.accruals = tuple(self._plan_accruals())

    # --- receipts -----------------------------------------------------------------------------------------------

    def _plan_receipts(self) -> Iterator[PlannedReceipt]:
        flow, index = self._flows.receipt, 0
        invoiced, accrued = self._shares()
        # Those to be accrued come first: they need goods, whatever else is left without.
        for order in (*accrued, *invoiced):
            since = order.intent.schedule.approved_at
            parts = self._parts(order)
            for place, lines in enumerate(parts, 1):
                if index == flow.facts:
                    return
                index += 1
                since = self._after(order.intent.company, since, flow.hours, "receipt", index)
                subject = f"G{index:04}"
                yield PlannedReceipt(
                    id=f"receipt/{index}",
                    subject=subject,
                    number=f"{self._tag}-{subject}",
                    company=order.intent.company,
                    currency=order.intent.currency,
                    person=self._one_of("receiver", order.intent.company, "receipt", index),
                    order=order.intent.id,
                    place=place,
                    deliveries=len(parts),
                    lines=lines,
                    worth=sum(order.lines[line - 1].unit_price * quantity for line, quantity in lines),
                    recorded_at=since,
                    edge=order.edge if order.edge and order.edge.startswith("over") else None,
                    bad="over_delivery" if order.edge == "over-delivery, beyond" else None,
                )
        if index < flow.facts:
            says = f"{len(self._orders)} orders make {index} receipts at most; plan more orders, or deliveries of each"
            raise ScenarioError(self._scenario.name, key="flows.receipt.facts", says=says)

    def _parts(self, order: Order) -> tuple[tuple[tuple[int, int], ...], ...]:
        rng = Random(f"{self._seed}/content.receipt/{order.place}")
        count = rng.randint(*self._flows.receipt.deliveries)
        return split(self._pieces(order), 1 if order.edge else count)

    def _pieces(self, order: Order) -> tuple[int, ...]:
        """What comes in all, by line."""
        if order.edge:
            return (EDGE[order.place - 1].delivered,)
        place = self._even("deviating.receipt", 7, order.place)
        share = self._flows.receipt.deviating
        return delivered(order.lines, deviates=place / share if place < share else None)

    def _with_reversals(self) -> Iterator[PlannedReceipt]:
        """The last receipt of a share of the orders is taken back after their invoice."""
        invoiced = {one.order: one for one in self.invoices if one.order and one.credits is None}
        for index, receipt in enumerate(self.receipts, 1):
            invoice = invoiced.get(receipt.order)
            last = receipt.place == receipt.deliveries and receipt.edge is None and not receipt.bad
            order = next(one for one in self._orders if one.intent.id == receipt.order)
            chosen = self._even("reversed.receipt", 13, order.place) < self._flows.receipt.reversed
            if invoice is None or not last or not chosen or order.edge:
                yield receipt
                continue
            since = max(invoice.approved_at, receipt.recorded_at)
            at = self._after(receipt.company, since, self._flows.receipt.hours, "reversed.receipt", index)
            yield replace(receipt, reversed_at=at)

    # --- invoices -----------------------------------------------------------------------------------------------

    def _plan_invoices(self) -> Iterator[PlannedInvoice]:
        flow = self._flows.invoice
        first, last = self._deliveries()
        ordinary: list[PlannedInvoice] = []
        credited: set[str] = set()
        copies = flow.copies
        orders = iter(self._shares()[0])
        for index in range(1, flow.facts + flow.rejected + 1):
            rejected = index > flow.facts
            spare = [one for one in ordinary if one.id not in credited and one.edge is None and not one.early]
            edges_left = flow.edges and index <= len(EDGE)
            if rejected:
                yield replace(self._free(index), rejected=True)
            elif copies and len(ordinary) >= 2 * (flow.copies - copies + 1) and not edges_left and spare:
                copies -= 1
                credited.add(spare[0].id)
                yield self._copy(index, spare[0])
            elif spare and not edges_left and self._even("credit_notes.invoice", 7, index) < flow.credit_notes:
                credited.add(spare[0].id)
                yield self._credit(index, spare[0])
            else:
                free = not edges_left and self._even("without_order.invoice", 11, index) < flow.without_order
                order = None if free else next(orders, None)
                invoice = self._free(index) if order is None else self._of_order(index, order, first, last)
                ordinary.append(invoice)
                yield invoice

    def _deliveries(self) -> tuple[dict[str, datetime], dict[str, datetime]]:
        """When the first and the last goods of each order come."""
        first: dict[str, datetime] = {}
        last: dict[str, datetime] = {}
        for receipt in self.receipts:
            first.setdefault(receipt.order, receipt.recorded_at)
            last[receipt.order] = receipt.recorded_at
        return first, last

    def _of_order(
        self, index: int, order: Order, first: dict[str, datetime], last: dict[str, datetime]
    ) -> PlannedInvoice:
        flow, intent = self._flows.invoice, order.intent
        edge = EDGE[order.place - 1] if order.edge else None
        early = (
            edge is None
            and intent.id in first
            and self._even("before_receipt.invoice", 13, order.place) < flow.before_receipt
        )
        varied = edge is None and self._even("price_variance.invoice", 17, order.place) < flow.price_variance
        variance = VARIANCES_BP[order.place % len(VARIANCES_BP)] if varied else 0
        since = intent.schedule.approved_at if early else last.get(intent.id, intent.schedule.approved_at)
        captured = self._after(intent.company, since, flow.hours, "invoice", index)
        if early:
            captured = intent.schedule.approved_at + (first[intent.id] - intent.schedule.approved_at) * 0.3
        until = first[intent.id] if early else None
        mark = f"{self._tag}-I{index:04}"
        partner = self._suppliers[intent.partner].id if intent.partner in self._suppliers else intent.partner
        lines = invoice_lines(
            order.lines,
            (edge.invoiced,) if edge else self._pieces(order),
            rates_of(self._desks[intent.company].tax_codes),
            more_bp=edge.more_bp if edge else variance,
            more=edge.more if edge else 0,
            mark=mark,
        )
        plain = self._invoice(index, intent.company, partner, captured, until)
        return replace(
            plain, order=intent.id, lines=lines, early=early, variance=variance, edge=edge.name if edge else None
        )

    def _free(self, index: int) -> PlannedInvoice:
        """Of no order: from a supplier that is known by then, a registered one before any other."""
        rng = Random(f"{self._seed}/content.invoice/{index}")
        registered = list(self._suppliers.values())
        code = self._scenario.companies[index % len(self._scenario.companies)].code
        partner, since = None, None
        if registered:
            supplier = registered[rng.randrange(len(registered))]
            code, partner, since = supplier.company, supplier.id, supplier.approved_at
        desk = self._desks[code]
        known = rng.choice(desk.suppliers).number
        span = self._scenario.ends - CLOSING_TIME - (since or self._scenario.starts)
        captured = (since or self._scenario.starts) + span * (0.1 + 0.7 * self._even("ramp.invoice", 3, index))
        captured = after(self._scenario, self._scenario.company(code), captured, timedelta(), rng.random())
        total = total_near(rng, desk.currency, (4 * index + 3) % APART, large=False)
        lines = free_lines(desk, rng, total=total, mark=f"{self._tag}-I{index:04}")
        return replace(self._invoice(index, code, partner or known, captured, None), lines=lines)

    def _copy(self, index: int, original: PlannedInvoice) -> PlannedInvoice:
        captured = self._after(original.company, original.approved_at, self._flows.invoice.hours, "copies", index)
        plain = self._invoice(index, original.company, original.partner, captured, None)
        own, other = plain.number, original.number
        return replace(
            plain,
            supplier_reference=original.supplier_reference,
            order=original.order,
            lines=tuple(replace(line, text=line.text.replace(other, own)) for line in original.lines),
            copy_of=original.id,
        )

    def _credit(self, index: int, original: PlannedInvoice) -> PlannedInvoice:
        """Part of the first line is taken back, at the price that was charged."""
        captured = self._after(original.company, original.approved_at, self._flows.invoice.hours, "credits", index)
        plain = self._invoice(index, original.company, original.partner, captured, None)
        line = original.lines[0]
        quantity = max(1, int(line.quantity * CREDITED_SHARE))
        rates = rates_of(self._desks[original.company].tax_codes)
        price = line.unit_price if line.quantity > 1 else max(1, int(line.unit_price * CREDITED_SHARE))
        tax = (2 * quantity * price * rates[line.tax_code] + 10_000) // 20_000
        text = line.text.replace(original.number, plain.number)
        credit = replace(line, quantity=quantity, unit_price=price, tax=tax, text=text)
        return replace(plain, kind="credit_note", order=original.order, credits=original.id, lines=(credit,))

    def _invoice(
        self, index: int, company: str, partner: str, captured: datetime, until: datetime | None
    ) -> PlannedInvoice:
        """Without lines. Approved a while after its capture, before `until` if that is wanted."""
        flow, subject = self._flows.invoice, f"I{index:04}"
        rng = Random(f"{self._seed}/arrivals.invoice/{index}")
        waits = timedelta(hours=flow.approval_hours * math.exp(APPROVAL_SIGMA * rng.gauss(0.0, 1.0)))
        approved = after(self._scenario, self._scenario.company(company), captured, waits, rng.random())
        if until is not None and approved >= until:
            approved = captured + (until - captured) * 0.5
        return PlannedInvoice(
            id=f"invoice/{index}",
            subject=subject,
            number=f"{self._tag}-{subject}",
            company=company,
            currency=self._desks[company].currency,
            person=self._one_of("ap_clerk", company, "invoice", index),
            approver=f"{company}-head",
            kind="invoice",
            partner=partner,
            supplier_reference=f"RE-{rng.randrange(100, 999)}{index:04}",
            order=None,
            credits=None,
            lines=(),
            due_days=rng.randint(*flow.due_days),
            captured_at=captured.replace(microsecond=0),
            approved_at=max(approved, captured + timedelta(seconds=60)).replace(microsecond=0),
        )

    # --- accruals -----------------------------------------------------------------------------------------------

    def _plan_accruals(self) -> Iterator[PlannedAccrual]:
        """Of the first line of orders that have a receipt and no invoice."""
        flow = self._flows.accrual
        received = {one.order: one for one in reversed(self.receipts) if one.bad is None}
        accrued = [one for one in self._shares()[1] if one.intent.id in received]
        if len(accrued) < flow.facts:
            says = f"only {len(accrued)} orders have a receipt and no invoice; plan more orders and receipts"
            raise ScenarioError(self._scenario.name, key="flows.accrual.facts", says=says)
        for index, order in enumerate(accrued, 1):
            receipt, subject = received[order.intent.id], f"A{index:04}"
            number, quantity = receipt.lines[0]
            line, company = order.lines[number - 1], order.intent.company
            proposed = self._after(company, receipt.recorded_at, flow.hours, "accrual", index)
            approved = self._after(company, proposed, (0.2, 1.0), "approved.accrual", index)
            yield PlannedAccrual(
                id=f"accrual/{index}",
                subject=subject,
                number=f"{self._tag}-{subject}",
                company=company,
                currency=order.intent.currency,
                person=f"{company}-controller",
                approver=f"{company}-head",
                order=order.intent.id,
                order_line=number,
                account=line.account,
                cost_center=line.cost_center,
                amount=quantity * line.unit_price,
                accrued_on=flow.accrued_on,
                reverse_on=flow.reverse_on,
                proposed_at=proposed,
                approved_at=approved,
            )

    def _shares(self) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
        """The orders that are invoiced, and those that are accrued instead: approved first of all, edges left out."""
        plain = sorted((one for one in self._orders if one.edge is None), key=_approved)
        accrued = {one.place for one in plain[: self._flows.accrual.facts]}
        return (
            tuple(one for one in self._orders if one.place not in accrued),
            tuple(one for one in self._orders if one.place in accrued),
        )

    # --- drawing ------------------------------------------------------------------------------------------------

    def _even(self, stream: str, prime: int, index: int) -> float:
        return even(self._seed, stream, prime, index)

    def _after(self, code: str, since: datetime, hours: tuple[float, float], stream: str, index: int) -> datetime:
        rng = Random(f"{self._seed}/arrivals.{stream}/{index}")
        wait = timedelta(hours=rng.uniform(*hours))
        return after(self._scenario, self._scenario.company(code), since, wait, rng.random())

    def _one_of(self, role: str, company: str, stream: str, index: int) -> str:
        there = [one for one in self._master.people if (one.role, one.company) == (role, company)]
        return max(there, key=lambda one: Random(f"{self._seed}/people.{stream}/{index}/{one.id}").random()).id
